"""Paths inside the project are stored relative to it, so that its folder can be moved."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

MARK = "project:///"
"""Begins every stored string that is a path inside the project."""


def map_strings(value: Any, change: Callable[[str], str]) -> Any:
    """A copy of the JSON `value` with each string (not the keys) passed through `change`."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: map_strings(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [map_strings(item, change) for item in value]
    return value


def replace_prefixes(text: str, prefixes: Iterable[tuple[str, str]]) -> str:
    """`text` with the first folder of `prefixes` that it is, or lies in, replaced.

    ``[("/a/b", "/c")]`` turns ``/a/b`` into ``/c`` and ``/a/b/x`` into ``/c/x``, and leaves ``/a/bc`` alone.
    """
    for old, new in prefixes:
        if text == old:
            return new
        if text.startswith(old) and text[len(old)] in (os.sep, "/"):
            return new + ("" if new.endswith("/") else "/") + text[len(old) + 1 :].replace(os.sep, "/")
    return text


def anchored(request: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """`request` with the relative paths in its input and output fields made absolute.

    So that a run recorded on the command line can be repeated from anywhere. An input that is no
    file here (a model's name, say) is left alone. Those of a model within it, such as a method's, likewise.
    """
    found = dict(request)
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and name in request and extra.keys() & {"input", "output"}:
            place = functools.partial(_absolute, must_exist="output" not in extra)
            found[name] = map_strings(request[name], place)
    for name, within in _models_within(request, model):
        if isinstance(within, list):
            found[name] = [
                anchored(item, kind) if isinstance(item, dict) else item
                for item, kind in zip(found[name], within, strict=True)
            ]
        else:
            found[name] = anchored(found[name], within)
    return found


def _models_within(
    request: dict[str, Any], model: type[BaseModel]
) -> list[tuple[str, type[BaseModel] | list[type[BaseModel]]]]:
    """The fields that hold a model of their own, or a list of them, and which; none where the request will
    be refused anyway."""
    try:
        valid = model.model_validate(request)
    except ValidationError:
        return []
    found: list[tuple[str, type[BaseModel] | list[type[BaseModel]]]] = []
    for name, value in valid:
        given = request.get(name)
        if isinstance(value, BaseModel) and isinstance(given, dict):
            found.append((name, type(value)))
        elif isinstance(value, list) and value and isinstance(given, list) and len(given) == len(value):
            kinds = [type(item) for item in value if isinstance(item, BaseModel)]
            if len(kinds) == len(value):
                found.append((name, kinds))
    return found


def _absolute(text: str, *, must_exist: bool) -> str:
    if text.startswith("~") or (must_exist and not exists(text)):
        return text
    return str(Path(text).absolute())


def exists(path: str) -> bool:
    """Whether something is there; False for what cannot even be a path."""
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


class PortablePaths:
    """Turns absolute paths inside `folder` into marked relative ones and back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._prefixes = [
            (prefix, MARK) for prefix in dict.fromkeys((str(folder.absolute()), str(self.folder)))
        ]

    def store(self, value: Any) -> Any:
        return map_strings(value, lambda text: replace_prefixes(text, self._prefixes))

    def restore(self, value: Any) -> Any:
        return map_strings(value, self._restored)

    def inside(self, relative: str) -> Path:
        """The absolute path of `relative`. Raises ValueError when it leads out, by ``..`` or by a link."""
        path = (self.folder / relative).resolve()
        if not path.is_relative_to(self.folder):
            raise ValueError(f"{relative!r} leaves the project")
        return path

    def _restored(self, text: str) -> str:
        if not text.startswith(MARK):
            return text
        try:
            return str(self.inside(text.removeprefix(MARK)))
        except (ValueError, OSError):
            return text
