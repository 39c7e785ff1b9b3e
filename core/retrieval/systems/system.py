"""What every retrieval system is: its parameters as a pydantic model, and a function that ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.lines import spelt

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.ranking import Ranking, Task

SYSTEMS: dict[str, type[System]] = {}


class System(BaseModel):
    """A subclass adds ``kind: Literal["…"] = "…"`` and its parameters, and is decorated with `system`.

    `title` is the name the field uses, `source` the paper, `sentence` what it does, in a few words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: ClassVar[str]
    source: ClassVar[str] = ""
    sentence: ClassVar[str]

    kind: str
    label: str | None = Field(
        None,
        title="Name",
        description="What tables and other systems call it.",
        json_schema_extra={"advanced": True, "none": "made of its parameters"},
    )

    def rank(self, task: Task, ctx: Context) -> Ranking:
        """The best `task.k` documents of each query. Imports what is heavy inside.

        Raises:
            UserError: with ``field="system"``.
        """
        raise NotImplementedError

    def named(self) -> str:
        """The label, or a short name made of the parameters: ``minilm · cls``, ``BM25 · k1 0.9``."""
        return self.label or self.title

    def needs(self) -> list[str]:
        """The names of the systems that it builds on; they are ranked before it."""
        return []

    @property
    def line(self) -> str:
        """As it is spelt in a line."""
        return spelt(self)

    def __str__(self) -> str:
        return self.line


_S = TypeVar("_S", bound=type[System])


def system(cls: _S) -> _S:
    """Register a system under the kind that requests, lines and runs carry."""
    kind = cls.__pydantic_fields__["kind"].default
    if kind in SYSTEMS:
        raise ValueError(f"retrieval system {kind!r} is registered twice")
    SYSTEMS[kind] = cls
    return cls
