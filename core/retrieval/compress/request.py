"""What a trial of compression is asked for."""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field, field_validator
from pydantic_core import PydanticUndefined

from core.jobs.request import Request
from core.retrieval.compress.codecs import CODECS, Codec
from core.retrieval.compress.spelt import EVERY, asked
from core.retrieval.fields import CollectionFolder, Correction, Encoder, KeepVectors, Measures, Split, Test

FAMILIES = ("numbers", "bits", "codebooks", "fewer dimensions", "fewer numbers")
"""As they are listed."""


def _pick(kind: str, cls: type[Codec]) -> dict[str, Any]:
    """A codec as a form lists it."""
    takes = []
    for name, info in cls.model_fields.items():
        if name != "kind":
            value = info.get_default(call_default_factory=True)
            takes.append(f"{name}={'…' if value is PydanticUndefined else _said(value)}")
    return {"name": kind, "title": cls.title, "sentence": cls.sentence, "takes": " ".join(takes)}


def _said(value: Any) -> str:
    return value if isinstance(value, str) else "…" if value is None else json.dumps(value)


def _place(item: tuple[str, type[Codec]]) -> int:
    return FAMILIES.index(item[1].family)


class CompressRequest(Request):
    """Put a collection's vectors into many codes, and tell what each saves and what it costs."""

    collection: CollectionFolder
    encoder: Encoder
    codec: list[str] = Field(
        [EVERY],
        min_length=1,
        title="Codes",
        description="A code with its parameters in a line: int8, or pq m=24,48 for two of them. all: one or "
        "two settings of every code, as suits the width.",
        json_schema_extra={
            "picks": [_pick(kind, cls) for kind, cls in sorted(CODECS.items(), key=_place)],
            "every": EVERY,
            "example": "pca dimensions=128 then=int8",
        },
    )
    measures: Measures = ["nDCG@10", "R@100"]
    test: Test = "randomization"
    correction: Correction = "holm"
    k: int = Field(
        100,
        ge=10,
        le=10_000,
        title="Depth",
        description="How many documents are ranked for each query. Codes that rescore look at several times "
        "as many.",
        json_schema_extra={"advanced": True},
    )
    split: Split = "test"
    cache: KeepVectors = True

    @field_validator("encoder")
    @classmethod
    def _plain(cls, encoder: Encoder) -> Encoder:
        if encoder.index != "exact" or encoder.compress is not None:
            raise ValueError("codes are what is tried here: leave index and compression out of the encoder")
        return encoder

    @field_validator("codec")
    @classmethod
    def _known(cls, lines: list[str]) -> list[str]:
        asked(lines, 768, 10_000)
        return lines
