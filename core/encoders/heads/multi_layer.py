"""Trainable pooling over all layers."""

from __future__ import annotations

from typing import ClassVar, Literal

from core.encoders.heads.head import head
from core.encoders.heads.latent import LatentHead


@head
class MultiLayer(LatentHead):
    title: ClassVar[str] = "Multi-layer trainable pooling"
    source: ClassVar[str] = "arXiv 2409.02727"
    sentence: ClassVar[str] = "Learned latents look at one vector of each layer."
    reads: ClassVar = "layers"

    kind: Literal["multi-layer"] = "multi-layer"
