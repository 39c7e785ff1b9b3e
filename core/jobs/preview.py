"""What can be said of a request before it runs, without torch: problems, notes and cost."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Problem(BaseModel):
    """Why a request cannot run: a sentence beside one field (or beside *Run* when `field` is None)."""

    model_config = ConfigDict(frozen=True)

    field: str | None
    message: str


class Preview(BaseModel):
    """`notes` maps a field to the line under it ("Llama, 5.1 M parameters, vocabulary 8,192").

    `asks` names the advanced fields that matter for what was chosen: a form shows them among the others.
    """

    model_config = ConfigDict(frozen=True)

    problems: list[Problem] = Field(default_factory=list)
    notes: dict[str, str] = Field(default_factory=dict)
    asks: list[str] = Field(default_factory=list)
    seconds: float | None = None
    memory_bytes: int | None = None
    disk_bytes: int | None = None
