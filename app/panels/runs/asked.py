"""What a run asked for, field by field, in the words of its request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel, ValidationError

from app.figures import MISSING
from core.errors import UserError
from core.jobs.registry import JobKind, job_kind
from core.jobs.request import Request
from core.project.records import RunRecord


@dataclass(frozen=True)
class Field:
    """`name` is flat (``method, k``); `text` is `value` as a person reads it, `whole` with nothing cut."""

    name: str
    title: str
    value: Any
    text: str
    whole: str


def kind_title(kind: str) -> str:
    """What a kind of run is called; one of another version of the program by its own name."""
    known = known_kind(kind)
    return known.title if known else kind.replace("-", " ").replace("_", " ").capitalize()


def known_kind(kind: str) -> JobKind | None:
    try:
        return job_kind(kind)
    except UserError:
        return None


def fields_of(run: RunRecord) -> list[Field]:
    """Every field of the run's request, those left at their defaults too, then seed and device."""
    titles, choices, paths = dict[str, str](), dict[str, str](), set[str]()
    known, request = known_kind(run.kind), _request_of(run)
    if known is not None and request is not None:
        titles, paths = dict(_titles(request)), set(_paths(known))
        choices = dict(_choices(request))
    found = [
        _field(name, titles.get(name, _words(name)), value, is_path=name in paths)
        for name, value in asked_for(run).items()
    ]
    found = [replace(field, text=choices.get(field.name, field.text)) for field in found]
    return [
        *found,
        _field("seed", "Seed", run.seed),
        _field("device", "Device", run.device),
    ]


def asked_for(run: RunRecord) -> dict[str, Any]:
    """The run's request under flat names, those left at their defaults too."""
    request = _request_of(run)
    return flat(run.request if request is None else request.model_dump(mode="json"))


def _request_of(run: RunRecord) -> Request | None:
    """None for one of another version of the program: told as it was recorded."""
    known = known_kind(run.kind)
    try:
        return known.request.model_validate(run.request) if known else None
    except ValidationError:
        return None


def flat(data: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    """Nested request data under flat names: ``{"method": "omp", "method, k": 64}``.

    The `name` of a choice (a transplant's method) is the value of the field that it fills.
    """
    found: dict[str, Any] = {}
    for key, value in data.items():
        name = f"{within}, {key}" if within else key
        if within and key == "name":
            found[within] = value
        elif isinstance(value, Mapping) and value:
            found.update(flat(value, name))
        else:
            found[name] = value
    return found


def _field(name: str, title: str, value: Any, *, is_path: bool = False) -> Field:
    items = value if isinstance(value, list) else [value]
    words = [_text(item) for item in items]
    names = [
        PurePath(item).name or item if is_path and isinstance(item, str) else _text(item) for item in items
    ]
    return Field(name, title, value, ", ".join(names) or "none", "\n".join(words) or "none")


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and abs(value) >= 10_000:
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _titles(request: BaseModel, within: str = "") -> Iterator[tuple[str, str]]:
    for key, field in type(request).model_fields.items():
        name = f"{within}, {key}" if within else key
        value = getattr(request, key)
        if isinstance(value, BaseModel):
            yield name, field.title or _words(key)
            yield from _titles(value, name)
        elif not (within and key == "name"):
            yield name, field.title or _words(key)


def _choices(request: BaseModel) -> Iterator[tuple[str, str]]:
    """What is chosen, by the name that the field uses: ``method``, ``OMP``."""
    for key in type(request).model_fields:
        title = getattr(type(getattr(request, key)), "title", None)
        if isinstance(title, str):
            yield key, title.partition(",")[0]


def _paths(kind: JobKind) -> Iterator[str]:
    for name, field in kind.request.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and ("input" in extra or "output" in extra):
            yield name


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


ABSENT = Field("", "", None, MISSING, "")
"""Of a run that has no such field."""
