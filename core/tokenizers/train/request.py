"""What the training of a tokenizer is asked for."""

from __future__ import annotations

from functools import reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from core.jobs.request import Request
from core.tokenizers.train.algorithms import ALGORITHMS
from core.tokenizers.train.algorithms.algorithm import Algorithm
from core.tokenizers.train.algorithms.bpe import Bpe

if TYPE_CHECKING:
    AnyAlgorithm = Algorithm
else:
    AnyAlgorithm = Annotated[reduce(or_, ALGORITHMS.values()), Field(discriminator="name")]


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
        description="More of them than the algorithm brings.",
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
