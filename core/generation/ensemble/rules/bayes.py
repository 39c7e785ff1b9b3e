"""Bayes: a mixture whose weights follow the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from core.generation.ensemble.rules.mixture import Mixture
from core.generation.ensemble.rules.rule import rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@rule
class Bayes(Mixture):
    """Weights ∝ w·P(what was read): the whole text has probability Σ w P(text)."""

    title: ClassVar[str] = "Bayesian mixture"
    source: ClassVar[str] = ""
    sentence: ClassVar[str] = "A mean in which who foretold the text better so far weighs more."
    fits: ClassVar[bool] = False

    kind: Literal["bayes"] = "bayes"  # type: ignore[assignment]

    def shares(
        self, laws: NDArray[np.float64], weights: NDArray[np.float64], evidence: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        import numpy as np

        from core.generation.ensemble.pooling import normalized

        with np.errstate(divide="ignore"):
            return np.exp(normalized(evidence + np.log(weights)))
