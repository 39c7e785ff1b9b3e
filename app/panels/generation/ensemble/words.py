"""What an ensemble says in words: its run's title, the facts under its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.figures import count, duration, fixed
from app.widgets.model_signs import model_names
from core.sizes import counted

if TYPE_CHECKING:
    from core.generation.ensemble.request import EnsembleRequest
    from core.generation.ensemble.result import EnsembleResult


def run_title(request: EnsembleRequest) -> str:
    """``prose-bpe × prose-unigram · prose.txt``."""
    joined = {"product": " × ", "proxy": " → "}.get(request.how.kind, " + ").join(model_names(request.models))
    texts = [path.name for path in request.text]
    said = ", ".join(texts[:2]) + (f" and {len(texts) - 2} more" if len(texts) > 2 else "")
    return f"{joined} · {said or 'written'}"


def sentence(result: EnsembleResult, names: Sequence[str]) -> str:
    if result.measured:
        return result.summary()
    written = f"{counted(len(result.text.encode()), 'byte')} together"
    if result.stopped == "cancelled":
        return f"{' and '.join(names)} had written {written} when they were stopped."
    return f"{' and '.join(names)} wrote {written}."


def facts(result: EnsembleResult, names: Sequence[str], run_id: int) -> str:
    """The line under the sentence."""
    weights = ", ".join(
        f"{name} {fixed(weight, 2)}" for name, weight in zip(names, result.weights, strict=True)
    )
    learnt = f", learnt on {count(result.learnt_on)} bytes" if result.learnt_on else ""
    said = [f"{result.rule}: {weights}{learnt}"]
    if result.measured:
        windows = f"{count(result.stride)} at a time after up to {count(result.context)}"
        said.append(f"{count(result.measured[0].bytes)} bytes measured, {windows}")
    if result.text:
        said.append(f"{fixed(result.bytes_per_second, 0)} bytes a second written")
    said += [f"{count(result.evaluations)} model calls", duration(result.seconds), f"run {run_id}"]
    return " · ".join(said)
