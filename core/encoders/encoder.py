"""`Encoder`: texts in, one vector each out, whatever makes them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context

if TYPE_CHECKING:
    from pathlib import Path

Role = Literal["query", "document", ""]
"""What a text is there for; models may be told by a prompt. Empty: neither, as in a test of similarity."""
Similarity = Literal["cosine", "dot", "euclidean"]
Floats = NDArray[np.float32]

WAITING, OK, EMPTY, TRUNCATED, FAILED = range(5)
"""What became of a text: nothing yet; encoded; without tokens, so zeros; cut to the most tokens and encoded;
no number came out (NaN), so zeros."""


class Slices(Protocol):
    """Texts that are read some at a time: a list, or more than memory holds."""

    def __len__(self) -> int: ...

    def __getitem__(self, some: slice, /) -> Sequence[str]: ...


class Texts(Protocol):
    """Texts of a collection; `digest` is the same for two only if they hold the same texts and ids."""

    @property
    def ids(self) -> Sequence[str]: ...

    @property
    def digest(self) -> str: ...

    def __len__(self) -> int: ...

    def texts(self, first: int, last: int) -> list[str]:
        """Of first … last - 1."""
        ...


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the texts, encoded. `rows` (m,) int64 are their places; `vectors` (m, width) float32; `status`
    (m,) uint8: `OK`, `EMPTY`, `TRUNCATED` or `FAILED`."""

    rows: NDArray[np.int64]
    vectors: Floats
    status: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class TokenStates:
    """The tokens of one text.

    `ids` (L,) int64. `offsets` (L, 2) int64: first character and the one after the last, in the text without
    its prompt; (0, 0) for special tokens and the prompt's. `special` (L,) bool: put there by the tokenizer.
    `states` (L, d) float32: what is pooled, before any step that follows the pooling. `weights` (L,) float32:
    the share of each token in the pooled vector; they sum to 1 (for the maximum: the share of dimensions).
    """

    ids: NDArray[np.int64]
    offsets: NDArray[np.int64]
    special: NDArray[np.bool_]
    states: Floats
    weights: Floats


class Encoder(ABC):
    """Opened by `core.encoders.opened.open_encoder`.

    Vectors have length 1 where `similarity` is cosine (zeros for a text without tokens), so that the cosine
    is the inner product.
    """

    name: str
    width: int
    most_tokens: int | None = None
    """Special tokens counted; None: texts of any length."""
    similarity: Similarity = "cosine"

    @property
    @abstractmethod
    def digest(self) -> str:
        """The same for two encoders only if they give the same vectors: of weights and settings."""

    @abstractmethod
    def parts(
        self, texts: Slices, ctx: Context, *, role: Role = "", stage: str = "Encoding"
    ) -> Iterator[Part]:
        """Encode, some texts at a time, in any order; each text is in one part.

        Progress is told in tokens, where they take long.
        """

    def encode(
        self, texts: Sequence[str], ctx: Context, *, role: Role = "", stage: str = "Encoding"
    ) -> Floats:
        """(n, width) float32, in the order of `texts`; zeros for a text without tokens.

        Raises:
            UserError: no text gives numbers.
        """
        found = np.zeros((len(texts), self.width), dtype=np.float32)
        status = np.zeros(len(texts), dtype=np.uint8)
        for part in self.parts(texts, ctx, role=role, stage=stage):
            found[part.rows] = part.vectors
            status[part.rows] = part.status
        self.tell_failed(status, ctx)
        return found

    def token_states(self, texts: Sequence[str], ctx: Context, *, role: Role = "") -> list[TokenStates]:
        """Of each text.

        Raises:
            UserError: the encoder knows whole texts only.
        """
        raise UserError(
            f"{self.name} has no vectors of single tokens; choose a model that reads texts.", field="system"
        )

    def fitted(self, documents: Texts, ctx: Context) -> Encoder:
        """The encoder for a search in these documents: weights by rarity and SIF are learnt of them. Most
        encoders learn nothing, and are given back as they are."""
        return self

    def ready(self, ids: Sequence[str], ctx: Context, *, role: Role = "") -> Floats | None:
        """Vectors that are there already, for texts with these ids; None where texts are to be encoded.

        Raises:
            UserError: some are missing.
        """
        return None

    def tell_failed(self, status: NDArray[np.uint8], ctx: Context) -> None:
        """Warn of texts without numbers.

        Raises:
            UserError: there are no others.
        """
        failed = int((status == FAILED).sum())
        if failed and failed == int((status != EMPTY).sum()):
            raise damaged(self.name)
        if failed:
            ctx.warn(f"{self.name} gives no number (NaN) for {failed:,} texts; they have no vector.")


def damaged(name: str | Path, field: str = "system") -> UserError:
    """For weights that make no numbers."""
    return UserError(
        f"{name} gives no number for some texts (NaN): its weights are damaged. Use an intact copy.",
        field=field,
    )
