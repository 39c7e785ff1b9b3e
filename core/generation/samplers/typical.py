"""Locally typical sampling: tokens about as surprising as is to be expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class Typical(Sampler):
    title: ClassVar[str] = "Typical"
    source: ClassVar[str] = "2202.00666"
    sentence: ClassVar[str] = "Only tokens are drawn from whose surprise is close to the expected one."
    place: ClassVar[int] = 80
    by_law: ClassVar[bool] = True

    kind: Literal["typical"] = "typical"
    mass: float = Field(
        0.95,
        gt=0,
        le=1,
        title="Mass",
        description="The mass that is kept at least; those that tie with the last are kept, too.",
    )

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        from core.generation.decoding.law import entropy, until_mass

        logs = scores.log_softmax(-1)
        strangeness = (logs + entropy(logs)).abs()
        last = until_mass(strangeness, scores, self.mass)[-1]
        return scores.masked_fill(strangeness > strangeness[last], float("-inf"))
