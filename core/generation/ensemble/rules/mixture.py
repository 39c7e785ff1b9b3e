"""Mixture: the members' mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from core.generation.ensemble.rules.rule import Rule, rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@rule
class Mixture(Rule):
    """Σ w P, the weights together 1. A member that held the text to be impossible has no say any more."""

    title: ClassVar[str] = "Mixture"
    source: ClassVar[str] = "2410.09303"
    sentence: ClassVar[str] = "The weighted mean: likely is what one of them holds likely."

    kind: Literal["mixture"] = "mixture"

    def checked(self, weights: Sequence[float]) -> tuple[float, ...]:
        whole = sum(super().checked(weights))
        return tuple(weight / whole for weight in weights)

    def law(
        self, laws: NDArray[np.float64], weights: NDArray[np.float64], evidence: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        from core.generation.ensemble.pooling import mixed

        return mixed(laws, self.shares(laws, weights, evidence))

    def shares(
        self, laws: NDArray[np.float64], weights: NDArray[np.float64], evidence: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        import numpy as np

        from core.generation.ensemble.pooling import normalized

        with np.errstate(divide="ignore"):
            return np.exp(normalized(np.where(np.isfinite(evidence), np.log(weights), -np.inf)))

    def learnt(self, laws: NDArray[np.float64], truth: NDArray[np.intp]) -> tuple[float, ...]:
        from core.generation.ensemble.learning import learnt_mixture

        return learnt_mixture(laws, truth)
