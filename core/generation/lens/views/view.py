"""What every view is: figures as a pydantic model, and a function that takes them from a reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from core.jobs.request import Metric, Table

if TYPE_CHECKING:
    from core.generation.lens.reading import Reading
    from core.jobs.context import Context

VIEWS: dict[str, type[View]] = {}


class View(BaseModel):
    """A subclass holds its figures, says how they are taken, and is decorated with `view`.

    `name` is its key in a result, `compares` whether it is taken of the second model, too.
    """

    model_config = ConfigDict(frozen=True)

    name: ClassVar[str]
    compares: ClassVar[bool] = False

    @classmethod
    def of(cls, reading: Reading, ctx: Context) -> Self:
        """Take the figures.

        Raises:
            UserError: they cannot be taken of this model; one sentence.
        """
        raise NotImplementedError

    def metrics(self) -> list[Metric]:
        """The figures worth comparing between runs."""
        return []

    def tables(self, tokens: Sequence[str]) -> list[Table]:
        """What a terminal shows; `tokens` as the model read them."""
        return []


_V = TypeVar("_V", bound=type[View])


def view(cls: _V) -> _V:
    """Register a view under its name."""
    if cls.name in VIEWS:
        raise ValueError(f"view {cls.name!r} is registered twice")
    VIEWS[cls.name] = cls
    return cls
