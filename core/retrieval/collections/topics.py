"""TREC's topics: queries with a title, a description and a narrative."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

from core.collections.decoded import read_decoded
from core.collections.tally import Tally
from core.errors import UserError

_TOPIC = re.compile(r"<(?:top|topic)\b([^>]*)>", re.IGNORECASE)
_TAG = re.compile(
    r"<(/?)(num|title|query|desc|description|narr|narrative)\b[^>]*>|</?\w+[^>]*>", re.IGNORECASE
)
_NUMBER = re.compile(r"""\bnumber\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_LABEL = re.compile(r"^\s*(?:Number|Topic|Description|Narrative)\s*:", re.IGNORECASE)
_SHORT = {"query": "title", "description": "desc", "narrative": "narr"}


@dataclass(frozen=True)
class Topic:
    id: str
    title: str
    description: str = ""
    narrative: str = ""


def read_topics(path: Path, field: str | None = "queries", *, tally: Tally | None = None) -> list[Topic]:
    """Topics in SGML (``<top>``, ``<num>``, ``<title>``, ``<desc>``, ``<narr>``; closing tags may be
    missing), in the XML of the web tracks (``<topic number="1">``, ``<query>``), or one to a line: id, tab,
    text.

    Raises:
        UserError: the file cannot be read, holds no topics, or a topic without number or text; which.
    """
    path = Path(path).expanduser()
    tally = tally if tally is not None else Tally()
    text = read_decoded(path, tally, field=field)
    topics = _marked_up(path, text, field) if _TOPIC.search(text) else _in_lines(path, text, field)
    if not topics:
        raise UserError(f"{path} holds no topics.", field=field)
    seen: dict[str, Topic] = {}
    for topic in topics:
        if seen.setdefault(topic.id, topic) != topic:
            raise UserError(
                f"{path}: there are two topics {topic.id!r}. Give each its own number.", field=field
            )
        if not topic.title and not topic.description:
            tally.note("topics without text (kept; they count 0)", f"{path.name}: {topic.id}")
    return list(seen.values())


def _marked_up(path: Path, text: str, field: str | None) -> list[Topic]:
    found = []
    marks = list(_TOPIC.finditer(text))
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        parts = _parts(text[mark.end() : end])
        number = _NUMBER.search(mark.group(1))
        id = parts.get("num") or (number.group(1) if number else "")
        if not id:
            line = text.count("\n", 0, mark.start()) + 1
            raise UserError(f"{path}, line {line:,}: a topic without a number. Give it <num>.", field=field)
        found.append(Topic(id, parts.get("title", ""), parts.get("desc", ""), parts.get("narr", "")))
    return found


def _parts(text: str) -> dict[str, str]:
    """Tag → what follows it up to the next one, without the label that some files repeat there."""
    found: dict[str, str] = {}
    name, start = "", 0
    for mark in [*_TAG.finditer(text), None]:
        if name:
            words = html.unescape(text[start : mark.start() if mark else len(text)])
            found.setdefault(name, " ".join(_LABEL.sub("", words).split()))
        if mark is None:
            break
        tag = (mark.group(2) or "").lower()
        name = "" if mark.group(1) else _SHORT.get(tag, tag)
        start = mark.end()
    return found


def _in_lines(path: Path, text: str, field: str | None) -> list[Topic]:
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        id, tab, words = line.partition("\t")
        if not tab:
            raise UserError(
                f"{path}, line {number:,}: neither <top> nor an id, a tab and the query's text.", field=field
            )
        found.append(Topic(id.strip(), words.strip()))
    return found
