"""What a map is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from core.jobs.request import Request
from core.retrieval.fields import CollectionFolder, Encoder, KeepVectors, Split


class MapRequest(Request):
    """Lay a collection's documents and queries out on a plane, by the vectors of an encoder."""

    collection: CollectionFolder
    encoder: Encoder
    method: Literal["umap", "pca"] = Field(
        "umap",
        title="Method",
        description="UMAP keeps neighbours together, and says nothing about distances. PCA shows the two "
        "directions in which the vectors differ most.",
        json_schema_extra={"labels": {"umap": "UMAP", "pca": "PCA"}},
    )
    neighbours: int = Field(
        15,
        ge=2,
        le=200,
        title="Neighbours",
        description="Of each document, that UMAP tries to keep near. More show larger shapes.",
        json_schema_extra={"advanced": True},
    )
    min_dist: float = Field(
        0.1,
        ge=0,
        le=0.99,
        title="Least distance",
        description="How close UMAP may put documents.",
        json_schema_extra={"advanced": True},
    )
    most: int = Field(
        50_000,
        ge=100,
        le=500_000,
        title="Laid out together",
        description="Of larger collections so many are laid out, fewer where they are dense; the others are "
        "put beside their nearest.",
        json_schema_extra={"advanced": True},
    )
    split: Split = "test"
    cache: KeepVectors = True
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the map.",
        json_schema_extra={"output": "folder", "advanced": True},
    )
