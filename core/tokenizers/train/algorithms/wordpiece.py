"""WordPiece, as in BERT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from core.tokenizers.train.algorithms.algorithm import Algorithm, algorithm
from core.tokenizers.train.algorithms.parameters import MinFrequency

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.jobs.context import Context
    from core.tokenizers.train.texts import Texts


@algorithm
class WordPiece(Algorithm):
    title = "WordPiece (BPE-trained)"
    source = "arXiv 1609.08144, section 4.1; pieces chosen as BPE, as in the tokenizers library"
    sentence = (
        "The commonest pair of neighbours in a word becomes a piece, as in BPE, rather than the pair "
        "that makes the text likelier; text is then cut by the longest piece that fits. Spaces are lost, and "
        "words with a rare character become [UNK]."
    )
    lossless = False
    roles: ClassVar[Mapping[str, str]] = {
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
    }
    bytes_a_second: ClassVar[float] = 1.5e6

    name: Literal["wordpiece"] = "wordpiece"
    lowercase: bool = Field(
        default=False,
        title="Lower case",
        description="Put text into lower case and take accents away before anything else.",
    )
    min_frequency: MinFrequency = 2

    def least(self, more: Sequence[str] = ()) -> int:
        """With one character, at the start of a word and inside."""
        return len(self.specials(more)) + 2

    def train(self, texts: Texts, vocab_size: int, special_tokens: Sequence[str], ctx: Context) -> Any:
        from core.tokenizers.train.checks import check_size
        from core.tokenizers.train.words import learn_word_pieces

        self.check(vocab_size, special_tokens)
        tokenizer = learn_word_pieces(
            texts,
            vocab_size,
            self.specials(special_tokens),
            ctx,
            lowercase=self.lowercase,
            min_frequency=self.min_frequency,
        )
        check_size(tokenizer, vocab_size)
        return tokenizer
