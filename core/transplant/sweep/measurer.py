"""What measures candidates: it has the base open, and puts the rows of one after another into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from core.transplant.graft import Graft
from core.transplant.sweep.result import Measure
from core.transplant.sweep.trial import Trial, Trials

Interval = tuple[float, float]


class Measurer(Protocol):
    """On texts or, of an encoder, on what it is for."""

    measure: Measure
    before: dict[str, float]
    """The base's figure, by slice and as ``all``; once `opened`."""
    bytes: dict[str, int]

    def opened(self, trials: Trials, work: Callable[[], None]) -> None:
        """Open the base and measure it, then `work`; the model is closed afterwards.

        Raises:
            UserError: it cannot be opened, or gives no numbers.
        """

    def of(self, graft: Graft) -> dict[str, Any]:
        """A `Trial`'s fields. Only within `opened`.

        Raises:
            UserError: the model with these rows gives no numbers.
        """

    def over_base(self, one: Sequence[Trial], seed: int) -> Interval | None:
        """95 % of a candidate's figure minus the base's; the candidate's is the mean of its trials."""

    def apart(self, one: Sequence[Trial], other: Sequence[Trial], seed: int) -> Interval | None:
        """95 % of a candidate's figure minus another's, drawn from the same parts of what is measured."""
