"""What is asked of a score: why this document, for this query."""

from __future__ import annotations

from pydantic import Field

from core.jobs.request import Request
from core.retrieval.fields import CollectionFolder, Encoder, Split


class WhyRequest(Request):
    """``lexigraft retrieval why --collection C --encoder MODEL --query ID --document ID``."""

    collection: CollectionFolder
    encoder: Encoder
    query: str = Field(title="Query", description="Its id.")
    document: str = Field(title="Document", description="Its id.")
    most_words: int = Field(
        200,
        ge=1,
        le=5000,
        title="Words left out",
        description="How many of a text's words are left out in turn, from its beginning.",
        json_schema_extra={"advanced": True},
    )
    gradients: bool = Field(
        True,
        title="Gradients",
        description="Integrated gradients as well, where the model allows.",
        json_schema_extra={"advanced": True},
    )
    steps: int = Field(
        32,
        ge=2,
        le=1000,
        title="Steps of gradients",
        description="How finely the way from padding to the text is cut.",
        json_schema_extra={"advanced": True},
    )
    split: Split = "test"
