from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.generation.panel import GenerationPanel
from app.panels.generation.side.alternatives_card import choices_of
from app.panels.generation.side.branches_card import Branch, Branches, branches
from app.panels.generation.side.tab import SideTab
from app.session import Session
from core.generation.generate.request import GenerateRequest
from core.generation.generate.result import GenerationResult
from core.jobs.events import Finished, Partial
from core.jobs.request import RunSpec
from core.project.project import Project
from tests.app.panels.generation import made_up
from tests.app.test_accessibility import nameless

REQUEST = {"models": made_up.MODELS, "prompt": made_up.PROMPT, "max_bytes": 40}


@pytest.fixture
def tab(panel: GenerationPanel) -> SideTab:
    panel.restore_view({})
    found = panel.made("side")
    assert isinstance(found, SideTab)
    return found


@pytest.fixture
def record(project: Project, panel: GenerationPanel, tab: SideTab) -> Callable[..., int]:
    """Record a generation, and show it; its number."""

    def make(
        result: GenerationResult | None = None,
        *,
        status: str = "done",
        parent: int | None = None,
        **request: Any,
    ) -> int:
        asked = {**REQUEST, **request}
        spec = RunSpec(kind="generate", request=asked, title="made up", seed=3)
        run_id = project.add_run(spec, title="made up", parent=parent).result()
        if status != "queued":
            project.start_run(run_id).result()
        if status == "done":
            found = (result or made_up.result()).model_dump(mode="json")
            project.finish_run(run_id, Finished(status="done", result=found)).result()
        panel.show_run(project.run(run_id))
        return run_id

    return make


@pytest.fixture
def submitted(session: Session, monkeypatch: pytest.MonkeyPatch) -> list[tuple[RunSpec, int | None]]:
    found: list[tuple[RunSpec, int | None]] = []
    monkeypatch.setattr(
        session, "submit", lambda spec, *, parent=None, then=None: found.append((spec, parent))
    )
    return found


def shown(qtbot: QtBot, tab: SideTab) -> None:
    qtbot.waitUntil(lambda: tab.page.result is not None)


def partial(session: Session, run_id: int, data: dict[str, Any]) -> None:
    session.run_event.emit(run_id, Partial(data=data))


def begin(session: Session, run_id: int) -> None:
    begun = [{"model": n, "prompt": 0, "sample": 0, "prefix": [1, 2, 3]} for n in range(2)]
    partial(session, run_id, {"part": "begun", "transcripts": begun})


def write(session: Session, run_id: int, number: int, pieces: list[str], first: int, last: int) -> None:
    tokens = made_up.records(pieces)[first:last]
    partial(
        session,
        run_id,
        {
            "part": "tokens",
            "tokens": [[number, token.model_dump(mode="json")] for token in tokens],
            "texts": [[number, "".join(pieces[first:last])]],
        },
    )


def test_that_an_empty_tab_proposes_the_starters(tab: SideTab) -> None:
    models = tab.page.setup.form.box("models").editor.value()
    assert [Path(path).name for path in models] == ["prose-bpe", "prose-unigram"]
    assert tab.page.setup.form.box("prompt").editor.value() == made_up.PROMPT
    assert tab.page.empty.isVisible()


def test_that_a_result_has_a_column_a_model(qtbot: QtBot, tab: SideTab, record: Callable[..., int]) -> None:
    record()
    shown(qtbot, tab)
    names = [column.name.words for column in tab.columns.columns]
    assert names == ["prose-bpe", "prose-unigram"]
    assert [column.text.text for column in tab.columns.columns] == [
        "".join(made_up.FIRST),
        "".join(made_up.SECOND),
    ]
    assert tab.columns.columns[0].figures.text() == "0.77 bits per byte · 212 tokens/s"
    assert "then turns" in tab.page.answer.sentence.text()
    assert [line.name for line in tab.curve.models] == names


