"""What every trainable head is: its parameters as a pydantic model, what it reads, and its network."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    import torch

HEADS: dict[str, type[Head]] = {}


class Head(BaseModel):
    """A subclass adds ``kind: Literal["…"] = "…"`` and its parameters, and is decorated with `head`.

    `title` is the name the field uses, `source` the paper, `sentence` what it does, in a few words.
    `reads` says which states its network is given:

    - ``layers``: (n, layers, width): of each layer after the embedding one vector, the last token's where
      tokens see only those before them, the mean over the tokens where they see all;
    - ``tokens``: (n, tokens, width) of the last layer, padded on the right.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: ClassVar[str]
    source: ClassVar[str] = ""
    sentence: ClassVar[str]
    reads: ClassVar[Literal["layers", "tokens"]]

    kind: str

    def network(self, width: int, layers: int) -> torch.nn.Module:
        """A new network with random weights (of torch's own generator, seeded by the caller), called with
        states and a mask (n, m) bool; it gives (n, width) float32 of length 1."""
        raise NotImplementedError

    def parameters(self, width: int, layers: int) -> int:
        """How many weights that has."""
        raise NotImplementedError


_H = TypeVar("_H", bound=type[Head])


def head(cls: _H) -> _H:
    """Register a head under the kind that requests, lines and saved heads carry."""
    kind = cls.__pydantic_fields__["kind"].default
    if kind in HEADS:
        raise ValueError(f"trainable head {kind!r} is registered twice")
    HEADS[kind] = cls
    return cls
