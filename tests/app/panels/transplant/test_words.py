from __future__ import annotations

from pathlib import Path

import pytest

from app.panels.transplant.words import (
    counts,
    divided,
    facts,
    heading,
    median_of,
    model_name,
    residual_figures,
    run_title,
    shares,
)
from core.transplant.request import TransplantRequest
from core.transplant.result import BeforeAfter, Histogram
from tests.app.panels.transplant.made_up import result


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (1.92, 2.04, "OMP costs your text 6.2\u00a0% more bits per byte: 1.92\u00a0→\u00a02.04."),
        (2.04, 1.92, "OMP saves your text 5.9\u00a0% of its bits per byte: 2.04\u00a0→\u00a01.92."),
        (2.0, 2.0, "OMP costs your text nothing: 2.00 bits per byte before and after."),
        (1.921, 1.924, "OMP costs your text 0.2\u00a0% more bits per byte: 1.921\u00a0→\u00a01.924."),
        (1.9, 6.65, "OMP costs your text 3.5 times the bits per byte: 1.90\u00a0→\u00a06.65."),
    ],
)
def test_that_the_answer_comes_in_one_sentence(before: float, after: float, sentence: str) -> None:
    figures = BeforeAfter(before={"all": before}, after={"all": after})
    assert heading(result(bits_per_byte=figures)) == sentence


def test_that_it_says_when_nothing_was_measured() -> None:
    assert heading(result(bits_per_byte=BeforeAfter())) == (
        "OMP moved prose-bpe onto prose-unigram. No text was given, so what it costs was not measured."
    )


def test_that_the_counts_say_where_the_rows_come_from() -> None:
    assert facts(result(), 14) == (
        "8,192 tokens: 4,730 copied, 41 by role, 3,421 approximated from 16 anchors each · 23\u00a0s"
        " · run\u00a014"
    )
    made = result(parameters={}, sources={"exact": 10, "byte": 2, "method": 3, "fallback": 1}, vocab_size=16)
    assert counts(made) == "16 tokens: 10 copied, 2 by byte, 3 approximated, 1 by the mean"


def test_that_the_difference_is_divided_between_copied_and_new_tokens() -> None:
    made = result()
    for name in ("prose.txt", "all"):
        assert shares(made, name) == pytest.approx((0.1, 0.02))
    assert divided(made) == (
        "Of +0.12 in all, +0.10 falls on copied tokens, whose rows are the base's own (the text is cut "
        "differently), and +0.02 on approximated ones (their rows are new)."
    )
    unknown = [part.model_copy(update={"bits_before": None}) for part in made.parts]
    assert shares(result(parts=unknown), "prose.txt") is None
    assert divided(result(parts=[])) == ""


def test_that_a_run_is_titled_by_what_goes_where_and_how() -> None:
    base, target = Path("/m/prose-bpe"), Path("/m/prose-unigram/tokenizer.json")
    request = TransplantRequest.model_validate({"base": base, "target_tokenizer": target})
    assert run_title(request) == "prose-bpe → prose-unigram · OMP k 64"
    plain = TransplantRequest.model_validate(
        {"base": base, "target_tokenizer": target, "method": {"name": "mean"}}
    )
    assert run_title(plain) == "prose-bpe → prose-unigram · Mean"
    assert model_name("/m/Llama-3.2-1B") == "Llama-3.2-1B"


def test_that_the_median_is_found_within_its_bar() -> None:
    assert median_of([0, 1, 2, 3], [1, 2, 1]) == pytest.approx(1.5)
    assert median_of([0, 1], [5]) == pytest.approx(0.5)
    assert median_of([0, 1, 2], [0, 0]) is None


def test_that_residuals_are_summed_up_in_median_and_mean() -> None:
    assert residual_figures(result()) == "median 0.17 · mean 0.23"
    assert residual_figures(result(residuals=Histogram(), mean_residual=None)) == ""
