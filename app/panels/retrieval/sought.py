"""What Why is to look into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sought:
    """An evaluation by its run's number or its folder, two of its systems, and one of its queries."""

    run: int
    folder: Path
    first: str = ""
    second: str = ""
    query: str = ""
    measure: str = ""
