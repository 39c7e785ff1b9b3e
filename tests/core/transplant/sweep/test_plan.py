"""Which candidates lines ask for, and why some of them cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UserError
from core.transplant.methods import METHODS
from core.transplant.sweep.plan import Given, plan, told_apart
from core.transplant.sweep.request import SweepRequest

EVERYTHING = Given(donor=True, corpus=True, causal=True, head=True, anchors=5_000)


def lines(*asked: str, given: Given = EVERYTHING) -> list[str]:
    return [candidate.line for candidate in plan(asked, given).candidates]


def test_that_lists_of_values_become_candidates_and_each_is_run_once() -> None:
    assert lines("omp k=8,16", "fvt", "omp k=16", "omp k=64", "fvt / mean") == [
        "omp k=8",
        "omp k=16",
        "fvt",
        "omp",
        "fvt / mean",
    ]


def test_that_all_is_every_method_that_can_run() -> None:
    found = plan(["all"], EVERYTHING)
    said = [candidate.line for candidate in found.candidates] + [left.line for left in found.left_out]
    assert sorted(said) == sorted(METHODS)
    assert {"omp", "fvt", "mean", "random"} <= set(lines("all"))


@pytest.mark.parametrize(
    ("given", "line", "reason"),
    [
        (Given(donor=False, corpus=True, causal=True, head=True), "omp", "needs a donor"),
        (Given(donor=True, corpus=True, causal=True, head=True, anchors=3), "omp k=8", "anchors"),
        (Given(donor=True, corpus=True, causal=False, head=False), "fvt / mean", "no output matrix"),
    ],
)
def test_that_what_cannot_run_is_left_out_with_its_reason(given: Given, line: str, reason: str) -> None:
    found = plan(["mean", line], given)
    assert [candidate.line for candidate in found.candidates] == ["mean"]
    [left] = found.left_out
    assert left.line == line
    assert reason in left.reason


def test_that_a_sweep_of_nothing_that_can_run_is_refused() -> None:
    with pytest.raises(UserError, match=r"No method of these can run on these inputs\. OMP.* needs a donor"):
        plan(["omp"], Given(donor=False, corpus=False, causal=True, head=True))
    with pytest.raises(UserError, match="no method called 'magic'"):
        plan(["magic"], EVERYTHING)


def test_that_a_candidate_is_a_transplant_of_the_same_inputs() -> None:
    request = SweepRequest(
        base=Path("b"), target_tokenizer=Path("t"), text=[Path("x")], max_bytes=None, without_case=True
    )
    [candidate] = plan(["fvt / omp k=8"], EVERYTHING).candidates
    found = request.transplant(candidate)
    assert (found.method.name, found.head_method) == ("fvt", "omp k=8")
    assert (found.text, found.max_bytes, found.without_case) == ([Path("x")], None, True)


def test_that_candidates_of_one_method_are_told_apart_by_what_differs() -> None:
    found = plan(["omp k=8,64", "fvt", "procrustes scaled=true", "fvt / omp"], EVERYTHING).candidates
    assert told_apart(found) == ["omp k=8", "omp k=64", "fvt", "procrustes scaled=true", "fvt / omp"]
    assert [plan([line], EVERYTHING).candidates[0] for line in told_apart(found)] == found


def test_that_a_path_is_a_parameter_and_no_method_for_the_head() -> None:
    [candidate] = plan(
        ["trans-tokenizers base_text=/a/b.txt target_text=c/d.txt / mean"], EVERYTHING
    ).candidates
    assert candidate.method.parameters()["base_text"] == "/a/b.txt"
    assert candidate.line == "trans-tokenizers base_text=/a/b.txt target_text=c/d.txt / mean"
