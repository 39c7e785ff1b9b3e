"""What a filling says in words: its run's title, the facts under its sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, duration, fixed
from app.panels.generation.score.words import quoted
from app.widgets.model_signs import model_names
from core.sizes import counted

if TYPE_CHECKING:
    from core.generation.fill.request import FillRequest
    from core.generation.fill.result import FillResult

LONGEST = 24
"""Characters of a text that a title quotes."""


def run_title(request: FillRequest) -> str:
    """``prose-bpe · “…best of tim” ⟂ “, it was the…”, 200 cuts``."""
    (name,) = model_names([request.model])
    said = []
    if request.suffix:
        before = request.prefix if len(request.prefix) <= LONGEST else f"…{request.prefix[-LONGEST:]}"
        after = request.suffix if len(request.suffix) <= LONGEST else f"{request.suffix[:LONGEST]}…"
        said.append(f"“{quoted(before)}” ⟂ “{quoted(after)}”")
    if request.text:
        said.append("1 cut" if request.cuts == 1 else f"{count(request.cuts)} cuts")
    return f"{name} · {', '.join(said)}"


def facts(result: FillResult, run_id: int) -> str:
    """The line under the sentence."""
    said = [result.model]
    if result.filling is not None:
        filling = result.filling
        said.append(
            f"{count(filling.tried)} fillings tried (effectively {fixed(filling.effective, 1)}), weighed by "
            f"{counted(filling.weighed, 'byte')} of what follows"
        )
        if filling.sentinels:
            said.append(f"asked by {', '.join(filling.sentinels)}")
    if result.study is not None:
        study = result.study
        said.append(
            f"{counted(study.kinds[0].cuts, 'cut')}, {counted(study.ahead, 'byte')} foretold after up to "
            f"{study.context}"
        )
    said += [f"{count(result.evaluations)} model calls", duration(result.seconds), f"run {run_id}"]
    return " · ".join(said)
