"""What a healing says: how much text until the base is met, and what is left where it is not."""

from __future__ import annotations

from typing import Any

import pytest

from core.heal.result import HealPoint, HealResult


def points(*rates: float) -> list[HealPoint]:
    return [HealPoint(tokens=100 * n, bytes=400 * n, bits_per_byte=rate) for n, rate in enumerate(rates)]


def result(*rates: float, goal: float | None = 2.0, **fields: Any) -> HealResult:
    curve = points(*rates)
    whole: dict[str, Any] = {
        "out": "/out",
        "model": "/graft",
        "train": "embeddings",
        "parameters": 1000,
        "trained": 500,
        "steps": 3,
        "tokens": curve[-1].tokens,
        "text_tokens": 1000,
        "text_bytes": 4000,
        "held_out_from_end": True,
        "bytes": {"all": 900},
        "before": {"all": rates[0]},
        "after": {"all": rates[-1]},
        "goal": {} if goal is None else {"all": goal},
        "curve": curve,
    }
    return HealResult.model_validate({**whole, **fields})


def test_that_the_base_is_met_between_two_measurements_by_a_straight_line() -> None:
    found = result(3.0, 2.5, 2.1, 1.7)
    assert found.met == 225
    assert found.pace() == ""
    assert found.answer() == (
        "After about 225 tokens (900 bytes) the base (2.000) is met; "
        "3.000 → 1.700 bits per byte after 300 tokens (1.2 kB)."
    )
    assert {metric.name: metric.value for metric in found.metrics()}["tokens until the base is met"] == 225
    assert found.headline().value == 1.7


def test_that_what_is_left_is_said_with_the_pace_of_the_last_stretch() -> None:
    found = result(3.0, 2.5, 2.3, 2.2)
    assert found.met is None
    assert found.answer() == (
        "The base (2.000) is not met after 300 tokens (1.2 kB): 0.200 remain, 3.000 → 2.200 bits per byte."
    )
    assert found.pace() == "The last 100 tokens took off 0.1000; at that pace, it takes about 200 more."
    assert found.summary() == f"{found.answer()} {found.pace()} Written to /out."
    assert result(3.0, 2.2, 2.3).pace() == "The last 100 tokens took off nothing."


def test_that_a_base_met_only_on_the_way_is_not_met() -> None:
    assert result(3.0, 1.9, 2.1).met is None


def test_that_a_start_below_the_base_needs_no_text() -> None:
    found = result(1.9, 1.8)
    assert found.met == 0
    assert "was met before healing" in found.answer()


def test_that_without_a_base_there_is_no_goal() -> None:
    assert result(3.0, 2.0, goal=None).answer() == (
        "3.000 → 2.000 bits per byte after 100 tokens (400 bytes); without its base there is no goal to tell."
    )


def test_that_the_mean_beside_it_tells_what_the_method_saved() -> None:
    found = result(2.6, 2.3, 1.9, beside=points(3.0, 2.8, 2.4))
    assert found.saved == 150
    assert found.beside_answer() == (
        "Begun at the mean of the copied rows, it ends at 2.400; it takes 150 tokens (600 bytes) to come "
        "where the method's rows began."
    )
    never = result(2.6, 2.3, 1.9, beside=points(3.0, 2.8, 2.7))
    assert never.saved is None
    assert "never comes to where" in never.beside_answer()
    better = result(2.6, 2.3, 1.9, beside=points(2.5, 2.2, 1.8))
    assert "begins no worse" in better.beside_answer()
    assert result(2.6, 2.3).beside_answer() == ""


def test_that_the_tables_hold_the_texts_and_the_curve() -> None:
    slices, curve = result(2.6, 2.3, beside=points(2.9, 2.8)).tables()
    assert slices.rows == [["all", 900, 2.6, 2.3, 2.0]]
    assert curve.head == ["tokens", "bits per byte", "from the mean"]
    assert curve.rows == [[0, 2.6, 2.9], [100, 2.3, 2.8]]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"train": "embeddings", "rows": 448}, "The embeddings: 500 trained weights; the model has 1,000."),
        (
            {"train": "new rows", "rows": 48},
            "The 48 rows that the transplant had made: 500 trained weights; the model has 1,000.",
        ),
        (
            {"train": "lora", "layers": 14},
            "14 linear layers by LoRA, merged since: 500 trained weights; the model has 1,000.",
        ),
        (
            {"train": "embeddings and lora", "layers": 14},
            "The embeddings and 14 linear layers by LoRA, merged since: "
            "500 trained weights; the model has 1,000.",
        ),
    ],
)
def test_that_what_was_trained_is_said(fields: dict[str, Any], said: str) -> None:
    assert result(2.6, 2.3, **fields).what() == said
