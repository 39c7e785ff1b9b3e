"""The ids in the post_processor of a tokenizer.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def processor_ids(component: Any) -> Iterator[int]:
    """Every id that it names."""
    if not isinstance(component, dict):
        return
    for member in component.get("processors") or ():
        yield from processor_ids(member)
    for end in ("sep", "cls"):
        pair = component.get(end)
        if isinstance(pair, list) and len(pair) == 2 and type(pair[1]) is int:
            yield pair[1]
    special = component.get("special_tokens")
    for entry in special.values() if isinstance(special, dict) else ():
        yield from entry["ids"]


def renumbered_processor(component: Any, numbers: Mapping[int, int]) -> Any:
    """The same with other ids: old → new; one that names no token stays."""
    if not isinstance(component, dict):
        return component
    changed = dict(component)
    if "processors" in changed:
        changed["processors"] = [renumbered_processor(member, numbers) for member in changed["processors"]]
    for end in ("sep", "cls"):
        pair = changed.get(end)
        if isinstance(pair, list) and len(pair) == 2 and type(pair[1]) is int:
            changed[end] = [pair[0], numbers.get(pair[1], pair[1])]
    special = changed.get("special_tokens")
    if isinstance(special, dict):
        changed["special_tokens"] = {
            name: {**entry, "ids": [numbers.get(id, id) for id in entry["ids"]]}
            for name, entry in special.items()
        }
    return changed
