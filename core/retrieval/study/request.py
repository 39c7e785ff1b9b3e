"""What a study of pooling and attention is asked for."""

from __future__ import annotations

from functools import partial, reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from core.encoders.heads import HEADS, Head
from core.encoders.heads.last_layer import LastLayer
from core.encoders.heads.multi_layer import MultiLayer
from core.jobs.request import Request
from core.retrieval.fields import CollectionFolder, Correction, Test
from core.retrieval.lines import parsed

StudiedPooling = Literal["cls", "mean", "max", "weightedmean", "lasttoken", "first_last", "echo", "echo_last"]
if TYPE_CHECKING:
    AnyHead = Head
else:
    AnyHead = Annotated[
        Annotated[reduce(or_, HEADS.values()), Field(discriminator="kind")],
        BeforeValidator(partial(parsed, kinds=HEADS)),
    ]


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
    heads: list[AnyHead] = Field(
        [LastLayer(), MultiLayer()],
        title="Trained heads",
        description="Trained here on top of the model, which stays as it is.",
        json_schema_extra={
            "picks": [
                {
                    "name": name,
                    "title": cls.title,
                    "sentence": cls.sentence,
                    "takes": [field for field in cls.model_fields if field != "kind"],
                }
                for name, cls in HEADS.items()
            ]
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
        300,
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
    split: str = Field(
        "test",
        title="Split",
        description="Which table of judgements: qrels/SPLIT.tsv.",
        json_schema_extra={"advanced": True},
    )
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the trained heads, and a record that Why reads.",
        json_schema_extra={"output": "folder", "advanced": True},
    )
