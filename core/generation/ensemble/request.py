"""What an ensemble is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from core.errors import UserError
from core.generation.ensemble.rules import AnyRule
from core.generation.ensemble.rules.product import Product
from core.generation.fields import Beam, Convention, NumberType, Prompt
from core.generation.samplers import SAMPLERS, AnySampler
from core.jobs.request import Request


class EnsembleRequest(Request):
    """Let two to four models, of any vocabularies, write and foretell as one, byte by byte."""

    models: list[Path] = Field(
        min_length=1,
        max_length=4,
        title="Models",
        description="Two to four folders with a causal language model, whatever their tokens.",
        json_schema_extra={"input": "model", "also": "model", "editor": "language-models"},
    )
    how: AnyRule = Field(
        Product(), title="Together", description="How their laws of the next byte become one."
    )
    weights: list[float] = Field(
        [],
        title="Weights",
        description="One a model; without any, all the same (proxy tuning: 1, 1 and -1).",
        json_schema_extra={"also": "weight", "advanced": True},
    )
    prompt: Prompt = ""
    max_bytes: int = Field(
        160,
        ge=0,
        le=1_000_000,
        title="Length",
        description="So much is written at most; 0: nothing.",
        json_schema_extra={"unit": "bytes"},
    )
    decoding: Literal["greedy", "sample"] = Field(
        "greedy",
        title="Decoding",
        description="Greedy: always the likeliest byte. Sampling: drawn by probability, after the samplers.",
        json_schema_extra={"labels": {"greedy": "Greedy", "sample": "Sampling"}},
    )
    samplers: list[AnySampler] = Field(
        [],
        title="Samplers",
        description="On the law of the next byte, one after the other: temperature t=0.8, then top-p p=0.9.",
        json_schema_extra={"also": "sampler", "editor": "samplers"},
    )
    stop: list[str] = Field(
        [],
        title="Stop at",
        description="Writing ends before the first of these.",
        json_schema_extra={"advanced": True},
    )
    text: list[Path] = Field(
        [],
        title="Texts",
        description="Held-out texts to measure on: bits per byte of each model, and of all together.",
        json_schema_extra={"input": "text"},
    )
    text_bytes: int | None = Field(
        4_096,
        ge=256,
        title="Most of a text",
        description="At most so much of each text is measured; a call of each model a byte.",
        json_schema_extra={"unit": "bytes", "none": "no limit"},
    )
    fit: float = Field(
        0.0,
        ge=0,
        le=0.9,
        title="Learn weights",
        description="On so large a share of each text, its beginning, weights are learnt (at most 8,000 "
        "bytes); figures are of the rest.",
    )
    stride: int = Field(
        128,
        ge=16,
        le=4_096,
        title="Stride",
        description="Texts are measured in windows that move by so many bytes.",
        json_schema_extra={"unit": "bytes", "advanced": True},
    )
    context: int = Field(
        192,
        ge=0,
        le=65_536,
        title="Context",
        description="Bytes before those that a window measures, as far as the models take so much.",
        json_schema_extra={"unit": "bytes", "advanced": True},
    )
    convention: Convention = "valid"
    beam: Beam = 128
    dtype: NumberType = "auto"


def check(request: EnsembleRequest) -> tuple[float, ...]:
    """The weights, as the rule takes them.

    Raises:
        UserError: the rule takes another number of models or other weights, a sampler makes no sense on
            bytes, or there is nothing to do.
    """
    count, how = len(request.models), request.how
    if count < 2:
        raise UserError("An ensemble takes two to four models; give one more.", field="models")
    if how.members is not None and how.members != count:
        raise UserError(f"{how.title} takes {how.members} models; {count} are given.", field="models")
    if request.weights and len(request.weights) != count:
        raise UserError(
            f"Give one weight a model: {count} models have {len(request.weights)} weights.", field="weights"
        )
    if request.fit and not how.fits:
        raise UserError(
            f"The weights of a {how.title} follow from what is read; there is nothing to learn.", field="fit"
        )
    if request.fit and not request.text:
        raise UserError("Weights are learnt from a text; give one.", field="fit")
    for one in request.samplers:
        if not one.by_law:
            fit = sorted(kind for kind, cls in SAMPLERS.items() if cls.by_law)
            raise UserError(
                f"{one.title} looks at tokens, and an ensemble draws bytes: take {', '.join(fit[:-1])} or "
                f"{fit[-1]}.",
                field="samplers",
            )
    if not request.max_bytes and not request.text:
        raise UserError("There is nothing to do: no length to write, and no text to measure on.")
    try:
        return how.checked(request.weights) if request.weights else how.usual(count)
    except ValueError as error:
        raise UserError(str(error), field="weights") from None
