"""A sweep's result, as six methods give it."""

from __future__ import annotations

from typing import Any

from core.transplant.sweep.result import LeftOut, SweepResult, SweepRow


def row(line: str, rate: float, rank: int | None = None, **changes: Any) -> SweepRow:
    method, *words = line.partition(" / ")[0].split()
    whole: dict[str, Any] = {
        "method": method,
        "title": line,
        "parameters": {"k": int(words[0].partition("=")[2]), "normalise": False} if words else {},
        "head_method": line.partition(" / ")[2] or None,
        "line": line,
        "seed": 5,
        "seeds": [5],
        "rank": rank,
        "bits_per_byte": {"prose.txt": rate - 0.1, "all": rate},
        "interval": (rate - 2.1, rate - 1.9),
        "behind": None if rank in (None, 1) else (rate - 2.405, rate - 2.39),
        "added_copied": 0.4,
        "added_approximated": rate - 2.4,
        "mean_residual": 0.3 if method == "omp" else None,
        "anchor_cosine": 0.6,
        "seconds": 0.3,
    }
    return SweepRow.model_validate({**whole, **changes})


ROWS = [
    row("procrustes", 2.4, 1),
    row("omp k=16", 2.405, 2, behind=(-0.004, 0.012), like_best=True, seconds=4.0),
    row("omp k=8", 2.41, 3, seconds=4.0),
    row("omp k=64", 2.43, 4, seconds=4.0),
    row("fvt / mean", 2.44, 5),
    row("random", 2.5, 6, seeds=[5, 6, 7], spread=0.0036, seconds=0.0),
    row("ridge", 0.0, None, bits_per_byte={}, interval=None, error="Too few anchors."),
]


def result(**changes: Any) -> SweepResult:
    whole: dict[str, Any] = {
        "base": "/models/prose-bpe",
        "target": "/models/prose-unigram",
        "before": {"prose.txt": 1.9, "all": 2.0},
        "bytes": {"prose.txt": 9_000, "all": 9_000},
        "vocab_size": 8_192,
        "matched": 4_771,
        "approximated": 3_421,
        "anchors": 3_000,
        "rows": ROWS,
        "left_out": [LeftOut(line="focus", title="FOCUS", reason="FOCUS needs text to learn from.")],
        "seconds": 41.0,
    }
    return SweepResult.model_validate({**whole, **changes})
