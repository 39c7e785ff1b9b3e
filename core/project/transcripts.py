"""What runs were asked to read and what they wrote, found by its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.project.records import Excerpt
from core.project.schema import RunRow

ASKED = ("prompt", "prefix", "suffix", "text", "system")
"""Fields of a request that hold text itself; where such a one names files, it is passed over."""
TOLD = ("prompts", "texts", "text", "written")
"""Fields of a result that hold text, texts, or things with a text."""
AT_ONCE = 20
"""Runs in memory: a result may hold megabytes."""
AROUND = 36
"""Characters of an excerpt before and after what was found."""


def find(session: Session, words: str) -> dict[int, Excerpt]:
    """Run → its first place with these words, in any case, whatever white space is between them.

    The results of all runs are gone through, a few at a time; the bin is left out.
    """
    sought = pattern(words)
    if sought is None:
        return {}
    found: dict[int, Excerpt] = {}
    query = select(RunRow.id, RunRow.request, RunRow.result).where(~RunRow.deleted)
    for run, request, result in session.execute(query).yield_per(AT_ONCE):
        asked = [request.get(key) for key in ASKED]
        told = [(result or {}).get(key) for key in TOLD]
        for text in _texts(asked, told):
            match = sought.search(text)
            if match is not None:
                found[run] = _excerpt(text, match.start(), match.end())
                break
    return found


def pattern(words: str) -> re.Pattern[str] | None:
    """What matches these words; None where there are none."""
    parts = words.split()
    return re.compile(r"\s+".join(map(re.escape, parts)), re.IGNORECASE) if parts else None


def _texts(asked: list[Any], told: list[Any]) -> Iterator[str]:
    """What was written goes on from its prompt: words may begin in one and end in the other."""
    prompt = asked[0] if isinstance(asked[0], str) else ""
    written = [text for value in told[1:] for text in _strings(value)]
    yield from (f"{prompt}{text}" for text in written)
    yield from (text for text in asked if isinstance(text, str))
    yield from _strings(told[0])


def _strings(value: Any) -> Iterator[str]:
    """The texts in a value: itself, or of a list its items or their texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            text = item.get("text") if isinstance(item, dict) else item
            if isinstance(text, str):
                yield text


def _excerpt(text: str, start: int, end: int) -> Excerpt:
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    before, after = _line(text[first:start]), _line(text[end:last])
    return Excerpt(
        f"…{before.lstrip()}" if first else before,
        _line(text[start:end]),
        f"{after.rstrip()}…" if last < len(text) else after,
    )


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
