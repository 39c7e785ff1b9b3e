"""The Transplant panel through the window's door: the form, the runs, what is shown of each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.transplant.panel import LATER, TransplantPanel
from app.session import Session
from app.widgets.command_sheet import CommandSheet
from app.widgets.notice import Notice
from core.jobs.events import ErrorInfo, Finished, Log, Partial, Progress
from core.jobs.request import RunSpec
from core.project.project import Project
from core.transplant.result import BeforeAfter, Histogram, Norms, TransplantResult
from tests.app.conftest import RecordedDialogs
from tests.app.panels.transplant.made_up import model, result

Finish = Callable[[TransplantResult], int]


def show(qtbot: QtBot, panel: TransplantPanel, project: Project, run_id: int) -> None:
    panel.show_run(project.run(run_id))
    assert panel.run is not None
    assert panel.run.id == run_id


def cells(panel: TransplantPanel, table: str) -> list[list[str]]:
    view = {"slices": panel.result.slices.table, "tokens": panel.result.tokens.table}[table]
    shown = view.model()
    return [
        [shown.index(row, column).data() for column in view.shown_columns()]
        for row in range(shown.rowCount())
    ]


# The form


def test_that_the_form_asks_in_the_requests_order(panel: TransplantPanel) -> None:
    titles = [box.field.title for box in panel.setup.form._shown()]
    assert titles[:6] == [
        "Base model",
        "Target tokenizer",
        "Method",
        "Anchors per token, k",
        "Seed",
        "Your text",
    ]
    assert panel.setup.form.box("method").line == (
        "Each new token as a sparse sum of tokens that both vocabularies share. arXiv 2506.06607."
    )


def test_that_what_was_found_and_what_is_wrong_stands_beside_the_fields(
    qtbot: QtBot, panel: TransplantPanel, base: Path, target: Path, tmp_path: Path
) -> None:
    form = panel.setup.form
    assert form.box("base").problem == "Choose the base model."
    panel.setup.set_field("base", str(base))
    panel.setup.set_field("target_tokenizer", str(target))
    panel.setup.set_field("text", [str(tmp_path / "gone.txt")])
    qtbot.waitUntil(lambda: "gone.txt" in form.box("text").problem)
    assert form.box("base").line.startswith("Llama")
    qtbot.waitUntil(lambda: "choose a smaller k" in form.box("method").problem)
    assert not panel.setup.run.isEnabled()
    panel.setup.set_field("method.k", 2)
    qtbot.waitUntil(lambda: form.box("method").problem == "")
    assert "gone.txt" in panel.setup.words
    assert form.box("method").line.endswith("arXiv 2506.06607.\n1 new token, 5 anchors")


def test_that_run_submits_what_the_form_says_and_shows_the_run(
    qtbot: QtBot, session: Session, project: Project, panel: TransplantPanel, spec: RunSpec, text: Path
) -> None:
    session.hold(True)
    panel.setup.show_spec(spec.request, 5, "cpu")
    qtbot.waitUntil(panel.setup.run.isEnabled)
    assert "about" in panel.setup.words
    qtbot.mouseClick(panel.setup.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.run is not None)
    (record,) = project.runs()
    assert (record.kind, record.title, record.seed, record.device) == (
        "transplant",
        "base → target · OMP k 2",
        5,
        "cpu",
    )
    assert record.request["method"] == {"name": "omp", "k": 2, "normalise": False}
    assert record.request["text"] == [str(text)]
    assert panel.result.state.heading.text() == f"Run {record.id} waits."
    assert panel.setup.run.isEnabled()
    qtbot.mouseClick(panel.result.state.buttons["withdraw"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.result.state.heading.text() == f"Run {record.id} was stopped.")


# What is dropped


def test_that_a_model_a_tokenizer_and_texts_find_their_fields(
    panel: TransplantPanel, base: Path, target: Path, text: Path, tmp_path: Path
) -> None:
    values = panel.setup.form.values
    panel.select_tab("heal")
    assert panel.drop([base])
    assert panel.tab == "transplant"
    assert panel.drop([target / "tokenizer.json", text])
    assert values()["base"] == str(base)
    assert values()["target_tokenizer"] == str(target / "tokenizer.json")
    assert values()["text"] == [str(text)]
    other = tmp_path / "another.md"
    other.write_text("more")
    assert panel.drop([other])
    assert values()["text"] == [str(text), str(other)]


def test_that_two_models_are_base_and_target_and_anything_else_is_left(
    panel: TransplantPanel, base: Path, target: Path, tmp_path: Path
) -> None:
    assert panel.drop([base, target])
    assert panel.setup.form.values()["target_tokenizer"] == str(target)
    (tmp_path / "photo.heic").write_bytes(b"\0")
    assert not panel.drop([tmp_path / "photo.heic"])


# The states


def test_that_it_begins_empty_and_the_other_tools_say_what_they_will_do(panel: TransplantPanel) -> None:
    assert panel.result.empty.isVisible()
    for key, sentence in LATER.items():
        panel.select_tab(key)
        page = panel.pages.currentWidget()
        assert isinstance(page, Notice)
        assert page.words.text() == sentence
        assert not panel.fold.isVisible()


def test_that_a_run_under_way_shows_its_progress_and_what_is_known(
    qtbot: QtBot, session: Session, project: Project, panel: TransplantPanel, spec: RunSpec
) -> None:
    run_id = project.add_run(spec).result()
    project.start_run(run_id).result()
    show(qtbot, panel, project, run_id)
    state = panel.result.state
    assert state.heading.text() == "Starting…"
    session.run_event.emit(run_id, Progress(stage="approximating", done=5, total=10))
    assert state.heading.text() == "Approximating 5 of 10"
    assert not panel.result.heading.isVisible()
    session.run_event.emit(run_id + 1, Progress(stage="another run's", done=5, total=10))
    session.run_event.emit(run_id, Log(level="warning", message="Digits differ."))
    session.run_event.emit(run_id, Partial(data={"vocab_size": 8, "sources": {"exact": 6, "method": 2}}))
    session.run_event.emit(run_id, Partial(data={"bits_per_byte": {"before": {"prose.txt": 1.9}}}))
    assert state.heading.text() == "Approximating 5 of 10"
    assert panel.result.warnings.said == ["Digits differ."]
    assert [part.amount for part in panel.result.heading.bar.parts] == [6, 2]
    assert not panel.result.heading.buttons.isVisible()
    (pair,) = panel.result.slices.dots.pairs
    assert (pair.name, pair.before, pair.after) == ("prose.txt", 1.9, None)
    project.finish_run(run_id, Finished(status="done", result=result().model_dump(mode="json"))).result()
    qtbot.waitUntil(lambda: panel.result.heading.sentence.isVisible())
    assert not state.isVisible()


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_that_a_run_that_ended_badly_says_why_and_can_be_repeated(
    qtbot: QtBot,
    session: Session,
    project: Project,
    panel: TransplantPanel,
    spec: RunSpec,
    status: Any,
) -> None:
    error = ErrorInfo(kind="user", message="prose.txt is empty; choose another.", field="text")
    run_id = project.add_run(spec).result()
    project.start_run(run_id).result()
    project.finish_run(run_id, Finished(status=status, error=error if status == "failed" else None)).result()
    show(qtbot, panel, project, run_id)
    state = panel.result.state
    wanted = {"failed": error.message, "cancelled": f"Run {run_id} was stopped."}
    assert state.heading.text() == wanted[status]
    session.hold(True)
    qtbot.mouseClick(state.buttons["again"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.run is not None and panel.run.id != run_id)
    assert panel.run is not None
    assert (panel.run.parent, panel.run.request, panel.run.seed) == (run_id, spec.request, 5)


def test_that_an_interrupted_run_is_resumed_in_place(
    qtbot: QtBot, session: Session, project: Project, panel: TransplantPanel, spec: RunSpec
) -> None:
    run_id = project.add_run(spec).result()
    project.start_run(run_id).result()
    project.set_progress(run_id, 0.35).result()
    show(qtbot, panel, project, run_id)
    project.finish_run(run_id, Finished(status="cancelled")).result()
    qtbot.waitUntil(lambda: panel.result.state.heading.text() == f"Run {run_id} was stopped at 35 %.")
    session.hold(True)
    qtbot.mouseClick(panel.result.state.buttons["resume"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.result.state.heading.text() == f"Run {run_id} waits.")
    assert len(project.runs()) == 1


def test_that_a_result_that_cannot_be_read_is_said_to_be_so(
    qtbot: QtBot, project: Project, panel: TransplantPanel, spec: RunSpec
) -> None:
    run_id = project.add_run(spec).result()
    project.start_run(run_id).result()
    project.finish_run(run_id, Finished(status="done", result={"figures": 3})).result()
    show(qtbot, panel, project, run_id)
    assert panel.result.state.heading.text() == f"The result of run {run_id} cannot be read."
    assert panel.done is None


# The result


def test_that_the_result_says_the_answer_first_and_what_it_is_made_of(
    qtbot: QtBot, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    run_id = finish(result())
    show(qtbot, panel, project, run_id)
    heading = panel.result.heading
    assert (
        heading.sentence.text() == "OMP costs your text 6.2\u00a0% more bits per byte: 1.92\u00a0→\u00a02.04."
    )
    assert heading.facts.text().endswith(f"run {run_id}")
    assert [part.label for part in heading.bar.parts] == ["copied", "by role", "approximated"]
    assert panel.result.warnings.said == result().warnings
    assert [pair.name for pair in panel.result.slices.dots.pairs] == ["whole text", "prose.txt", "日本語.txt"]
    assert panel.result.slices.divided.text().startswith("Of +0.12 in all, +0.10 falls on copied tokens")
    assert panel.setup.form.values()["method"] == {"name": "omp", "k": 2, "normalise": False}
    assert panel.setup.form.values()["seed"] == 5


def test_that_the_slices_are_also_a_table_copied_raw(
    qtbot: QtBot, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    show(qtbot, panel, project, finish(result()))
    qtbot.mouseClick(panel.result.slices.view.buttons["table"], Qt.MouseButton.LeftButton)
    table = panel.result.slices.table
    assert table.isVisible()
    assert cells(panel, "slices")[1] == [
        "prose.txt",
        "1,000",
        "1.80",
        "1.92",
        "+0.12",
        "+0.10",
        "+0.02",
        "300",
        "290",
    ]
    table.selectRow(1)
    table.copy()
    copied = QGuiApplication.clipboard().text().splitlines()[1].split("\t")
    assert copied[:4] == ["prose.txt", "1000", "1.8", "1.92"]
    assert float(copied[4]) == pytest.approx(0.12)


def test_that_the_slices_are_exported(
    qtbot: QtBot,
    session: Session,
    project: Project,
    panel: TransplantPanel,
    finish: Finish,
    dialogs: RecordedDialogs,
    tmp_path: Path,
) -> None:
    show(qtbot, panel, project, finish(result()))
    dialogs.foresee("save_file", tmp_path / "slices.csv")
    with qtbot.waitSignal(session.message):
        panel.result.slices.table.export()
    lines = (tmp_path / "slices.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("slice,bytes,before,after,difference,on copied,on approximated")
    assert len(lines) == 4


def test_that_tokens_show_what_would_not_be_seen_and_where_they_occur(
    qtbot: QtBot, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    show(qtbot, panel, project, finish(result()))
    rows = cells(panel, "tokens")
    assert rows[0] == ["␣wherefore", "31", "0.40", "62.0", "0.61 ␣where − 0.34 fore"]
    assert [row[0] for row in rows[1:]] == [
        "\u2068بالعالم\u2069",
        "<img␣src='file:///etc/passwd'>",
        "⇥⟨ZWSP⟩",
    ]
    tokens = panel.result.tokens
    tokens.table.selectRow(0)
    assert tokens.where.text() == (
        "␣wherefore occurs 31 times; each costs 9.0 bits, where the base needed 7.0. For example:"
    )
    assert tokens.example.marked() == " wherefore"
    tokens.table.selectRow(3)
    assert tokens.where.text() == "⇥⟨ZWSP⟩ does not occur in the measured text."
    assert not tokens.example.isVisible()
    tokens.view.choose("best")
    assert tokens.title.text() == "Tokens that suffer least"
    assert [row[0] for row in cells(panel, "tokens")] == ["␣the"]


def test_that_no_text_of_a_result_is_read_as_rich_text(
    qtbot: QtBot, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    tag = "<img src='file:///etc/passwd'>"
    show(qtbot, panel, project, finish(result(warnings=[tag], slices=(tag, "b"), base=f"/m/{tag}")))
    panel.result.tokens.table.selectRow(2)
    for label in panel.findChildren(QLabel):
        if "<" in label.text():
            assert label.textFormat() is Qt.TextFormat.PlainText, label.text()


def test_that_the_residuals_are_drawn_with_their_median(
    qtbot: QtBot, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    show(qtbot, panel, project, finish(result()))
    card = panel.result.residuals
    qtbot.waitUntil(lambda: card.plot is not None, timeout=20_000)
    assert card.figures.text() == "median 0.17 · mean 0.23"
    assert card.plot is not None
    assert card.plot.words(1) == "residual 0.10 to 0.20: 30 tokens"
    show(qtbot, panel, project, finish(result(mean_residual=0.5)))
    assert card.figures.text() == "median 0.17 · mean 0.50"


def test_that_what_was_not_measured_takes_no_room(
    qtbot: QtBot, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    bare = result(
        slices=(),
        bits_per_byte=BeforeAfter(),
        residuals=Histogram(),
        norms=Norms(),
        worst=[],
        best=[],
        warnings=[],
    )
    show(qtbot, panel, project, finish(bare))
    view = panel.result
    assert view.heading.isVisible()
    for card in (view.slices, view.residuals, view.norms, view.tokens, view.warnings):
        assert not card.isVisible()


def test_that_clicking_the_approximated_part_goes_to_their_list(
    qtbot: QtBot, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    show(qtbot, panel, project, finish(result()))
    panel.activateWindow()
    panel.result.heading.bar.part_chosen.emit("method")
    assert QApplication.focusWidget() is panel.result.tokens.table


# What can be done with a run


def test_that_the_command_shown_is_the_one_that_repeats_the_run(
    qtbot: QtBot, session: Session, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    run_id = finish(result())
    show(qtbot, panel, project, run_id)
    qtbot.mouseClick(panel.result.heading.command, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.findChild(CommandSheet) is not None)
    sheet = panel.findChild(CommandSheet)
    assert sheet is not None
    assert sheet.text.toPlainText() == session.show_command(project.run(run_id).spec)
    sheet.copy.click()
    assert QGuiApplication.clipboard().text() == session.show_command(project.run(run_id).spec)
    sheet.close_and_return()


def test_that_the_models_folder_is_opened_or_said_to_be_gone(
    qtbot: QtBot,
    session: Session,
    project: Project,
    panel: TransplantPanel,
    finish: Finish,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    show(qtbot, panel, project, finish(result(out=model(tmp_path / "out"))))
    panel.result.heading.folder.click()
    assert [url.toLocalFile() for url in opened] == [str(tmp_path / "out")]
    show(qtbot, panel, project, finish(result(out=tmp_path / "gone")))
    with qtbot.waitSignal(session.message) as said:
        panel.result.heading.folder.click()
    assert "is not there any more" in said.args[0]


def test_that_another_run_is_offered_to_be_compared_with(
    qtbot: QtBot, session: Session, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    first, second = finish(result()), finish(result())
    show(qtbot, panel, project, second)
    qtbot.waitUntil(lambda: len(panel._others) == 2)
    menu = panel.result.heading.compare_menu
    menu.aboutToShow.emit()
    (other,) = menu.actions()
    assert other.text() == f"run {first} · base → target · OMP k 2"
    with qtbot.waitSignal(session.compare_requested) as asked:
        other.trigger()
    assert asked.args == [[second, first]]


def test_that_a_right_click_offers_the_command_on_every_table(
    qtbot: QtBot, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    show(qtbot, panel, project, finish(result()))
    for table in (panel.result.slices.table, panel.result.tokens.table, panel.result.norms.table):
        menu = QMenu()
        qtbot.addWidget(menu)
        table.fill_menu(menu)
        texts = [action.text() for action in menu.actions()]
        assert texts[0] == "Show the command"
        assert {"Copy", "Export the table…"} <= set(texts)


# How it was left


def test_that_it_comes_back_as_it_was_left(
    qtbot: QtBot, session: Session, project: Project, panel: TransplantPanel, finish: Finish, base: Path
) -> None:
    run_id = finish(result())
    show(qtbot, panel, project, run_id)
    panel.setup.set_field("base", str(base.parent / "other"))
    panel.setup.form.more.set_opened(True)
    panel.result.slices.view.choose("table")
    panel.fold_setup(True)
    panel.select_tab("inspect")
    state = panel.view_state()
    again = TransplantPanel(session)
    qtbot.addWidget(again)
    again.restore_view(state)
    qtbot.waitUntil(lambda: again.run is not None)
    assert again.view_state() == state
    assert again.setup.form.values()["base"] == str(base.parent / "other")
    assert again.tab == "inspect"


def test_that_a_run_asked_for_is_not_put_aside_by_the_view_of_last_time(
    qtbot: QtBot, session: Session, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    first, second = finish(result()), finish(result())
    show(qtbot, panel, project, second)
    panel.restore_view({"run": first, "setup": {"values": {"seed": 9}}})
    qtbot.wait(50)
    assert panel.run is not None
    assert panel.run.id == second
    assert panel.setup.form.values()["seed"] == 5


def test_that_strange_views_are_borne(qtbot: QtBot, panel: TransplantPanel) -> None:
    for strange in ({"tab": 3, "setup": [], "width": "wide", "run": "last", "slices": None}, {"run": 99}):
        panel.restore_view(strange)
    qtbot.wait(50)
    assert panel.run is None


def test_that_the_setup_can_be_folded_away_and_brought_back(qtbot: QtBot, panel: TransplantPanel) -> None:
    qtbot.mouseClick(panel.fold, Qt.MouseButton.LeftButton)
    assert not panel.setup.isVisible()
    assert panel.fold.accessibleName() == "Show the setup"
    qtbot.keyClick(panel.fold, Qt.Key.Key_Space)
    assert panel.setup.isVisible()


def test_that_its_commands_can_be_run_when_they_make_sense(
    qtbot: QtBot, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    def enabled() -> set[str]:
        return {command.id for command in panel.commands() if command.enabled()}

    assert enabled() == {"transplant.setup"}
    show(qtbot, panel, project, finish(result()))
    qtbot.waitUntil(lambda: "transplant.run" in enabled())
    assert enabled() == {command.id for command in panel.commands()}
    panel.select_tab("sweep")
    assert enabled() == set()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_that_it_is_drawn_in_either_theme_at_its_least_width(
    qtbot: QtBot, project: Project, panel: TransplantPanel, finish: Finish, mode: theme.Mode
) -> None:
    show(qtbot, panel, project, finish(result()))
    theme.current().set_mode(mode)
    panel.resize(860, 540)
    qtbot.wait(20)
    shown = panel.grab().toImage()
    colors = {shown.pixelColor(x, y).name() for x in range(0, 860, 3) for y in range(0, 540, 3)}
    assert {theme.tokens().surface, theme.tokens().copied} <= colors
    inner = panel.result.widget()
    assert inner.minimumSizeHint().width() <= panel.result.viewport().width()


def test_that_another_project_begins_empty(
    qtbot: QtBot, session: Session, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    show(qtbot, panel, project, finish(result()))
    session.close_project()
    assert panel.result.empty.isVisible()
    assert panel.run is None
    assert not panel.setup.run.isEnabled()