def test_that_the_token_where_the_texts_part_comes_first(
    qtbot: QtBot, tab: SideTab, record: Callable[..., int]
) -> None:
    record()
    shown(qtbot, tab)
    assert tab.alternatives.title.text() == "In place of “␣age”"
    assert "Here the texts part." in tab.columns.columns[1].text.words(4)


def test_that_pointing_in_one_column_lights_the_bytes_in_the_others(
    qtbot: QtBot, tab: SideTab, record: Callable[..., int]
) -> None:
    record()
    shown(qtbot, tab)
    first, second = (column.text for column in tab.columns.columns)
    before = second.grab().toImage()
    first.go_to(2)
    assert second.grab().toImage() != before
    assert tab.curve.lit == (3, 6)
    first.go_to(-1)
    assert second.grab().toImage() == before
    tab.curve.pointed.emit(0, 2)
    assert second.grab().toImage() != before


def test_that_a_token_tells_what_might_have_stood_there(
    qtbot: QtBot, tab: SideTab, record: Callable[..., int]
) -> None:
    record()
    shown(qtbot, tab)
    tab.columns.columns[0].text.chosen.emit(5)
    choices = tab.alternatives.list.choices
    assert [choice.name for choice in choices] == ["␣worst", "␣lamp", "␣man"]
    assert [choice.taken for choice in choices] == [True, False, False]
    assert choices[2].together == pytest.approx(0.25 + 0.125 + 0.0625)
    assert tab.alternatives.branch.text() == "Branch from “␣lamp”"


def test_that_a_token_that_is_not_among_the_likeliest_is_told_too() -> None:
    token = made_up.records(["x"])[0]
    rare = token.model_copy(update={"alternatives": token.alternatives[1:], "rank": 36})
    last = choices_of(rare, "x")[-1]
    assert (last.taken, last.together, last.words) == (True, None, "Rank 37")


def test_that_a_branch_is_a_run_of_its_own_with_the_tokens_before_it(
    qtbot: QtBot,
    tab: SideTab,
    record: Callable[..., int],
    submitted: list[tuple[RunSpec, int | None]],
) -> None:
    run_id = record(samplers=[{"kind": "top-k", "k": 5}])
    shown(qtbot, tab)
    tab.columns.columns[1].text.chosen.emit(2)
    tab.alternatives.list.setFocus()
    tab.alternatives.list.pick(2)
    qtbot.keyClick(tab.alternatives.list, Qt.Key.Key_Return)
    spec, parent = submitted[0]
    request = GenerateRequest.model_validate(spec.request)
    assert parent == run_id
    assert request.forced == ["1 2 3 | 100 101 8"]
    assert [str(path) for path in request.models] == [made_up.MODELS[1]]
    assert [one.line for one in request.samplers] == ["top-k k=5"]
    assert (request.prompt, request.max_bytes, spec.seed) == (made_up.PROMPT, 40, 3)
    assert spec.title == f"prose-unigram, branch of run {run_id} at byte 3: “␣man”"


def test_that_branches_of_a_run_that_is_not_shown_any_more_are_not_told(
    qtbot: QtBot,
    tab: SideTab,
    record: Callable[..., int],
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Callable[[Branches], None]] = []
    others = session.ask

    def ask(function: Any, *args: Any, then: Any = None, key: str | None = None, **rest: Any) -> None:
        if key == "branches":
            asked.append(then)
        else:
            others(function, *args, then=then, key=key, **rest)

    monkeypatch.setattr(session, "ask", ask)
    record()
    qtbot.waitUntil(lambda: bool(asked))
    record(status="running")
    asked[0](Branches(Branch(1, "made up", "done"), ()))
    assert not tab.branches.buttons


