"""Product: what all members hold likely."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from core.generation.ensemble.rules.rule import Rule, rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@rule
class Product(Rule):
    """Π P^w, made to sum to 1. Weights that are together more than 1 make a steeper law, too."""

    title: ClassVar[str] = "Product"
    source: ClassVar[str] = "2410.09303"
    sentence: ClassVar[str] = "The weighted geometric mean: likely is what all of them hold likely."

    kind: Literal["product"] = "product"

    def law(
        self, laws: NDArray[np.float64], weights: NDArray[np.float64], evidence: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        from core.generation.ensemble.pooling import pooled

        return pooled(laws, weights)

    def learnt(self, laws: NDArray[np.float64], truth: NDArray[np.intp]) -> tuple[float, ...]:
        import numpy as np

        from core.generation.ensemble.learning import learnt_exponents

        members = laws.shape[1]
        return learnt_exponents(laws, truth, np.zeros(members), np.eye(members), self.usual(members))
