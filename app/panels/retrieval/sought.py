"""What Why is to look into."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sought:
    """An evaluation by its run's number, two of its systems, and one of its queries."""

    run: int
    first: str = ""
    second: str = ""
    query: str = ""
    measure: str = ""
