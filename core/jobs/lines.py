"""Things with parameters spelt in a line: ``bm25 k1=0.9 b=0.4``, ``dense model=minilm pooling=cls``.

Values with spaces are quoted as in a shell. A list has commas between its items, or is one of JSON
where an item has a comma itself.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

KIND = "kind"
"""The field that tells kinds apart."""


def parsed(
    line: object, kinds: Mapping[str, type[BaseModel]], *, bare: tuple[str, str] | None = None
) -> object:
    """What a line says, as the dict that its kind validates; what is no string is given back as it is.

    Args:
        bare: kind and parameter that a first word stands for which is no kind: ``("dense", "model")``, so
            that a path alone will do.

    Raises:
        ValueError: no such kind or parameter; a sentence.
    """
    if not isinstance(line, str):
        return line
    try:
        first, *words = shlex.split(line) or [""]
    except ValueError:
        raise ValueError(f"a quotation mark is open in {line!r}") from None
    values: dict[str, Any] = {}
    if first in kinds:
        kind = first
    elif bare is not None and first:
        kind, values = bare[0], {bare[1]: first}
    else:
        raise ValueError(f"there is no {first!r}; there are {', '.join(kinds)}")
    cls = kinds[kind]
    takes = [name for name in cls.model_fields if name != KIND]
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in takes:
            raise ValueError(f"{word!r} is no parameter of {kind}, which takes {', '.join(takes) or 'none'}")
        values[name] = _value(cls, name, value)
    return {KIND: kind, **values}


def spelt(thing: BaseModel) -> str:
    """The reverse, parameters at their defaults left out."""
    words = [str(getattr(thing, KIND))]
    said = thing.model_dump(mode="json")
    for name, info in type(thing).model_fields.items():
        value = getattr(thing, name)
        if name == KIND or (not info.is_required() and value == info.get_default(call_default_factory=True)):
            continue
        words.append(shlex.quote(f"{name}={_text(said[name])}"))
    return " ".join(words)


def _value(cls: type[BaseModel], name: str, value: str) -> Any:
    if value == "null":
        return None
    if "list[" not in str(cls.model_fields[name].annotation):
        return value
    if value.startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError(f"{f'{name}={value}'!r} is no list") from None
    return [item for item in value.split(",") if item]


def _text(value: Any) -> str:
    if isinstance(value, list):
        items = [_text(item) for item in value]
        return (
            json.dumps(items, ensure_ascii=False) if any("," in item for item in items) else ",".join(items)
        )
    return value if isinstance(value, str) else json.dumps(value)
