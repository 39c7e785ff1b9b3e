"""The Score tab: what it shows of a result and of a run under way, and what lights what."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.generation.panel import GenerationPanel
from app.panels.generation.score.tab import ScoreTab
from app.session import Session
from app.widgets.known_paths import starter_models
from core.generation.result_parts import Alternative, TokenRecord
from core.generation.score.result import (
    Curve,
    Difference,
    Exact,
    Parting,
    Passage,
    ScoreResult,
    SliceFigures,
)
from core.jobs.events import Finished, Partial
from core.jobs.request import RunSpec
from core.project.project import Project
from tests.app.panels.tokenizers.cells import cells

TEXT = "The Fähre came."
SIZE = len(TEXT.encode())


def records(*ends: int, bits: float) -> list[TokenRecord]:
    data, start, found = TEXT.encode(), 0, []
    for end in ends:
        text = data[start:end].decode(errors="replace")
        likely = (Alternative(id=1, text="x", logprob=-1.0),)
        found.append(
            TokenRecord(
                id=0,
                text=text,
                start=start,
                end=end,
                logprob=-bits * math.log(2),
                rank=3,
                alternatives=likely,
            )
        )
        start = end
    return found


def exact() -> Exact:
    apart = [0.0] * SIZE
    apart[6] = 0.75
    return Exact(
        convention="valid",
        bits_per_byte=[1.5, 1.9],
        canonical=[1.6, 2.0],
        bits=[[1.5] * SIZE, [1.9] * SIZE],
        top=[[ord("e")] * SIZE, [ord("e")] * 6 + [0xA4] * (SIZE - 7) + [256]],
        leaked=[0.0, 0.0],
        pruned=[0.0, 0.0],
        partings=[
            Parting(
                model=1,
                divergence=apart,
                kullback_leibler=[None, *[0.5] * (SIZE - 1)],
                mean_divergence=0.05,
                mean_kullback_leibler=None,
                first_disagreement=6,
            )
        ],
        window=SIZE,
        kept=SIZE,
        bytes=SIZE,
        evaluations=[SIZE, SIZE],
    )


def result(**changes: Any) -> ScoreResult:
    return ScoreResult(
        models=["prose-bpe", "prose-unigram"],
        bits_per_byte=[1.6, 2.0],
        bytes=[SIZE, SIZE],
        tokens=[5, 3],
        perplexity=[30.0, 90.5],
        context=[128, 128],
        stride=[64, 64],
        slices=[SliceFigures(name="text", start=0, bytes=SIZE, tokens=[5, 3], bits_per_byte=[1.6, 2.0])],
        curve=Curve(width=1, points=[[1.6] * SIZE, [2.0] * SIZE]),
        text=TEXT,
        # the second model parts the umlaut
        records=[records(3, 10, SIZE - 1, SIZE, bits=2.0), records(3, 6, 10, SIZE, bits=4.0)],
        differences=[Difference(model=1, words=3, half=1)],
        passages=[
            Passage(model=1, start=3, end=10, text="Fähre", before="The", after=" came.", bits=(9.0, 4.0))
        ],
    ).model_copy(update=changes)


@pytest.fixture
def tab(panel: GenerationPanel) -> ScoreTab:
    panel.restore_view({"tab": "score"})
    made = panel.made("score")
    assert isinstance(made, ScoreTab)
    return made


@pytest.fixture
def finish(qtbot: QtBot, project: Project, tab: ScoreTab) -> Callable[[ScoreResult], int]:
    """Record a scoring that gave a result, and show it; its number."""

    def record(found: ScoreResult) -> int:
        models = [str(path) for path in starter_models()[: len(found.models)]]
        request = {"models": models, "prompt": TEXT}
        run_id = project.add_run(RunSpec(kind="score", request=request, title="made up")).result()
        project.start_run(run_id).result()
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        tab.show_run(project.run(run_id))
        qtbot.waitUntil(lambda: tab.page.result is not None)
        return run_id

    return record


def test_that_the_answer_and_the_figures_stand_there(tab: ScoreTab, finish: Callable[..., int]) -> None:
    finish(result())
    assert tab.page.answer.sentence.text() == (
        "prose-bpe needs 1.60 bits per byte, prose-unigram 2.00; half of what they differ by falls on "
        "one word."
    )
    assert "windows of 128 tokens that move by 64" in tab.page.answer.facts.text()
    first, second = cells(tab.figures.table)
    assert [first[0], first[1], first[2], first[4]] == ["prose-bpe", "1.600", "5", "30.0"]
    assert second[1] == "2.000"
    assert not tab.figures.texts.isVisible()
    assert not tab.bytes.isVisible()
    assert tab.figures.table.isColumnHidden(2)


def test_that_each_text_has_a_row_where_there_are_several(tab: ScoreTab, finish: Callable[..., int]) -> None:
    one = SliceFigures(name="known", start=0, bytes=9, tokens=[2, 2], bits_per_byte=[1.6, 2.0])
    other = SliceFigures(name="unknown", start=9, bytes=0, tokens=[0, 0], bits_per_byte=[None, None])
    finish(result(slices=[one, other]))
    assert tab.figures.texts.isVisible()
    assert cells(tab.figures.texts) == [["known", "9", "1.600", "2.000"], ["unknown", "0", "–", "–"]]


def test_that_pointing_at_a_token_lights_the_same_bytes_elsewhere(
    tab: ScoreTab, finish: Callable[..., int]
) -> None:
    finish(result())
    first, second = tab.text.texts
    assert first.text == second.text == TEXT
    first.go_to(1)
    assert tab.curve.plot.lit == (3, 10)
    assert second._lit == (3, 10)
    assert first._lit == (-1, -1)
    first.go_to(-1)
    assert tab.curve.plot.lit == (-1, -1)
    tab.curve.plot.pointed.emit(0, 3)
    assert first._lit == second._lit == (0, 3)


def test_that_a_difference_is_tinted_beside_the_first_model(
    tab: ScoreTab, finish: Callable[..., int]
) -> None:
    finish(result())
    tab.text.tint.choose("difference")
    first, second = tab.text.texts
    assert first.tint(0) == pytest.approx(2.0)  # its own surprise
    assert second.tint(0) == pytest.approx(2.0)  # 4 bits beside 2
    assert second.tint(1) == pytest.approx(4 - 2 * 3 / 7)


def test_that_a_passage_leads_to_its_place(tab: ScoreTab, finish: Callable[..., int]) -> None:
    finish(result())
    assert cells(tab.passages.table) == [
        ["3", "Fähre", "…The [Fähre] came.…", "9.0", "4.0", "−5.0"],
    ]
    tab.passages.table.selectRow(0)
    assert tab.curve.plot.lit == (3, 10)
    assert all(text._lit == (3, 10) for text in tab.text.texts)


def test_that_byte_by_byte_has_a_view_of_its_own(tab: ScoreTab, finish: Callable[..., int]) -> None:
    finish(result(exact=exact()))
    assert tab.bytes.isVisible()
    assert not tab.figures.table.isColumnHidden(2)
    said = tab.bytes.words.text()
    assert "prose-bpe: 1.500 bits per byte, +0.100 by its own tokens alone." in said
    assert "they first put another byte on top at byte 6" in said
    first = cells(tab.bytes.table)[0]
    assert first == ["6", "…The F\ufffd", "\\xA4", "e", "\\xA4", "0.750", "0.50"]
    assert tab.bytes.text.text == TEXT
    assert max(series for series in tab.bytes.plot.series[0].y) > 0
    tab.bytes.table.selectRow(0)
    assert tab.curve.plot.lit == (6, 7)
    assert cells(tab.bytes.table)[1][0] == "0"
    assert cells(tab.bytes.table)[1][-1] == "–"


def test_that_one_model_is_shown_without_a_comparison(tab: ScoreTab, finish: Callable[..., int]) -> None:
    whole = result()
    finish(
        result(
            models=whole.models[:1],
            **{
                name: getattr(whole, name)[:1]
                for name in ("bits_per_byte", "bytes", "tokens", "perplexity", "context", "stride", "records")
            },
            slices=[SliceFigures(name="text", start=0, bytes=SIZE, tokens=[5], bits_per_byte=[1.6])],
            curve=Curve(width=1, points=[[1.6] * SIZE]),
            differences=[],
            passages=[],
        )
    )
    assert "prose-bpe needs 1.60 bits per byte: 16 bytes in 5 tokens." in tab.page.answer.sentence.text()
    assert not tab.passages.isVisible()
    assert not tab.text.tint.buttons["difference"].isVisible()
    assert len(tab.text.texts) == 1


def test_that_the_curve_grows_while_the_run_goes_on(
    session: Session, project: Project, tab: ScoreTab
) -> None:
    session.hold(True)
    request = {"models": [str(path) for path in starter_models()[:2]], "prompt": TEXT}
    run_id = project.add_run(RunSpec(kind="score", request=request, title="made up")).result()
    project.start_run(run_id).result()
    tab.show_run(project.run(run_id))
    assert not tab.curve.isVisible()
    curve = Curve(width=2, points=[[1.0, 2.0], [3.0, None]])
    session.run_event.emit(run_id, Partial(data={"part": "curve", "curve": curve.model_dump()}))
    assert tab.curve.isVisible()
    assert not tab.text.isVisible()
    assert [one.name for one in tab.curve.plot.models] == ["prose-bpe", "prose-unigram"]
    assert tab.curve.plot.models[0].bits == (1.0, 2.0)
    session.run_event.emit(run_id, Partial(data={"part": "curve", "curve": {"of": "another version"}}))
    assert tab.curve.plot.models[0].bits == (1.0, 2.0)


def test_that_a_long_text_is_laid_out_in_portions(
    qtbot: QtBot, tab: ScoreTab, finish: Callable[..., int]
) -> None:
    text = "ab " * 1500
    tokens = [
        TokenRecord(id=0, text="ab ", start=start, end=start + 3, logprob=-1.0)
        for start in range(0, len(text), 3)
    ]
    finish(result(text=text, records=[tokens, tokens]))
    assert len(tab.text.texts[0].tokens) < len(tokens)
    qtbot.waitUntil(lambda: all(len(one.tokens) == len(tokens) for one in tab.text.texts))
    assert tab.text.texts[0].text == text


def test_that_models_and_texts_can_be_dropped(tab: ScoreTab, tmp_path: Path) -> None:
    text = tmp_path / "mine.txt"
    text.write_text("Mine.", encoding="utf-8")
    assert tab.drop([starter_models()[0], text])
    form = tab.page.setup.form
    assert form.box("models").editor.value() == [str(starter_models()[0])]
    assert [str(path) for path in form.box("text").editor.value()] == [str(text)]


def test_that_everything_is_drawn_light_and_dark(tab: ScoreTab, finish: Callable[..., int]) -> None:
    finish(result(exact=exact()))
    for mode in ("light", "dark"):
        theme.current().set_mode(mode)  # type: ignore[arg-type]
        for card in (tab.text, tab.curve, tab.passages, tab.bytes):
            assert not card.grab().isNull()
            assert card.accessibleName()
    theme.current().set_mode("light")
