"""What every job takes and gives: plain frozen data that survives a round trip through JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Request(BaseModel):
    """Base of all requests. Field titles, descriptions and extras feed the form and the command line.

    Extras understood in a field's ``json_schema_extra``:

    - ``"input": "model" | "encoder" | "tokenizer" | "collection" | "evaluation" | "text" | "file" |
      "folder" | "project"``:
      a path (or list of paths) that is read; hashed for provenance and offered by the matching picker;
    - ``"output": "folder" | "file"``: a path that the job writes; ``"when": {field: value}``: only then;
      ``"optional": True``: what is written is beside the point, and need not be kept;
    - ``"advanced": True``: behind the form's disclosure;
    - ``"unit": "…"``: shown after the number;
    - ``"like": "…"``: a member of another field's choice and its parameters, in a line;
    - ``"none": "…"``: what None means, in a word or two: ``no limit``;
    - ``"picks": [{"name", "title", "sentence", "takes"}]`` of a list of lines: what can be picked, and the
      parameters that each takes; ``"every"`` the line for all of them, ``"example"`` one that names no pick;
    - ``"editor": "systems" | "encoder" | "measures" | "language-models" | "samplers" | "passage"``: a control
      of its own in the form;
    - ``"also": "system"``: another name of the flag on the command line.

    A subclass for which the seed never matters says ``random: ClassVar[bool] = False``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    @field_validator("*")
    @classmethod
    def _is_whole_text(cls, value: Any) -> Any:
        """What is no UTF-8 on a command line reaches Python as halves of surrogate pairs, which nothing can
        encode; in the name of a file they are right."""
        for text in value if isinstance(value, list) else [value]:
            try:
                if isinstance(text, str):
                    text.encode()
            except UnicodeEncodeError:
                raise ValueError("the text is not UTF-8; convert it first, or put it into a file") from None
        return value


class Metric(BaseModel):
    """One figure of a run, stored as a row so that runs are compared by query."""

    model_config = ConfigDict(frozen=True)

    name: str
    value: float
    slice: str | None = None


class Table(NamedTuple):
    """A small table for a person; None is an empty cell."""

    head: list[str]
    rows: list[list[Any]]


class Result(BaseModel):
    """Base of all results. The first four fields are filled in by whoever ran the job."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    run: int | None = None
    seconds: float = 0.0
    peak_memory_bytes: int = 0
    warnings: list[str] = Field(default_factory=list)

    def summary(self) -> str:
        """One sentence for a person."""
        return ""

    def metrics(self) -> list[Metric]:
        """The figures worth comparing between runs."""
        return []

    def headline(self) -> Metric | None:
        """The one figure that the run list shows."""
        return None

    def tables(self) -> list[Table]:
        """What a terminal shows under the sentence; without any, the rows and all figures."""
        return []


class RunSpec(BaseModel):
    """Everything needed to run a job (again): what `lexigraft run --request FILE` reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    request: dict[str, Any]
    seed: int = 0
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    title: str = ""


def open_outputs(request: Request) -> list[str]:
    """The fields that say where to write, and do not: the job then writes to its run's own folder."""
    return [name for name, extra in _unsaid(request) if not extra.get("optional")]


def passing_outputs(request: Request) -> list[str]:
    """Of these fields, those of what is lost with the run's folder, where that is kept by nobody."""
    return [name for name, extra in _unsaid(request) if extra.get("optional")]


def _unsaid(request: Request) -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, field.json_schema_extra)
        for name, field in type(request).model_fields.items()
        if isinstance(field.json_schema_extra, dict)
        and "output" in field.json_schema_extra
        and getattr(request, name) is None
        and _is_written(request, field.json_schema_extra.get("when", {}))
    ]


def _is_written(request: Request, when: object) -> bool:
    return isinstance(when, dict) and all(getattr(request, name) == value for name, value in when.items())


def input_paths(request: BaseModel, under: str = "") -> list[tuple[str, str, Path]]:
    """The paths that a request reads, as ``(field, input kind, path)``, in field order.

    Those of a model within it, or of a list of models, too: ``method.vectors``, ``systems.model``.
    """
    found: list[tuple[str, str, Path]] = []
    for name, field in type(request).model_fields.items():
        extra = field.json_schema_extra
        kind = extra.get("input") if isinstance(extra, dict) else None
        value = getattr(request, name)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, BaseModel):
                found += input_paths(part, f"{under}{name}.")
        if not isinstance(kind, str):
            continue
        for item in value if isinstance(value, list | tuple) else [value]:
            if item is not None:
                found.append((f"{under}{name}", kind, Path(item)))
    return found
