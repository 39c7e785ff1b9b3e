"""What an intrinsic test is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from core.jobs.request import Request
from core.retrieval.fields import Encoder


class IntrinsicRequest(Request):
    """Test an encoder without a search. What is tested follows from the files that are given."""

    encoder: Encoder
    sts: list[Path] = Field(
        default_factory=list,
        title="Sentence likeness (STS)",
        description="Tables of two texts and how alike they are.",
        json_schema_extra={"input": "file"},
    )
    triplets: list[Path] = Field(
        default_factory=list,
        title="Triplets",
        description="Tables or JSONL of three texts: an anchor, one that should be near, one not.",
        json_schema_extra={"input": "file"},
    )
    similarity: list[Path] = Field(
        default_factory=list,
        title="Word similarity",
        description="Tables of two words and how alike they are: WordSim-353, SimLex-999, MEN.",
        json_schema_extra={"input": "file"},
    )
    analogies: list[Path] = Field(
        default_factory=list,
        title="Analogies",
        description="Lines of four words, in groups that begin with : and a name, as Google's.",
        json_schema_extra={"input": "file"},
    )
    weat: list[Path] = Field(
        default_factory=list,
        title="WEAT",
        description="JSON files with two lists of target words and two of attributes.",
        json_schema_extra={"input": "file"},
    )
    gender: Path | None = Field(
        None,
        title="Gender direction",
        description="A JSON file of word pairs that define it: she and he, mother and father.",
        json_schema_extra={"input": "file", "none": "not measured"},
    )
    neutral: Path | None = Field(
        None,
        title="Neutral words",
        description="A JSON file or one word a line: words that should lean neither way, as professions.",
        json_schema_extra={"input": "file", "none": "none"},
    )
    collection: Path | None = Field(
        None,
        title="Collection",
        description="A folder with corpus.jsonl, queries.jsonl and qrels (BEIR); on its documents the shape "
        "of the space is measured.",
        json_schema_extra={"input": "collection", "none": "none"},
    )
    unknown: Literal["skip", "zero"] = Field(
        "skip",
        title="Unknown words",
        description="Pairs of words without a vector are left out, or their likeness counts as 0.",
        json_schema_extra={"advanced": True, "labels": {"skip": "Leave out", "zero": "Count as 0"}},
    )
    vocabulary: int = Field(
        30_000,
        ge=10,
        title="Words to answer analogies from",
        description="The first so many of a file of word vectors; questions with others are left out. "
        "Other encoders answer from the words of the questions.",
        json_schema_extra={"advanced": True},
    )
    sample: int = Field(
        10_000,
        ge=10,
        title="Documents in the sample",
        description="The shape of the space is measured on so many at most, drawn by the seed.",
        json_schema_extra={"advanced": True},
    )
    neighbours: int = Field(
        10,
        ge=1,
        le=1_000,
        title="Neighbours",
        description="Hubness: how often each document is among so many nearest ones of others.",
        json_schema_extra={"advanced": True},
    )

    @model_validator(mode="after")
    def _asks_something(self) -> IntrinsicRequest:
        lists = (self.sts, self.triplets, self.similarity, self.analogies, self.weat)
        if not (any(lists) or self.gender or self.collection):
            raise ValueError(
                "nothing is to be tested: give a file of sts, triplets, similarity, analogies or weat, a "
                "gender file, or a collection"
            )
        if self.neutral and not self.gender:
            raise ValueError("neutral words lean towards nothing without a gender file")
        return self
