"""What the two kinds of trainable pooling share: latents that look at states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from core.encoders.heads.head import Head

if TYPE_CHECKING:
    import torch


class LatentHead(Head):
    """Defaults are small: the paper's head, 768 latents and 32 heads of width 2,048, is larger than most
    encoders."""

    latents: int = Field(
        default=32, ge=1, le=4096, title="Latents", description="Learned vectors that look at the states."
    )
    heads: int = Field(default=4, ge=1, le=64, title="Heads", description="Of the attention.")
    head_width: int | None = Field(
        default=None,
        ge=1,
        le=4096,
        title="Head width",
        description="Of each head.",
        json_schema_extra={"none": "a quarter of the model's"},
    )

    def network(self, width: int, layers: int) -> torch.nn.Module:
        from core.encoders.latents import LatentPooling

        places = layers if self.reads == "layers" else None
        return LatentPooling(width, places, self.latents, self.heads, self._width(width))

    def parameters(self, width: int, layers: int) -> int:
        inner = self.heads * self._width(width)
        placed = layers * width if self.reads == "layers" else 0
        forward = (width + 1) * 8 * width + (4 * width + 1) * width
        return placed + self.latents * width + 6 * width + 4 * inner * width + forward

    def _width(self, width: int) -> int:
        return self.head_width or max(1, width // 4)
