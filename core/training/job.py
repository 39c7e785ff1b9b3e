"""The training job, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.training.request import TrainRequest
from core.training.result import TrainResult

TRAIN = declare(
    JobKind(
        kind="train",
        title="Train",
        summary="Train a small language model or text encoder on your text, and a tokenizer if need be.",
        request=TrainRequest,
        result=TrainResult,
        run="core.training.run:train",
        preview="core.training.preview:preview",
        command=("train",),
        resumable=True,
    )
)
