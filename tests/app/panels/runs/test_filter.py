from __future__ import annotations

from datetime import date

from app.panels.runs.filter import parse
from app.panels.runs.model import make_row
from core.jobs.request import Metric
from tests.app.panels.runs.grafting import record

TODAY = date(2026, 3, 5)
RUN = make_row(
    record(
        14,
        title="prose-bpe → Prose Unigram",
        note="Keep: the best one",
        seed=3,
        seconds=90.0,
        headline=Metric(name="bits per byte", value=2.04),
        request={"method": {"name": "omp", "k": 64}, "text": ["/texts/prose.txt"]},
    )
).sought


def holds(text: str) -> bool:
    return parse(text, TODAY)(RUN)


MEANT = (
    "",
    "  ",
    "PROSE",
    "prose graft",
    "14",
    "best",
    '"prose unigram"',
    "method:omp",
    "METHOD:Omp",
    "method:fvt,omp",
    "kind:graft",
    "kind:test-g",
    "state:done",
    "status:do",
    "note:keep",
    "k:64",
    "seed:3",
    "text:prose",
    "<2.1",
    "< 2.1",
    "<2,1",
    ">=2.04",
    "=2.04",
    "took>60",
    "seconds<100",
    "seed>2",
    "k>=64",
    "today",
    "method:omp <2.1 today",
)
NOT_MEANT = (
    "verse",
    "prose verse",
    "method:fvt",
    "state:failed",
    "<2",
    ">2,1",
    "took<60",
    "yesterday",
    '"unigram prose"',
)
HALF_TYPED = (
    "method:",
    "<",
    ">=",
    '"',
    "state:,",
    "prose method:",
)
PLAIN = (
    "10:30",
    "c:\\models",
    "::",
    "<<",
    "<2.1.3",
    "[*(",
    "=x",
)


def test_that_it_holds_what_was_meant_and_leaves_out_the_rest() -> None:
    assert [text for text in MEANT if not holds(text)] == []
    assert [text for text in NOT_MEANT if holds(text)] == []


def test_that_what_is_half_typed_asks_for_nothing_yet() -> None:
    assert [text for text in HALF_TYPED if not holds(text)] == []


def test_that_what_it_cannot_read_is_a_plain_word() -> None:
    assert [text for text in PLAIN if holds(text)] == []
    for text in PLAIN:
        titled = make_row(record(title=f"see {text} there")).sought
        assert parse(text, TODAY)(titled), text


def test_that_a_run_without_a_figure_is_neither_above_nor_below() -> None:
    for figure in (None, Metric(name="bits per byte", value=float("nan"))):
        run = make_row(record(headline=figure)).sought
        assert not parse("<9")(run)
        assert not parse(">=-9")(run)


def test_that_thousands_may_be_written_with_commas() -> None:
    run = make_row(record(headline=Metric(name="tokens a second", value=12_310.4))).sought
    assert parse(">12,310")(run)
    assert not parse(">12,311")(run)


def test_that_words_in_the_texts_of_a_run_hold_it_too() -> None:
    elsewhere = {"best of": {14}, "lamp": {3}}
    assert parse('"best of"', TODAY, elsewhere)(RUN)
    assert parse('"best of" state:done', TODAY, elsewhere)(RUN)
    assert not parse("lamp", TODAY, elsewhere)(RUN)
    assert parse('took>60 "Best of" prose method:omp', TODAY).words == ("best of", "prose")
