"""The sweep through its public door: what it measures is what a transplant measures, and it goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.jobs.events import Log, Partial, Progress
from core.transplant import transplant
from core.transplant.methods.omp import Omp
from core.transplant.rows import Rows
from core.transplant.spelt import candidates, spelt
from core.transplant.sweep import sweep
from core.transplant.sweep.request import SweepRequest
from core.transplant.sweep.result import SweepResult, SweepRow
from tests.core.transplant.toys import prose


@pytest.fixture(scope="module")
def longer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("texts") / "longer.txt"
    file.write_text(prose()[1_500:9_500], encoding="utf-8")
    return file


def swept(toys: Path, *lines: str, base: str = "base", target: str = "donor", **fields: Any) -> SweepResult:
    fields.setdefault("seeds", 1)
    found = sweep(
        base=toys / base, target_tokenizer=toys / target, method=list(lines), device="cpu", **fields
    )
    assert isinstance(found, SweepResult)
    return found


def by_line(found: SweepResult) -> dict[str, SweepRow]:
    return {row.line: row for row in found.rows}


@pytest.mark.parametrize(
    ("base", "target", "lines"),
    [
        ("base", "donor", ["omp k=4,8", "random"]),
        ("untied", "tied-donor", ["fvt / mean"]),
        ("untied", "words", ["procrustes"]),
    ],
)
def test_that_a_row_is_what_a_transplant_would_measure(
    toys: Path, tmp_path: Path, text: Path, longer: Path, base: str, target: str, lines: list[str]
) -> None:
    measured = longer if target == "tied-donor" else text  # which is too short for intervals
    found = swept(toys, *lines, base=base, target=target, text=[measured])
    for number, (line, row) in enumerate(by_line(found).items()):
        [candidate] = candidates(line, field="method")
        single = transplant(
            base=toys / base,
            target_tokenizer=toys / target,
            method=candidate.method,
            head_method=None if candidate.head is None else spelt(candidate.head),
            text=[measured],
            out=tmp_path / str(number),
            device="cpu",
        )
        assert row.error == ""
        assert row.bits_per_byte == pytest.approx(single.bits_per_byte.after, abs=1e-6), line
        assert found.before == pytest.approx(single.bits_per_byte.before, abs=1e-6)
        assert row.mean_residual == pytest.approx(single.mean_residual)
        assert (row.interval is None) == (measured is text)
        if row.interval is not None:
            assert row.interval == pytest.approx(single.intervals["all"], abs=1e-6)
        parts = {
            part.kind: part.bits - (part.bits_before or 0.0) for part in single.parts if part.slice == "all"
        }
        size = single.bytes["all"]
        assert row.added_copied == pytest.approx(parts["copied"] / size, abs=1e-6)
        assert row.added_approximated == pytest.approx(parts["approximated"] / size, abs=1e-6)


def test_that_the_best_is_first_and_each_row_says_how_far_behind_it_is(toys: Path, longer: Path) -> None:
    found = swept(toys, "zero", "omp k=8", "mean", text=[longer])
    rates = [row.bits_per_byte["all"] for row in found.rows]
    assert rates == sorted(rates)
    assert [row.rank for row in found.rows] == [1, 2, 3]
    assert found.rows[0].behind is None
    for row in found.rows[1:]:
        assert row.behind is not None
        low, high = row.behind
        assert row.interval is not None
        assert row.interval[0] <= row.bits_per_byte["all"] - found.before["all"] <= row.interval[1]
        assert low <= row.bits_per_byte["all"] - rates[0] <= high
        assert row.like_best == (low <= 0 <= high)
    assert found.summary().startswith(f"{found.rows[0].line} is best of 3: ")


def test_that_random_methods_are_run_with_several_seeds_and_others_once(toys: Path, text: Path) -> None:
    found = by_line(swept(toys, "random", "fvt", "fvt / random", text=[text], seeds=3))
    assert (found["random"].seeds, found["fvt"].seeds) == ([0, 1, 2], [0])
    assert found["fvt / random"].seeds == [0, 1, 2]
    assert found["random"].spread is not None
    assert found["random"].spread > 0
    assert found["fvt"].spread is None
    single = by_line(swept(toys, "random", text=[text]))["random"]
    assert single.bits_per_byte["all"] != found["random"].bits_per_byte["all"]


def test_that_a_candidate_that_fails_is_a_row_and_the_others_go_on(toys: Path, text: Path) -> None:
    found = swept(toys, "omp k=8", "omp k=400", "focus", "mean", text=[text])
    assert [row.line for row in found.rows if row.rank] == sorted(
        ["omp k=8", "mean"], key=lambda line: by_line(found)[line].bits_per_byte["all"]
    )
    missing = {row.line: row.error for row in found.rows if row.error}
    missing |= {left.line: left.reason for left in found.left_out}
    assert "anchors" in missing["omp k=400"]
    assert "text to learn from" in missing["focus"]


def test_that_settings_of_one_method_are_made_together(
    toys: Path, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, list[int]]] = []
    before = Omp.several.__func__  # type: ignore[attr-defined]

    def several(cls: type[Omp], methods: list[Omp], task: Any, ctx: Context) -> list[Rows]:
        asked.append((len(task), [method.k for method in methods]))
        found: list[Rows] = before(cls, methods, task, ctx)
        return found

    monkeypatch.setattr(Omp, "several", classmethod(several))
    found = swept(toys, "omp k=4,8,16", "mean", text=[text])
    assert [ks for _, ks in asked if ks] == [[4, 8, 16]] * len(asked)
    assert {count for count, _ in asked} >= {found.approximated}


def test_that_without_a_text_hidden_anchors_rank(toys: Path) -> None:
    found = swept(toys, "procrustes", "mean", "zero")
    assert found.measure == "cosine"
    assert found.before == {}
    cosines = [row.anchor_cosine for row in found.rows]
    assert all(cosine is not None for cosine in cosines)
    assert cosines == sorted(cosines, key=lambda cosine: -(cosine or 0.0))
    assert "mean cosine on hidden anchors" in found.summary()


def test_that_all_runs_what_can_run_and_says_what_cannot(toys: Path) -> None:
    found = swept(toys, "all")
    lines = {row.line for row in found.rows}
    assert {"omp", "fvt", "mean", "random", "zero", "procrustes"} <= lines
    assert all(left.reason for left in found.left_out)


def test_that_the_best_is_kept_as_a_transplant_writes_it(toys: Path, tmp_path: Path, text: Path) -> None:
    found = swept(toys, "omp k=8", "mean", text=[text], keep="best", out=tmp_path / "kept")
    assert found.out == str(tmp_path / "kept")
    assert found.best is not None
    [candidate] = candidates(found.best.line, field="method")
    transplant(
        base=toys / "base",
        target_tokenizer=toys / "donor",
        method=candidate.method,
        text=[text],
        out=tmp_path / "single",
        device="cpu",
    )
    assert (tmp_path / "kept" / "model.safetensors").read_bytes() == (
        tmp_path / "single" / "model.safetensors"
    ).read_bytes()
    with pytest.raises(UserError) as refused:
        swept(toys, "mean", text=[text], keep="best", out=tmp_path / "kept")
    assert refused.value.field == "out"


class Stopped(Control):
    """Stops once the given number of rows has been told."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def hear(self, event: Progress | Partial | Log) -> None:
        if isinstance(event, Partial) and "row" in event.data:
            self.left -= 1
            if self.left == 0:
                self.cancel()


