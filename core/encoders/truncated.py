"""Matryoshka: the first numbers of each vector only, made length 1 again (arXiv 2205.13147)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.encoders.encoder import Encoder, Floats, Part, Role, Slices, Texts, TokenStates
from core.encoders.unit import unit
from core.errors import UserError
from core.jobs.context import Context


class TruncatedEncoder(Encoder):
    """The first `width` numbers of `whole`'s vectors, of length 1.

    Raises:
        UserError: it has fewer.
    """

    def __init__(self, whole: Encoder, width: int, *, field: str) -> None:
        if width > whole.width:
            raise UserError(
                f"{whole.name} has {whole.width} dimensions; {width} cannot be kept of them.", field=field
            )
        self.whole, self.width = whole, width
        self.name, self.most_tokens, self.similarity = whole.name, whole.most_tokens, whole.similarity

    @property
    def digest(self) -> str:
        return f"{self.whole.digest} {self.width}"

    def parts(
        self, texts: Slices, ctx: Context, *, role: Role = "", stage: str = "Encoding"
    ) -> Iterator[Part]:
        for part in self.whole.parts(texts, ctx, role=role, stage=stage):
            yield Part(part.rows, truncated(part.vectors, self.width), part.status)

    def token_states(self, texts: Sequence[str], ctx: Context, *, role: Role = "") -> list[TokenStates]:
        return self.whole.token_states(texts, ctx, role=role)

    def fitted(self, documents: Texts, ctx: Context) -> TruncatedEncoder:
        return TruncatedEncoder(self.whole.fitted(documents, ctx), self.width, field="system")

    def ready(self, ids: Sequence[str], ctx: Context, *, role: Role = "") -> Floats | None:
        whole = self.whole.ready(ids, ctx, role=role)
        return None if whole is None else truncated(whole, self.width)


def truncated(vectors: Floats, width: int) -> Floats:
    """(n, width) of (n, d): the first numbers, made length 1; zeros stay zeros."""
    return unit(vectors[:, :width])
