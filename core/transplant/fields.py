"""Fields that a transplant and a sweep both ask for. Loads nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

BaseModelFolder = Annotated[
    Path,
    Field(
        title="Base model",
        description="The model folder to be given another tokenizer.",
        json_schema_extra={"input": "model"},
    ),
]
TargetTokenizer = Annotated[
    Path,
    Field(
        title="Target tokenizer",
        description="The tokenizer to give it: a tokenizer.json, or a folder that holds one (a model folder "
        "will do).",
        json_schema_extra={"input": "tokenizer"},
    ),
]
DonorFolder = Annotated[
    Path | None,
    Field(
        title="Donor model",
        description="A model of the target tokenizer; its embeddings say where new tokens lie. By default "
        "the target tokenizer's own folder, where that is a model.",
        json_schema_extra={"input": "model", "advanced": True},
    ),
]
Corpus = Annotated[
    list[Path],
    Field(
        default_factory=list,
        title="Text to learn from",
        description="For methods that learn from text (FOCUS, WECHSEL, CW2V, ZeTT and others). Not the text "
        "that is measured.",
        json_schema_extra={"input": "text", "advanced": True},
    ),
]
Texts = Annotated[
    list[Path],
    Field(
        default_factory=list,
        title="Your text",
        description="Bits per byte are measured on these files, before and after; each file is a slice.",
        json_schema_extra={"input": "text"},
    ),
]
CollectionFolder = Annotated[
    Path | None,
    Field(
        title="Your collection",
        description="For an encoder: a folder with corpus.jsonl, queries.jsonl and qrels, on which nDCG@10 "
        "is measured before and after.",
        json_schema_extra={"input": "folder", "advanced": True},
    ),
]
PairFiles = Annotated[
    list[Path],
    Field(
        default_factory=list,
        title="Your pairs",
        description="For an encoder: tables of two texts and how alike they are, on which rank correlation "
        "is measured before and after.",
        json_schema_extra={"input": "file", "advanced": True},
    ),
]
Replace = Annotated[
    bool,
    Field(
        title="Replace",
        description="Replace what is in the output folder.",
        json_schema_extra={"advanced": True},
    ),
]
WithoutSpace = Annotated[
    bool,
    Field(
        title="Match without leading spaces",
        description="Copy a token that differs only in its leading space; it is no anchor.",
        json_schema_extra={"advanced": True},
    ),
]
WithoutCase = Annotated[
    bool,
    Field(
        title="Match without case",
        description="Copy a token that differs only in capitals or in Unicode form (NFKC); it is no anchor.",
        json_schema_extra={"advanced": True},
    ),
]
MeasuredBytes = Annotated[
    int | None,
    Field(
        ge=1_000,
        title="At most, of each text",
        description="How much of each text is measured, from its start.",
        json_schema_extra={"advanced": True, "unit": "bytes", "none": "all of it"},
    ),
]
