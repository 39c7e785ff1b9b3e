"""Trainable pooling of the last layer's tokens."""

from __future__ import annotations

from typing import ClassVar, Literal

from core.encoders.heads.head import head
from core.encoders.heads.latent import LatentHead


@head
class LastLayer(LatentHead):
    title: ClassVar[str] = "Last-layer trainable pooling"
    source: ClassVar[str] = "arXiv 2409.02727"
    sentence: ClassVar[str] = "Learned latents look at the last layer's tokens."
    reads: ClassVar = "tokens"

    kind: Literal["last-layer"] = "last-layer"
