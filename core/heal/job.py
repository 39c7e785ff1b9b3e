"""The healing job, declared."""

from __future__ import annotations

from core.heal.request import HealRequest
from core.heal.result import HealResult
from core.jobs.registry import JobKind, declare

HEAL = declare(
    JobKind(
        kind="heal",
        title="Heal",
        summary="Train a transplanted model on your text until it is as good as its base, and say how long "
        "that takes.",
        request=HealRequest,
        result=HealResult,
        run="core.heal.run:heal",
        preview="core.heal.preview:preview",
        command=("heal",),
        panel="transplant",
        resumable=True,
    )
)
