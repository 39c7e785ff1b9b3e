"""What dynamic tokenization at decode time is asked for."""

from __future__ import annotations

from functools import reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from core.generation.fields import Model, Prompt
from core.generation.samplers import AnySampler
from core.jobs.request import Request
from core.transplant.methods import METHODS, Method
from core.transplant.methods.subword import Subword

if TYPE_CHECKING:
    AnyMethod = Method
else:
    AnyMethod = Annotated[reduce(or_, METHODS.values()), Field(discriminator="name")]

Boundary = Literal["words", "phrases"]
IndexKind = Literal["ivf", "hnsw", "exact"]


class MergedRequest(Request):
    """Read a text with merged tokens, and write with a large vocabulary, beside the model as it is."""

    model: Model
    text: list[Path] = Field(
        min_length=1,
        title="Texts",
        description="Read with merged tokens, from their start; all of them hold the large vocabulary.",
        json_schema_extra={"input": "text"},
    )
    vocabulary_text: list[Path] = Field(
        default_factory=list,
        title="Texts of the large vocabulary",
        description="Where its tokens are found instead.",
        json_schema_extra={"input": "text", "advanced": True, "none": "the texts above"},
    )
    prompt: Prompt = "It was the best of tim"
    decoding: Literal["greedy", "sample"] = Field(
        "greedy",
        title="Decoding",
        description="Greedy: always the likeliest token, of the model's own and of those that the index "
        "finds. Sampling: drawn by probability among these, after the samplers.",
        json_schema_extra={"labels": {"greedy": "Greedy", "sample": "Sampling"}},
    )
    samplers: list[AnySampler] = Field(
        [],
        title="Samplers",
        description="On the law of both ways of writing, one after the other: temperature t=0.8, then "
        "top-p p=0.9.",
        json_schema_extra={"also": "sampler", "editor": "samplers"},
    )
    method: AnyMethod = Field(
        Subword(weights="first-last"),
        title="Method",
        description="How the rows of merged tokens are made. Other than a hypernetwork that was trained for "
        "it, each is an approximation that the paper does not make.",
    )
    head_method: str | None = Field(
        None,
        title="Method for the head",
        description="Another one for the output, in a line: subword weights=first-last.",
        json_schema_extra={"advanced": True, "none": "the same", "like": "method"},
    )
    lengths: Literal["as made", "like its own"] = Field(
        "like its own",
        title="Lengths of head rows",
        description="Like its own: scaled to the median length of the model's own. As made: the mean of "
        "several rows is short, and would never be the likeliest; a row that is one piece's own is as likely "
        "as that piece, and rounding to 16 bits decides between the two.",
        json_schema_extra={"advanced": True},
    )
    boundary: Boundary = Field(
        "words",
        title="Read tokens reach",
        description="Words: no merged token of the text that is read holds more than one word, with the "
        "space before it. Phrases: it may, but no line end.",
        json_schema_extra={"labels": {"words": "one word", "phrases": "several words"}},
    )
    merges: int | None = Field(
        400,
        ge=1,
        le=1_000_000,
        title="Merges",
        description="How many pairs of the text that is read are merged, the commonest first.",
        json_schema_extra={"none": "all"},
    )
    read_bytes: int = Field(
        8_000,
        ge=200,
        le=10_000_000,
        title="Read",
        description="How much of the texts is read both ways.",
        json_schema_extra={"unit": "bytes"},
    )
    size: int = Field(
        100_000,
        ge=1,
        le=4_000_000,
        title="Large vocabulary",
        description="Tokens beside the model's own that it may write.",
        json_schema_extra={"unit": "tokens"},
    )
    reach: Boundary = Field(
        "words",
        title="Written tokens reach",
        description="The same for the large vocabulary.",
        json_schema_extra={"labels": {"words": "one word", "phrases": "several words"}},
    )
    longest: int = Field(
        6,
        ge=2,
        le=32,
        title="Longest token",
        description="Of the large vocabulary, in tokens of the model.",
        json_schema_extra={"advanced": True, "unit": "tokens"},
    )
    index: IndexKind = Field(
        "ivf",
        title="Index",
        description="What finds the rows that score highest. Inverted lists with 8 bits a number; a graph, "
        "which finds more, but takes five times the memory and far longer to build; or all rows compared.",
        json_schema_extra={
            "labels": {"ivf": "Inverted lists, 8 bits", "hnsw": "Graph (HNSW)", "exact": "None: all rows"}
        },
    )
    candidates: int = Field(
        200,
        ge=1,
        le=10_000,
        title="Candidates",
        description="How many rows the index proposes at each step; they are scored again exactly.",
        json_schema_extra={"advanced": True},
    )
    searched: float = Field(
        0.125,
        gt=0,
        le=1,
        title="Share searched",
        description="Of the inverted lists, at each step.",
        json_schema_extra={"advanced": True},
    )
    max_bytes: int = Field(
        200,
        ge=1,
        le=1_000_000,
        title="Length",
        description="How much is written each way, at most.",
        json_schema_extra={"unit": "bytes"},
    )
    cache: bool = Field(
        True,
        title="Keep the index",
        description="So that it need not be built again for the same model, texts and settings. The last "
        "three are kept.",
        json_schema_extra={"advanced": True},
    )
