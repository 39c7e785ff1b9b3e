"""Rankings looked into without any model: words in common, agreement, what went wrong, scores, slices.

Light: all read an evaluation's record (`core.retrieval.record.inspect`) or what is in its result.
"""

from core.retrieval.why.agreement import Agreement, agreement, kendall, rank_biased_overlap
from core.retrieval.why.reasons import Reasons, Tag
from core.retrieval.why.scores import Scores, scores
from core.retrieval.why.slices import Slice, slices
from core.retrieval.why.words import SMALL, WORD, Shared, shared_words

__all__ = [
    "SMALL",
    "WORD",
    "Agreement",
    "Reasons",
    "Scores",
    "Shared",
    "Slice",
    "Tag",
    "agreement",
    "kendall",
    "rank_biased_overlap",
    "scores",
    "shared_words",
    "slices",
]
