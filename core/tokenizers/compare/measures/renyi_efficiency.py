"""Rényi and Shannon efficiency: how evenly a tokenizer uses its tokens."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.measures.measure import Counts, OfCounts, measure
from core.tokenizers.compare.token_table import token_table


def renyi_entropy(counts: NDArray[np.int64], alpha: float) -> float | None:
    """Rényi entropy in bits: ``log2(Σ p^α) / (1 - α)``; of order 1, Shannon's; of order ∞, ``-log2 max p``.

    Args:
        counts: int64 [n], how often each token occurred.

    Returns:
        None where nothing was counted.
    """
    seen = counts[counts > 0]
    if not len(seen):
        return None
    p = seen / seen.sum()
    if alpha == 1:
        return float(-(p * np.log2(p)).sum())
    if math.isinf(alpha):
        return float(-np.log2(p.max()))
    largest = p.max()  # taken out, so that a high power does not vanish
    power = alpha * np.log2(largest) + np.log2(((p / largest) ** alpha).sum())
    return float(power / (1 - alpha))


def renyi_efficiency(
    counts: NDArray[np.int64], alpha: float = 2.5, vocabulary: int | None = None
) -> float | None:
    """Rényi entropy over that of equally frequent tokens (Zouhar et al., arXiv 2306.16842).

    Args:
        counts: int64 [n], how often each token occurred.
        vocabulary: how many tokens there are; by default, as many as occurred.

    Returns:
        None where it is nought over nought: one token only, or none.
    """
    types = int((counts > 0).sum())
    size = types if vocabulary is None else vocabulary
    entropy = renyi_entropy(counts, alpha)
    if entropy is None or size < 2:
        return None
    return min(entropy, math.log2(types)) / math.log2(size)  # rounding must not take it above 1


_CAVEAT = (
    "It can be raised by changes that help nobody (arXiv 2402.14614): never rank tokenizers by it alone."
)


@measure
class RenyiEfficiency(OfCounts):
    key = "renyi_efficiency"
    title = "Rényi efficiency"
    description = (
        "Rényi entropy of the token frequencies, of order α (2.5 unless you say otherwise), over the "
        "logarithm of the number of different tokens that occurred (Zouhar et al., arXiv 2306.16842). "
        f"{_CAVEAT} It falls as the text grows."
    )
    better = "high"
    order = 40

    def value(self, counts: Counts) -> float | None:
        return renyi_efficiency(counts.counts, counts.alpha)


@measure
class RenyiEfficiencyOfTheVocabulary(OfCounts):
    key = "renyi_efficiency_full"
    title = "Rényi efficiency, whole vocabulary"
    description = (
        "Rényi entropy over the logarithm of the size of the vocabulary, tokens that never occurred "
        f"included. {_CAVEAT}"
    )
    better = "high"
    order = 41

    def value(self, counts: Counts) -> float | None:
        return renyi_efficiency(counts.counts, counts.alpha, token_table(counts.tokenizer).ordinary_count)


@measure
class ShannonEfficiency(OfCounts):
    key = "shannon_efficiency"
    title = "Shannon efficiency"
    description = "Rényi efficiency of order 1: Shannon entropy over that of equally frequent tokens."
    better = "high"
    order = 42

    def value(self, counts: Counts) -> float | None:
        return renyi_efficiency(counts.counts, 1)


@measure
class RenyiEntropy(OfCounts):
    key = "renyi_entropy"
    title = "Rényi entropy"
    unit = "bits"
    description = "Of the token frequencies, of order α (2.5 unless you say otherwise)."
    digits = 2
    order = 43

    def value(self, counts: Counts) -> float | None:
        return renyi_entropy(counts.counts, counts.alpha)
