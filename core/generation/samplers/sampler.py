"""What every sampler is: its parameters as a pydantic model, and a function that changes a law."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

from core.jobs.lines import spelt

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn

SAMPLERS: dict[str, type[Sampler]] = {}


class Sampler(BaseModel):
    """A subclass adds ``kind: Literal["…"] = "…"`` and its parameters, and is decorated with `sampler`.

    `title` is the name the field uses, `source` the paper, `sentence` what it does, in a few words; `place`
    where it usually stands (`core.generation.samplers.PLACES`); `by_law` whether it looks at probabilities
    alone, so that it can be asked about bytes as well as about tokens.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: ClassVar[str]
    source: ClassVar[str] = ""
    sentence: ClassVar[str]
    place: ClassVar[int]
    by_law: ClassVar[bool] = False

    kind: str

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        """Changed scores of one sequence.

        Args:
            scores: (V,) float32: logits, or log-probabilities up to a constant; not to be changed in place.
            drawn: what was read and drawn so far, and the sampler's own memory (mirostat).

        Returns:
            (V,): −inf for what is not to be drawn; at least one is finite.
        """
        raise NotImplementedError

    def drew(self, id: int, logprob: float, drawn: Drawn) -> None:
        """Told what was drawn, and with which log-probability after all samplers; for those that learn."""

    @property
    def line(self) -> str:
        """As it is spelt in a line: ``top-p p=0.9``."""
        return spelt(self)

    def __str__(self) -> str:
        return self.line


_S = TypeVar("_S", bound=type[Sampler])


def sampler(cls: _S) -> _S:
    """Register a sampler under the kind that requests, lines and runs carry."""
    kind = cls.__pydantic_fields__["kind"].default
    if kind in SAMPLERS:
        raise ValueError(f"sampler {kind!r} is registered twice")
    SAMPLERS[kind] = cls
    return cls
