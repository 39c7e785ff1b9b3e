"""The Compress tab: frontier, table, a run under way, and what can be done with a code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.retrieval.compress.codes_card import CODE
from app.panels.retrieval.compress.frontier_card import LARGE
from app.panels.retrieval.compress.tab import CompressTab
from app.panels.retrieval.panel import RetrievalPanel
from core.jobs.events import Finished, Partial
from core.jobs.request import RunSpec
from core.project.project import Project
from core.retrieval.compress.codecs import CODECS
from core.retrieval.compress.codecs.families import COMPARED, SURVEYED
from core.retrieval.compress.request import CompressRequest
from core.retrieval.compress.result import CompressResult
from core.retrieval.evaluate.request import RetrievalRequest

Finish = Callable[[CompressResult], int]


def row(line: str, size: int, value: float, p: float | None = None, **more: Any) -> dict[str, Any]:
    measures = {
        name: {"value": value + extra, "low": value - 0.05, "high": value + 0.05}
        for name, extra in (("nDCG@10", 0.0), ("R@100", 0.3))
    }
    differences = {}
    if p is not None:
        for name in measures:
            differences[name] = {
                "a": line, "b": "float32", "measure": name, "difference": value - 0.45, "low": value - 0.46,
                "high": value - 0.44, "p": p, "adjusted": p, "effect": None, "wins": 1, "losses": 2,
                "ties": 3, "detectable": 0.0123,
            }  # fmt: skip
    return {
        "line": line, "title": CODECS[line.split()[0]].title, "family": "numbers", "bytes": size,
        "bytes_per_document": size / 100, "ratio": size / 153_600, "recall_10": 0.9, "recall_100": 0.95,
        "queries_per_second_one": 812.0, "measures": measures, "differences": differences, "rank_change": 1.0,
        "lost": 0.125, **more,
    }  # fmt: skip


def result(**changes: Any) -> CompressResult:
    whole = {
        "collection": "help", "encoder": "minilm", "encoder_line": "dense model=/m", "documents": 100,
        "queries": 60, "width": 384, "k": 100, "primary": "nDCG@10", "test": "randomization",
        "correction": "holm", "seconds": 12.0,
        "codecs": [
            row("float32", 153_600, 0.45, frontier=True),
            row("int8", 38_400, 0.449, 0.8, frontier=True),
            row("pq m=48", 9_600, 0.43, 0.004, shared_bytes=4_800, frontier=True,
                diagnostics={"perplexity": 200.0, "dead": 0.01}),
            row("vq", 12_000, 0.1, 0.0001),
        ],
        "refused": [{"line": "pq bits=11", "reason": "A codebook needs more vectors."}],
    }  # fmt: skip
    return CompressResult.model_validate({**whole, **changes})


@pytest.fixture
def tab(panel: RetrievalPanel) -> CompressTab:
    panel.restore_view({"tab": "compress"})
    made = panel.made("compress")
    assert isinstance(made, CompressTab)
    return made


@pytest.fixture
def asked(tmp_path: Path) -> dict[str, Any]:
    return {"collection": str(tmp_path), "encoder": {"model": "/models/minilm"}, "codec": ["int8", "pq m=48"]}


@pytest.fixture
def finish(project: Project, tab: CompressTab, asked: dict[str, Any]) -> Finish:
    def record(found: CompressResult) -> int:
        spec = RunSpec(kind="retrieval-compress", request=asked, seed=5, title="made up")
        run_id = project.add_run(spec).result()
        project.start_run(run_id).result()
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        tab.show_run(project.run(run_id))
        return run_id

    return record


def test_that_the_sentence_comes_first_and_the_facts_say_what_could_be_seen(
    tab: CompressTab, finish: Finish
) -> None:
    run = finish(result())
    assert tab.page.answer.sentence.text() == (
        "int8 keeps all you could measure at a quarter of the size; pq m=48 costs 0.020 nDCG@10 at 1/16."
    )
    assert tab.page.answer.facts.text() == (
        "minilm, 384 numbers a vector · help: 100 documents, 60 queries · losses from 0.012 can be seen · "
        f"paired randomization · corrected for 6 comparisons (Holm) · 12 s · run {run}"
    )


def test_that_a_code_is_a_point_and_a_row_and_either_leads_to_the_other(
    qtbot: QtBot, tab: CompressTab, finish: Finish
) -> None:
    finish(result())
    plot, table = tab.cards.frontier.plot, tab.cards.codes.table
    assert [point.name for point in plot.points] == ["pq m=48", "vq", "int8", "float32"]
    assert [point.name for point in plot.best] == ["pq m=48", "int8", "float32"]
    assert not tab.cards.codes.use_button.isVisible()
    plot.grab()
    place = plot.place_of(plot.points[0]).toPoint()
    with qtbot.waitSignal(tab.cards.codes.chosen):
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=place)
    assert table.record(table.currentIndex().row()).line == "pq m=48"
    told = tab.cards.codes.told.text()
    assert "50% of its bytes are shared by all documents; in a large index it takes 48.0 bytes" in told
    assert "p = 0.004" in told
    assert "12.5% of those among the first 100 are no longer there" in told
    assert tab.cards.codes.refused.text() == "Could not be tried:\npq bits=11: A codebook needs more vectors."


def test_that_the_plot_shows_another_measure_and_a_large_index(tab: CompressTab, finish: Finish) -> None:
    finish(result())
    tab.cards.frontier.measure.choose("R@100")
    assert tab.cards.frontier.plot.points[-1].y == pytest.approx(0.75)
    tab.cards.frontier.view.choose(LARGE)
    assert tab.cards.frontier.plot.points[0].x == pytest.approx(48)
    assert "1/16 of float32" in tab.cards.frontier.plot.points[0].words


def test_that_a_code_goes_into_an_evaluation(qtbot: QtBot, tab: CompressTab, finish: Finish) -> None:
    finish(result())
    tab.cards.codes.choose("pq m=48")
    with qtbot.waitSignal(tab.wanted) as wanted:
        qtbot.mouseClick(tab.cards.codes.use_button, Qt.MouseButton.LeftButton)
    key, spec = wanted.args
    assert key == "evaluate"
    request = RetrievalRequest.model_validate(spec.request)
    assert [system.compress for system in request.systems] == ["pq m=48", None]  # type: ignore[attr-defined]


def test_that_codes_appear_while_the_trial_goes_on(
    project: Project, tab: CompressTab, asked: dict[str, Any]
) -> None:
    run_id = project.add_run(RunSpec(kind="retrieval-compress", request=asked, title="made up")).result()
    project.start_run(run_id).result()
    tab.show_run(project.run(run_id))
    for one in (row("float32", 153_600, 0.45), row("int8", 38_400, 0.44)):
        tab.page.told.emit(Partial(data={"row": one, "primary": "nDCG@10"}))
    tab.page.told.emit(Partial(data={"row": {"line": "of another version"}, "primary": "nDCG@10"}))
    assert [one.line for one in tab.cards.codes.table.figures.rows] == ["float32", "int8"]
    assert tab.cards.frontier.isVisible()
    assert not tab.cards.codes.use_button.isVisible()
    hidden = [
        tab.cards.codes.table.isColumnHidden(place)
        for place in range(tab.cards.codes.table.figures.columnCount())
    ]
    assert not hidden[CODE]
    assert any(hidden)


def test_that_what_is_dropped_finds_its_place(tab: CompressTab, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text('{"_id": "a", "text": "b"}\n', encoding="utf-8")
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "b"}\n', encoding="utf-8")
    assert tab.drop([folder])
    assert tab.page.setup.form.box("collection").editor.value() == str(folder)


def test_that_the_literature_is_listed_whole_and_its_codes_exist() -> None:
    assert len({known.method for known in COMPARED}) == 14
    assert len({known.method for known in SURVEYED}) == 8
    assert {known.codec for known in (*COMPARED, *SURVEYED)} - {""} <= set(CODECS)
    assert all(known.words for known in (*COMPARED, *SURVEYED))


def test_that_the_sample_is_a_request(tab: CompressTab) -> None:
    values = tab.sample_values()
    request = CompressRequest.model_validate(values)
    assert (request.collection / "corpus.jsonl").is_file()
