"""Whether a difference between systems is real: paired tests over queries, intervals, corrections."""

from core.retrieval.significance.compare import PairedTest, compare, comparisons
from core.retrieval.significance.corrections import corrected
from core.retrieval.significance.resampling import interval, intervals

__all__ = ["PairedTest", "compare", "comparisons", "corrected", "interval", "intervals"]
