"""TREC's documents: ``<DOC>``, ``<DOCNO>``, ``<TEXT>`` one after the other, as its older corpora are."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

from core.collections.record_line import CONTROLS, fit
from core.collections.source import MOST_BYTES, Source
from core.collections.tally import Tally
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.collections.tables.rows import Row, Rows

_NUMBER = re.compile(r"<DOCNO>(.*?)(?:</DOCNO>|<|$)", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<(TITLE|HEADLINE|HL|HEAD|TTL)>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_TEXT = re.compile(r"<(TEXT|BODY)>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_OLDER = "documents that are not UTF-8 (read as Windows-1252)"


class SgmlRows(Rows):
    """Rows of ``docno``, ``title`` and ``text``; of a document without ``<TEXT>``, all that is no tag.

    Raises:
        UserError: it cannot be read; a document without a number, without an end, or of more than 8 MiB.
    """

    format = "documents of TREC"

    def __init__(self, path: Path, ctx: Context | None, *, field: str | None) -> None:
        self._source, self._field = Source(path, ctx, field=field), field

    def columns(self) -> list[str]:
        return ["docno", "title", "text"]

    def each(self, tally: Tally) -> Iterator[tuple[str, Row]]:
        lines: list[bytes] | None = None
        began = size = 0
        for number, _, line in self._source.lines():
            mark = (line or b"").strip()[:6].upper()
            if mark.startswith(b"<DOC>"):
                if lines is not None:
                    raise self._fault(began, "a document that is not closed before the next one")
                lines, began, size = [], number, 0
            if lines is None:
                continue
            size += MOST_BYTES + 1 if line is None else len(line)
            if size > MOST_BYTES:
                raise self._fault(began, f"a document of more than {MOST_BYTES // 2**20} MiB")
            lines.append(line or b"")
            if b"</doc>" in lines[-1].lower():
                yield f"{self._source.name}, line {began:,}", self._row(b"".join(lines), began, tally)
                lines = None
        if lines is not None:
            raise self._fault(began, "a document that is never closed")

    def _row(self, data: bytes, began: int, tally: Tally) -> Row:
        place = f"{self._source.name}, line {began:,}"
        try:
            said = data.decode("utf-8")
        except UnicodeDecodeError:
            said = data.decode("cp1252", "replace")
            tally.note(_OLDER, place)
        text = fit(said)
        if text != said:
            tally.note(CONTROLS, place)
        number = _NUMBER.search(text)
        if number is None or not number.group(1).strip():
            raise self._fault(began, "a document without <DOCNO>")
        rest = text[number.end() :]
        parts = [found.group(2) for found in _TEXT.finditer(rest)] or [_TITLE.sub(" ", rest)]
        title = _TITLE.search(rest)
        return {
            "docno": number.group(1).strip(),
            "title": _plain(title.group(2)) if title else "",
            "text": _plain(" ".join(parts)),
        }

    def _fault(self, line: int, what: str) -> UserError:
        return UserError(
            f"{self._source.path}, line {line:,}: {what}. Mend the file there.", field=self._field
        )


def is_sgml(head: bytes) -> bool:
    """Whether a file that begins so holds documents of TREC."""
    return (
        re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<DOC>", head, re.IGNORECASE)
        is not None
    )


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())