def test_that_a_run_and_its_branches_lead_to_each_other(
    qtbot: QtBot, tab: SideTab, session: Session, record: Callable[..., int], project: Project
) -> None:
    parent = record()
    shown(qtbot, tab)
    alone = made_up.result([made_up.transcript(0, made_up.FIRST)])
    branch = record(alone, parent=parent, models=made_up.MODELS[:1], forced=["1 2 3 | 100 101 8"])
    qtbot.waitUntil(lambda: tab.branches.isVisible())
    assert tab.branches.buttons[0].accessibleName().startswith(f"Back to run {parent}")
    assert "Here the texts part." in tab.columns.columns[0].text.words(2)
    with qtbot.waitSignal(session.run_requested) as asked:
        qtbot.mouseClick(tab.branches.buttons[0], Qt.MouseButton.LeftButton)
    assert asked.args == [parent]
    tab.show_run(project.run(parent))
    qtbot.waitUntil(
        lambda: [button.accessibleName()[:6] for button in tab.branches.buttons] == [f"Run {branch} "]
    )


def test_that_a_repeated_branch_is_no_branch_of_itself(
    qtbot: QtBot, tab: SideTab, record: Callable[..., int], project: Project
) -> None:
    first = record()
    alone = made_up.result([made_up.transcript(0, made_up.FIRST)])
    branch = record(alone, parent=first, models=made_up.MODELS[:1], forced=["1 2 3 | 100 8"])
    again = record(alone, parent=branch, models=made_up.MODELS[:1], forced=["1 2 3 | 100 8"])
    deeper = record(alone, parent=again, models=made_up.MODELS[:1], forced=["1 2 3 | 100 8 7"])
    repeated = record(parent=first)
    assert branches(project, branch) == Branches(Branch(first, "made up", "done"), ())
    assert branches(project, again).parent == Branch(first, "made up", "done")
    assert [child.run for child in branches(project, again).children] == [deeper]
    assert [child.run for child in branches(project, first).children] == [branch]
    assert branches(project, repeated) == Branches(None, ())


def test_that_texts_stream_in_step_and_stay_when_the_run_is_stopped(
    qtbot: QtBot, tab: SideTab, session: Session, record: Callable[..., int], project: Project
) -> None:
    run_id = record(status="running")
    begin(session, run_id)
    assert all(column.isVisible() for column in tab.columns.columns)
    write(session, run_id, 0, made_up.FIRST, 0, 4)
    write(session, run_id, 1, made_up.SECOND, 0, 3)
    write(session, run_id, 0, made_up.FIRST, 4, 7)
    assert tab.columns.columns[0].text.text == "".join(made_up.FIRST[:7])
    assert tab.columns.columns[1].text.text == "".join(made_up.SECOND[:3])
    project.finish_run(run_id, Finished(status="cancelled")).result()
    session.run_event.emit(run_id, Finished(status="cancelled"))
    qtbot.waitUntil(lambda: "was stopped" in tab.page.status.heading.text())
    assert tab.columns.isVisible()
    assert tab.columns.columns[0].text.text == "".join(made_up.FIRST[:7])


def test_that_another_run_takes_the_place_of_what_streams_until_it_is_looked_at_again(
    qtbot: QtBot, tab: SideTab, session: Session, record: Callable[..., int], project: Project
) -> None:
    going = record(status="running")
    begin(session, going)
    write(session, going, 0, made_up.FIRST, 0, 4)
    record()
    shown(qtbot, tab)
    write(session, going, 0, made_up.FIRST, 4, 6)
    assert tab.columns.columns[0].text.text == "".join(made_up.FIRST)
    tab.show_run(project.run(going))
    write(session, going, 0, made_up.FIRST, 6, 7)
    assert tab.columns.isVisible()
    assert tab.columns.columns[0].text.text == "".join(made_up.FIRST[:7])


def test_that_one_of_several_prompts_and_samples_is_looked_at(
    qtbot: QtBot, tab: SideTab, record: Callable[..., int]
) -> None:
    texts = [
        made_up.transcript(0, [f"text {prompt}", f"{sample}"], prompt, sample)
        for prompt in range(2)
        for sample in range(3)
    ]
    record(made_up.result(texts, ["First", "Second"]), models=made_up.MODELS[:1], samples=3)
    shown(qtbot, tab)
    assert tab.bar.prompt.isVisible()
    tab.bar.prompt.setCurrentIndex(1)
    tab.bar.sample.setCurrentIndex(2)
    tab.bar.text_chosen.emit()
    assert tab.columns.columns[0].text.text == "text 12"
    assert not tab.bar.heats.buttons["difference"].isVisible()


