"""What every code of document vectors is: its parameters as a pydantic model, learned, applied, searched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

from core.jobs.lines import spelt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.jobs.context import Context
    from core.retrieval.compress.compressed import Compressed

    Vectors = NDArray[np.float32]
    Arrays = Mapping[str, NDArray[Any]]

CODECS: dict[str, type[Codec]] = {}


class Codec(BaseModel):
    """A subclass adds ``kind: Literal["…"] = "…"`` and its parameters, and is decorated with `codec`.

    `title` is the name the field uses, `source` the paper, `sentence` what it does, in a few words,
    `family` the group that it stands in. All that is heavy is imported inside its functions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: ClassVar[str]
    source: ClassVar[str] = ""
    sentence: ClassVar[str]
    family: ClassVar[str]

    kind: str

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        """What is learned of the vectors, once: ranges, codebooks, directions.

        Args:
            vectors: (n, d) float32; a sample is drawn where that is enough (`ctx.seed`).

        Raises:
            UserError: with ``field="codec"``: too few vectors, or a width that does not fit.
        """
        return {}

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        """The codes of all vectors, (n, d) float32."""
        raise NotImplementedError

    def opened(self, parts: Arrays) -> Compressed:
        """An index of what `fit` and `encode` gave."""
        raise NotImplementedError

    def compressed(self, vectors: Vectors, ctx: Context) -> Compressed:
        """The vectors, (n, d) float32, learned of, coded, and ready to be searched."""
        learned = self.fit(vectors, ctx)
        return self.opened({**learned, **self.encode(vectors, learned, ctx)})

    @property
    def line(self) -> str:
        """As it is spelt in a line."""
        return spelt(self)

    def __str__(self) -> str:
        return self.line


_C = TypeVar("_C", bound=type[Codec])


def codec(cls: _C) -> _C:
    """Register a codec under the kind that requests and lines carry."""
    kind = cls.__pydantic_fields__["kind"].default
    if kind in CODECS:
        raise ValueError(f"codec {kind!r} is registered twice")
    CODECS[kind] = cls
    return cls
