"""What a healing says in words: its run's title, the facts under its sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, duration, size
from app.panels.transplant.words import model_name

if TYPE_CHECKING:
    from core.heal.request import HealRequest
    from core.heal.result import HealResult


def run_title(request: HealRequest) -> str:
    """``graft · embeddings, 1,000,000 tokens``."""
    name = model_name(request.model)
    if name == "model":  # as a run calls its own
        name = f"{request.model.absolute().parent.name}/{name}"
    beside = ", beside the mean" if request.beside == "mean" else ""
    return f"{name} · {request.train}, {count(request.tokens)} tokens{beside}"


def facts(result: HealResult, run_id: int) -> str:
    """The line under the sentence."""
    times = result.tokens / result.text_tokens
    learnt = f"learnt from {size(result.text_bytes)}"
    if times >= 1.05:
        learnt += f", {times:.1f} times"
    end = ", the end of the text" if result.held_out_from_end else ""
    measured = f"measured on {size(result.bytes['all'])}{end}"
    return " · ".join([learnt, measured, duration(result.seconds), f"run {run_id}"])
