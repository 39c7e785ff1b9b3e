"""The Merged tab: what it shows of a result, and of one under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.panels.generation.merged.tab import MergedTab
from app.panels.generation.panel import GenerationPanel
from core.jobs.events import Finished, Partial
from core.jobs.request import RunSpec
from core.merged.request import MergedRequest
from core.merged.result import (
    NOTE,
    LargeVocabulary,
    MergedResult,
    Point,
    Reading,
    Writing,
    WrittenPiece,
)
from core.project.project import Project

REQUEST = {"model": "/models/one", "text": ["/texts/prose.txt"]}


def pieces() -> list[WrittenPiece]:
    return [
        WrittenPiece(text="␣the␣lan", start=0, end=8, merged=True, pieces=2),
        WrittenPiece(text="tern", start=8, end=12, merged=False, pieces=1),
    ]


def reading() -> Reading:
    return Reading(
        bytes=1_000,
        tokens=300,
        merged_tokens=200,
        distinct=20,
        targets=200,
        plain_bits_per_byte=1.7,
        bits_plain=1.8,
        bits_merged=2.1,
        seconds_plain=1.0,
        seconds_merged=0.8,
        points=[
            Point(merges=10, tokens=250, bits_plain=1.8, bits_merged=1.9),
            Point(merges=20, tokens=200, bits_plain=1.8, bits_merged=2.1),
        ],
    )


def writing(merged: bool) -> Writing:
    return Writing(
        text="the lantern", bytes=12, steps=2 if merged else 4, seconds=0.5, in_search=0.1 if merged else 0.0,
        bits_per_byte=1.6, stopped="length", pieces=pieces() if merged else pieces()[1:],
    )  # fmt: skip


def result(**changes: Any) -> MergedResult:
    return MergedResult(
        model="one",
        prompt="The",
        method="fvt",
        head_method="subword weights=sum",
        note=NOTE,
        reading=reading(),
        read_pieces=pieces(),
        vocabulary=LargeVocabulary(
            size=20_000,
            asked=20_000,
            seen_once=100,
            rows_bytes=10_000_000,
            index_bytes=6_000_000,
            build_seconds=2.0,
            was_kept=False,
            recall_1=0.99,
            recall_10=0.95,
            recall_all=0.9,
            positions=100,
            missing_mass=0.5,
            search_ms=2.0,
            exact_ms=5.0,
        ),
        plain=writing(False),
        merged=writing(True),
    ).model_copy(update=changes)


@pytest.fixture
def tab(panel: GenerationPanel) -> MergedTab:
    panel.restore_view({"tab": "merged"})
    made = panel.made("merged")
    assert isinstance(made, MergedTab)
    return made


@pytest.fixture
def start(project: Project, tab: MergedTab) -> Callable[[], int]:
    def record() -> int:
        run_id = project.add_run(RunSpec(kind="merged", request=REQUEST, title="made up")).result()
        project.start_run(run_id).result()
        tab.show_run(project.run(run_id))
        return run_id

    return record


@pytest.fixture
def finish(project: Project, tab: MergedTab, start: Callable[[], int]) -> Callable[[MergedResult], None]:
    def record(found: MergedResult) -> None:
        run_id = start()
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        tab.show_run(project.run(run_id))

    return record


def test_that_the_sentence_tells_what_is_saved_and_what_it_costs(
    tab: MergedTab, finish: Callable[..., None]
) -> None:
    finish(result())
    assert tab.page.answer.sentence.text() == (
        "Merged, the text is 33% shorter and its next tokens cost 2.10 bits a byte, not 1.80. "
        "With 20,000 further tokens it writes 0.17 tokens a byte, not 0.33."
    )
    assert "rows by fvt / subword weights=sum" in tab.page.answer.facts.text()
    none = writing(True).model_copy(update={"pieces": pieces()[1:]})
    finish(result(merged=none))
    assert "Of 20,000 further tokens it wrote none." in tab.page.answer.sentence.text()


def test_that_reading_is_told_by_merges(tab: MergedTab, finish: Callable[..., None]) -> None:
    finish(result())
    model = tab.reading.table.figures
    shown = [[model.index(row, column).data() for column in range(6)] for row in range(2)]
    assert shown == [
        ["10", "250", "17%", "1.800", "1.900", "+0.100"],
        ["20", "200", "33%", "1.800", "2.100", "+0.300"],
    ]
    assert tab.reading.pills.marked == (True, False)
    assert "merged from 2 tokens" in tab.reading.pills.accessibleDescription()


def test_that_both_ways_of_writing_stand_beside_each_other(
    tab: MergedTab, finish: Callable[..., None]
) -> None:
    finish(result())
    model = tab.writing.table.figures
    rows = {
        model.index(row, 0).data(): (model.index(row, 1).data(), model.index(row, 2).data())
        for row in range(7)
    }
    assert rows["tokens written"] == ("4", "2")
    assert rows["of them merged"] == ("0", "1")
    assert rows["tokens per second"] == ("8.0", "4.0")
    assert tab.writing.pills["merged"].marked == (True, False)
    assert "2411.18553" in tab.writing.note.text()


def test_that_the_vocabulary_is_told(tab: MergedTab, finish: Callable[..., None]) -> None:
    finish(result())
    rows = dict(tab.vocabulary.table.figures.rows)
    assert rows["tokens"] == "20,000"
    assert rows["recall@10"] == "0.950"
    assert rows["found, made and indexed in"] == "2 s"


def test_that_what_is_read_and_written_shows_as_it_comes(tab: MergedTab, start: Callable[[], int]) -> None:
    run_id = start()
    some = [piece.model_dump() for piece in pieces()]

    def tell(data: dict[str, Any]) -> None:
        tab.session.run_event.emit(run_id, Partial(data=data))

    tell({"part": "reading", "reading": reading().model_dump(), "pieces": some})
    assert not tab.reading.isHidden()
    assert tab.writing.isHidden()
    for _ in range(2):
        tell({"part": "pieces", "way": "merged", "pieces": some})
    assert not tab.writing.isHidden()
    assert len(tab.writing.pills["merged"].tokens) == 4
    assert tab.writing.table.isHidden()
    assert tab.vocabulary.isHidden()


def test_that_the_sample_is_a_request(tab: MergedTab) -> None:
    request = MergedRequest.model_validate(tab.sample_values())
    assert tab.title_of(request) == "prose-bpe · subword, 20,000 further tokens"
