"""Methods spelt in a line: ``omp k=8,16,32 normalise=true``, ``fvt``; a further value after a comma is one
more method. A method for the head alone stands behind a slash: ``procrustes / mean``.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.errors import UserError
from core.jobs.faults import words_of
from core.transplant.methods import METHODS
from core.transplant.methods.method import Method
from core.transplant.request import AnyMethod


@dataclass(frozen=True)
class Candidate:
    """One way to make the rows: `method` for the input embedding and, unless `head` is there, the head."""

    method: Method
    head: Method | None = None

    @property
    def line(self) -> str:
        """As it is read by `candidates`, parameters at their defaults left out."""
        words = spelt(self.method)
        return words if self.head is None else f"{words} / {spelt(self.head)}"


def candidates(line: str, *, field: str) -> list[Candidate]:
    """The methods that a line asks for: every combination of the values it lists.

    Raises:
        UserError: there is no such method or parameter, or a value that it does not take.
    """
    first, slash, second = f" {line} ".partition(" / ")  # a parameter may be a path
    heads = methods(second, field=field) if slash else [None]
    return [Candidate(method, head) for method in methods(first, field=field) for head in heads]


def methods(line: str, *, field: str) -> list[Method]:
    """One side of a line."""
    name, *given = line.split() or [""]
    cls = METHODS.get(name)
    if cls is None:
        known = ", ".join(METHODS)
        raise UserError(f"There is no method called {name!r}; there are {known}.", field=field)
    values: dict[str, list[str]] = {}
    for word in given:
        parameter, equals, value = word.partition("=")
        if not equals or parameter not in cls.model_fields or parameter == "name":
            takes = ", ".join(f for f in cls.model_fields if f != "name") or "no parameters"
            raise UserError(f"{word!r} is no parameter of {name}, which takes {takes}.", field=field)
        values[parameter] = value.split(",")
    return [
        _validated(name, dict(zip(values, chosen, strict=True)), field)
        for chosen in itertools.product(*values.values())
    ]


def spelt(method: Method) -> str:
    """A method in a line, parameters at their defaults left out."""
    words = [method.name]
    for name, info in type(method).model_fields.items():
        value = getattr(method, name)
        if name != "name" and value != info.get_default(call_default_factory=True):
            said = method.model_dump(mode="json")[name]
            words.append(f"{name}={said if isinstance(said, str) else json.dumps(said)}")
    return " ".join(words)


def _validated(name: str, values: Mapping[str, str], field: str) -> Method:
    given: dict[str, Any] = {key: None if value == "null" else value for key, value in values.items()}
    try:
        found: Method = TypeAdapter(AnyMethod).validate_python({"name": name, **given})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        raise UserError(f"{name}: {where} {words_of(first)}.", field=field) from None
    return found
