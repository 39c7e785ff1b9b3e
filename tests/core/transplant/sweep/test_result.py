"""What a sweep says of its rows: a sentence, figures, a leader board for a terminal."""

from __future__ import annotations

from typing import Any

from core.terminal import table
from core.transplant.sweep.result import LeftOut, SweepResult, SweepRow


def row(line: str, rate: float, **fields: Any) -> SweepRow:
    given: dict[str, Any] = {
        "method": line.split()[0],
        "title": line,
        "line": line,
        "seed": 0,
        "seeds": [0],
        "bits_per_byte": {"prose": rate, "all": rate},
        "seconds": 2.0,
    }
    return SweepRow(**(given | fields))


def board() -> SweepResult:
    return SweepResult(
        base="base",
        target="target",
        before={"prose": 2.0, "all": 2.0},
        rows=[
            row("procrustes", 2.5, rank=1, interval=(0.4, 0.6), added_copied=0.3, added_approximated=0.2),
            row("ridge", 2.51, rank=2, interval=(0.4, 0.6), behind=(-0.01, 0.03), like_best=True),
            row(
                "random-normal",
                2.7,
                rank=3,
                interval=(0.6, 0.8),
                behind=(0.1, 0.3),
                seeds=[0, 1, 2],
                spread=0.02,
            ),
            row("omp k=64", 0.0, bits_per_byte={}, error="Too few anchors."),
        ],
        left_out=[LeftOut(line="cw2v", title="CW2V", reason="CW2V needs text to learn from.")],
    )


def test_that_the_sentence_says_what_is_best_and_what_cannot_be_told_apart() -> None:
    assert board().summary() == (
        "procrustes is best of 3: 2.500 bits per byte (2.000 before), ahead of random-normal (2.700); ridge "
        "cannot be told apart from it."
    )
    alone = board().model_copy(update={"rows": board().rows[:1]})
    assert alone.summary() == "procrustes is best of 1: 2.500 bits per byte (2.000 before)."
    failed = board().model_copy(update={"rows": board().rows[3:]})
    assert failed.summary() == "No method could be run."
    assert failed.headline() is None


def test_that_each_row_is_a_figure_to_compare_runs_by() -> None:
    found = {(metric.name, metric.slice): metric.value for metric in board().metrics()}
    assert found == {
        ("bits per byte before", "all"): 2.0,
        ("bits per byte", "procrustes"): 2.5,
        ("bits per byte", "ridge"): 2.51,
        ("bits per byte", "random-normal"): 2.7,
    }
    best = board().headline()
    assert best is not None
    assert (best.name, best.value, best.slice) == ("best bits per byte", 2.5, "procrustes")


def test_that_the_terminal_shows_the_board_without_empty_columns_and_what_was_not_run() -> None:
    first, second = board().tables()
    shown = table(*first).splitlines()
    assert shown[0].split("  ")[-1].strip() == "seconds"
    assert "cosine" not in shown[0]
    assert shown[2].split()[:3] == ["1", "procrustes", "2.5000"]
    assert "+0.100 … +0.300" in shown[4]
    assert second.rows == [["omp k=64", "Too few anchors."], ["cw2v", "CW2V needs text to learn from."]]


def test_that_a_run_read_back_is_the_same() -> None:
    assert SweepResult.model_validate_json(board().model_dump_json()) == board()
