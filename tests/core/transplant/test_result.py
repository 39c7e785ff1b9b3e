"""What a result says of itself, and that it survives JSON."""

from __future__ import annotations

from typing import Any

import pytest

from core.transplant.result import (
    SIMILARITY_KEPT,
    Agreement,
    AnchorTest,
    BeforeAfter,
    ClassFigures,
    DigitsFigures,
    Kept,
    LossPart,
    PerplexityRatio,
    TokenFigures,
    TransplantResult,
)


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


def full() -> TransplantResult:
    return result(
        bits_per_byte=BeforeAfter(before={"x": 1.0, "all": 1.0}, after={"x": 2.0, "all": 2.0}),
        bytes={"x": 9, "all": 9},
        intervals={"x": (0.8, 1.2)},
        parts=[
            LossPart(slice="x", kind="copied", tokens=1, bytes=1, bits=1.0),
            LossPart(slice="all", kind="copied", tokens=4, bytes=8, bits=20.0, bits_before=12.0),
        ],
        classes=[ClassFigures(token_class="digits", tokens=3, occurs=2, mean_residual=0.5, added_bits=7.4)],
        perplexity=[PerplexityRatio(slice="x", before=4.0, after=8.0, ratio=2.0, median=1.9)],
        agreement=[Agreement(slice="x", positions=10, top1=0.5, top5=0.9, next_byte=0.25)],
        anchor_test=[AnchorTest(matrix="head", anchors=500, cosine=0.7, error=0.6, neighbours=0.2)],
        digits=DigitsFigures(
            base="single digits", target="groups", same=0.25, severity="severe", numbers=1000,
            warning="They differ.", remedy="Part them.", examples=[("12", "1|2", "12")],
        ),
        worst=[TokenFigures(id=1, text="\n\ta", occurs=2, bits=5.0, bits_before=4.0, example="x\ta")],
    )  # fmt: skip


def test_that_the_evidence_is_metrics_too() -> None:
    found = {(metric.name, metric.slice): metric.value for metric in full().metrics()}
    assert found["bits per byte added, at least", "x"] == 0.8
    assert found["bits per byte added, at most", "x"] == 1.2
    assert found["bits added", "copied tokens"] == 8.0
    assert found["perplexity ratio", "x"] == 2.0
    assert found["top-5 agreement", "x"] == 0.9
    assert found["hidden anchors, cosine", "head"] == 0.7
    assert found["numbers cut alike", None] == 0.25


def test_that_a_terminal_shows_what_there_is() -> None:
    tables = {tuple(table.head[:2]): table.rows for table in full().tables()}
    assert tables["text", "bytes"][0] == [
        "x", 9, 1.0, 2.0, "+0.800 … +1.200", None, None, 2.0, 0.5, 0.9, 0.25
    ]  # fmt: skip
    assert tables["tokens", "how many"] == [["copied", 4, 5.0, 3.0, 8]]
    assert tables["new tokens", "how many"] == [["digits", 3, 2, 0.5, 7]]
    assert tables["numbers, 25 % cut alike", "base"] == [["12", "1|2", "12"]]
    assert tables["what now",] == [["Part them."]]
    assert tables["dearest tokens", "occur"] == [["\\n\\ta", 2, 2, "x\\ta"]]
    assert ("kept", "on") not in tables


def test_that_without_evidence_it_shows_where_the_rows_come_from() -> None:
    [table] = result(sources={"exact": 3, "byte": 0, "method": 2}).tables()
    assert table.rows == [["exact", 3], ["method", 2]]


def test_that_a_reason_stands_where_a_test_would() -> None:
    [table] = result(anchor_test_note="Too few.").tables()
    assert table == (["hidden anchors"], [["Too few."]])


def test_that_an_encoder_says_what_it_keeps() -> None:
    found = result(
        kept=[
            Kept(name="nDCG@10", on="cranfield", before=0.4, after=0.3, items=225),
            Kept(name=SIMILARITY_KEPT, on="cranfield", before=1.0, after=0.8, items=20_000),
        ]
    )
    assert found.summary().startswith(
        "OMP keeps 75.0 % of nDCG@10 on cranfield: 0.400 → 0.300; 80.0 % of similarity on cranfield. 8,192"
    )
    headline = found.headline()
    assert headline is not None
    assert (headline.name, headline.value, headline.slice) == ("nDCG@10 after", 0.3, "cranfield")
    assert [table.head[0] for table in found.tables()] == ["kept"]
    names = {metric.name for metric in found.metrics()}
    assert {"nDCG@10 before", "nDCG@10 after", SIMILARITY_KEPT} <= names
    assert f"{SIMILARITY_KEPT} before" not in names
