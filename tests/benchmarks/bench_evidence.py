"""What the evidence of a transplant costs beside measuring its bits per byte: the sample graft, once.

Seconds of the processor. Run it with ``make bench ARGS='-k evidence'``.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.folders import resources_folder
from core.jobs.context import Context
from core.transplant import evaluate, run
from core.transplant.evidence.foreseen import Watch
from core.transplant.methods.omp import Omp
from core.transplant.request import TransplantRequest

AT_MOST = 0.5
"""Of the time that measuring takes without any evidence."""
MEASURING = "token_losses"
EVIDENCE = (
    "of_text", "run_anchor_test", "neighbours_kept", "digits_figures", "class_figures", "worst_and_best",
)  # fmt: skip
WATCHING = "what models foretell"


def test_that_evidence_costs_little(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    taken: Counter[str] = Counter()

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timing(*args: Any, **options: Any) -> Any:
            began = time.process_time()
            try:
                return work(*args, **options)
            finally:
                taken[name] += time.process_time() - began  # type: ignore[assignment]

        return timing

    monkeypatch.setattr(evaluate, MEASURING, timed(MEASURING, evaluate.token_losses))
    monkeypatch.setattr(Watch, "__call__", timed(WATCHING, Watch.__call__))
    for name in EVIDENCE:
        monkeypatch.setattr(run, name, timed(name, getattr(run, name)))
    starters = resources_folder() / "starter"
    request = TransplantRequest(
        base=starters / "prose-unigram",
        target_tokenizer=starters / "prose-bpe",
        method=Omp(k=16),
        text=sorted((starters / "texts").glob("*.txt")),
        out=tmp_path / "out",
    )
    run.transplant(request, Context(workdir=tmp_path / "run"))
    measuring = taken.pop(MEASURING) - taken[WATCHING]
    print(f"\nmeasuring bits per byte: {measuring:.1f} s")
    for name, seconds in taken.most_common():
        print(f"{name}: {seconds:.2f} s")
    share = sum(taken.values()) / measuring
    print(f"all evidence: {100 * share:.0f} % more")
    assert share <= AT_MOST
