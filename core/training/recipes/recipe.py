"""What every recipe is: a plan for the trainer with a name, and the new network that it trains."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from core.training.plan import Plan

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from core.training.encoder import TextEncoder

RECIPES: dict[str, type[Recipe]] = {}


class Recipe(Plan):
    """A subclass adds ``name: Literal["…"] = "…"`` and its parameters, and is decorated with `recipe`.

    `title` is the name the field uses, `source` the paper (arXiv id, section) or what stands for one,
    `sentence` what it does, in a few words.
    """

    title: ClassVar[str]
    source: ClassVar[str] = ""
    sentence: ClassVar[str]

    name: str

    def network(self, encoder: TextEncoder) -> PreTrainedModel:
        """A new network with random weights (drawn from torch's own generator, seeded by the caller)."""
        raise NotImplementedError

    def parameters(self, vocab_size: int) -> int:
        """How many weights the network has."""
        raise NotImplementedError

    def check_text(self, tokens: int) -> None:
        """Raises `UserError` where so many tokens of text are too few."""
        raise NotImplementedError


_R = TypeVar("_R", bound=Recipe)


def recipe(cls: type[_R]) -> type[_R]:
    """Register a recipe under the name that its requests, flags and runs carry."""
    name: str = cls.__pydantic_fields__["name"].default
    if name in RECIPES:
        raise ValueError(f"training recipe {name!r} is registered twice")
    RECIPES[name] = cls
    return cls
