"""A job for the tests of forms: a question of each kind, and a preview that says what it was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, Field

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.jobs.registry import JobKind, declare
from core.jobs.request import Request, Result


class Round(BaseModel):
    title: ClassVar[str] = "Round, of one size"
    sentence: ClassVar[str] = "All of one size."
    source: ClassVar[str] = "arXiv 2506.06607"
    random: ClassVar[bool] = False
    name: Literal["round"] = "round"
    size: int = Field(3, ge=1, le=9, title="Size", description="How large.")


class Rough(BaseModel):
    title: ClassVar[str] = "Rough"
    sentence: ClassVar[str] = "No two alike."
    random: ClassVar[bool] = True
    name: Literal["rough"] = "rough"
    spread: float = Field(0.25, ge=0, title="Spread", description="How unlike.")
    smooth: bool = Field(
        False, title="Smooth", description="Take off the edges.", json_schema_extra={"advanced": True}
    )


class AskRequest(Request):
    model: Path = Field(title="Model", description="What to read.", json_schema_extra={"input": "model"})
    shape: Annotated[Round | Rough, Field(discriminator="name")] = Field(
        Round(), title="Shape", description="What they look like."
    )
    text: list[Path] = Field(
        default_factory=list, title="Your text", description="Files.", json_schema_extra={"input": "text"}
    )
    way: Literal["up", "down"] = Field("up", title="Way", description="Which way.")
    limit: int | None = Field(
        2_000,
        ge=10,
        title="Limit",
        description="At most.",
        json_schema_extra={"advanced": True, "unit": "bytes"},
    )
    note: str = Field("", title="Note", description="A word.", json_schema_extra={"advanced": True})
    names: list[str] = Field(
        default_factory=list, title="Names", description="Words.", json_schema_extra={"advanced": True}
    )
    part: float | None = Field(
        None, gt=0, le=1, title="Part", description="A share.", json_schema_extra={"advanced": True}
    )
    cutter: Path | None = Field(
        None,
        title="Cutter",
        description="A tokenizer.",
        json_schema_extra={"input": "tokenizer", "advanced": True},
    )
    out: Path | None = Field(
        None,
        title="Output",
        description="Where to.",
        json_schema_extra={"output": "folder", "advanced": True},
    )


class AskResult(Result):
    pass


ASK = declare(
    JobKind(
        kind="test-ask",
        title="Ask",
        summary="Asks.",
        request=AskRequest,
        result=AskResult,
        run="tests.app.widgets.asking:ask",
        preview="tests.app.widgets.asking:preview",
        command=("test-ask",),
        panel="runs",
    )
)


def preview(request: AskRequest) -> Preview:
    """*missing* and *crowded* models have a problem, *broken* ones are the world's fault, *fault* our own."""
    name = request.model.name
    if name == "broken":
        raise UserError("broken/config.json is no JSON text; copy it again.", field="model")
    if name == "fault":
        raise ZeroDivisionError
    problems = [Problem(field="model", message="There is no model in missing.")] if name == "missing" else []
    if name == "crowded":
        problems.append(Problem(field=None, message="It needs 9 GB, and 4 GB are free."))
    return Preview(
        problems=problems,
        notes={"model": f"{name}, 5.1 M parameters"},
        seconds=25,
        memory_bytes=180_000_000,
        disk_bytes=10_500_000,
    )
