"""Byte-level BPE, as in GPT-2 and its kin."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core.tokenizers.train.algorithms.algorithm import Algorithm, algorithm


@algorithm
class Bpe(Algorithm):
    title = "Byte-level BPE"
    source = "arXiv 1508.07909; bytes as in GPT-2"
    sentence = "The commonest pair of neighbours becomes a token, again and again; never across words."

    name: Literal["bpe"] = "bpe"
    min_frequency: int = Field(
        2, ge=1, le=1_000_000, title="At least", description="How often a pair must occur to become a token."
    )
