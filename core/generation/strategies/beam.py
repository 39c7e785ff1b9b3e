"""Beam search: the likeliest text of those that a few ways lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.strategies.strategy import Strategy, strategy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.generation.decoding.writing import Decoding, Writing
    from core.generation.language.language_model import LanguageModel

EarlyStopping = Literal["heuristic", "always", "never"]


@strategy
class Beam(Strategy):
    title: ClassVar[str] = "Beam search"
    sentence: ClassVar[str] = "The likeliest text of those that a few ways, followed at once, lead to."

    kind: Literal["beam"] = "beam"
    beams: int = Field(4, ge=1, le=32, title="Beams", description="Ways that are followed at once.")
    length_penalty: float = Field(
        1.0,
        ge=-10,
        le=10,
        title="Length penalty",
        description="Log-probability is divided by length to this power; more is kinder to long texts.",
    )
    early_stopping: EarlyStopping = Field(
        "heuristic",
        title="When to stop",
        description="Heuristic: when a better text is unlikely. Always: with the first ones that ended. "
        "Never: when there can be none better.",
        json_schema_extra={
            "advanced": True,
            "labels": {"heuristic": "Better is unlikely", "always": "Enough ended", "never": "No better"},
        },
    )

    @property
    def width(self) -> int:
        return self.beams

    def write(
        self, language: LanguageModel, writings: Sequence[Writing], decoding: Decoding
    ) -> Iterator[None]:
        from core.generation.decoding.beams import beam_search

        return beam_search(
            language,
            writings,
            decoding,
            beams=self.beams,
            length_penalty=self.length_penalty,
            early_stopping=self.early_stopping,
        )
