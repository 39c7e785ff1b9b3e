"""What every transplant method is: its parameters as a pydantic model, and a function that makes the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

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

    name: str

    def rows(self, task: Task, ctx: Context) -> Rows:
        """The rows of `task.targets` in one matrix, the input embedding or the head. Imports torch inside."""
        raise NotImplementedError

    def check(self, anchors: int) -> None:
        """Raises `UserError` where so few anchors are not enough. For a form, before anything is run."""

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