def test_that_an_interrupted_sweep_goes_on_where_it_stopped(
    toys: Path, tmp_path: Path, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = SweepRequest(
        base=toys / "base",
        target_tokenizer=toys / "donor",
        method=["mean", "zero", "random", "omp k=4,8"],
        seeds=2,
        text=[text],
    )
    whole = sweep(request, Context(workdir=tmp_path / "whole"))
    control = Stopped(3)
    with pytest.raises(Cancelled):
        sweep(request, Context(workdir=tmp_path / "part", control=control, send=control.hear))
    measured = counted(monkeypatch)
    rows: list[str] = []

    def hear(event: Progress | Partial | Log) -> None:
        if isinstance(event, Partial) and "row" in event.data:
            rows.append(event.data["row"]["line"])

    again = sweep(request, Context(workdir=tmp_path / "part", send=hear))
    assert not (tmp_path / "part" / "checkpoint" / "rows").exists()  # they may be as large as matrices
    assert measured() == 2  # the two of OMP: neither the base nor what had been finished
    assert rows == ["mean", "zero", "random", "omp k=4", "omp k=8"]
    assert [strip(row) for row in again.rows] == [strip(row) for row in whole.rows]


def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many models were measured from now on."""
    from core.transplant.sweep import on_text

    calls = []
    score = on_text.score

    def count(*args: Any, **fields: Any) -> Any:
        calls.append(1)
        return score(*args, **fields)

    monkeypatch.setattr(on_text, "score", count)
    return lambda: len(calls)


def strip(row: SweepRow) -> SweepRow:
    return row.model_copy(update={"seconds": 0.0})


def test_that_bad_inputs_are_refused_before_anything_is_run(toys: Path, tmp_path: Path, text: Path) -> None:
    for fields, field in (
        ({"text": [tmp_path / "gone.txt"]}, "text"),
        ({"lines": ["magic"]}, "method"),
        ({"lines": ["omp q=3"]}, "method"),
        ({"target": "nowhere"}, "target_tokenizer"),
    ):
        given: dict[str, Any] = {"text": [text], **fields}
        lines = given.pop("lines", ["mean"])
        with pytest.raises(UserError) as refused:
            swept(toys, *lines, **given)
        assert refused.value.field == field
