"""The texts of a healing: what is learnt from, and what is held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError
from core.heal.request import HealRequest
from core.text_files import read_text
from core.training.texts import split_held_out
from core.transplant.texts import Slice, passages, slice_names


@dataclass(frozen=True)
class Texts:
    training: list[str]
    held_out: list[Slice]

    @property
    def training_bytes(self) -> int:
        return sum(len(text.encode()) for text in self.training)


def read_texts(request: HealRequest) -> Texts:
    """Read all; what is held out of a text is its end, at most `max_bytes` of it.

    Raises:
        UserError: a file will not do, or is both learnt from and measured on.
    """
    check_apart(request)
    texts = [read_text(path, field="text") for path in request.text]
    if request.held_out:
        held_out = [
            read_text(path, field="held_out", max_bytes=request.max_bytes) for path in request.held_out
        ]
        return Texts(texts, _slices(request.held_out, held_out))
    pairs = [split_held_out(text, _share(text, request)) for text in texts]
    return Texts([kept for kept, _ in pairs], _slices(request.text, [rest for _, rest in pairs]))


def check_apart(request: HealRequest) -> None:
    """Raises `UserError` where a file is both learnt from and measured on."""
    learnt = {path.resolve() for path in request.text}
    for path in request.held_out:
        if path.resolve() in learnt:
            raise UserError(
                f"{path} is learnt from, so that measuring on it would flatter. Give another file, or none: "
                "then the end of each text is kept back.",
                field="held_out",
            )


def _share(text: str, request: HealRequest) -> float:
    return min(request.held_out_share, request.max_bytes / max(1, len(text.encode())))


def _slices(paths: Sequence[Path], texts: Sequence[str]) -> list[Slice]:
    return [
        Slice(name, tuple(passages(text)))
        for name, text in zip(slice_names(paths), texts, strict=True)
        if text.strip()
    ]
