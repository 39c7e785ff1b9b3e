"""What a healing is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from core.jobs.request import Request


class HealRequest(Request):
    """Train a transplanted model for a while, and see when it is as good as its base.

    Fields in the order in which a person decides.
    """

    model: Path = Field(
        title="Model",
        description="The transplanted model's folder.",
        json_schema_extra={"input": "model"},
    )
    text: list[Path] = Field(
        min_length=1,
        title="Text to learn from",
        description="Files of plain text in UTF-8; each is a document.",
        json_schema_extra={"input": "text"},
    )
    train: Literal["embeddings", "new rows", "new head rows", "lora", "embeddings and lora"] = Field(
        "embeddings",
        title="What is trained",
        description="Embeddings: the matrices of the vocabulary. New rows: those of tokens that the base did "
        "not have; new head rows: of the output alone, as for tools' tokens. LoRA: a low-rank change of all "
        "linear layers (arXiv 2106.09685), merged at the end. All else stays as it is, byte for byte.",
    )
    tokens: int = Field(
        1_000_000,
        ge=1,
        title="Tokens",
        description="How much text is learnt from, in tokens; a shorter text is gone through again.",
    )
    held_out: list[Path] = Field(
        default_factory=list,
        title="Text to measure on",
        description="Files that are not learnt from; by default the end of each text is kept back for it.",
        json_schema_extra={"input": "text"},
    )
    base: Path | None = Field(
        None,
        title="Base model",
        description="The model it was made from, whose bits per byte are the goal. By default the one that "
        "the transplant's report names, if it is still there.",
        json_schema_extra={"input": "model"},
    )
    beside: Literal["none", "mean"] = Field(
        "none",
        title="Beside it",
        description="Mean: the same healing once more, from new rows that are the mean of the copied ones; "
        "it shows how much text the transplant's method has saved. Takes as long again.",
    )
    learning_rate: float = Field(
        1e-3,
        gt=0,
        le=1,
        title="Learning rate",
        description="At its peak, after the warm-up. The larger the model and the smaller the batch, the "
        "less it bears.",
        json_schema_extra={"advanced": True},
    )
    rank: int = Field(
        16,
        ge=1,
        le=1024,
        title="Rank",
        description="Of LoRA's matrices.",
        json_schema_extra={"advanced": True},
    )
    alpha: float = Field(
        32,
        gt=0,
        title="Alpha",
        description="LoRA's change counts alpha / rank times.",
        json_schema_extra={"advanced": True},
    )
    penalty: float = Field(
        0.0,
        ge=0,
        title="Penalty",
        description="Times how far the trained rows are from where they began (Frobenius norm), added to the "
        "loss. 0.01 in TokenLearning (arXiv 2506.14248), for the rows of new tools.",
        json_schema_extra={"advanced": True},
    )
    context: int | None = Field(
        None,
        ge=2,
        le=32768,
        title="Context",
        description="Tokens per sequence; by default as many as the model takes, and 512 at most.",
        json_schema_extra={"advanced": True, "none": "the model's"},
    )
    batch: int = Field(
        16, ge=1, title="Batch", description="Sequences per step.", json_schema_extra={"advanced": True}
    )
    warmup: float = Field(
        0.05,
        ge=0,
        le=1,
        title="Warm-up",
        description="Share of the steps in which the rate rises to its peak; it then falls along a cosine.",
        json_schema_extra={"advanced": True},
    )
    final_rate: float = Field(
        0.1,
        ge=0,
        le=1,
        title="Final rate",
        description="Where the cosine ends, as a share of the peak.",
        json_schema_extra={"advanced": True},
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        title="Precision",
        description="Of the matrix products; the weights themselves are float32 while they are trained. "
        "auto: bfloat16 on CUDA, float32 elsewhere.",
        json_schema_extra={"advanced": True},
    )
    looks: int = Field(
        16,
        ge=2,
        le=400,
        title="Measurements",
        description="How often the held-out text is measured on the way; close at first, then further apart.",
        json_schema_extra={"advanced": True},
    )
    held_out_share: float = Field(
        0.1,
        gt=0,
        le=0.5,
        title="Held-out share",
        description="How much of each text's end is kept back where no file is named for it.",
        json_schema_extra={"advanced": True},
    )
    max_bytes: int = Field(
        100_000,
        ge=1_000,
        title="At most, of each text",
        description="How much of each text is measured.",
        json_schema_extra={"advanced": True, "unit": "bytes"},
    )
    checkpoint_every: float = Field(
        60,
        ge=0,
        title="Checkpoint every",
        description="How often the state is kept, which is how much work an interruption may cost.",
        json_schema_extra={"advanced": True, "unit": "s"},
    )
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the healed model; the run's own folder by default.",
        json_schema_extra={"output": "folder", "advanced": True},
    )
    replace: bool = Field(
        False,
        title="Replace",
        description="Replace what is in the output folder.",
        json_schema_extra={"advanced": True},
    )

    @property
    def trains_embeddings(self) -> bool:
        return self.train != "lora"

    @property
    def trains_new_rows(self) -> bool:
        """Whether only those rows are trained that the transplant made."""
        return self.train in ("new rows", "new head rows")

    @property
    def trains_lora(self) -> bool:
        return "lora" in self.train
