"""Critical numbers of documents: the known ones, the ways to search, and what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from core.jobs.context import Context
from core.jobs.events import Partial
from core.retrieval.critical.paper import FIT, cubic
from core.retrieval.critical.preview import preview
from core.retrieval.critical.request import CriticalRequest
from core.retrieval.critical.run import critical
from core.retrieval.critical.search import by_one, gallop, start

KNOWN = {2: 3, 3: 4, 4: 9, 5: 13, 6: 19, 7: 24, 8: 28}
"""Of one thread, seed 42; another build may be one off."""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEXIGRAFT_CACHE", str(tmp_path / "cache"))


def test_that_the_known_critical_numbers_are_found_by_one_and_kept(tmp_path: Path) -> None:
    events: list[object] = []
    ctx = Context(workdir=tmp_path, send=events.append)
    result = critical(CriticalRequest(dimensions="2..8"), ctx)
    assert {point.dimensions: point.n for point in result.points} == pytest.approx(KNOWN, abs=1)
    assert [event.data["point"]["dimensions"] for event in events if isinstance(event, Partial)] == list(
        KNOWN
    )
    assert result.fit is not None
    assert (result.fit.low, result.fit.high) == (4, 8)
    assert result.fit.r2 > 0.99
    assert result.fit.at(6) == pytest.approx(KNOWN[6], abs=1.5)
    assert result.summary().startswith("8 dimensions can hold all pairs of 2")
    assert result.summary().endswith("the paper's fit gives 26.9.")

    again = critical(CriticalRequest(dimensions="2..8"), Context(workdir=tmp_path))
    assert again.points == result.points
    assert (again.tried, again.kept) == (0, result.tried)
    other = critical(CriticalRequest(dimensions="2", learning_rate=0.02), Context(workdir=tmp_path))
    assert (other.tried, other.kept) == (2, 0)


def test_that_a_run_without_a_cache_goes_on_from_its_own_folder(tmp_path: Path) -> None:
    request = CriticalRequest(dimensions="2 3", cache=False, seeds=2)
    first = critical(request, Context(workdir=tmp_path))
    assert [(point.dimensions, point.seed) for point in first.points] == [(2, 42), (2, 43), (3, 42), (3, 43)]
    assert critical(request, Context(workdir=tmp_path)).tried == 0
    assert not (tmp_path / "cache").exists()
    assert first.fit is None
    assert first.tables()[0].rows[0][:3] == [2, " ".join(str(point.n) for point in first.at(2)), None]


def test_that_triples_are_searched_as_well(tmp_path: Path) -> None:
    result = critical(CriticalRequest(dimensions="5", k=3), Context(workdir=tmp_path))
    assert result.points[0].n >= 5
    assert "all triples" in result.summary()
    assert len(result.tables()) == 1


@pytest.mark.parametrize("first", [2, 5, 9, 14, 30])
def test_that_both_searches_find_the_last_of_a_row(first: int) -> None:
    def solved(n: int) -> bool:
        return n <= 9

    assert by_one(first, 2, solved) == 9
    assert gallop(first, 2, solved) == 9


def test_that_galloping_looks_around_and_by_one_stops_at_the_first_failure() -> None:
    def solved(n: int) -> bool:
        return n in (3, 4, 5, 6, 7, 9)  # not monotone

    assert by_one(4, 2, solved) == 7
    assert gallop(4, 2, solved) == 9
    assert by_one(8, 2, lambda n: False) == 2
    assert gallop(8, 2, lambda n: False) == 2


def test_that_the_papers_fit_gives_what_it_says() -> None:
    assert cubic(FIT, 4) == pytest.approx(6.7, abs=0.05)
    assert [round(cubic(FIT, width), -1) for width in (512, 768, 1024)] == [512_290, 1_709_800, 4_031_490]
    assert start(8, 2) == 27
    assert start(8, 3) == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [("x", "'x' is no width"), ("8..4", "no range"), ("1", "no range"), ("2..90", "more than 64 widths")],
)
def test_that_bad_widths_are_refused(text: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        CriticalRequest(dimensions=text)
    assert CriticalRequest(dimensions="4..6, 8 2").widths() == [2, 4, 5, 6, 8]


def test_that_the_preview_grows_with_the_widths() -> None:
    small, large = (preview(CriticalRequest(dimensions=text)) for text in ("2..8", "2..20"))
    assert small.seconds is not None
    assert large.seconds is not None
    assert small.seconds < 60 < large.seconds
    assert small.notes["dimensions"] == "7 widths, from 2 to 8"
