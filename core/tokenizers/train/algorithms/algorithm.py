"""What every training algorithm is: its parameters as a pydantic model, and a function that trains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

from core.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.jobs.context import Context
    from core.tokenizers.train.texts import Texts

ALGORITHMS: dict[str, type[Algorithm]] = {}

_LIBRARIES = 200_000_000
"""Bytes that the process takes with the libraries loaded."""

END_OF_TEXT = "<|endoftext|>"


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
    lossless: ClassVar[bool] = True
    """Whether every text comes back as it was."""
    roles: ClassVar[Mapping[str, str]] = {"bos_token": END_OF_TEXT, "eos_token": END_OF_TEXT}
    """Role → special token, as tokenizer_config.json says it."""
    bytes_a_second: ClassVar[float] = 3e6
    """Of text, that a usual machine of two cores trains on: for an estimate."""
    yields: ClassVar[float] = 3.0
    """How many tokens a text of n bytes yields, over n to the power of 0.6: for an estimate, from prose."""

    name: str

    def specials(self, more: Sequence[str] = ()) -> list[str]:
        """The special tokens: those of the algorithm, then `more`."""
        return list(dict.fromkeys([*self.roles.values(), *more]))

    def least(self, more: Sequence[str] = ()) -> int:
        """How many tokens there are before anything is learnt: special ones (`more` among them), bytes."""
        return len(self.specials(more)) + 256

    def check(self, vocab_size: int, more: Sequence[str] = ()) -> None:
        """Make sure, without looking at the text, that so many tokens can be.

        Raises:
            UserError: the vocabulary is too small.
        """
        least = self.least(more)
        if vocab_size < least:
            raise UserError(f"{self.title} needs a vocabulary of at least {least:,}.", field="vocab_size")

    def expected(self, text_bytes: int) -> float:
        """How many tokens a text of this size is likely to yield, besides those of `least`."""
        return float(self.yields * text_bytes**0.6)

    def cost(self, text_bytes: int) -> tuple[float, int]:
        """Seconds to train, about, and bytes of memory."""
        return text_bytes / self.bytes_a_second, _LIBRARIES + text_bytes // 4

    def train(self, texts: Texts, vocab_size: int, special_tokens: Sequence[str], ctx: Context) -> Any:
        """A `tokenizers.Tokenizer` of exactly `vocab_size` tokens; the same for the same texts and seed.

        Imports the library inside.

        Args:
            texts: in pieces of some kilobytes, so that progress can be told and a stop be heard; gone through
                more than once.
            special_tokens: more of them than the algorithm brings.

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
