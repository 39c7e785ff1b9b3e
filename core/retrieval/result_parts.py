"""What results of several retrieval jobs are made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.collections.skipped import Skipped as Skipped


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Costs(_Part):
    """Seconds on this machine; 0 where there is none of it, or where it was kept from an earlier run."""

    encode_seconds: float = 0.0
    """Of the documents."""
    query_seconds: float = 0.0
    """Encoding of all queries."""
    build_seconds: float = 0.0
    """Of the index."""
    search_seconds: float = 0.0
    """Of all queries."""
    cached: bool = False
    """Whether the documents' vectors or the index were there from an earlier run."""
    index_bytes: int = 0
    latency_ms: dict[str, float] = Field(default_factory=dict)
    """One query alone: ``p50``, ``p95``; of what it consists: ``encode``, ``search``, ``rerank``."""


class Figure(_Part):
    """The mean over the queries, with its interval of 95 % by bootstrap."""

    value: float
    low: float | None = None
    high: float | None = None


class Comparison(_Part):
    """`a` less `b` on the same queries."""

    a: str
    b: str
    measure: str
    difference: float
    low: float
    high: float
    p: float
    adjusted: float
    """p corrected for the number of comparisons."""
    effect: float | None
    """The mean difference over its standard deviation (Cohen's d_z)."""
    wins: int
    losses: int
    ties: int
    detectable: float | None = None
    """The smallest difference that so many queries can show: 2.8 standard errors."""
