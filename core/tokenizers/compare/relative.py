"""Measures that are not of one tokenizer on one text alone: against other rows, by the clock, by a price."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence

from core.tokenizers.compare.measures.measure import Measure
from core.tokenizers.tokenizer import Tokenizer

_TIMES = 5


class Parity(Measure):
    key = "parity"
    title = "Parity"
    description = (
        "Tokens of this text over tokens of the pivot, by the same tokenizer: what the same content costs in "
        "another language, if the texts are translations of each other (Petrov et al., arXiv 2305.15425, "
        "call what is above 1 a premium). A ratio of sums; look at the tokens, too."
    )
    better = "low"
    digits = 2
    order = 3


class MeanParity(Measure):
    key = "mean_parity"
    title = "Parity, mean of documents"
    description = (
        "Mean over documents of this text's tokens over the pivot's. Only where both have as many documents, "
        "which should be translations one by one."
    )
    better = "low"
    digits = 2
    order = 4


class NormalisedLength(Measure):
    key = "normalised_length"
    title = "Normalised length"
    description = "Tokens over those of the first tokenizer on the same text (NSL); 1 is the same length."
    better = "low"
    digits = 3
    order = 5


class Cost(Measure):
    key = "cost"
    title = "Cost"
    description = "Tokens of the text times the price that you gave, which is that of a million tokens."
    better = "low"
    digits = 4
    order = 6


class WeightedOverlap(Measure):
    key = "weighted_overlap"
    title = "Shared, by occurrence"
    description = (
        "Share of the text's tokens under the first tokenizer whose bytes are a token of the second, too."
    )
    digits = 3
    order = 97


class Throughput(Measure):
    key = "throughput"
    title = "Speed"
    unit = "MB/s"
    description = (
        "Bytes of text that the format's own library encodes in a second (1 MB is 10⁶ bytes), on a sample of "
        f"the texts: median of {_TIMES} runs after one to warm up, with {os.cpu_count() or 1} threads where "
        "the library has them."
    )
    better = "high"
    digits = 1
    order = 98


OF_TEXTS: tuple[Measure, ...] = (Parity(), MeanParity(), NormalisedLength())


def throughput(
    tokenizer: Tokenizer,
    documents: Sequence[str],
    tick: Callable[[], None],
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """MB/s of the library's own batch."""
    size = sum(len(document.encode()) for document in documents)
    tokenizer.ids(documents)
    seconds = []
    for _ in range(_TIMES):
        tick()
        began = clock()
        tokenizer.ids(documents)
        seconds.append(clock() - began)
    return size / 1e6 / max(statistics.median(seconds), 1e-9)
