"""Proxy tuning: a large model moved as a small one was by its training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from core.generation.ensemble.rules.rule import Rule, rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@rule
class Proxy(Rule):
    """P_base · (P_tuned / P_small), made to sum to 1; weights are exponents, 1, 1 and −1 unless given.

    Where the small model gives a byte nothing, it counts as having given it a trillionth.
    """

    title: ClassVar[str] = "Proxy tuning"
    source: ClassVar[str] = "2401.08565"
    sentence: ClassVar[str] = (
        "Three models: the first, moved by what sets the second (tuned) apart from the third (before that)."
    )
    members: ClassVar[int | None] = 3

    kind: Literal["proxy"] = "proxy"

    def usual(self, members: int) -> tuple[float, ...]:
        return (1.0, 1.0, -1.0)

    def checked(self, weights: Sequence[float]) -> tuple[float, ...]:
        if len(weights) == 3 and (weights[0] <= 0 or weights[1] < 0 or weights[2] > 0):
            raise ValueError(
                "The weights of proxy tuning are those of the base (above 0), of the tuned model (0 or more) "
                "and of the small one (0 or less): 1, 1 and -1."
            )
        return tuple(weights)

    def law(
        self, laws: NDArray[np.float64], weights: NDArray[np.float64], evidence: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        from core.generation.ensemble.pooling import pooled

        return pooled(laws, weights)

    def learnt(self, laws: NDArray[np.float64], truth: NDArray[np.intp]) -> tuple[float, ...]:
        import numpy as np

        from core.generation.ensemble.learning import learnt_exponents

        way = np.array([[0.0, 1.0, -1.0]])
        return learnt_exponents(laws, truth, np.array([1.0, 0.0, 0.0]), way, (1.0,))
