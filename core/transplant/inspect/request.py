"""What can be asked of a transplanted model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from core.jobs.request import Request

Order = Literal["id", "residual", "occurs", "text"]
Matrix = Literal["input", "head"]


class Place(Request):
    """Where a transplant lies, and what it was made of.

    `model` is the folder that a transplant wrote. `base` and `donor` name the tokens that rows are built from
    and give neighbours; `text` says how often each token occurs, `max_bytes` of each file.
    """

    model: Path
    base: Path | None = None
    donor: Path | None = None
    text: tuple[Path, ...] = ()
    max_bytes: int | None = 200_000


class AskTokens(Request):
    """A list of tokens: those from `sources` (all by default) that answer `query`, `count` from `start` on.

    `query`: a part of the token's text in any case; ``#868`` is an id.
    """

    place: Place
    query: str = ""
    sources: tuple[str, ...] = ()
    order: Order = "id"
    descending: bool = False
    start: Annotated[int, Field(ge=0)] = 0
    count: Annotated[int, Field(ge=1, le=10_000)] = 200


class AskToken(Request):
    """Everything about one token. `neighbours`: how many of each table."""

    place: Place
    id: int = Field(ge=0)
    matrix: Matrix = "input"
    neighbours: Annotated[int, Field(ge=0, le=50)] = 8
