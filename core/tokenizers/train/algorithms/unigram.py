"""Unigram, in SentencePiece's manner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from core.tokenizers.train.algorithms.algorithm import Algorithm, algorithm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.jobs.context import Context
    from core.tokenizers.train.texts import Texts


@algorithm
class Unigram(Algorithm):
    title = "Unigram"
    source = "arXiv 1804.10959; as in SentencePiece"
    sentence = (
        "Begins with many pieces of words and drops those that the text's likelihood needs least. Single "
        "bytes spell what no piece covers. A lower one eighth block (U+2581) is read as a space."
    )
    roles: ClassVar[Mapping[str, str]] = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
    bytes_a_second: ClassVar[float] = 0.6e6
    yields: ClassVar[float] = 15.0

    name: Literal["unigram"] = "unigram"

    def least(self, more: Sequence[str] = ()) -> int:
        """With the space mark and the 94 signs of ASCII."""
        return super().least(more) + 1 + 94

    def train(self, texts: Texts, vocab_size: int, special_tokens: Sequence[str], ctx: Context) -> Any:
        from core.tokenizers.train.checks import check_size
        from core.tokenizers.train.pieces import learn_unigram

        self.check(vocab_size, special_tokens)
        tokenizer = learn_unigram(texts, vocab_size, self.specials(special_tokens), ctx)
        check_size(tokenizer, vocab_size)
        return tokenizer