def test_that_the_tint_can_be_the_difference_from_the_first(
    qtbot: QtBot, tab: SideTab, record: Callable[..., int]
) -> None:
    record()
    shown(qtbot, tab)
    tab.bar.heats.choose("difference")
    first, second = (column.text for column in tab.columns.columns)
    assert first.tint(0) == pytest.approx(0.0)
    assert second.tint(0) == pytest.approx(2.0 - 1.0)  # half of the first one's two bits
    assert second.tint(4) is None  # other bytes than the first one's
    tab.bar.heats.choose("surprise")
    assert second.tint(0) == pytest.approx(2.0)


def test_that_the_next_byte_is_asked_for_with_the_same_models_and_words(
    qtbot: QtBot, panel: GenerationPanel, tab: SideTab, record: Callable[..., int]
) -> None:
    record()
    shown(qtbot, tab)
    with qtbot.waitSignal(tab.wanted) as asked:
        tab.page.do("bytes")
    key, spec = asked.args
    assert key == "bytes"
    assert spec.request == {"models": made_up.MODELS, "prompt": made_up.PROMPT}
    panel.select_tab("side")
    tab.columns.columns[0].text.chosen.emit(2)
    with qtbot.waitSignal(tab.wanted) as asked:
        tab.alternatives.next.click()
    assert asked.args[1].request["prompt"] == f"{made_up.PROMPT}es,"


def test_that_models_and_texts_are_taken(tab: SideTab, tmp_path: Path) -> None:
    model, text = tmp_path / "mine", tmp_path / "prose.txt"
    model.mkdir()
    (model / "config.json").write_text("{}")
    text.write_text("One line\r\nand another", newline="")
    assert tab.drop([model])
    assert str(model) in tab.page.setup.form.box("models").editor.value()
    assert tab.drop([text])
    assert tab.page.setup.form.box("prompt").editor.value() == "One line\r\nand another"


@pytest.mark.parametrize("width", [480, 560, 760, 1_600])
@pytest.mark.parametrize("models", [1, 2, 3, 4])
def test_that_columns_share_the_width_there_is(
    qtbot: QtBot, tab: SideTab, record: Callable[..., int], width: int, models: int
) -> None:
    texts = [made_up.transcript(number, made_up.FIRST * 20) for number in range(models)]
    folders = [f"/models/{number}" for number in range(models)]
    record(made_up.result(texts), models=folders)
    shown(qtbot, tab)
    tab.window().resize(width + 400, 700)
    columns = tab.columns

    def fits() -> bool:
        right = max(column.geometry().right() for column in columns.columns)
        return right <= columns.width() <= tab.page.view.viewport().width()

    qtbot.waitUntil(fits)
    assert len({column.view.height() for column in columns.columns}) == 1


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_that_both_themes_are_drawn(
    qtbot: QtBot, tab: SideTab, record: Callable[..., int], mode: theme.Mode
) -> None:
    record()
    shown(qtbot, tab)
    theme.current().set_mode(mode)
    assert not tab.grab().isNull()
    theme.current().set_mode("light")


def test_that_tab_goes_from_the_texts_to_what_might_have_stood_there(
    qtbot: QtBot, tab: SideTab, record: Callable[..., int]
) -> None:
    record()
    shown(qtbot, tab)
    texts = [column.text for column in tab.columns.columns]
    wanted = [*texts, tab.alternatives.list, tab.alternatives.branch, tab.alternatives.next, tab.curve]
    at, found = wanted[0], [wanted[0]]
    for _ in range(60):
        at = at.nextInFocusChain()
        if at in wanted and at not in found:
            found.append(at)
    assert found == wanted


def test_that_every_control_of_a_result_has_a_name(
    qtbot: QtBot, tab: SideTab, record: Callable[..., int]
) -> None:
    record()
    shown(qtbot, tab)
    assert nameless(tab) == []
