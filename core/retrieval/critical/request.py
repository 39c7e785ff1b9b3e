"""What a search for critical numbers of documents is asked for."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from core.jobs.request import Request

_PART = re.compile(r"(\d+)(?:\.\.(\d+))?")
MOST_WIDTHS = 64


def spread(text: str) -> list[int]:
    """The widths that a text such as ``2..6, 8`` means, in rising order.

    Raises:
        ValueError: a sentence.
    """
    found: set[int] = set()
    for part in re.split(r"[\s,]+", text.strip()):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is no width; write them like 2..12 or 4, 8, 16")
        low, high = int(match[1]), int(match[2] or match[1])
        if not 2 <= low <= high <= 1024:
            raise ValueError(f"{part!r} is no range of widths from 2 to 1024")
        found.update(range(low, high + 1))
        if len(found) > MOST_WIDTHS:
            raise ValueError(f"more than {MOST_WIDTHS} widths; ask for fewer at a time")
    return sorted(found)


class CriticalRequest(Request):
    """Find, for each width, up to how many documents all sets of k can be the nearest of some query."""

    dimensions: str = Field(
        "2..12",
        title="Dimensions",
        description="Widths of the vectors: 2..12 for all between, or some: 4, 8, 16. Time grows fast with "
        "them: seconds each up to 12, minutes from 20 on.",
    )
    k: int = Field(
        2,
        ge=2,
        le=8,
        title="Relevant a query",
        description="Every set of so many documents has a query of its own.",
    )
    seeds: int = Field(
        1,
        ge=1,
        le=20,
        title="Seeds",
        description="How often it is tried, from other random vectors: what is solved depends on them.",
    )
    search: Literal["by one", "gallop"] = Field(
        "by one",
        title="Search",
        description="By one: n grows until the first failure. Gallop: steps that double, then bisection, "
        "then all n around; less to try for large widths.",
        json_schema_extra={"labels": {"by one": "By one", "gallop": "Gallop, then bisect"}},
    )
    learning_rate: float = Field(
        0.01, gt=0, le=1, title="Learning rate", description="Adam's.", json_schema_extra={"advanced": True}
    )
    temperature: float = Field(
        0.1,
        ge=0.03,
        le=10,
        title="Temperature",
        description="Cosines are divided by it in the loss.",
        json_schema_extra={"advanced": True},
    )
    most_steps: int = Field(
        100_000,
        ge=50,
        title="Most steps",
        description="After so many an n counts as not solved.",
        json_schema_extra={"advanced": True},
    )
    patience: int = Field(
        1_000,
        ge=50,
        title="Patience",
        description="The same after so many steps in which the loss fell by no more than 0.00001.",
        json_schema_extra={"advanced": True},
    )
    cache: bool = Field(
        True,
        title="Keep trials",
        description="What was tried is kept for the next run.",
        json_schema_extra={"advanced": True},
    )

    @field_validator("dimensions")
    @classmethod
    def _are_widths(cls, text: str) -> str:
        spread(text)
        return text.strip()

    def widths(self) -> list[int]:
        return spread(self.dimensions)
