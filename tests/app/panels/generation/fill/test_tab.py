"""The Fill in tab: what it shows of a filling, of a study, and of one under way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import theme
from app.panels.generation.fill.gap import GapTab
from app.panels.generation.fill.masks import MasksTab
from app.panels.generation.fill.tab import FillTab
from app.panels.generation.panel import GenerationPanel
from core.generation.ensemble.result import Estimate
from core.generation.fill.request import FillRequest
from core.generation.fill.result import (
    METHODS,
    Baseline,
    Candidate,
    Cut,
    Filling,
    FillResult,
    OfKind,
    OfMethod,
    Study,
)
from core.generation.masked.result import Filling as MaskFilling
from core.generation.masked.result import MaskedResult
from core.generation.result_parts import TokenRecord
from core.jobs.events import Finished, Partial
from core.jobs.request import RunSpec
from core.project.project import Project
from tests.app.conftest import RecordedDialogs

CANDIDATES = (
    Candidate(text="es", middle=-1.0, suffix=-20.0, share=0.8),
    Candidate(text="e", middle=-0.5, suffix=-22.0, share=0.2),
)
CUT = Cut(
    text="prose",
    place=7,
    before="the best of tim",
    after="es, it was",
    kinds=("inside a token", "inside a word"),
    token=" tim|es",
    bits={"exact": 10.0, "healing": 11.0, "plain": 25.0},
    guess={"exact": "e", "healing": "e", "plain": "b"},
)


def kind(name: str, cuts: int) -> OfKind:
    methods = {
        method: OfMethod(
            bits_per_byte=Estimate(value=1.5 + 0.4 * place, low=1.4, high=2.5),
            first_byte=Estimate(value=0.8 - 0.3 * place),
            greedy=Estimate(value=0.1),
            impossible=place,
        )
        for place, method in enumerate(METHODS)
    }
    return OfKind(
        kind=name,
        cuts=cuts,
        methods=methods,
        healing_more=Estimate(value=0.4, low=0.1, high=0.7),
        plain_more=Estimate(value=0.8),
    )


FILLING = Filling(
    prefix="tim",
    suffix=", it was",
    weighed=8,
    candidates=CANDIDATES,
    drawn="e",
    tried=9,
    effective=1.5,
    baselines=(Baseline(method="plain", text="ber", suffix=-39.0),),
)
STUDY = Study(
    kinds=(kind("anywhere", 64), kind("inside a token", 40)),
    cuts=(CUT,),
    ahead=12,
    greedy_bytes=8,
    context=192,
    published="arXiv 2410.09303 …",
)


def result(**changes: Any) -> FillResult:
    found = FillResult(model="one", filling=FILLING, study=STUDY, texts=["es", "e"], evaluations=99)
    return found.model_copy(update=changes)


@pytest.fixture
def whole(panel: GenerationPanel) -> FillTab:
    panel.restore_view({"tab": "fill"})
    made = panel.made("fill")
    assert isinstance(made, FillTab)
    return made


@pytest.fixture
def tab(whole: FillTab) -> GapTab:
    gap = whole.made("gap")
    assert isinstance(gap, GapTab)
    return gap


@pytest.fixture
def start(project: Project, tab: GapTab) -> Callable[[], int]:
    """Record a run that is under way, and show it; its number."""

    def record() -> int:
        asked = FillRequest(model="/models/one", prefix="tim", suffix=", it was")  # type: ignore[arg-type]
        spec = RunSpec(kind="fill", request=asked.model_dump(mode="json"), title="made up")
        run_id = project.add_run(spec).result()
        project.start_run(run_id).result()
        tab.show_run(project.run(run_id))
        return run_id

    return record


@pytest.fixture
def finish(project: Project, tab: GapTab, start: Callable[[], int]) -> Callable[[FillResult], None]:
    def record(found: FillResult) -> None:
        run_id = start()
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        tab.show_run(project.run(run_id))

    return record


def test_that_the_sentence_tells_the_filling_and_the_study(tab: GapTab, finish: Callable[..., None]) -> None:
    finish(result())
    assert tab.page.answer.sentence.text() == (
        "“es” fills the gap best, with 80% of the weight. After cuts anywhere, the exact law "
        "foretells what follows with 1.50 bits per byte: 0.80 less than the plain prompt, 0.40 less than "
        "token healing."
    )
    assert "weighed by 8 bytes of what follows" in tab.page.answer.facts.text()


def test_that_a_filling_chosen_stands_in_the_gap(tab: GapTab, finish: Callable[..., None]) -> None:
    finish(result())
    (part,) = tab.filling.text.parts
    assert (part.start, part.end) == (3, 5)
    tab.filling.table.selectRow(1)
    (part,) = tab.filling.text.parts
    assert (part.start, part.end) == (3, 4)
    assert "“e”" in tab.filling.note.text()
    assert tab.filling.greedy.figures.rowCount() == 1


def test_that_the_study_has_a_dot_a_method_and_kind(tab: GapTab, finish: Callable[..., None]) -> None:
    finish(result())
    rows = tab.study.dots.rows
    assert [row.name for row in rows[:3]] == [
        "anywhere · exact",
        "anywhere · token healing",
        "anywhere · plain",
    ]
    assert (rows[0].value, rows[0].low, rows[0].high) == (1.5, 1.4, 2.5)
    assert "2 of them held to be impossible" in rows[2].words
    assert "arXiv 2410.09303" in tab.study.note.text()
    assert tab.study.table.figures.columnCount() == 9
    tab.study.which.choose("first")
    assert tab.study.dots.rows[0].value == 0.8
    assert tab.study.table.figures.columnCount() == 5
    assert tab.cuts.table.figures.rowCount() == 1


def test_that_what_comes_shows_while_it_comes(tab: GapTab, start: Callable[[], int]) -> None:
    run_id = start()
    found = [one.model_dump(mode="json") for one in CANDIDATES]
    tab.session.run_event.emit(run_id, Partial(data={"part": "candidates", "candidates": found}))
    assert tab.filling.isVisible()
    assert not tab.filling.greedy.isVisible()
    tab.session.run_event.emit(run_id, Partial(data={"part": "cuts", "cuts": [CUT.model_dump(mode="json")]}))
    assert tab.cuts.isVisible()
    assert not tab.study.isVisible()
    tab.session.run_event.emit(run_id, Partial(data={"part": "cuts", "cuts": [{"other": 1}]}))


def test_that_only_what_was_asked_for_is_shown(tab: GapTab, finish: Callable[..., None]) -> None:
    finish(result(study=None))
    assert not tab.study.isVisible()
    assert not tab.cuts.isVisible()
    finish(result(filling=None))
    assert not tab.filling.isVisible()


def test_that_it_paints_in_light_and_dark(tab: GapTab, finish: Callable[..., None]) -> None:
    finish(result())
    for mode in ("light", "dark"):
        theme.current().set_mode(mode)  # type: ignore[arg-type]
        assert not tab.grab().isNull()


def test_that_the_sample_is_a_request(tab: GapTab) -> None:
    request = FillRequest.model_validate(tab.sample_values())
    assert (
        tab.title_of(request) == "prose-bpe · “It was the best of tim” ⟂ “, it was the worst of ti…”, 64 cuts"
    )


def masked(project: Project, **fields: Any) -> int:
    """The number of a recorded run of an encoder."""
    asked = {"model": "/models/bert", "text": "The [MASK]."}
    run_id = project.add_run(RunSpec(kind="masked", request=asked, title="made up")).result()
    project.start_run(run_id).result()
    found = MaskedResult(**{"model": "bert", "text": "The lamp.", **fields})
    project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
    return run_id


def masks_of(whole: FillTab) -> MasksTab:
    part = whole.made("masks")
    assert isinstance(part, MasksTab)
    return part


def test_that_masks_have_a_question_of_their_own(whole: FillTab, project: Project) -> None:
    words = [MaskFilling(id=1, text="lamp", probability=0.75), MaskFilling(id=2, text="man", probability=0.1)]
    whole.show_run(project.run(masked(project, masks=[words])))
    masks = masks_of(whole)
    assert whole.question.key == "masks"
    assert whole.page is masks.page
    assert masks.masks.isVisible()
    assert not masks.scored.isVisible()
    (bars,) = masks.masks.bars
    assert [(bar.name, bar.text) for bar in bars.bars] == [("lamp", "75.0 %"), ("man", "10.0 %")]
    assert "lamp (75.0%)" in masks.page.answer.sentence.text()


def test_that_a_text_that_an_encoder_scored_is_tinted(whole: FillTab, project: Project) -> None:
    tokens = [
        TokenRecord(id=1, text="The", start=0, end=3, logprob=-1.0),
        TokenRecord(id=2, text="␣lamp", start=3, end=8, logprob=-4.0),
    ]
    whole.show_run(project.run(masked(project, text="The lamp", tokens=tokens, bits=7.2, bytes=8)))
    masks = masks_of(whole)
    assert masks.scored.isVisible()
    assert not masks.masks.isVisible()
    assert len(masks.scored.text.tokens) == 2


def test_that_the_question_is_kept_and_the_example_waits_for_an_encoder(
    whole: FillTab, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    whole.restore({})
    whole.question.choose("masks")
    masks = masks_of(whole)
    dialogs.foresee("open_folder", tmp_path)
    masks.run_sample()
    assert "[MASK]" in masks.page.setup.form.box("text").editor.value()
    assert masks.page.setup.form.box("model").editor.value() == str(tmp_path)
    state = whole.state()
    whole.question.choose("gap")
    whole.restore(state)
    assert whole.question.key == "masks"
