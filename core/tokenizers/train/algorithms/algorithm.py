"""What every training algorithm is: its parameters as a pydantic model, and a function that trains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.jobs.context import Context

ALGORITHMS: dict[str, type[Algorithm]] = {}


class Algorithm(BaseModel):
    """A subclass adds ``name: Literal["…"] = "…"`` and its parameters, and is decorated with `algorithm`.

    `title` is the name the field uses, `source` the paper (arXiv id, section), `sentence` what it does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: ClassVar[str]
    source: ClassVar[str] = ""
    sentence: ClassVar[str]
    random: ClassVar[bool] = False
    """Whether the seed matters."""

    name: str

    def train(
        self, texts: Sequence[str], vocab_size: int, special_tokens: Sequence[str], ctx: Context
    ) -> Any:
        """A `tokenizers.Tokenizer` of exactly `vocab_size` tokens; the same for the same texts and seed.

        Imports the library inside.

        Args:
            texts: in pieces of some kilobytes, so that progress can be told and a stop be heard.

        Raises:
            UserError: the vocabulary is too small, or the texts do not yield so many tokens.
        """
        raise NotImplementedError


_A = TypeVar("_A", bound=type[Algorithm])


def algorithm(cls: _A) -> _A:
    """Register an algorithm under the name that its requests, flags and runs carry."""
    name = cls.__pydantic_fields__["name"].default
    if name in ALGORITHMS:
        raise ValueError(f"training algorithm {name!r} is registered twice")
    ALGORITHMS[name] = cls
    return cls
