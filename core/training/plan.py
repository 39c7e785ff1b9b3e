"""What the trainer needs to be told: its own parameters, and the loss of each step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    import torch


class Plan(BaseModel):
    """How long, how fast and by which loss a network is trained. A subclass says the loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(default=2_000, ge=1, title="Steps", description="How often the weights are changed.")
    batch: int = Field(default=24, ge=1, title="Batch", description="Sequences per step.")
    learning_rate: float = Field(
        default=2e-3, gt=0, le=1, title="Learning rate", description="At its peak, after the warm-up."
    )
    warmup: float = Field(
        default=0.05,
        ge=0,
        le=1,
        title="Warm-up",
        description="Share of the steps in which the rate rises to its peak; it then falls along a cosine.",
        json_schema_extra={"advanced": True},
    )
    final_rate: float = Field(
        default=0.0,
        ge=0,
        le=1,
        title="Final rate",
        description="Where the cosine ends, as a share of the peak.",
        json_schema_extra={"advanced": True},
    )
    weight_decay: float = Field(
        default=0.1,
        ge=0,
        le=1,
        title="Weight decay",
        description="AdamW's, on matrices only.",
        json_schema_extra={"advanced": True},
    )
    clip: float = Field(
        default=1.0,
        gt=0,
        title="Gradient clipping",
        description="The longest that a step's gradient may be.",
        json_schema_extra={"advanced": True},
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto",
        title="Precision",
        description="Of the matrix products; the weights themselves are float32. auto: bfloat16 on CUDA, "
        "float32 elsewhere.",
        json_schema_extra={"advanced": True},
    )

    def losses(self, network: Any, material: Any, step: int, seed: int) -> Iterator[torch.Tensor]:
        """The loss of step `step` (from 0), in parts that add up to it: for a language model, the mean over
        tokens, in nats.

        What a step sees of the material follows from `step` and `seed` alone, so that training can go on
        anywhere.

        Args:
            network: a `torch.nn.Module`, as the plan knows it.
            material: on the CPU. For a language model, (n,) int64: the tokens of the whole text.
        """
        raise NotImplementedError

    def tokens_per_step(self) -> int:
        raise NotImplementedError
