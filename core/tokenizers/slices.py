"""A tokenizer.json parsed in slices, so that no step keeps the window's thread waiting.

Python's JSON parser is one native call, during which no other thread of the process runs: half a second for a
vocabulary of 250,000 tokens. Here the vocabulary is read some thousand tokens at a time, between which others
have their turn, and the merges, the larger half of many files, are passed over unless they are asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from json import JSONDecodeError
from typing import Any

_AT_ONCE = 2_000
"""Tokens or merges: a millisecond or two."""
_S = r"[ \t\n\r]*"
_TEXT = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_DECODER = json.JSONDecoder()

_Read = Callable[[str, int], tuple[Any, int]]
"""A text and where a value begins in it → the value, and where it ends."""


def parse_without_merges(text: str, into: list[Any] | None = None) -> Any:
    """As ``json.loads(text)``, but ``model.merges`` is an empty list.

    Args:
        into: is given the merges, as the file has them; without it they are not read at all.

    Raises:
        JSONDecodeError, ValueError, RecursionError: as ``json.loads``.
    """

    def model(text: str, at: int) -> tuple[Any, int]:
        if text.startswith("{", at):
            return _object(text, at, {"vocab": _vocabulary, "merges": merges})
        return _value(text, at)

    def merges(text: str, at: int) -> tuple[Any, int]:
        return _merges(text, at, into)

    def whole(text: str, at: int) -> tuple[Any, int]:
        return _object(text, at, {"model": model}) if text.startswith("{", at) else _value(text, at)

    return _all_of(text, whole)


def parse_vocabulary(text: str) -> Any:
    """As ``json.loads(text)``, where the text is a vocabulary: numbers by text.

    Raises:
        JSONDecodeError, ValueError, RecursionError: as ``json.loads``.
    """
    return _all_of(text, _vocabulary)


def parse_listing(text: str, key: str) -> Any:
    """As ``json.loads(text)``, where the text is an object that has a long list of flat objects under `key`.

    Raises:
        JSONDecodeError, ValueError, RecursionError: as ``json.loads``.
    """

    def listing(text: str, at: int) -> tuple[Any, int]:
        found: list[Any] = []

        def take(slice_: str) -> None:
            found.extend(json.loads(f"[{slice_}]"))

        if text.startswith("[", at) and (end := _sliced(text, at, _FLAT_OBJECTS, "]", take)):
            return found, end
        return _value(text, at)

    def whole(text: str, at: int) -> tuple[Any, int]:
        return _object(text, at, {key: listing}) if text.startswith("{", at) else _value(text, at)

    return _all_of(text, whole)


def _all_of(text: str, read: _Read) -> Any:
    found, at = read(text, _skip(text, 0))
    at = _skip(text, at)
    if at < len(text):
        raise JSONDecodeError("Extra data", text, at)
    return found


def _object(text: str, at: int, special: dict[str, _Read]) -> tuple[dict[str, Any], int]:
    """An object, the values of some keys read in their own way."""
    found: dict[str, Any] = {}
    at = _skip(text, at + 1)
    if text.startswith("}", at):
        return found, at + 1
    while True:
        if not text.startswith('"', at):
            raise JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
        key, at = _value(text, at)
        at = _past(":", text, at)
        found[key], at = special.get(key, _value)(text, at)
        at = _skip(text, at)
        if text.startswith("}", at):
            return found, at + 1
        at = _past(",", text, at)


def _several(item: str, closing: str) -> re.Pattern[str]:
    """Some items, each with the comma after it, or before the closing bracket."""
    return re.compile(rf"(?:{_S}{item}{_S}(?:,|(?={re.escape(closing)}))){{1,{_AT_ONCE}}}", re.DOTALL)


_NUMBERED_ITEM = rf"{_TEXT}{_S}:{_S}{_NUMBER}"
_SCORED_ITEM = rf"\[{_S}{_TEXT}{_S},{_S}{_NUMBER}{_S}\]"
_MERGE_ITEM = rf"(?:{_TEXT}|\[{_S}{_TEXT}{_S},{_S}{_TEXT}{_S}\])"
_PAIR = rf"{_TEXT}{_S}:{_S}(?:{_TEXT}|{_NUMBER}|null|true|false)"
_FLAT_OBJECT_ITEM = rf"\{{{_S}{_PAIR}(?:{_S},{_S}{_PAIR})*{_S}\}}"
_NUMBERED = _several(_NUMBERED_ITEM, "}")
_SCORED = _several(_SCORED_ITEM, "]")
_MERGES = _several(_MERGE_ITEM, "]")
_FLAT_OBJECTS = _several(_FLAT_OBJECT_ITEM, "]")


def _vocabulary(text: str, at: int) -> tuple[Any, int]:
    """Text → number, or a list of pairs of text and score."""
    numbered: dict[str, int] = {}
    scored: list[Any] = []

    def take_numbered(slice_: str) -> None:
        numbered.update(json.loads(f"{{{slice_}}}"))

    def take_scored(slice_: str) -> None:
        scored.extend(json.loads(f"[{slice_}]"))

    if text.startswith("{", at) and (end := _sliced(text, at, _NUMBERED, "}", take_numbered)):
        return numbered, end
    if text.startswith("[", at) and (end := _sliced(text, at, _SCORED, "]", take_scored)):
        return scored, end
    return _value(text, at)


def _merges(text: str, at: int, into: list[Any] | None) -> tuple[Any, int]:
    taken: list[Any] = []

    def take(slice_: str) -> None:
        if into is not None:
            taken.extend(json.loads(f"[{slice_}]"))

    if text.startswith("[", at) and (end := _sliced(text, at, _MERGES, "]", take)):
        if into is not None:
            into += taken
        return [], end
    found, at = _value(text, at)
    if into is not None and isinstance(found, list):
        into += found
    return found, at


def _sliced(
    text: str, at: int, several: re.Pattern[str], closing: str, take: Callable[[str], None]
) -> int | None:
    """Where the object or list at `at` ends, its slices taken; None where it is empty, unusual, malformed."""
    at += 1
    comma = True
    while match := several.match(text, at):
        at = match.end()
        comma = match[0].endswith(",")
        try:
            take(match[0].removesuffix(","))
        except ValueError:
            return None
    at = _skip(text, at)
    return at + 1 if not comma and text.startswith(closing, at) else None


def _value(text: str, at: int) -> tuple[Any, int]:
    return _DECODER.raw_decode(text, at)


def _past(sign: str, text: str, at: int) -> int:
    """Behind `sign` and the space around it."""
    at = _skip(text, at)
    if not text.startswith(sign, at):
        raise JSONDecodeError(f"Expecting '{sign}' delimiter", text, at)
    return _skip(text, at + 1)


_SPACE = re.compile(_S)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
