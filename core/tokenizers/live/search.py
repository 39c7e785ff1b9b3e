"""A vocabulary looked through: by text, expression, id, bytes, kind or script; or against another one."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import regex

from core.tokenizers.canonical import Token
from core.tokenizers.live.request import AskVocabulary
from core.tokenizers.live.result import Entry, VocabularyPage
from core.tokenizers.vocabulary import Vocabulary

EXPRESSION_SECONDS = 3.0
"""That a regular expression may take over a whole vocabulary."""
MOST_PAGE = 2_000
"""Tokens of a page."""
_BYTES = re.compile(r"0[xX]((?:[0-9a-fA-F]{2})+)")
_ID = re.compile(r"#(\d+)")


class _UnfitError(Exception):
    """The query cannot be looked for; the sentence says why."""


@dataclass(frozen=True)
class Listing:
    """A vocabulary's tokens, or those of two by where they are: made once, asked often."""

    first: list[Entry]
    both: list[Entry] = field(default_factory=list)
    second: list[Entry] = field(default_factory=list)
    compared: bool = False


def listing(first: Vocabulary, second: Vocabulary | None) -> Listing:
    """By kind and bytes: what a token adds to a text, however its file spells it."""
    if second is None:
        return Listing([_entry(token, None) for token in first])
    there: dict[tuple[str, bytes], Token] = {}
    for token in second:
        there.setdefault((token.kind.value, token.bytes), token)
    here = {(token.kind.value, token.bytes) for token in first}
    found = Listing([], compared=True)
    for token in first:
        other = there.get((token.kind.value, token.bytes))
        (found.both if other else found.first).append(_entry(token, other))
    for token in second:
        if (token.kind.value, token.bytes) not in here:
            kind = token.kind.value
            found.second.append(Entry(None, token.id, token.content, token.bytes, kind, token.score))
    return found


def find_entries(question: AskVocabulary, listed: Listing) -> VocabularyPage:
    """One page of the tokens that fit the question, and how many do."""
    sizes: dict[str, Any] = {}
    entries = listed.first
    if listed.compared:
        sides = {"first": listed.first, "both": listed.both, "second": listed.second}
        sizes = {
            "only_first": len(listed.first),
            "both": len(listed.both),
            "only_second": len(listed.second),
        }
        wanted = ("first", "both", "second") if question.side == "all" else (question.side,)
        entries = [entry for side in wanted for entry in sides[side]]
    try:
        found = _matching(entries, question)
    except _UnfitError as error:
        return VocabularyPage((), 0, problem=str(error), **sizes)
    found.sort(key=_ORDER[question.sort])
    if question.descending:
        found.reverse()
    count = max(1, min(question.count, MOST_PAGE))
    page = tuple(found[question.start : question.start + count])
    return VocabularyPage(page, len(found), **sizes)


def _entry(token: Token, other: Token | None) -> Entry:
    return Entry(
        id=token.id,
        other_id=other.id if other else None,
        content=token.content,
        bytes=token.bytes,
        kind=token.kind.value,
        score=token.score,
    )


def _matching(entries: list[Entry], question: AskVocabulary) -> list[Entry]:
    if question.kind:
        entries = [entry for entry in entries if entry.kind == question.kind]
    if question.script:
        fits = _of_script(question.script)
        entries = [entry for entry in entries if fits(_text(entry))]
    return list(_asked_for(entries, question))


def _asked_for(entries: list[Entry], question: AskVocabulary) -> Iterator[Entry]:
    query = question.query
    if not query:
        yield from entries
    elif question.regex:
        yield from _by_expression(entries, query)
    elif match := _ID.fullmatch(query.strip()):
        wanted = int(match[1])
        yield from (entry for entry in entries if wanted in (entry.id, entry.other_id))
    elif match := _BYTES.fullmatch(query.strip()):
        sought = bytes.fromhex(match[1])
        yield from (entry for entry in entries if sought in entry.bytes)
    else:
        data, folded = query.encode(errors="surrogatepass"), query.casefold()
        for entry in entries:
            if data in entry.bytes or folded in _text(entry).casefold() or query in entry.content:
                yield entry


def _by_expression(entries: list[Entry], query: str) -> Iterator[Entry]:
    try:
        pattern = regex.compile(query, flags=regex.VERSION1)
    except (regex.error, RecursionError, OverflowError) as error:
        reason = str(error).partition(" at position")[0]
        raise _UnfitError(f"That is no regular expression: {reason}.") from None
    until = time.monotonic() + EXPRESSION_SECONDS
    for entry in entries:
        left = until - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            if pattern.search(_text(entry), timeout=left):
                yield entry
        except TimeoutError:
            raise _UnfitError(
                f"The expression took longer than {EXPRESSION_SECONDS:.0f} s: make it simpler."
            ) from None


def _of_script(script: str) -> Callable[[str], Any]:
    try:
        search: Callable[[str], Any] = regex.compile(rf"\p{{Script={script}}}").search
        return search
    except regex.error:
        raise _UnfitError(f"There is no script called {script!r}.") from None


def _text(entry: Entry) -> str:
    """As a person would type it; bytes that are no whole character cannot be found by text."""
    return entry.bytes.decode(errors="replace")


def _number(entry: Entry) -> tuple[bool, int]:
    return (entry.id is None, entry.other_id or 0 if entry.id is None else entry.id)


_ORDER: dict[str, Callable[[Entry], Any]] = {
    "id": _number,
    "text": lambda entry: (_text(entry), _number(entry)),
    "length": lambda entry: (len(entry.bytes), _number(entry)),
    "score": lambda entry: (entry.score is None, entry.score or 0.0, _number(entry)),
}
