"""Plain text as titled blocks of sentences: what a training by pairs of texts is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 120
"""Words after which a block ends with the sentence."""

_TITLE_WORDS = 12
_ENDS = '.!?,;:"”’)'
_BLANK = re.compile(r"\n\s*\n")
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])")
_SENTENCE_WORDS = 60
"""A longer sentence is cut, so that a list without full stops is no single one."""


@dataclass(frozen=True)
class Block:
    """`title` may be empty; each sentence is one line of single spaces."""

    title: str
    sentences: tuple[str, ...]


def blocks(text: str) -> Iterator[Block]:
    """The text cut at blank lines, and long paragraphs between two sentences.

    A paragraph of one line, at most twelve words and no full stop at its end is the title of the next one.
    """
    title = ""
    for paragraph in _BLANK.split(text):
        line = " ".join(paragraph.split())
        if not line:
            continue
        if "\n" not in paragraph.strip() and len(line.split()) <= _TITLE_WORDS and line[-1] not in _ENDS:
            title = line
            continue
        for sentences in _parts(line):
            yield Block(title, sentences)
            title = ""


def _parts(line: str) -> Iterator[tuple[str, ...]]:
    """The sentences of a paragraph, in groups of `LONGEST` words or somewhat more."""
    group: list[str] = []
    words = 0
    for sentence in _sentences(line):
        group.append(sentence)
        words += len(sentence.split())
        if words >= LONGEST:
            yield tuple(group)
            group, words = [], 0
    if group:
        yield tuple(group)


def _sentences(line: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(line):
        words = sentence.split(" ")
        for first in range(0, len(words), _SENTENCE_WORDS):
            yield " ".join(words[first : first + _SENTENCE_WORDS])
