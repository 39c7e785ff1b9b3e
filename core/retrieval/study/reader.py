"""The model, opened with one kind of attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.encoders.transformer import TransformerEncoder

Looks = Literal["causal", "bidirectional"]


@dataclass(frozen=True, eq=False)
class Reader:
    """`attention` is what its tokens see; `as_made`: that is how the model was made. `most_tokens`: what was
    asked for instead of what its folder says."""

    encoder: TransformerEncoder
    attention: Looks
    as_made: bool
    most_tokens: int | None = None

    @property
    def looks_ahead(self) -> bool:
        return self.attention == "bidirectional"

    @property
    def layers(self) -> int:
        return int(self.encoder.model.config.num_hidden_layers)  # type: ignore[union-attr, arg-type]

    @property
    def width(self) -> int:
        return int(self.encoder.model.config.hidden_size)  # type: ignore[union-attr, arg-type]
