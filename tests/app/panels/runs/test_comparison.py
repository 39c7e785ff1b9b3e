from __future__ import annotations

import math

import pytest

from app.panels.runs.comparison import Line, better, compare, title_of
from core.project.records import MetricRecord
from tests.app.panels.runs.grafting import record

FVT = record(11, title="FVT", request={"method": {"name": "fvt"}}, seconds=6.0)
OMP = record(14, title="OMP", request={"method": {"name": "omp", "k": 16}}, seconds=23.0)


def metric(run: int, value: float, name: str = "bits per byte", part: str | None = "prose") -> MetricRecord:
    return MetricRecord(run=run, name=name, value=value, slice=part)


def line(lines: list[Line], title: str) -> Line:
    return next(line for line in lines if line.title == title)


def test_that_what_was_asked_for_differs_where_it_does_and_not_where_it_does_not() -> None:
    lines = compare([FVT, OMP], [])
    assert [one.title for one in lines if one.differs] == ["what", "Method", "Anchors, k", "took, s"]
    assert line(lines, "Method").texts == ("fvt", "omp")
    assert line(lines, "Anchors, k").texts == ("–", "16")
    assert line(lines, "Pad rows").texts == ("64", "64")


def test_that_figures_stand_side_by_side_with_their_difference() -> None:
    figures = [
        metric(11, 2.21),
        metric(14, 2.04),
        metric(11, 3.35, part="sums"),
        metric(14, 3.41, part="sums"),
    ]
    lines = compare([FVT, OMP], figures)
    prose, sums = line(lines, "bits per byte, prose"), line(lines, "bits per byte, sums")
    assert (prose.texts, prose.difference, prose.verdict) == (("2.210", "2.040"), "−0.170", "better")
    assert (sums.texts, sums.difference, sums.verdict) == (("3.350", "3.410"), "+0.060", "worse")
    took = line(lines, "took, s")
    assert (took.texts, took.difference, took.verdict) == (("6", "23"), "+17", "")
    assert prose.raw_difference == pytest.approx(-0.17)


def test_that_a_figure_that_only_one_has_is_missing_in_the_other() -> None:
    only = line(compare([FVT, OMP], [metric(14, 0.21, "mean residual", None)]), "mean residual")
    assert (only.texts, only.difference, only.values) == (("–", "0.210"), "", (None, 0.21))
    assert only.differs


def test_that_nan_is_neither_missing_nor_different_from_itself() -> None:
    nan = float("nan")
    same = line(compare([FVT, OMP], [metric(11, nan), metric(14, nan)]), "bits per byte, prose")
    assert (same.texts, same.difference, same.differs) == (("NaN", "NaN"), "", False)


def test_that_a_change_too_small_to_be_seen_is_neither_better_nor_worse() -> None:
    small = line(compare([FVT, OMP], [metric(11, 2.0400001), metric(14, 2.04)]), "bits per byte, prose")
    assert (small.difference, small.verdict) == ("0.000", "")


def test_that_three_runs_have_a_range() -> None:
    third = record(15, title="Mean", request={"method": {"name": "fvt"}})
    figures = [metric(11, 2.2), metric(14, 2.0), metric(15, 2.5)]
    spread = line(compare([FVT, OMP, third], figures), "bits per byte, prose")
    assert (spread.difference, spread.verdict) == ("0.500", "")
    assert math.isclose(spread.raw_difference or 0, 0.5)


def test_that_files_of_one_name_are_told_apart_by_their_folders() -> None:
    one = record(1, request={"base": "/a/model"})
    other = record(2, request={"base": "/b/model"})
    assert line(compare([one, other], []), "Base model").texts == ("/a/model", "/b/model")


def test_that_runs_of_different_kinds_and_of_unknown_ones_can_be_compared() -> None:
    unknown = record(2, kind="gone", request={"depth": 3})
    lines = compare([FVT, unknown], [])
    assert line(lines, "kind").texts == ("Graft", "Gone")
    assert line(lines, "Depth").texts == ("–", "3")


def test_that_memory_is_compared_where_it_was_measured() -> None:
    heavy = record(2, result={"peak_memory_bytes": 183_400_000})
    assert line(compare([FVT, heavy], []), "peak memory, MB").texts == ("–", "183.4")
    assert not [one for one in compare([FVT, OMP], []) if "memory" in one.title]


def test_that_a_comparison_is_called_by_its_runs() -> None:
    assert title_of([11, 14]) == "Run 11 against run 14"
    assert title_of([3, 1, 2]) == "Runs 3, 1 and 2 side by side"
    assert title_of(range(12)) == "12 runs side by side"


def test_that_it_is_known_which_way_a_measure_is_better() -> None:
    assert better("bits per byte after") == "lower"
    assert better("nDCG@10") == "higher"
    assert better("matched") == ""
