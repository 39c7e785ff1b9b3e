"""The Heal tab: what it shows of a result and of a run under way, and what it is given to heal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.panels.transplant.graft.tab import GraftTab
from app.panels.transplant.heal.tab import HealTab
from app.panels.transplant.panel import TransplantPanel
from app.session import Session
from core.heal.result import HealResult
from core.jobs.events import Finished, Partial
from core.jobs.request import RunSpec
from core.project.project import Project
from tests.app.panels.tokenizers.cells import cells
from tests.app.panels.transplant import made_up as grafted
from tests.app.panels.transplant.heal.made_up import points, result


@pytest.fixture
def tab(panel: TransplantPanel) -> HealTab:
    panel.restore_view({"tab": "heal"})
    made = panel.made("heal")
    assert isinstance(made, HealTab)
    return made


@pytest.fixture
def finish(project: Project, tab: HealTab, base: Path, text: Path) -> Callable[[HealResult], int]:
    """Record a healing that gave a result, and show it; its number."""

    def record(found: HealResult) -> int:
        request = {"model": str(base), "text": [str(text)]}
        run_id = project.add_run(RunSpec(kind="heal", request=request, title="made up")).result()
        project.start_run(run_id).result()
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        tab.show_run(project.run(run_id))
        return run_id

    return record


def test_that_the_answer_says_how_much_text_it_took(tab: HealTab, finish: Callable[..., int]) -> None:
    finish(result())
    assert tab.page.answer.sentence.text() == (
        "After about 1,667 tokens (6.7 kB) the base (2.000) is met; "
        "2.600 → 1.800 bits per byte after 3,000 tokens (12.0 kB)."
    )
    assert tab.trained.words.text().startswith(
        "The embeddings: 2,097,152 trained weights; the model has 5,261,568."
    )
    assert ["learning rate", "0.0005"] in cells(tab.trained.table)


def test_that_the_curve_lies_between_the_start_and_the_base(tab: HealTab, finish: Callable[..., int]) -> None:
    finish(result(beside=points(2.9, 2.6, 2.3, 2.1)))
    lines = {line.name: (list(line.x), list(line.y)) for line in tab.curve.plot.series}
    assert list(lines) == ["healed", "from the mean", "untrained", "base"]
    assert lines["healed"] == ([0, 1000, 2000, 3000], [2.6, 2.2, 1.9, 1.8])
    assert lines["untrained"] == ([0, 3000], [2.6, 2.6])
    assert lines["base"] == ([0, 3000], [2.0, 2.0])
    assert "takes 1,000 tokens (4.0 kB) to come where the method's rows began" in tab.curve.words.text()
    tab.curve.view.choose("table")
    assert cells(tab.curve.table)[1] == ["1,000", "4,000", "2.200", "+0.200", "2.600"]


def test_that_without_a_base_and_beside_nothing_the_columns_are_not_there(
    tab: HealTab, finish: Callable[..., int]
) -> None:
    finish(result(goal={}, base=None))
    assert [line.name for line in tab.curve.plot.series] == ["healed", "untrained"]
    assert tab.curve.table.isColumnHidden(3)
    assert tab.curve.table.isColumnHidden(4)
    assert tab.slices.table.isColumnHidden(5)
    assert not tab.curve.words.isVisible()


def test_that_each_text_is_shown_before_and_after(tab: HealTab, finish: Callable[..., int]) -> None:
    finish(result())
    assert [pair.name for pair in tab.slices.dots.pairs] == ["whole text", "prose.txt", "日本語.txt"]
    assert cells(tab.slices.table)[1] == ["prose.txt", "2,000", "2.500", "1.700", "−0.800", "1.900"]
    finish(result(after={"prose.txt": 1.7, "all": 1.7}))
    assert not tab.slices.dots.isVisible()


def test_that_the_curve_grows_while_the_run_goes_on(
    qtbot: QtBot, session: Session, project: Project, tab: HealTab, base: Path, text: Path
) -> None:
    session.hold(True)
    request = {"model": str(base), "text": [str(text)]}
    run_id = project.add_run(RunSpec(kind="heal", request=request, title="made up")).result()
    project.start_run(run_id).result()
    tab.show_run(project.run(run_id))
    assert not tab.curve.isVisible()
    session.run_event.emit(run_id, Partial(data={"goal": {"all": 2.0}}))
    assert not tab.curve.isVisible()
    for point in (*points(2.6, 2.4), *points(2.6)):  # as told again by a run that goes on
        session.run_event.emit(run_id, Partial(data={"healed": point.model_dump()}))
    assert tab.curve.isVisible()
    assert tab.page.status.isVisible()
    assert not tab.slices.isVisible()
    lines = {line.name: list(line.y) for line in tab.curve.plot.series}
    assert lines == {"healed": [2.6, 2.4], "untrained": [2.6, 2.6], "base": [2.0, 2.0]}
    session.run_event.emit(run_id, Partial(data={"healed": {"of": "another version"}}))
    assert list(tab.curve.plot.series[0].y) == [2.6, 2.4]


def test_that_a_transplant_is_handed_over_with_its_base(
    panel: TransplantPanel, tab: HealTab, base: Path, target: Path
) -> None:
    panel.select_tab("transplant")
    panel._go("heal", [target, base])
    assert panel.tab == "heal"
    form = tab.page.setup.form
    assert form.box("model").editor.value() == str(target)
    assert form.box("base").editor.value() == str(base)


def test_that_models_and_texts_can_be_dropped(tab: HealTab, base: Path, target: Path, text: Path) -> None:
    assert tab.drop([target, base, text])
    form = tab.page.setup.form
    assert form.box("model").editor.value() == str(target)
    assert form.box("base").editor.value() == str(base)
    assert [str(path) for path in form.box("text").editor.value()] == [str(text)]


def test_that_without_a_transplant_the_sample_leads_to_one(
    qtbot: QtBot, session: Session, panel: TransplantPanel, tab: HealTab
) -> None:
    with qtbot.waitSignal(session.message) as said:
        tab.run_sample()
    assert "run one first" in said.args[0]
    assert panel.tab == "transplant"


def test_that_the_newest_transplant_is_proposed(
    qtbot: QtBot, panel: TransplantPanel, project: Project, base: Path, target: Path, text: Path
) -> None:
    request = {"base": str(base), "target_tokenizer": str(target), "text": [str(text)]}
    for out in (target, Path("/nowhere")):
        run_id = project.add_run(RunSpec(kind="transplant", request=request, title="made up")).result()
        project.start_run(run_id).result()
        found = grafted.result(out=out, base=str(base)).model_dump(mode="json")
        project.finish_run(run_id, Finished(status="done", result=found)).result()
    panel.restore_view({"tab": "heal"})
    tab = panel.made("heal")
    assert isinstance(tab, HealTab)
    form = tab.page.setup.form
    qtbot.waitUntil(lambda: form.box("model").editor.value() == str(target))
    assert form.box("base").editor.value() == str(base)


def test_that_a_finished_transplant_offers_to_be_healed(
    panel: TransplantPanel, project: Project, base: Path, target: Path, text: Path
) -> None:
    request = {"base": str(base), "target_tokenizer": str(target), "text": [str(text)]}
    run_id = project.add_run(RunSpec(kind="transplant", request=request, title="made up")).result()
    project.start_run(run_id).result()
    found = grafted.result(out=target, base=str(base)).model_dump(mode="json")
    project.finish_run(run_id, Finished(status="done", result=found)).result()
    panel.show_run(project.run(run_id))
    graft = panel.made("transplant")
    assert isinstance(graft, GraftTab)
    graft.page.answer.buttons["heal"].click()
    assert panel.tab == "heal"
    tab = panel.made("heal")
    assert isinstance(tab, HealTab)
    assert tab.page.setup.form.box("model").editor.value() == str(target)
    assert tab.page.setup.form.box("base").editor.value() == str(base)
