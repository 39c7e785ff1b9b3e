"""What every recipe is: a plan for the trainer with a name, and the new network that it trains."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, TypeVar

from core.training.plan import Plan

if TYPE_CHECKING:
    from pathlib import Path

    from core.jobs.context import Context
    from core.training.encoder import TextEncoder

RECIPES: dict[str, type[Recipe]] = {}


class HeldOut(TypedDict, total=False):
    """Fields of `TrainResult`."""

    held_out_bits_per_byte: float | None
    held_out_found: float | None
    held_out_pairs: int


class Recipe(Plan):
    """A subclass adds ``name: Literal["…"] = "…"`` and its parameters, and is decorated with `recipe`.

    `title` is the name the field uses, `source` the paper (arXiv id, section) or what stands for one,
    `sentence` what it does, in a few words. `foretells`: the loss is a language model's, so
    that it can be told in bits per byte.
    """

    title: ClassVar[str]
    source: ClassVar[str] = ""
    sentence: ClassVar[str]
    foretells: ClassVar[bool] = True
    library: ClassVar[str] = "transformers"
    """That opens the model, and beside it `task`: as model hubs name them, for the card."""
    task: ClassVar[str] = "text-generation"

    name: str

    def material(self, texts: Sequence[str], encoder: TextEncoder, ctx: Context) -> Sized:
        """What the losses are made of; its length is its number of tokens.

        Raises:
            UserError: there is too little text.
        """
        raise NotImplementedError

    def digest(self, material: Any) -> str:
        """Of what is in the material beside the text; empty where there is nothing."""
        return ""

    def network(self, encoder: TextEncoder, material: Any = None) -> Any:
        """A new `torch.nn.Module`. Randomness comes from torch's generator, which the caller seeds."""
        raise NotImplementedError

    def held_out(self, network: Any, encoder: TextEncoder, texts: Sequence[str], ctx: Context) -> HeldOut:
        """What it reaches on texts that it has not seen, with the weights as they are written."""
        raise NotImplementedError

    def write(self, folder: Path, network: Any, tokenizer: Path) -> None:
        """The files of the trained model, its tokenizer among them."""
        raise NotImplementedError

    def parameters(self, vocab_size: int) -> int:
        """How many weights the network has."""
        raise NotImplementedError

    def operations(self, vocab_size: int) -> float:
        """Of the whole training, about: six for each weight and token."""
        return 6.0 * self.parameters(vocab_size) * self.steps * self.tokens_per_step()


_R = TypeVar("_R", bound=Recipe)


def recipe(cls: type[_R]) -> type[_R]:
    """Register a recipe under the name that its requests, flags and runs carry."""
    name: str = cls.__pydantic_fields__["name"].default
    if name in RECIPES:
        raise ValueError(f"training recipe {name!r} is registered twice")
    RECIPES[name] = cls
    return cls
