"""What can be said about an encoder: where it is, and how vectors are made of its states. Loads nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Pooling = Literal[
    "cls", "mean", "max", "mean_sqrt_len", "weightedmean", "lasttoken", "first_last", "echo", "echo_last"
]


class EncoderFields(BaseModel):
    """An encoder as a form, a line or a request names it. None: as its own files say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Path = Field(
        title="Model",
        description="A folder of sentence-transformers, transformers or model2vec, or a file of word vectors "
        "or of ready vectors (npy, safetensors, parquet).",
        json_schema_extra={"input": "encoder"},
    )
    pooling: Pooling | None = Field(
        None,
        title="Pooling",
        description="How one vector is made of the tokens' states.",
        json_schema_extra={"none": "as the model says"},
    )
    attention: Literal["as made", "causal", "bidirectional"] = Field(
        "as made",
        title="Attention",
        description="Bidirectional lets each token of a decoder see those after it.",
        json_schema_extra={"advanced": True},
    )
    layer: int | None = Field(
        None,
        title="Layer",
        description="Whose states are pooled: 0 is the embedding, -1 the last.",
        json_schema_extra={"advanced": True, "none": "the last"},
    )
    most_tokens: int | None = Field(
        None,
        ge=2,
        title="Most tokens",
        description="Longer texts are cut.",
        json_schema_extra={"advanced": True, "none": "as the model says"},
    )
    dimensions: int | None = Field(
        None,
        ge=1,
        title="Dimensions",
        description="Keep the first ones only (Matryoshka), then make the length 1.",
        json_schema_extra={"advanced": True, "none": "all"},
    )
    query_prompt: str | None = Field(
        None,
        title="Prompt of queries",
        description="Put before each query.",
        json_schema_extra={"advanced": True, "none": "as the model says"},
    )
    document_prompt: str | None = Field(
        None,
        title="Prompt of documents",
        description="Put before each document.",
        json_schema_extra={"advanced": True, "none": "as the model says"},
    )
    normalise: bool | None = Field(
        None,
        title="Length 1",
        description="Make each vector's length 1.",
        json_schema_extra={"advanced": True, "none": "as the model says"},
    )
    precision: Literal["float32", "fast"] = Field(
        "float32",
        title="Precision",
        description="Fast computes with fewer bits where the processor can, and says what that changes.",
        json_schema_extra={"advanced": True},
    )
    words: Literal["mean", "idf", "sif"] = Field(
        "mean",
        title="Word vectors",
        description="How a text's vector is made of its words': the mean, weighted by rarity, or SIF.",
        json_schema_extra={"advanced": True},
    )
