"""What every decoding strategy is: its parameters as a pydantic model, and a function that writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.generation.decoding.writing import Decoding, Writing
    from core.generation.language.language_model import LanguageModel

STRATEGIES: dict[str, type[Strategy]] = {}


class Strategy(BaseModel):
    """A subclass adds ``kind: Literal["…"] = "…"`` and its parameters, and is decorated with `strategy`.

    `title` is the name the field uses, `source` the paper, `sentence` what it does, in a few words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: ClassVar[str]
    source: ClassVar[str] = ""
    sentence: ClassVar[str]
    random: ClassVar[bool] = False
    """Whether the seed matters."""

    kind: str

    @property
    def width(self) -> int:
        """Ways that the model follows at once for each text."""
        return 1

    def write(
        self, language: LanguageModel, writings: Sequence[Writing], decoding: Decoding
    ) -> Iterator[None]:
        """Write all texts to their ends, side by side, in one call of the model a step.

        Goes on each time it is asked to, for about one token a text, and gives way again as soon as that is
        written. A text that got `stopped` meanwhile is left alone.

        Raises:
            UserError: the model gives no numbers, or the samplers leave no token to draw.
        """
        raise NotImplementedError


_S = TypeVar("_S", bound=type[Strategy])


def strategy(cls: _S) -> _S:
    """Register a strategy under the kind that requests, flags and runs carry."""
    kind = cls.__pydantic_fields__["kind"].default
    if kind in STRATEGIES:
        raise ValueError(f"strategy {kind!r} is registered twice")
    STRATEGIES[kind] = cls
    return cls
