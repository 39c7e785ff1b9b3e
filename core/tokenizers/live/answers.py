"""`Answers`: what the process behind `Live` says to each question, from tokenizers that it keeps open."""

from __future__ import annotations

import importlib
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

from core.errors import UserError
from core.jobs.preview import Preview
from core.tokenizers.live.chat import chat_templates, render_chat
from core.tokenizers.live.note import note_of
from core.tokenizers.live.request import (
    AskChat,
    AskNote,
    AskPreview,
    AskRibbons,
    AskVocabulary,
    Question,
)
from core.tokenizers.live.result import Answer, Chat, Note, Ribbon, Ribbons, VocabularyPage
from core.tokenizers.live.search import Listing, find_entries, listing
from core.tokenizers.open import open_tokenizer
from core.tokenizers.stamp import Stamp, stamp
from core.tokenizers.tokenizer import Tokenizer
from core.tokenizers.vocabulary import Vocabulary

KEPT = 8
"""Tokenizers kept open at most,"""
KEPT_TOKENS = 2_000_000
"""and how many tokens they have together; those of the question under way are kept in any case."""


class Answers:
    """`at` is told which tokenizer is about to be worked on: should the process die, it was that one."""

    def __init__(self, at: Callable[[Path], None]) -> None:
        self._at = at
        self._open: OrderedDict[tuple[Path, Stamp], Tokenizer] = OrderedDict()
        self._listed: tuple[Vocabulary, Vocabulary | None, Listing] | None = None
        """Of the last question about a vocabulary: a person pages, sorts and types on."""

    def answer(self, question: Question) -> Answer:
        """Raises UserError where a tokenizer cannot be read."""
        match question:
            case AskNote():
                return self._note(question)
            case AskRibbons():
                return self._ribbons(question)
            case AskVocabulary():
                return self._vocabulary(question)
            case AskChat():
                return self._chat(question)
            case AskPreview():
                return _preview(question)
            case _:
                assert_never(question)

    def _note(self, question: AskNote) -> Note:
        return note_of(question.tokenizer, self._tokenizer(question.tokenizer))

    def _ribbons(self, question: AskRibbons) -> Ribbons:
        rows = []
        seconds = 0.0
        for path in question.tokenizers:
            try:
                tokenizer = self._tokenizer(path, keep=len(question.tokenizers))
                began = time.perf_counter()
                rows.append(_ribbon(path, tokenizer, question))
                seconds += time.perf_counter() - began
            except UserError as error:
                rows.append(Ribbon(path, problem=error.message))
        return Ribbons(question.text, tuple(rows), seconds)

    def _vocabulary(self, question: AskVocabulary) -> VocabularyPage:
        first = self._tokenizer(question.tokenizer, keep=2).vocabulary
        second = self._tokenizer(question.other, keep=2).vocabulary if question.other is not None else None
        if self._listed is None or self._listed[0] is not first or self._listed[1] is not second:
            self._listed = first, second, listing(first, second)
        return find_entries(question, self._listed[2])

    def _chat(self, question: AskChat) -> Chat:
        tokenizer = self._tokenizer(question.tokenizer)
        return render_chat(question, tokenizer, chat_templates(question.tokenizer, tokenizer.path))

    def _tokenizer(self, path: Path, *, keep: int = 1) -> Tokenizer:
        """The `keep` used last stay open whatever their size."""
        self._at(path)
        key = path, stamp(path)
        if key in self._open:
            self._open.move_to_end(key)
            return self._open[key]
        found = self._open[key] = open_tokenizer(path)
        while len(self._open) > max(1, keep) and (
            len(self._open) > KEPT or sum(t.vocabulary.size for t in self._open.values()) > KEPT_TOKENS
        ):
            self._open.popitem(last=False)
        return found


def _preview(question: AskPreview) -> Preview:
    module, _, name = question.function.partition(":")
    found: Preview = getattr(importlib.import_module(module), name)(question.request)
    return found


def _ribbon(path: Path, tokenizer: Tokenizer, question: AskRibbons) -> Ribbon:
    found = tokenizer.encode(question.text, specials=question.specials)
    tokens = [tokenizer.vocabulary.entries[id] for id in found.ids]
    return Ribbon(
        tokenizer=path,
        ids=found.ids,
        spans=found.spans,
        contents=["" if token is None else token.content for token in tokens],
        token_bytes=[b"" if token is None else token.bytes for token in tokens],
        kinds=["" if token is None else token.kind.value for token in tokens],
        scores=[None if token is None else token.score for token in tokens],
        unknown=[tokenizer.is_unknown(id) for id in found.ids],
        steps=[(step.name, step.text) for step in tokenizer.steps(question.text)] if question.steps else [],
    )
