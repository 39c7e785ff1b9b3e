"""What every rule is: how many laws of the next byte become one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RULES: dict[str, type[Rule]] = {}


class Rule(BaseModel):
    """A subclass adds ``kind: Literal["…"] = "…"`` and is decorated with `rule`.

    `title` is the name the field uses, `source` the paper, `sentence` what it does, in a few words; `members`
    how many models it takes, None for any number; `fits` whether good weights can be learnt from a text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: ClassVar[str]
    source: ClassVar[str] = ""
    sentence: ClassVar[str]
    members: ClassVar[int | None] = None
    fits: ClassVar[bool] = True

    kind: str

    def usual(self, members: int) -> tuple[float, ...]:
        """The weights where none are given: all the same, together 1."""
        return (1 / members,) * members

    def checked(self, weights: Sequence[float]) -> tuple[float, ...]:
        """The weights that are given, as this rule takes them.

        Raises:
            ValueError: it does not; a sentence.
        """
        if any(weight < 0 for weight in weights) or sum(weights) <= 0:
            raise ValueError("Weights are 0 or more, and not all of them 0.")
        return tuple(weights)

    def law(
        self, laws: NDArray[np.float64], weights: NDArray[np.float64], evidence: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The law of the next byte at n places.

        Args:
            laws: (n, m, 257) natural logarithms, each member's sum to 1; −inf all over where a member has
                held what was read to be impossible.
            weights: (m,) of the members.
            evidence: (n, m) natural logarithms of what each member gave to all that was read.

        Returns:
            (n, 257) natural logarithms that sum to 1; −inf all over where the members agree on nothing.
        """
        raise NotImplementedError

    def shares(
        self, laws: NDArray[np.float64], weights: NDArray[np.float64], evidence: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(n, m): what weight each member has at each place, together 1."""
        import numpy as np

        positive = np.maximum(weights, 0)
        return np.broadcast_to(positive / positive.sum(), evidence.shape).copy()

    def learnt(self, laws: NDArray[np.float64], truth: NDArray[np.intp]) -> tuple[float, ...]:
        """The weights under which a text has the fewest bits; only where `fits`.

        Args:
            laws: (n, m, 257), as in `law`.
            truth: (n,) the bytes that came.
        """
        raise NotImplementedError


_R = TypeVar("_R", bound=type[Rule])


def rule(cls: _R) -> _R:
    """Register a rule under the kind that requests, flags and runs carry."""
    kind = cls.__pydantic_fields__["kind"].default
    if kind in RULES:
        raise ValueError(f"rule {kind!r} is registered twice")
    RULES[kind] = cls
    return cls
