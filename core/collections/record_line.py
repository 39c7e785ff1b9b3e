"""One line of ``corpus.jsonl`` or ``queries.jsonl``: its id, title and text, and what was mended."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from pydantic_core import from_json

_SUSPECT = re.compile(rb"\\(?:u00[01]|u[dD][89a-fA-F]|b)")
"""Escapes in JSON that may stand for control characters or lone surrogates."""
_UNFIT = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff]")
"""Control characters other than white space, and halves of characters."""
_LENIENT = json.JSONDecoder(strict=False)

NOT_UTF8 = "lines with bytes that are not UTF-8 (replaced by U+FFFD)"
CONTROLS = "records with control characters or halves of characters (replaced by U+FFFD)"
NUMBERS = "ids that are numbers (read as text)"
TITLES = "titles that are no text (left out)"


class Record(NamedTuple):
    id: str
    title: str
    body: str
    mended: tuple[str, ...] = ()


def read_record(line: bytes) -> Record:
    """Read a line; the same bytes always give the same record.

    Raises:
        ValueError: what is wrong with it, to follow "the line": ``is no JSON object``.
    """
    data, mended = read_object(line)
    id = data.get("_id", data.get("id"))
    if type(id) is int or isinstance(id, float):
        id = str(id)
        mended.append(NUMBERS)
    if not isinstance(id, str):
        raise ValueError("has no _id" if id is None else "has an _id that is neither text nor number")
    body = data.get("text")
    if not isinstance(body, str):
        raise ValueError("has no text" if body is None else "has a text that is no string")
    if not id.strip():
        raise ValueError("has an empty _id")
    title = data.get("title") or ""
    if not isinstance(title, str):
        title = ""
        mended.append(TITLES)
    return Record(id, title, body, tuple(mended))


def read_object(line: bytes) -> tuple[dict[str, Any], list[str]]:
    """The object in a line of JSON, unfit characters in it replaced, and what was mended.

    Raises:
        ValueError: it is no JSON object.
    """
    mended: list[str] = []
    try:
        data = from_json(line)
        suspect = _SUSPECT.search(line) is not None
    except ValueError:
        data, suspect = _leniently(line, mended), True
    if not isinstance(data, dict):
        raise ValueError("is JSON, but no object in braces")
    if suspect:
        fit = fit_values(data)
        if fit != data:
            mended.append(CONTROLS)
            data = fit
    return data, mended


def fit(text: str) -> str:
    """`text` with U+FFFD for what no text should hold."""
    return _UNFIT.sub("�", text)


def _leniently(line: bytes, mended: list[str]) -> Any:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("utf-8", "replace")
        mended.append(NOT_UTF8)
    try:
        return _LENIENT.decode(text.strip())
    except json.JSONDecodeError as error:
        raise ValueError(
            f"is no JSON object (column {error.colno:,}: {error.msg[:1].lower()}{error.msg[1:]})"
        ) from None
    except (RecursionError, ValueError):  # nested too deeply; a number of thousands of digits
        raise ValueError("is no JSON object that can be read") from None


def fit_values(value: Any) -> Any:
    """The same for all texts in a value of JSON."""
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, dict):
        return {key: fit_values(each) for key, each in value.items()}
    if isinstance(value, list):
        return [fit_values(each) for each in value]
    return value
