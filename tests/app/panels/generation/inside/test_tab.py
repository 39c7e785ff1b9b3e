"""Look inside: two questions in one tab, what each shows, and the keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.generation.inside.layers_grid import percent
from app.panels.generation.inside.lens import PROMPT, LensTab
from app.panels.generation.inside.subnetwork import SubnetworkTab
from app.panels.generation.inside.tab import InsideTab
from app.panels.generation.panel import GenerationPanel
from app.session import Session
from app.widgets.known_paths import starter_models, starter_texts
from core.generation.lens.preview import preview as lens_preview
from core.generation.subnetwork.preview import preview as subnetwork_preview
from core.jobs.events import Finished, Partial
from core.jobs.request import RunSpec
from core.project.project import Project
from tests.app.panels.generation.inside import made_up
from tests.app.panels.tokenizers.cells import cells

LENS: dict[str, Any] = {"model": "/models/prose-bpe", "beside": "/models/prose-unigram", "prompt": "It was"}
SUBNETWORK: dict[str, Any] = {"model": "/models/prose-bpe", "penalties": "10, 100, 500"}


@pytest.fixture
def tab(panel: GenerationPanel) -> InsideTab:
    panel.restore_view({"tab": "inside"})
    made = panel.made("inside")
    assert isinstance(made, InsideTab)
    return made


@pytest.fixture
def finish(
    qtbot: QtBot, project: Project, panel: GenerationPanel, tab: InsideTab
) -> Callable[[str, dict[str, Any], Any], None]:
    """Record a run that gave a result, and wait until it is shown."""

    def record(kind: str, request: dict[str, Any], found: Any) -> None:
        run_id = project.add_run(RunSpec(kind=kind, request=request, title="made up")).result()
        project.start_run(run_id).result()
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        panel.show_run(project.run(run_id))
        qtbot.waitUntil(lambda: tab.part.page.result is not None and tab.part.page.answer.isVisible())

    return record


def _lens(tab: InsideTab) -> LensTab:
    part = tab.made("lens")
    assert isinstance(part, LensTab)
    return part


def _subnetwork(tab: InsideTab) -> SubnetworkTab:
    part = tab.made("subnetwork")
    assert isinstance(part, SubnetworkTab)
    return part


def test_that_the_grid_has_the_last_layer_on_top_and_says_what_a_cell_holds(
    tab: InsideTab, finish: Callable[..., None]
) -> None:
    finish("lens", LENS, made_up.lens())
    part = _lens(tab)
    grid = part.layers.grid
    assert part.page.answer.sentence.text() == (
        "prose-bpe goes on with “<b>␣the” (75%); only its last layer decides that."
    )
    assert grid.raw_rows() == [made_up.TOKENS, ["ber", "ber", "<b>␣the"], ["ing", "ing", "ing"]]
    assert [grid.layers.row_name(row) for row in range(2)] == ["last", "embedding"]
    assert (grid.currentIndex().row(), grid.currentIndex().column()) == (0, 2)
    assert part.layers.told.text() == (
        "After layer 1, at ␣was: 75 % <b>␣the, < 0.1 % ing · entropy 1.50 bits."
    )
    below = grid.layers.index(1, 2)
    tip = str(below.data(Qt.ItemDataRole.ToolTipRole))
    assert tip.splitlines() == [
        "The embedding alone, at ␣was:",
        "   50 %  ing",
        "   25 %  ber",
        "<b>␣the, the final choice: 10 %, rank 4",
        "entropy 4.00 bits · 2.00 bits from the last layer",
    ]
    assert below.data(Qt.ItemDataRole.AccessibleTextRole) == tip


def test_that_the_grid_is_tinted_by_what_is_chosen(tab: InsideTab, finish: Callable[..., None]) -> None:
    finish("lens", LENS, made_up.lens())
    card = _lens(tab).layers
    model = card.grid.layers
    place = model.place(1, 0)
    assert model.share(place) == 0.5
    card.by.choose("final")
    assert model.share(place) == 0.1
    card.by.choose("divergence")
    assert model.share(place) == 0.75
    assert "8 and more have none" in card.meaning.text()
    tints = [model.index(row, 0).data(Qt.ItemDataRole.BackgroundRole) for row in range(2)]
    assert tints[0].alpha() > tints[1].alpha()


def test_that_keys_go_through_the_grid_and_choose_a_token(
    qtbot: QtBot, tab: InsideTab, finish: Callable[..., None]
) -> None:
    finish("lens", LENS, made_up.lens())
    part = _lens(tab)
    grid = part.layers.grid
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    qtbot.keyClick(grid, Qt.Key.Key_Left)
    assert part.layers.told.text().startswith("The embedding alone, at It: 50 % ing")
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert part.attention.position == 1
    qtbot.keyClick(grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines() == [
        "layer\t<|endoftext|>\tIt\t␣was",
        "last\tber\tber\t<b>␣the",
        "embedding\ting\ting\ting",
    ]


def test_that_attention_is_shown_of_the_token_layer_and_head_chosen(
    tab: InsideTab, finish: Callable[..., None]
) -> None:
    finish("lens", LENS, made_up.lens())
    card = _lens(tab).attention
    assert card.position == 2
    assert card.told.text() == "␣was looks at ␣was 75 %, <|endoftext|> 15 %, It 10 %."
    assert not card.heads.isEnabled()
    card.layer.setCurrentIndex(1)
    assert card.told.text() == "␣was looks at ␣was 50 %, <|endoftext|> 30 %, It 20 %."
    card.heads.setCurrentIndex(1)
    assert card.told.text() == "␣was looks at <|endoftext|> 50 %, It 30 %, ␣was 20 %."
    assert card.text.tint(0) == 0.5
    assert card.text.words(1) == "It: 30 % of the attention"
    card.text.chosen.emit(1)
    assert card.told.text() == "It looks at It 75 %, <|endoftext|> 25 %."
    assert card.text.tint(2) is None
    assert [card.layer.itemText(n) for n in range(card.layer.count())] == ["All layers", "Layer 1"]


def test_that_a_token_whose_attention_was_not_kept_says_so(
    tab: InsideTab, finish: Callable[..., None]
) -> None:
    found = made_up.lens()
    attention = found.looked.attention
    assert attention is not None
    kept = attention.model_copy(update={"positions": [2], "rollout": attention.rollout[2:]})
    views = {**found.looked.views, "attention": kept}
    looked = found.looked.model_copy(update={"views": views})
    finish("lens", LENS, found.model_copy(update={"models": [looked]}))
    card = _lens(tab).attention
    card.choose(0)
    assert card.told.text() == "The prompt is long: only the last 1 tokens' attention was kept."
    assert card.position == 2
    silent = attention.model_copy(update={"positions": [], "weights": [], "rollout": []})
    looked = found.looked.model_copy(update={"views": {**found.looked.views, "attention": silent}})
    finish("lens", LENS, found.model_copy(update={"models": [looked]}))
    assert not card.isVisible()


def test_that_smoothness_stands_side_by_side(tab: InsideTab, finish: Callable[..., None]) -> None:
    finish("lens", LENS, made_up.lens())
    card = _lens(tab).smoothness
    assert [(line.name, list(line.y)) for line in card.plot.series] == [
        ("prose-bpe", [0.1, 0.4]),
        ("prose-unigram", [0.2, 0.5]),
    ]
    card.view.choose("centred")
    assert [list(line.y) for line in card.plot.series] == [[-0.1, 0.3], [0.0, 0.2]]
    assert "mean state of prose.txt" in card.meaning.text()
    card.view.choose("table")
    assert not card.plot.isVisible()
    assert cells(card.table)[1] == ["1", "0.400", "0.300", "80.000", "0.500", "0.200", "70.000"]
    numbers = {line.name: line.number for line in card.plot.series}
    assert len(set(numbers.values())) == 2


def test_that_a_subnetwork_is_told_with_its_controls(tab: InsideTab, finish: Callable[..., None]) -> None:
    finish("subnetwork", SUBNETWORK, made_up.subnetwork())
    part = _subnetwork(tab)
    assert tab.question.key == "subnetwork"
    assert part.page.answer.sentence.text() == (
        "0.80% of the weights in the layers are enough to speak as a bigram would (r = 0.92; the whole "
        "model: 0.82); 75% of them lie in the first MLP."
    )
    assert "260,000 bigrams written by the model" in part.page.answer.facts.text()
    assert [point.name for point in part.penalties.plot.points] == ["λ 500", "λ 100", "λ 10", "whole model"]
    part.penalties.view.choose("table")
    assert cells(part.penalties.table)[0][:3] == ["whole model", "100.0 %", "0.820"]
    assert cells(part.penalties.table)[2] == [
        "λ 100", "0.80 %", "0.920", "70.0 %", "0.80", "7.50", "25.00", "6.50",
    ]  # fmt: skip
    assert cells(part.matrices.table) == [["1", "1.0 %", "2.0 %"], ["2", "0.0 %", "0.0 %"]]
    part.penalties.plot.chosen.emit("λ 10")
    assert part.matrices.penalty.currentText() == "λ 10"
    assert cells(part.matrices.table)[0] == ["1", "5.0 %", "10.0 %"]
    part.penalties.plot.chosen.emit("whole model")
    assert part.matrices.penalty.currentText() == "λ 10"
    assert [line.name for line in part.stream.plot.series][2] == "λ 100: embedding"
    part.learning.view.choose("kept")
    assert list(part.learning.plot.series[0].y) == [50, 25]


def test_that_the_curve_grows_while_masks_are_learnt(
    session: Session, project: Project, panel: GenerationPanel, tab: InsideTab
) -> None:
    session.hold(True)
    run_id = project.add_run(RunSpec(kind="subnetwork", request=SUBNETWORK, title="made up")).result()
    project.start_run(run_id).result()
    panel.show_run(project.run(run_id))
    part = _subnetwork(tab)
    assert not part.learning.isVisible()
    for point in (made_up.point(10, 1, 3.0), made_up.point(10, 2, 2.0), made_up.point(10, 1, 3.0)):
        session.run_event.emit(run_id, Partial(data={"point": point.model_dump()}))
    session.run_event.emit(run_id, Partial(data={"point": {"of": "another version"}}))
    session.run_event.emit(run_id, Partial(data={"whole": {}}))
    assert part.learning.isVisible()
    assert not part.matrices.isVisible()
    assert [(line.name, list(line.y)) for line in part.learning.plot.series] == [("λ 10", [3.0, 2.0])]


def test_that_the_samples_can_run(tab: InsideTab) -> None:
    lens, subnetwork = _lens(tab), _subnetwork(tab)
    asked = lens.job.request.model_validate(lens.sample_values())
    assert not lens_preview(asked).problems  # type: ignore[arg-type]
    assert lens.title_of(asked) == "Inside prose-bpe · “It␣was␣the␣best␣of␣tim”"  # type: ignore[arg-type]
    assert PROMPT in lens.sample_values().values()
    found = subnetwork.job.request.model_validate(subnetwork.sample_values())
    assert not subnetwork_preview(found).problems  # type: ignore[arg-type]
    assert subnetwork.title_of(found) == "Bigram subnetwork of prose-bpe · λ 10, 100 steps"  # type: ignore[arg-type]


def test_that_the_sample_of_the_lens_runs(qtbot: QtBot, tab: InsideTab) -> None:
    part = _lens(tab)
    part.try_it.click()
    qtbot.waitUntil(lambda: part.layers.isVisible() and part.smoothness.isVisible(), timeout=120_000)
    assert part.page.answer.sentence.text().startswith("prose-bpe goes on with “ber” (")
    assert [line.name for line in part.smoothness.plot.series] == ["prose-bpe", "prose-unigram"]


def test_that_what_is_dropped_finds_its_field(tab: InsideTab) -> None:
    models, texts = starter_models(), starter_texts()
    part = _lens(tab)
    assert tab.drop([models[1], texts[0]])
    form = part.page.setup.form
    assert form.box("model").editor.value() == str(models[1])
    assert form.box("reference").editor.value() == str(texts[0])
    tab.question.choose("subnetwork")
    assert tab.drop([models[1], texts[0], texts[1]])
    form = _subnetwork(tab).page.setup.form
    assert form.box("model").editor.value() == str(models[1])
    assert form.box("text").editor.value() == [str(texts[0]), str(texts[1])]
    assert not tab.drop([Path("/nowhere/at/all")])


def test_that_the_tab_is_left_and_found_as_it_was(tab: InsideTab) -> None:
    assert tab.state()["question"] == "lens"
    tab.question.choose("subnetwork")
    assert tab.page is _subnetwork(tab).page
    state = tab.state()
    assert set(state["parts"]) == {"lens", "subnetwork"}
    tab.question.choose("lens")
    tab.restore({**state, "parts": None})
    assert tab.question.key == "subnetwork"
    tab.restore({"question": 7, "parts": [1]})
    assert tab.question.key == "subnetwork"


def test_that_it_looks_right_in_the_dark(tab: InsideTab, finish: Callable[..., None]) -> None:
    finish("lens", LENS, made_up.lens())
    grid = _lens(tab).layers.grid
    light = grid.grab().toImage()
    theme.current().set_mode("dark")
    assert grid.grab().toImage() != light
    theme.current().set_mode("light")


def test_that_small_probabilities_are_told_as_such() -> None:
    assert [percent(p) for p in (0, 0.0001, 0.004, 0.5)] == ["0.0 %", "< 0.1 %", "0.4 %", "50 %"]
