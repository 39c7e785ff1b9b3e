"""What is answered at once: plain data, small enough to be sent between processes for every key pressed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from core.jobs.preview import Preview


@dataclass(frozen=True)
class Note:
    """`sentence`: ``byte-level BPE, 8,192 tokens``. `badges`: what it does not give back as it was."""

    tokenizer: Path
    name: str
    format: str
    sentence: str
    size: int
    badges: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    chat_templates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ribbon:
    """How one tokenizer cuts the text; entry *i* of each list is about token *i*. `problem`: why it cannot.

    `spans` are bytes of the text's UTF-8 and cover it. `contents` as the file spells them. `reached`: whether
    the token's own text would be encoded as it.
    """

    tokenizer: Path
    ids: list[int] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    token_bytes: list[bytes] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    scores: list[float | None] = field(default_factory=list)
    unknown: list[bool] = field(default_factory=list)
    steps: list[tuple[str, str]] = field(default_factory=list)
    """What each step before the cutting made of the text: name, text. Where that was asked for."""
    problem: str = ""


@dataclass(frozen=True)
class Ribbons:
    text: str
    rows: tuple[Ribbon, ...]
    seconds: float
    """That the encoding took."""


@dataclass(frozen=True)
class Entry:
    """A token; `id` and `other_id` where the first, and the second vocabulary have it."""

    id: int | None
    other_id: int | None
    content: str
    bytes: bytes
    kind: str
    score: float | None = None


@dataclass(frozen=True)
class VocabularyPage:
    """`found`: how many fit the question in all. The three others: sizes of the difference, by bytes."""

    entries: tuple[Entry, ...]
    found: int
    only_first: int | None = None
    both: int | None = None
    only_second: int | None = None
    problem: str = ""
    """A regular expression that is none, say."""


@dataclass(frozen=True)
class Chat:
    """`spans`: of the rendered text's tokens, in characters; `template_tokens` are those that the template
    added, `content_tokens` those of what was said (`content`: whether a token is one of these)."""

    text: str = ""
    ids: tuple[int, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    special: tuple[bool, ...] = ()
    content: tuple[bool, ...] = ()
    template_tokens: int = 0
    content_tokens: int = 0
    template: str = ""
    """Its source."""
    names: tuple[str, ...] = ()
    problem: str = ""


Answer = Preview | Note | Ribbons | VocabularyPage | Chat
