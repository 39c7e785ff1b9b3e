"""No n tokens twice in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class NoRepeat(Sampler):
    title: ClassVar[str] = "No repeated n-grams"
    source: ClassVar[str] = "1705.04304"
    sentence: ClassVar[str] = "What would complete a run of n tokens that was there before is left out."
    place: ClassVar[int] = 30

    kind: Literal["no-repeat"] = "no-repeat"
    n: int = Field(3, ge=1, le=100, title="n", description="Tokens in a row, those of the prompt included.")

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        import torch

        ids = drawn.prompt + drawn.ids
        if len(ids) < self.n:
            return scores
        runs = torch.tensor(ids, dtype=torch.long).unfold(0, self.n, 1)
        same = (runs[:, :-1] == runs.new_tensor(ids[len(ids) - self.n + 1 :])).all(-1)
        return scores.index_fill(0, runs[same, -1], float("-inf"))
