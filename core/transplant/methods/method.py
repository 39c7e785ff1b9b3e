"""What every transplant method is: its parameters as a pydantic model, and a function that makes the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task

METHODS: dict[str, type[Method]] = {}


class Method(BaseModel):
    """A subclass adds ``name: Literal["…"] = "…"`` and its parameters, and is decorated with `method`.

    `title` is the name the field uses, `source` the paper (arXiv id, section) or what stands for one,
    `sentence` what it does, in a few words. `needs_donor`: whether it reads the donor's embeddings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: ClassVar[str]
    source: ClassVar[str] = ""
    sentence: ClassVar[str]
    needs_donor: ClassVar[bool] = False
    random: ClassVar[bool] = False
    """Whether the seed matters."""
    needs_corpus: ClassVar[bool] = False
    """Whether it learns from text (`Task.corpus`)."""
    apart: ClassVar[bool] = False
    """Whether an untied head gets rows of its own, and not those of the input's weights."""
    dense: ClassVar[bool] = False
    """Whether its rows are vectors of their own, held as such in float32, and no combinations."""
    causal_only: ClassVar[bool] = False
    """Whether it works on causal language models only."""

    name: str

    def rows(self, task: Task, ctx: Context) -> Rows:
        """The rows of `task.targets` in one matrix, the input embedding or the head. Imports torch inside."""
        raise NotImplementedError

    @classmethod
    def several(cls, methods: Sequence[Self], task: Task, ctx: Context) -> list[Rows]:
        """The rows of several settings of this method on one task; overridden where they share work."""
        return [method.rows(task, ctx) for method in methods]

    def check(self, anchors: int) -> None:
        """Raises `UserError` where so few anchors are not enough. For a form, before anything is run."""

    def parameters(self) -> dict[str, Any]:
        """Without the name, as JSON data."""
        return self.model_dump(mode="json", exclude={"name"})

    def operations(self, targets: int, anchors: int, width: int) -> float:
        """Multiplications and additions that one matrix takes, roughly; `width` is the donor's."""
        return 0.0


_M = TypeVar("_M", bound=type[Method])


def method(cls: _M) -> _M:
    """Register a method under the name that its requests, flags and runs carry."""
    name = cls.__pydantic_fields__["name"].default
    if name in METHODS:
        raise ValueError(f"transplant method {name!r} is registered twice")
    METHODS[name] = cls
    return cls
