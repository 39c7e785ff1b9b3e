"""What the training of a tokenizer is asked for."""

from __future__ import annotations

import re
from functools import reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, field_validator

from core.jobs.request import Request
from core.tokenizers.train.algorithms import ALGORITHMS
from core.tokenizers.train.algorithms.algorithm import Algorithm
from core.tokenizers.train.algorithms.bpe import Bpe

if TYPE_CHECKING:
    AnyAlgorithm = Algorithm
else:
    AnyAlgorithm = Annotated[reduce(or_, ALGORITHMS.values()), Field(discriminator="name")]

_NAME = re.compile(r"(?s)[<\[{|].+[>\]}|]")
_BYTE = re.compile(r"<0x[0-9A-F]{2}>")


class TrainTokenizerRequest(Request):
    """Train a tokenizer on text. Fields in the order in which a person decides them."""

    text: list[Path] = Field(
        min_length=1,
        title="Text",
        description="Files of text in UTF-8 (also .gz), or folders of them.",
        json_schema_extra={"input": "text"},
    )
    algorithm: AnyAlgorithm = Field(Bpe(), title="Algorithm", description="How the tokens are chosen.")
    vocab_size: int = Field(
        8_192,
        ge=258,
        le=1_000_000,
        title="Vocabulary",
        description="Tokens, special ones and single bytes among them.",
    )
    held_out_share: float = Field(
        0.05,
        ge=0,
        le=0.5,
        title="Held-out share",
        description="How much of each text's end is measured and not trained on.",
        json_schema_extra={"advanced": True},
    )
    beside_bpe: bool = Field(
        True,
        title="Plain BPE beside it",
        description="Also train byte-level BPE of the same size on the same text, to compare with.",
    )
    special_tokens: list[str] = Field(
        default_factory=list,
        title="Special tokens",
        description="More of them than the algorithm brings: names in brackets, such as <|user|>.",
        json_schema_extra={"advanced": True},
    )
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the tokenizer; the run's own folder by default.",
        json_schema_extra={"output": "folder"},
    )
    replace: bool = Field(
        False,
        title="Replace",
        description="Replace what is in the output folder.",
        json_schema_extra={"advanced": True},
    )

    @field_validator("special_tokens")
    @classmethod
    def _are_names(cls, names: list[str]) -> list[str]:
        for name in names:
            if not _NAME.fullmatch(name) or _BYTE.fullmatch(name):
                raise ValueError(
                    f"{name!r} could be a part of a text; a special token's name stands in brackets, such as "
                    "<|user|> or [USER], and is not that of a byte"
                )
        return list(dict.fromkeys(names))
