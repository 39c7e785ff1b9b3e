"""What a sweep is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from pydantic_core import PydanticUndefined

from core.jobs.request import Request
from core.transplant.methods import METHODS
from core.transplant.methods.method import Method
from core.transplant.request import TransplantRequest
from core.transplant.spelt import Candidate, spelt

EVERY = "all"
"""The line that stands for every method, its parameters at their defaults."""


def _pick(name: str, cls: type[Method]) -> dict[str, Any]:
    """A method as a form lists it."""
    takes = []
    for parameter, info in cls.model_fields.items():
        if parameter != "name":
            value = info.get_default(call_default_factory=True)
            takes.append(f"{parameter}={'…' if value is PydanticUndefined else _said(value)}")
    return {"name": name, "title": cls.title, "sentence": cls.sentence, "takes": " ".join(takes)}


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


class SweepRequest(Request):
    """Try many ways to move one model onto another tokenizer, and tell which is best and what is no matter.

    Fields in the order in which a person decides.
    """

    base: Path = Field(
        title="Base model",
        description="The model folder to be given another tokenizer.",
        json_schema_extra={"input": "model"},
    )
    target_tokenizer: Path = Field(
        title="Target tokenizer",
        description="The tokenizer to give it: a tokenizer.json, or a folder that holds one (a model folder "
        "will do).",
        json_schema_extra={"input": "tokenizer"},
    )
    donor: Path | None = Field(
        None,
        title="Donor model",
        description="A model of the target tokenizer, for the methods that need one. By default the target "
        "tokenizer's own folder, where that is a model.",
        json_schema_extra={"input": "model", "advanced": True},
    )
    method: list[str] = Field(
        [EVERY],
        min_length=1,
        title="Methods",
        description="A method with its parameters in a line: fvt, or omp k=8,16,32 for three of them, or "
        "procrustes / mean for another one at the head. all: every method that can run, with its defaults.",
        json_schema_extra={
            "picks": [_pick(name, cls) for name, cls in METHODS.items()],
            "every": EVERY,
            "example": "procrustes / mean",
        },
    )
    seeds: int = Field(
        3,
        ge=1,
        le=100,
        title="Seeds",
        description="How often methods that draw at random are run; their figures are the mean.",
    )
    text: list[Path] = Field(
        default_factory=list,
        title="Your text",
        description="Bits per byte are measured on these files; each file is a slice.",
        json_schema_extra={"input": "text"},
    )
    corpus: list[Path] = Field(
        default_factory=list,
        title="Text to learn from",
        description="For methods that learn from text (FOCUS, WECHSEL, CW2V, ZeTT and others). Not the text "
        "that is measured.",
        json_schema_extra={"input": "text", "advanced": True},
    )
    collection: Path | None = Field(
        None,
        title="Your collection",
        description="For an encoder: a folder with corpus.jsonl, queries.jsonl and qrels, on which nDCG@10 "
        "is measured.",
        json_schema_extra={"input": "folder", "advanced": True},
    )
    pairs: list[Path] = Field(
        default_factory=list,
        title="Your pairs",
        description="For an encoder: tables of two texts and how alike they are, on which rank correlation "
        "is measured.",
        json_schema_extra={"input": "file", "advanced": True},
    )
    keep: Literal["none", "best"] = Field(
        "none",
        title="Keep",
        description="Best: the model of the best row is written, as a transplant would write it.",
        json_schema_extra={"advanced": True, "labels": {"none": "Nothing", "best": "The best"}},
    )
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the model that is kept; the run's own folder by default.",
        json_schema_extra={"output": "folder", "when": {"keep": "best"}, "advanced": True},
    )
    replace: bool = Field(
        False,
        title="Replace",
        description="Replace what is in the output folder.",
        json_schema_extra={"advanced": True},
    )
    without_space: bool = Field(
        False,
        title="Match without leading spaces",
        description="Copy a token that differs only in its leading space; it is no anchor.",
        json_schema_extra={"advanced": True},
    )
    without_case: bool = Field(
        False,
        title="Match without case",
        description="Copy a token that differs only in capitals or in Unicode form (NFKC); it is no anchor.",
        json_schema_extra={"advanced": True},
    )
    max_bytes: int | None = Field(
        200_000,
        ge=1_000,
        title="At most, of each text",
        description="How much of each text is measured, from its start; none for all of it.",
        json_schema_extra={"advanced": True, "unit": "bytes"},
    )

    def transplant(self, candidate: Candidate, out: Path | None = None) -> TransplantRequest:
        """The transplant that makes what the sweep measures for `candidate`."""
        same = {
            name: getattr(self, name)
            for name in TransplantRequest.model_fields.keys() & type(self).model_fields.keys()
            if name not in ("method", "out", "replace")
        }
        head = None if candidate.head is None else spelt(candidate.head)
        return TransplantRequest(
            **same,
            method=candidate.method,
            head_method=head,
            out=out,
            replace=self.replace and out is not None,
        )
