"""Byte-level BPE, as in GPT-2 and its kin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from core.tokenizers.train.algorithms.algorithm import Algorithm, algorithm
from core.tokenizers.train.algorithms.parameters import DigitsApart, LongestToken, MinFrequency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.jobs.context import Context
    from core.tokenizers.train.texts import Texts


@algorithm
class Bpe(Algorithm):
    title = "Byte-level BPE"
    source = "arXiv 1508.07909; bytes as in GPT-2"
    sentence = "The commonest pair of neighbours becomes a token, again and again; never across words."

    name: Literal["bpe"] = "bpe"
    min_frequency: MinFrequency = 2
    longest: LongestToken = 64
    digits: DigitsApart = "left"

    def train(self, texts: Texts, vocab_size: int, special_tokens: Sequence[str], ctx: Context) -> Any:
        from core.tokenizers.train.byte_level import apart, learn, words
        from core.tokenizers.train.checks import check_size
        from core.tokenizers.train.texts import between

        specials = self.specials(special_tokens)
        self.check(vocab_size, special_tokens)
        tokenizer = learn(
            between(texts, specials),
            apart(words(self.digits)),
            vocab_size,
            specials,
            ctx,
            min_frequency=self.min_frequency,
            longest=self.longest,
            expected=len(texts),
        )
        check_size(tokenizer, vocab_size)
        return tokenizer
