"""Fields that several retrieval jobs ask for. Loads nothing heavy."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from core.encoders.request import EncoderFields
from core.jobs.lines import parsed
from core.retrieval.systems import AnySystem
from core.retrieval.systems.dense import Dense

CollectionFolder = Annotated[
    Path,
    Field(
        title="Collection",
        description="A folder with corpus.jsonl, queries.jsonl and qrels (BEIR). Make one of other files "
        "under Collections.",
        json_schema_extra={"input": "collection"},
    ),
]
Systems = Annotated[
    list[AnySystem],
    Field(
        min_length=1,
        max_length=12,
        title="Systems",
        description="What ranks: a model's path, bm25, or a kind with its parameters in a line, such as "
        "bm25 k1=0.9 b=0.4 or hybrid of=bm25,minilm.",
        json_schema_extra={"editor": "systems"},
    ),
]
if TYPE_CHECKING:
    Encoder = Dense
else:
    Encoder = Annotated[
        Dense,
        BeforeValidator(partial(parsed, kinds={"dense": Dense}, bare=("dense", "model"))),
        Field(
            title="Encoder",
            description="A model's path, or a line with its parameters: dense model=PATH pooling=cls.",
            json_schema_extra={"editor": "encoder"},
        ),
    ]
Measures = Annotated[
    list[str],
    Field(
        min_length=1,
        title="Measures",
        description="Names of trec_eval or of ir-measures: nDCG@10, AP, RR, R@100, ndcg_cut_10, map.",
        json_schema_extra={"also": "measure", "editor": "measures"},
    ),
]
DEFAULT_MEASURES = ["nDCG@10", "R@100", "AP", "RR"]
Test = Annotated[
    Literal["randomization", "t", "wilcoxon", "bootstrap"],
    Field(
        title="Test",
        description="Paired, over queries, two-sided.",
        json_schema_extra={
            "labels": {
                "randomization": "Paired randomization",
                "t": "Paired t",
                "wilcoxon": "Wilcoxon",
                "bootstrap": "Bootstrap",
            },
        },
    ),
]
Correction = Annotated[
    Literal["holm", "bonferroni", "fdr", "tukey", "none"],
    Field(
        title="Correction",
        description="For the number of comparisons in a table.",
        json_schema_extra={
            "labels": {
                "holm": "Holm",
                "bonferroni": "Bonferroni",
                "fdr": "Benjamini-Hochberg",
                "tukey": "Tukey HSD",
                "none": "None",
            },
            "advanced": True,
        },
    ),
]
Split = Annotated[
    str,
    Field(
        title="Split",
        description="Which table of judgements: qrels/SPLIT.tsv.",
        json_schema_extra={"advanced": True},
    ),
]
KeepVectors = Annotated[
    bool,
    Field(
        title="Keep vectors",
        description="Vectors and indexes are kept for the next run.",
        json_schema_extra={"advanced": True},
    ),
]
__all__ = [
    "DEFAULT_MEASURES",
    "CollectionFolder",
    "Correction",
    "Encoder",
    "EncoderFields",
    "KeepVectors",
    "Measures",
    "Split",
    "Systems",
    "Test",
]
