"""Supertokens: BPE across words, learnt from text that is cut at random places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from core.tokenizers.train.algorithms.algorithm import Algorithm, algorithm
from core.tokenizers.train.algorithms.parameters import CutAfter, LongestToken, MinFrequency, Sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.jobs.context import Context
    from core.tokenizers.train.texts import Texts


@algorithm
class Supertokens(Algorithm):
    title = "Supertokens"
    source = "TokenAdapt, arXiv 2505.09738; Tinycompany-AI/SuperTokenizer"
    sentence = (
        "Byte-level BPE of text that is cut into chunks of random length instead of words, so that tokens of "
        "several words come about. New text is cut at the ends of lines only, and where they are very long."
    )
    random = True
    bytes_a_second: ClassVar[float] = 0.5e6
    yields: ClassVar[float] = 5.0

    name: Literal["supertokens"] = "supertokens"
    mean: float = Field(
        default=48.0,
        ge=1,
        le=100_000,
        title="Mean length",
        description="How long a chunk of the training text is on average; no token becomes much longer.",
        json_schema_extra={"unit": "characters"},
    )
    spread: float = Field(
        default=16.0,
        ge=0,
        le=100_000,
        title="Spread",
        description="Standard deviation of the lengths.",
        json_schema_extra={"unit": "characters"},
    )
    short_share: float = Field(
        default=0.1,
        ge=0,
        le=1,
        title="Short chunks",
        description="Share of the chunks that have one to three characters: it keeps short tokens.",
    )
    min_frequency: MinFrequency = 2
    longest: LongestToken = 64
    cut_after: CutAfter = 256
    sample: Sample = 10

    def cost(self, text_bytes: int) -> tuple[float, int]:
        sampled = min(text_bytes, int(self.sample * 1e6))
        seconds, memory = super().cost(sampled)
        return seconds, memory + 100 * sampled

    def train(self, texts: Texts, vocab_size: int, special_tokens: Sequence[str], ctx: Context) -> Any:
        from core.tokenizers.train.byte_level import apart, learn, lines
        from core.tokenizers.train.checks import check_size
        from core.tokenizers.train.chunks import CHUNKS, Lengths, chunked
        from core.tokenizers.train.texts import between, sample

        specials = self.specials(special_tokens)
        self.check(vocab_size, special_tokens)
        parts = between(sample(texts, int(self.sample * 1e6)), specials)
        lengths = Lengths(self.mean, self.spread, self.short_share, ctx.seed)
        tokenizer = learn(
            chunked(parts, lengths, self.cut_after),
            CHUNKS,
            vocab_size,
            specials,
            ctx,
            min_frequency=self.min_frequency,
            longest=self.longest,
            expected=len(texts),
        )
        tokenizer.pre_tokenizer = apart(lines(self.cut_after))
        check_size(tokenizer, vocab_size)
        return tokenizer
