"""What the form says of a sweep before it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from core.jobs.preview import Preview
from core.transplant.sweep.preview import preview
from core.transplant.sweep.request import SweepRequest


def seen(toys: Path, *lines: str, **fields: Any) -> Preview:
    given = {"base": toys / "base", "target_tokenizer": toys / "donor", "method": list(lines)}
    return preview(SweepRequest(**(given | fields)))


def test_that_it_says_what_is_tried_and_what_cannot_run(toys: Path, text: Path) -> None:
    found = seen(toys, "omp k=4,8", "random", "omp k=500", "focus", text=[text])
    assert found.problems == []
    said = found.notes["method"]
    assert said.startswith("3 ways are tried, 1 of them with 3 seeds. Cannot run: ")
    assert "omp k=500" in said
    assert "focus" in said
    assert found.notes["base"].startswith("Llama, ")
    assert found.notes["text"].startswith("1 file")
    assert found.memory_bytes is not None
    assert found.disk_bytes is None


def test_that_more_work_costs_more_and_shared_work_does_not(toys: Path, text: Path) -> None:
    def seconds(*lines: str, **fields: Any) -> float:
        found = seen(toys, *lines, text=[text], **fields).seconds
        assert found is not None
        return found

    assert seconds("fvt") < seconds("fvt", "mean", "zero")
    assert seconds("random", seeds=1) < seconds("random", seeds=5)
    one, four = seconds("omp k=64"), seconds("omp k=8,16,32,64")
    assert four < 4 * one


def test_that_faults_stand_beside_their_fields(toys: Path, tmp_path: Path) -> None:
    def problem(*lines: str, **fields: Any) -> tuple[str | None, str]:
        first = seen(toys, *(lines or ("mean",)), **fields).problems[0]
        return first.field, first.message

    assert problem("magic")[0] == "method"
    assert "takes" in problem("omp q=1")[1]
    assert problem(base=tmp_path / "nowhere")[0] == "base"
    assert problem(target_tokenizer=tmp_path / "nowhere")[0] == "target_tokenizer"
    assert problem(text=[tmp_path / "gone.txt"])[0] == "text"
    field, message = problem("omp k=500")
    assert field == "method"
    assert "Nothing can run" in message


def test_that_a_kept_model_takes_room(toys: Path, tmp_path: Path) -> None:
    assert seen(toys, "mean", keep="best", out=tmp_path / "out").disk_bytes
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x", encoding="utf-8")
    [problem] = seen(toys, "mean", keep="best", out=tmp_path / "out").problems
    assert problem.field == "out"


def test_that_it_needs_no_torch() -> None:
    code = "import sys, core.transplant.sweep.preview, core.transplant.job; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
