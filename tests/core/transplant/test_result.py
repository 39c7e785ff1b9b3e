"""What a result says of itself, and that it survives JSON."""

from __future__ import annotations

from typing import Any

import pytest

from core.transplant.result import BeforeAfter, TokenFigures, TransplantResult


def result(**fields: Any) -> TransplantResult:
    given: dict[str, Any] = {
        "out": "/there", "base": "a", "target": "b", "method": "omp",
        "method_title": "OMP, orthogonal matching pursuit", "vocab_size": 8192, "padded_vocab_size": 8192,
        "matched": 3484, "approximated": 4708, "mean_residual": 0.25,
    }  # fmt: skip
    return TransplantResult(**(given | fields))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (2.0, 2.5, "OMP costs your text 25.0 % more bits per byte: 2.000 → 2.500."),
        (2.0, 1.9, "5.0 % fewer bits"),
    ],
)
def test_that_the_cost_is_one_sentence(before: float, after: float, said: str) -> None:
    found = result(bits_per_byte=BeforeAfter(before={"all": before}, after={"all": after}))
    assert said in found.summary()
    assert "8,192 tokens: 3,484 copied, 4,708 approximated." in found.summary()
    headline = found.headline()
    assert headline is not None
    assert headline.value == after


def test_that_without_a_text_it_says_where_the_model_is() -> None:
    assert result().summary() == "OMP wrote /there. 8,192 tokens: 3,484 copied, 4,708 approximated."
    assert result().headline() is None


def test_that_figures_are_metrics_by_slice() -> None:
    rates = BeforeAfter(before={"x": 1.0, "all": 1.0}, after={"x": 2.0, "all": 2.0})
    found = {(metric.name, metric.slice): metric.value for metric in result(bits_per_byte=rates).metrics()}
    assert found["bits per byte after", "x"] == 2.0
    assert found["bits per byte before", "all"] == 1.0
    assert found["matched", None] == 3484
    assert found["mean residual", None] == 0.25


def test_that_added_bits_count_all_occurrences() -> None:
    token = TokenFigures(id=1, text="x", occurs=3, bits=5.0, bits_before=4.0)
    assert token.added == 3.0
    assert TokenFigures(id=1, text="x").added is None


def test_that_it_survives_json() -> None:
    found = result(worst=[TokenFigures(id=1, text="\x00", example="a\x00b", example_at=(1, 2))])
    assert TransplantResult.model_validate_json(found.model_dump_json()) == found
