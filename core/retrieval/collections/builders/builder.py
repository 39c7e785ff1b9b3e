"""What every builder of queries is: its parameters as a pydantic model, and a function that builds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.lines import spelt

if TYPE_CHECKING:
    from core.jobs.context import Context

BUILDERS: dict[str, type[Builder]] = {}
_AT_ONCE = 512


class _Record(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def body(self) -> str: ...


class Documents(Protocol):
    """Texts that give titles and bodies of many at once."""

    @property
    def ids(self) -> Sequence[str]: ...
    def __len__(self) -> int: ...
    def records(self, first: int, last: int) -> Sequence[_Record]: ...


@dataclass(frozen=True)
class Made:
    """Queries, id → text, and the documents that answer each, id → grade."""

    queries: dict[str, str] = field(default_factory=dict)
    judgements: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, id: str, text: str, documents: Sequence[str]) -> None:
        self.queries[id] = text
        self.judgements[id] = dict.fromkeys(documents, 1)


class Document(NamedTuple):
    place: int
    title: str
    body: str

    @property
    def text(self) -> str:
        return f"{self.title} {self.body}" if self.title else self.body


class Builder(BaseModel):
    """A subclass adds ``kind: Literal["…"] = "…"`` and its parameters, and is decorated with `builder`.

    `title` is its name, `source` the paper, `sentence` what it does, in a few words. One that `alters` takes
    its queries out of the documents, so that it is not asked for beside others.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: ClassVar[str]
    source: ClassVar[str] = ""
    sentence: ClassVar[str]
    alters: ClassVar[bool] = False

    kind: str

    def build(self, documents: Documents, count: int, seed: int, ctx: Context) -> Made:
        """`count` queries, or as many as the documents give. The same seed gives the same ones."""
        raise NotImplementedError

    def altered(self, title: str, body: str) -> tuple[str, str]:
        """Title and body of a document as the collection has them."""
        return title, body

    @property
    def line(self) -> str:
        """As it is spelt in a line."""
        return spelt(self)


class Noise(BaseModel):
    """Parameters of builders whose queries are words of a document."""

    typos: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Typos",
        description="Share of the words with two letters in the wrong order.",
    )
    dropped: float = Field(0.0, ge=0, lt=1, title="Dropped", description="Share of the words left out.")
    lower: bool = Field(False, title="Lower case", description="Without capitals.")

    def noisy(self, text: str, chance: random.Random) -> str:
        """`text` with as much noise; at least one word stays."""
        if self.lower:
            text = text.lower()
        if not self.typos and not self.dropped:
            return text
        given = text.split()
        kept = [word for word in given if chance.random() >= self.dropped] or given[:1]
        return " ".join(_mistyped(word, chance) if chance.random() < self.typos else word for word in kept)


def _mistyped(word: str, chance: random.Random) -> str:
    if len(word) < 2:
        return word
    at = chance.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def all_of(documents: Documents, ctx: Context, stage: str) -> Iterator[Document]:
    """Every document, in their order."""
    for first in range(0, len(documents), _AT_ONCE):
        ctx.progress(first, len(documents), stage)
        for place, record in enumerate(documents.records(first, first + _AT_ONCE), start=first):
            yield Document(place, record.title, record.body)


def drawn(documents: Documents, chance: random.Random, ctx: Context, stage: str) -> Iterator[Document]:
    """Every document, in an order drawn at random."""
    places = list(range(len(documents)))
    chance.shuffle(places)
    for number, place in enumerate(places):
        ctx.progress(number, len(places), stage)
        record = documents.records(place, place + 1)[0]
        yield Document(place, record.title, record.body)


_B = TypeVar("_B", bound=type[Builder])


def builder(cls: _B) -> _B:
    """Register a builder under the kind that lines carry."""
    kind = cls.__pydantic_fields__["kind"].default
    if kind in BUILDERS:
        raise ValueError(f"builder {kind!r} is registered twice")
    BUILDERS[kind] = cls
    return cls
