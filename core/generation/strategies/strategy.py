"""What every decoding strategy is: its parameters as a pydantic model, and a function that writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Iterator

STRATEGIES: dict[str, type[Strategy]] = {}


class Strategy(BaseModel):
    """A subclass adds ``kind: Literal["…"] = "…"`` and its parameters, and is decorated with `strategy`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: ClassVar[str]
    source: ClassVar[str] = ""
    sentence: ClassVar[str]

    kind: str

    def write(self, *args: Any) -> Iterator[Any]:
        """Goes on from a state, token by token. See `core.generation.decoding`."""
        raise NotImplementedError


_S = TypeVar("_S", bound=type[Strategy])


def strategy(cls: _S) -> _S:
    """Register a strategy under the kind that requests, flags and runs carry."""
    kind = cls.__pydantic_fields__["kind"].default
    if kind in STRATEGIES:
        raise ValueError(f"strategy {kind!r} is registered twice")
    STRATEGIES[kind] = cls
    return cls
