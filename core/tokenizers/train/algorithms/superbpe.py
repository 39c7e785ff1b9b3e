"""SuperBPE: BPE within words first, then across them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from core.errors import UserError
from core.tokenizers.train.algorithms.algorithm import Algorithm, algorithm
from core.tokenizers.train.algorithms.parameters import (
    CutAfter,
    DigitsApart,
    LongestToken,
    MinFrequency,
    Sample,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.jobs.context import Context
    from core.tokenizers.train.texts import Texts


@algorithm
class SuperBpe(Algorithm):
    title = "SuperBPE"
    source = "arXiv 2503.13423; PythonNut/superbpe"
    sentence = (
        "Byte-level BPE that keeps to words until most of the vocabulary is there, and then goes on across "
        "words, within a line. Numbers stay apart."
    )

    name: Literal["superbpe"] = "superbpe"
    transition: float = Field(
        default=0.9,
        gt=0,
        le=1,
        title="Transition",
        description="Share of the vocabulary that is learnt within words; 1 is plain BPE.",
    )
    min_frequency: MinFrequency = 2
    digits: DigitsApart = "left"
    longest: LongestToken = 64
    cut_after: CutAfter = 256
    sample: Sample = 10

    def at_transition(self, vocab_size: int) -> int:
        """How many tokens there are when words no longer bound them."""
        return round(vocab_size * self.transition)

    def check(self, vocab_size: int, more: Sequence[str] = ()) -> None:
        super().check(vocab_size, more)
        if self.at_transition(vocab_size) < self.least(more):
            raise UserError(
                f"At the transition there must be at least {self.least(more):,} tokens, and there would be "
                f"{self.at_transition(vocab_size):,}. Ask for a larger vocabulary or a later transition.",
                field="algorithm",
            )

    def cost(self, text_bytes: int) -> tuple[float, int]:
        sampled = min(text_bytes, int(self.sample * 1e6))
        seconds, memory = super().cost(text_bytes)
        return seconds + sampled / 1.5e6, memory + 90 * sampled

    def train(self, texts: Texts, vocab_size: int, special_tokens: Sequence[str], ctx: Context) -> Any:
        from core.tokenizers.train.byte_level import apart, learn, lines, words
        from core.tokenizers.train.checks import check_size
        from core.tokenizers.train.superwords import add_superwords
        from core.tokenizers.train.texts import between, sample

        self.check(vocab_size, special_tokens)
        specials = self.specials(special_tokens)
        first = self.at_transition(vocab_size)
        tokenizer = learn(
            between(texts, specials),
            apart(words(self.digits)),
            first,
            specials,
            ctx,
            min_frequency=self.min_frequency,
            longest=self.longest,
            expected=len(texts),
        )
        found = tokenizer.get_vocab_size()
        if found < first:
            raise UserError(
                f"Within words the text yields {found:,} tokens, fewer than the {first:,} at the transition. "
                "Give more text, ask for a smaller vocabulary, or for an earlier transition.",
                field="vocab_size",
            )
        if first == vocab_size:
            return tokenizer
        tokenizer.pre_tokenizer = apart(lines(self.cut_after, self.digits))
        tokenizer = add_superwords(
            tokenizer,
            between(sample(texts, int(self.sample * 1e6)), specials),
            vocab_size,
            specials,
            ctx,
            min_frequency=self.min_frequency,
            longest=self.longest,
            expected=len(texts),
        )
        check_size(tokenizer, vocab_size)
        return tokenizer
