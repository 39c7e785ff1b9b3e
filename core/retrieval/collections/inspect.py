"""What stands at the head of a source, as the window shows it. Loads nothing heavy."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

ROLES = ("id", "title", "text", "query", "positive", "negative", "grade")
"""What a column may be for."""


class Head(BaseModel):
    """`kind`: ``table``, ``folder`` or ``collection``; the rest is of a table.

    `rows` are the first ones, their cells in the order of `columns`; `roles` says what each column is for,
    as asked for or guessed (columns that are for nothing are not in it).
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    format: str
    columns: list[str] = Field(default_factory=list)
    rows: list[list[str]] = Field(default_factory=list)
    roles: dict[str, str] = Field(default_factory=dict)
