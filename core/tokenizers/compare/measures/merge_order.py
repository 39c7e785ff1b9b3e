"""Merge-order agreement: whether two BPE tokenizers learnt the tokens that they share in the same order."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.canonical import Kind
from core.tokenizers.compare.measures.measure import OfVocabularies, measure
from core.tokenizers.compare.once import once_for_each
from core.tokenizers.tokenizer import Tokenizer


@measure
class MergeOrder(OfVocabularies):
    key = "merge_order"
    title = "Merge-order agreement"
    description = (
        "Kendall's τ of the ranks of the tokens that two BPE tokenizers share: 1 where they were learnt in "
        "the same order, 0 where the orders have nothing to do with each other."
    )
    order = 96

    def value(self, first: Tokenizer, second: Tokenizer) -> float | None:
        (one, ranks), (other, others) = _ranks(first), _ranks(second)
        _, here, there = np.intersect1d(one, other, assume_unique=True, return_indices=True)
        return kendall_tau(ranks[here], others[there])


@once_for_each
def _ranks(tokenizer: Tokenizer) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Numbers that stand for the bytes of text tokens of two bytes or more, and their ranks, [n] both.

    Empty for what is no BPE.
    """
    if tokenizer.vocabulary.model != "BPE":
        return np.zeros(0, np.int64), np.zeros(0)
    known = [
        (hash(token.bytes), token.score)
        for token in tokenizer.vocabulary
        if token.kind is Kind.TEXT and token.score is not None and len(token.bytes) > 1
    ]
    texts, first = np.unique(np.array([text for text, _ in known], np.int64), return_index=True)
    scores = np.array([score for _, score in known], np.float64)[first]
    falling = bool((scores <= 0).all())  # SentencePiece: the negative of the rank
    return texts, -scores if falling else scores


def kendall_tau(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """Kendall's τ-b of two rankings, float64 [n] each (Knight, JASA 61, 1966). None where one is all ties."""
    pairs = len(one) * (len(one) - 1) // 2
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    tied_one, tied_other = _ties(one), _ties(np.sort(other))
    tied_both = _ties_of_both(one, other)
    if pairs in (tied_one, tied_other):
        return None
    agreeing_less_others = pairs - tied_one - tied_other + tied_both - 2 * _inversions(other)
    return agreeing_less_others / math.sqrt((pairs - tied_one) * (pairs - tied_other))


def _pairs_in_runs(new: NDArray[np.bool_]) -> int:
    """Pairs within the same run, where `new` says that a run begins."""
    lengths = np.diff(np.append(np.flatnonzero(new), len(new)))
    return int((lengths * (lengths - 1) // 2).sum())


def _ties(values: NDArray[np.float64]) -> int:
    """Pairs of equal values; `values` sorted."""
    return _pairs_in_runs(np.append(True, values[1:] != values[:-1])) if len(values) else 0


def _ties_of_both(one: NDArray[np.float64], other: NDArray[np.float64]) -> int:
    if not len(one):
        return 0
    return _pairs_in_runs(np.append(True, (one[1:] != one[:-1]) | (other[1:] != other[:-1])))


def _inversions(values: NDArray[np.float64]) -> int:
    """Pairs that stand in falling order, counted by merging ever longer halves of blocks, all at once."""
    _, ranks = np.unique(values, return_inverse=True)
    many = len(ranks)
    places = np.arange(many)
    found, half = 0, 1
    while half < many:
        block, right = places // (2 * half), places // half % 2
        order = np.argsort((block * many + ranks) * 2 + right)  # of equal ones, the left half's first
        left = np.append(0, np.cumsum(1 - right[order]))
        first = block[order] * 2 * half
        in_left_half = np.minimum(first + half, many) - first
        passed = left[places] - left[first]
        found += int(((in_left_half - passed) * right[order]).sum())
        half *= 2
    return found
