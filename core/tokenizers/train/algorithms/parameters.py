"""Parameters that several training algorithms have."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

Digits = Literal["left", "right", "single", "whole"]
MinFrequency = Annotated[
    int,
    Field(
        ge=1,
        le=1_000_000,
        title="At least",
        description="How often a pair must occur to become a token.",
    ),
]
LongestToken = Annotated[
    int,
    Field(
        ge=2,
        le=4_096,
        title="Longest token",
        description="How long a token may be.",
        json_schema_extra={"unit": "bytes"},
    ),
]
DigitsApart = Annotated[
    Digits,
    Field(
        title="Digits",
        description="Which digits of a number may become one token.",
        json_schema_extra={
            "labels": {
                "left": "threes from the left",
                "right": "threes from the right",
                "single": "single digits",
                "whole": "whole numbers",
            }
        },
    ),
]
CutAfter = Annotated[
    int,
    Field(
        ge=16,
        le=4_096,
        title="Cut lines after",
        description="A longer line is cut, where it can be before a space, when text is encoded.",
        json_schema_extra={"unit": "characters", "advanced": True},
    ),
]
Sample = Annotated[
    float,
    Field(
        gt=0,
        le=10_000,
        title="Sample",
        description="How much text tokens across words are learnt from, spread evenly over all of it: memory "
        "grows with it.",
        json_schema_extra={"unit": "MB", "advanced": True},
    ),
]
