"""What a study of pooling and attention is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from core.encoders.heads import HEADS, Head
from core.jobs.lines import parsed
from core.jobs.request import Request
from core.retrieval.fields import CollectionFolder, Correction, Split, Test

StudiedPooling = Literal["cls", "mean", "max", "weightedmean", "lasttoken", "first_last", "echo", "echo_last"]
_POOLINGS = {
    "cls": ("First token", "Where attention is causal, it has seen no other."),
    "mean": ("Mean", "Over all tokens."),
    "max": ("Maximum", "The largest value in each dimension."),
    "weightedmean": ("Weighted mean", "Later tokens weigh more."),
    "lasttoken": ("Last token", "The only one that has seen all, where attention is causal."),
    "first_last": ("First and last layer", "The mean of both layers' tokens."),
    "echo": ("Echo, mean", "The text twice, the mean of the second copy."),
    "echo_last": ("Echo, last token", "The text twice, the last token."),
}


def _takes(head: type[Head]) -> str:
    """Its parameters, as a line has them."""
    fields = {name: info.default for name, info in head.model_fields.items() if name != "kind"}
    return " ".join(f"{name}={'…' if value is None else value}" for name, value in fields.items())


class StudyRequest(Request):
    """Compare every way to make one vector of a model's states, on a collection of yours."""

    model: Path = Field(
        title="Model",
        description="A folder of sentence-transformers or of transformers: an encoder or a decoder.",
        json_schema_extra={"input": "encoder"},
    )
    collection: CollectionFolder
    poolings: list[StudiedPooling] = Field(
        ["cls", "mean", "max", "weightedmean", "lasttoken", "first_last", "echo"],
        title="Poolings",
        description="The model's own is always among them. Echo reads every text twice, so it costs double.",
        json_schema_extra={
            "picks": [
                {"name": name, "title": title, "sentence": sentence, "takes": ""}
                for name, (title, sentence) in _POOLINGS.items()
            ]
        },
    )
    attention: Literal["both", "as made"] = Field(
        "both",
        title="Attention",
        description="Both: each token sees those before it (causal), and all (bidirectional); the states are "
        "computed once for each.",
        json_schema_extra={
            "labels": {"both": "Causal and bidirectional", "as made": "As the model was made"}
        },
    )
    layers: Literal["last", "quarters", "all"] = Field(
        "last",
        title="Layers",
        description="Whose states are pooled. More layers cost little time, but each is one more comparison "
        "to correct for.",
        json_schema_extra={"labels": {"last": "Last", "quarters": "Quarters", "all": "All"}},
    )
    heads: list[str] = Field(
        ["last-layer", "multi-layer"],
        title="Trained heads",
        description="Trained here on top of the model, which stays as it is; each with its parameters in a "
        "line: multi-layer latents=64.",
        json_schema_extra={
            "picks": [
                {"name": kind, "title": cls.title, "sentence": cls.sentence, "takes": _takes(cls)}
                for kind, cls in HEADS.items()
            ],
            "example": "multi-layer latents=64",
        },
    )
    pairs: Path | None = Field(
        None,
        title="Pairs to train on",
        description="CSV or JSONL with query, positive and, if you like, negative. Without, titles and "
        "bodies of the collection's documents are paired; never its queries.",
        json_schema_extra={"input": "file", "none": "made of the documents"},
    )
    test: Test = "randomization"
    correction: Correction = "holm"
    most_pairs: int = Field(
        1_000,
        ge=8,
        le=20_000,
        title="Most pairs",
        description="Their states are held in memory while heads are trained.",
        json_schema_extra={"advanced": True},
    )
    steps: int = Field(
        150,
        ge=1,
        title="Steps",
        description="How often a head's weights are changed.",
        json_schema_extra={"advanced": True},
    )
    batch: int = Field(
        32,
        ge=2,
        le=1024,
        title="Batch",
        description="Pairs a step; the other pairs' positives are each query's negatives.",
        json_schema_extra={"advanced": True},
    )
    learning_rate: float = Field(
        1e-3,
        gt=0,
        le=1,
        title="Learning rate",
        description="AdamW's, after a warm-up over a tenth of the steps; then it falls to zero.",
        json_schema_extra={"advanced": True},
    )
    temperature: float = Field(
        0.05,
        gt=0,
        le=1,
        title="Temperature",
        description="Cosines are divided by it in the loss; 0.02 in the paper.",
        json_schema_extra={"advanced": True},
    )
    most_tokens: int | None = Field(
        None,
        ge=2,
        title="Most tokens",
        description="Longer texts are cut.",
        json_schema_extra={"advanced": True, "none": "as the model says"},
    )
    split: Split = "test"
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the trained heads, and a record that Why reads.",
        json_schema_extra={"output": "folder", "advanced": True},
    )

    @field_validator("heads")
    @classmethod
    def _are_heads(cls, lines: list[str]) -> list[str]:
        for line in lines:
            head_of(line)
        return lines

    def trained_heads(self) -> list[Head]:
        return [head_of(line) for line in self.heads]


def head_of(line: str) -> Head:
    """The head that a line names.

    Raises:
        ValueError: there is none, or it takes no such parameter.
    """
    said = parsed(line, HEADS)
    assert isinstance(said, dict)
    return HEADS[said["kind"]].model_validate(said)
