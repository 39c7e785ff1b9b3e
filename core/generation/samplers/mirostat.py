"""Mirostat 2: surprise is steered towards a target."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class Mirostat(Sampler):
    title: ClassVar[str] = "Mirostat"
    source: ClassVar[str] = "2007.14966"
    sentence: ClassVar[str] = "How much is left out adapts, so that surprise stays about the same."
    place: ClassVar[int] = 130

    kind: Literal["mirostat"] = "mirostat"
    tau: float = Field(5.0, gt=0, le=30, title="τ", description="The surprise that is aimed at, in bits.")
    eta: float = Field(0.1, gt=0, le=1, title="η", description="How fast it learns.")

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        most = -self._mu(drawn) * math.log(2)
        logs = scores.log_softmax(-1)
        return scores.masked_fill((logs < most) & (scores < scores.max()), float("-inf"))

    def drew(self, id: int, logprob: float, drawn: Drawn) -> None:
        surprise = -logprob / math.log(2)
        drawn.memory[self.kind] = self._mu(drawn) - self.eta * (surprise - self.tau)

    def _mu(self, drawn: Drawn) -> float:
        return float(drawn.memory.get(self.kind, 2 * self.tau))
