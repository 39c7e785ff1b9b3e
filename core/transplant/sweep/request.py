"""What a sweep is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from pydantic_core import PydanticUndefined

from core.jobs.request import Request
from core.transplant.fields import (
    BaseModelFolder,
    CollectionFolder,
    Corpus,
    DonorFolder,
    MeasuredBytes,
    PairFiles,
    Replace,
    TargetTokenizer,
    Texts,
    WithoutCase,
    WithoutSpace,
)
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

    base: BaseModelFolder
    target_tokenizer: TargetTokenizer
    donor: DonorFolder = None
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
    text: Texts
    corpus: Corpus
    collection: CollectionFolder = None
    pairs: PairFiles
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
    replace: Replace = False
    without_space: WithoutSpace = False
    without_case: WithoutCase = False
    max_bytes: MeasuredBytes = 200_000

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
