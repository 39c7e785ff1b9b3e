"""Logit bias: chosen tokens made likelier or less likely."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.errors import UserError
from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class LogitBias(Sampler):
    title: ClassVar[str] = "Logit bias"
    sentence: ClassVar[str] = "Tokens of your choice become likelier, or less likely."
    place: ClassVar[int] = 10

    kind: Literal["logit-bias"] = "logit-bias"
    of: list[str] = Field(
        min_length=1, title="Words", description="Each one token, with or without a space; or #12 by number."
    )
    by: float = Field(
        -5.0, ge=-1000, le=1000, title="By", description="Added to the score; −100 and less forbids."
    )

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        import torch

        if self.line not in drawn.memory:
            drawn.memory[self.line] = torch.tensor(
                sorted({id for word in self.of for id in _tokens(word, drawn, len(scores))})
            )
        ids = drawn.memory[self.line]
        return scores.index_add(0, ids, scores.new_full(ids.shape, self.by))


def _tokens(word: str, drawn: Drawn, size: int) -> list[int]:
    if word.startswith("#") and word[1:].isdecimal():
        found = [int(word[1:])] if int(word[1:]) < size else []
    else:
        spelt = {word.encode(), b" " + word.encode()}
        found = [id for id, piece in enumerate(drawn.pieces) if piece in spelt]
    if not found:
        raise UserError(
            f"“{word}” is no token of this model, so it cannot be made more or less likely.", field="samplers"
        )
    return found
