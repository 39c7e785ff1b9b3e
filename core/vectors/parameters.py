"""Parameters that several methods with static vectors have. Loads nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field


class UnlessGiven:
    """`Method.needs_corpus` of a method that learns from text unless it has one of some parameters.

    Of the class it says True, as a form asks before anything is filled in; of a setting, what holds for it.
    """

    def __init__(self, *parameters: str) -> None:
        self._parameters = parameters

    def __get__(self, setting: object, owner: type | None = None) -> bool:
        return setting is None or all(getattr(setting, name) is None for name in self._parameters)


VectorsFile = Annotated[
    Path | None,
    Field(
        title="Vectors",
        description="Static vectors of words of the target's language: GloVe, word2vec or fastText, or an "
        "array with its words. By default they are trained on the text to learn from.",
        json_schema_extra={"input": "file", "advanced": True, "none": "trained on the text"},
    ),
]
Dimensions = Annotated[
    int,
    Field(
        ge=2,
        le=1024,
        title="Dimensions",
        description="Of the static vectors that are trained.",
        json_schema_extra={"advanced": True},
    ),
]
Epochs = Annotated[
    int,
    Field(
        ge=1,
        le=100,
        title="Rounds",
        description="How often the text is gone through.",
        json_schema_extra={"advanced": True},
    ),
]
MinCount = Annotated[
    int,
    Field(
        ge=1,
        le=1_000_000,
        title="At least",
        description="How often something must occur to be learnt from.",
        json_schema_extra={"advanced": True},
    ),
]
Megabytes = Annotated[
    float,
    Field(
        gt=0,
        le=10_000,
        title="At most, of the text",
        description="How much is learnt from, of all texts together, each from its start.",
        json_schema_extra={"unit": "MB", "advanced": True},
    ),
]
Temperature = Annotated[
    float,
    Field(
        gt=0,
        le=100,
        title="Temperature",
        description="Similarities are divided by it before they become weights: the lower, the more the "
        "nearest token counts.",
    ),
]
Neighbours = Annotated[
    int,
    Field(ge=1, le=1024, title="Neighbours", description="How many near tokens make up one token."),
]
