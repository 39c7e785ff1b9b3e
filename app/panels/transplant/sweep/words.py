"""What a sweep says in words: its run's title, the facts under its sentence, what hovering a row says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.figures import count, duration, fixed
from app.panels.transplant.words import KEPT, model_name
from core.transplant.sweep.request import EVERY

if TYPE_CHECKING:
    from core.transplant.sweep.request import SweepRequest
    from core.transplant.sweep.result import Measure, SweepResult, SweepRow

WHOLE = "all"
SHOWN_LINES = 3


def unit(measure: Measure) -> str:
    return "cosine on hidden anchors" if measure == "cosine" else measure


def places(measure: Measure) -> int:
    """Decimals of what ranks."""
    return 3 if measure in ("bits per byte", "cosine") else 4


def run_title(request: SweepRequest) -> str:
    """``prose-bpe → prose-unigram · omp k=8,16, fvt and 3 more``."""
    lines = ["all methods" if line.strip() == EVERY else line.strip() for line in request.method]
    shown = ", ".join(lines[:SHOWN_LINES])
    more = f" and {len(lines) - SHOWN_LINES} more" if len(lines) > SHOWN_LINES else ""
    return f"{model_name(request.base)} → {model_name(request.target_tokenizer)} · {shown}{more}"


def facts(result: SweepResult, run_id: int) -> str:
    """The line under the sentence."""
    tried = sum(row.rank is not None for row in result.rows)
    failed = len(result.rows) - tried + len(result.left_out)
    parts = [
        f"{model_name(Path(result.base))} → {model_name(Path(result.target))}",
        f"{count(result.approximated)} new tokens",
        f"{tried} tried",
    ]
    if failed:
        parts.append(f"{failed} could not run")
    if WHOLE in result.bytes:
        parts.append(f"{count(result.bytes[WHOLE])} bytes of text")
    return " · ".join([*parts, duration(result.seconds), f"run {run_id}"])


def standing(row: SweepRow) -> str:
    """How a row stands to the best, in a few words."""
    if row.rank is None:
        return ""
    if row.rank == 1:
        return "the best"
    if row.behind is None:
        return ""
    return "cannot be told apart from the best" if row.like_best else f"behind by {interval(row.behind)}"


def interval(given: tuple[float, float]) -> str:
    """``+0.010 … +0.036``."""
    low, high = (fixed(value, 3, signed=True) for value in given)
    return f"{low}{KEPT}…{KEPT}{high}"


def hover(row: SweepRow, measure: Measure) -> str:
    """What is said of a candidate that is pointed at."""
    figure = row.figure(measure)
    lines = [f"{row.line}: {fixed(figure, places(measure))} {unit(measure)}"]
    if row.interval is not None:
        lines.append(f"95 % over the base: {interval(row.interval)}")
    if said := standing(row):
        lines.append(f"{said[:1].upper()}{said[1:]}")
    if len(row.seeds) > 1 and row.spread is not None:
        lines.append(f"Mean of {len(row.seeds)} seeds, which differ by {fixed(row.spread, 4)}")
    lines.append(f"Rows made in {duration(row.seconds) if row.seconds >= 1 else f'{row.seconds:.2f} s'}")
    return "\n".join(lines)
