"""The texts of an extension before and after, streamed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from core.errors import UserError
from core.jobs.context import Context
from core.tokenizers.corpus import Replaced, Text, documents
from core.tokenizers.counting import batches, no_text
from core.tokenizers.extend.result import TextFigures
from core.tokenizers.tokenizer import Tokenizer

LEARNT, HELD_OUT, OTHER = "learnt", "held out", "other"
_PROBED = 50_000
"""Bytes of each part of a text that must come back as well as before."""


class Document(NamedTuple):
    text: Text
    kind: str
    content: str


class Reader:
    """Reads texts again and again: documents, and which part of their text they belong to."""

    def __init__(self, domain: Sequence[Text], general: Sequence[Text], share: float, ctx: Context) -> None:
        """
        Args:
            share: of each domain text's end that is held out.

        Raises:
            UserError: a text cannot be read.
        """
        self._domain, self._general, self._ctx = domain, general, ctx
        self._sizes: dict[Text, int] = {}
        for text in (*domain, *general):
            replaced = Replaced()
            size = 0
            for document in documents(text, replaced=replaced):
                ctx.check()
                size += len(document.encode())
            self._sizes[text] = size
            if replaced.count:
                ctx.warn(f"{text.path} has {replaced.count:,} bytes that are no UTF-8, read as U+FFFD.")
        if not any(self._sizes[text] for text in domain):
            raise no_text(domain, "text")
        self._learnt = {text: round(self._sizes[text] * (1 - share)) for text in domain}

    def learnt(self, stage: str) -> Iterator[str]:
        """The documents to learn from."""
        total = sum(self._learnt.values())
        done = 0
        for text in self._domain:
            for document in self._documents(text):
                if document.kind != LEARNT:
                    break
                self._ctx.progress(done, total, stage)
                done += len(document.content.encode())
                yield document.content

    def all(self, stage: str) -> Iterator[Document]:
        total = sum(self._sizes.values())
        done = 0
        for text in (*self._domain, *self._general):
            for document in self._documents(text):
                self._ctx.progress(done, total, stage)
                done += len(document.content.encode())
                yield document

    def _documents(self, text: Text) -> Iterator[Document]:
        """A document that begins in the learnt part belongs to it."""
        at = 0
        for content in documents(text, replaced=Replaced()):
            learnt = self._learnt.get(text)
            kind = OTHER if learnt is None else LEARNT if at < learnt else HELD_OUT
            yield Document(text, kind, content)
            at += len(content.encode())


@dataclass
class _Sums:
    bytes: int = 0
    words: int = 0
    before: int = 0
    after: int = 0


def measured(
    reader: Reader, before: Tokenizer, after: Tokenizer
) -> tuple[list[TextFigures], Counter[int], set[int]]:
    """Each part of each text under both; how often each token occurs in the learnt parts; which occur at all.

    Raises:
        UserError: a text that came back exactly no longer does.
    """
    figures = []
    used: Counter[int] = Counter()
    met: set[int] = set()
    stream = reader.all("Measuring")
    for (text, kind), part in groupby(stream, key=lambda document: (document.text, document.kind)):
        sums = _Sums()
        for some in batches(document.content for document in part):
            old, new = before.ids(some), after.ids(some)
            for content, old_ids, new_ids in zip(some, old, new, strict=True):
                if sums.bytes < _PROBED:
                    _probe(content, old_ids, new_ids, before, after)
                sums.bytes += len(content.encode())
                sums.words += len(content.split())
                sums.before += len(old_ids)
                sums.after += len(new_ids)
                met.update(new_ids)
                if kind == LEARNT:
                    used.update(new_ids)
        figures.append(_figures(text.name, kind, sums))
    return figures, used, met


def _probe(content: str, old: list[int], new: list[int], before: Tokenizer, after: Tokenizer) -> None:
    if old != new and before.decode(old) == content != after.decode(new):
        raise UserError(
            f"With the new tokens, {before.path} would no longer give every text back as it was. "
            "Make them tokens of the model, not added tokens.",
            field="how",
        )


def _figures(name: str, kind: str, sums: _Sums) -> TextFigures:
    return TextFigures(
        text=name,
        kind=kind,
        bytes=sums.bytes,
        tokens_before=sums.before,
        tokens_after=sums.after,
        fertility_before=sums.before / max(1, sums.words),
        fertility_after=sums.after / max(1, sums.words),
    )
