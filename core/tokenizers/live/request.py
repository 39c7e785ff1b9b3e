"""What the window may ask about tokenizers at once, beside any job: small frozen questions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.jobs.request import Request


@dataclass(frozen=True)
class AskNote:
    """What a tokenizer is."""

    tokenizer: Path


@dataclass(frozen=True)
class AskRibbons:
    """How each tokenizer cuts a text. `specials`: read the names of special tokens as these."""

    tokenizers: tuple[Path, ...]
    text: str
    specials: bool = False
    steps: bool = False
    """Also tell what each step before the cutting made of the text, which takes as long as the cutting."""


@dataclass(frozen=True)
class AskVocabulary:
    """One page of a vocabulary, or of the difference between two.

    `query` is looked for in the tokens' text (spaces as spaces), or is a regular expression; ``#123`` is an
    id and ``0xE4B8`` bytes. `side` (with `other`): ``both``, ``first`` (only there), ``second``, or ``all``.
    """

    tokenizer: Path
    other: Path | None = None
    query: str = ""
    regex: bool = False
    kind: Literal["", "text", "byte", "special", "unused"] = ""
    script: str = ""
    """``Latin``, ``Han``, ``Cyrillic``…, or ``""`` for any."""
    side: Literal["all", "both", "first", "second"] = "all"
    sort: Literal["id", "text", "length", "score"] = "id"
    descending: bool = False
    start: int = 0
    count: int = 200


@dataclass(frozen=True)
class AskChat:
    """A chat as the tokenizer's template renders it. `messages`: role (system, user, assistant) and text."""

    tokenizer: Path
    messages: tuple[tuple[str, str], ...]
    reply_begun: bool = True
    """Add what makes the model answer (the template's generation prompt)."""
    template: str = ""
    """The name of the template, where there are several; the first one by default."""


@dataclass(frozen=True)
class AskPreview:
    """What can be said of a job's request before it runs: `function` is the kind's, ``"module:function"``.

    Asked here where it reads whole vocabularies, which would keep other threads of the window waiting.
    """

    function: str
    request: Request


Question = AskPreview | AskNote | AskRibbons | AskVocabulary | AskChat
