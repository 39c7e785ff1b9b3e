"""What an encoder is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from core.jobs.request import Request


class MaskedRequest(Request):
    """Fill the masks of a text; score one without a mask."""

    random: ClassVar[bool] = False

    model: Path = Field(
        title="Encoder",
        description="A folder with a masked language model, such as BERT.",
        json_schema_extra={"input": "model"},
    )
    text: str = Field(
        min_length=1,
        title="Text",
        description="With a mask: [MASK], ___ or as the model itself spells it. Without one, the text is "
        "scored: every token is foretold from all others.",
        json_schema_extra={"editor": "passage"},
    )
    alternatives: int = Field(
        5,
        ge=1,
        le=100,
        title="Alternatives",
        description="How many words are told for a mask, the likeliest first.",
    )
