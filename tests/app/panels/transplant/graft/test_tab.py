"""The Transplant tab: the form, the runs, what is shown of each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.transplant.graft.digits_sheet import DigitsSheet
from app.panels.transplant.graft.perplexity_card import MEANING
from app.panels.transplant.graft.tab import GraftTab
from app.panels.transplant.panel import TransplantPanel
from app.session import Session
from app.widgets.choice_editor import SpeltEditor
from app.widgets.command_sheet import CommandSheet
from app.widgets.path_editors import PathEditor
from core.jobs.events import ErrorInfo, Finished, Log, Partial, Progress
from core.jobs.request import RunSpec
from core.project.project import Project
from core.transplant.methods.omp import Omp
from core.transplant.result import (
    Agreement,
    AnchorTest,
    BeforeAfter,
    ClassFigures,
    DigitsFigures,
    Example,
    Histogram,
    Kept,
    NeighboursKept,
    Norms,
    PerplexityRatio,
    TransplantResult,
)
from tests.app.conftest import RecordedDialogs
from tests.app.panels.transplant.made_up import model, result, token

Finish = Callable[[TransplantResult], int]
EVIDENCE: dict[str, Any] = {
    "head_method": "mean",
    "intervals": {"all": (0.08, 0.16), "prose.txt": (-0.01, 0.25)},
    "classes": [ClassFigures(token_class="digits", tokens=9, occurs=4, mean_residual=0.5, added_bits=12.0)],
    "perplexity": [PerplexityRatio(slice="all", before=9.0, after=12.0, ratio=1.33, median=1.3)],
    "agreement": [Agreement(slice="all", positions=50, top1=0.7, top5=0.9, next_byte=0.2)],
    "anchor_test": [
        AnchorTest(matrix="input", anchors=500, cosine=0.91, error=0.4, neighbours=0.5),
        AnchorTest(matrix="head", anchors=500, cosine=0.8, error=0.5, neighbours=0.4),
    ],
    "neighbours": [NeighboursKept(matrix="input", tokens=200, share=0.4)],
    "digits": DigitsFigures(
        base="by up to 3",
        target="by 1",
        same=0.12,
        severity="severe",
        numbers=1_000,
        warning="Digits: the base groups by up to 3, the target by 1: arithmetic will suffer.",
        remedy="Split digits as the base does.",
        examples=[("2024", "202|4", "2|0|2|4")],
    ),
    "kept": [Kept(name="nDCG@10", on="scifact", before=0.645, after=0.601, items=300)],
    "warnings": [
        "Another warning.",
        "Digits: the base groups by up to 3, the target by 1: arithmetic will suffer.",
    ],
}


def show(qtbot: QtBot, tab: GraftTab, project: Project, run_id: int) -> None:
    tab.show_run(project.run(run_id))
    assert tab.page.run is not None
    assert tab.page.run.id == run_id


def cells(tab: GraftTab, table: str) -> list[list[str]]:
    view = {"slices": tab.slices.table, "tokens": tab.tokens.table}[table]
    shown = view.model()
    return [
        [shown.index(row, column).data() for column in view.shown_columns()]
        for row in range(shown.rowCount())
    ]


# The form


def test_that_the_form_asks_in_the_requests_order(tab: GraftTab) -> None:
    titles = [box.field.title for box in tab.page.setup.form._shown()]
    assert titles[:7] == [
        "Base model",
        "Target tokenizer",
        "Donor model",
        "Method",
        "Anchors per token, k",
        "Seed",
        "Your text",
    ]
    assert tab.page.setup.form.box("method").line == (
        "Each new token as a sparse sum of tokens that both vocabularies share. arXiv 2506.06607."
    )


def test_that_what_was_found_and_what_is_wrong_stands_beside_the_fields(
    qtbot: QtBot, tab: GraftTab, base: Path, target: Path, tmp_path: Path
) -> None:
    form = tab.page.setup.form
    assert form.box("base").problem == "Choose the base model."
    tab.page.setup.set_field("base", str(base))
    tab.page.setup.set_field("target_tokenizer", str(target))
    tab.page.setup.set_field("text", [str(tmp_path / "gone.txt")])
    qtbot.waitUntil(lambda: "gone.txt" in form.box("text").problem)
    assert form.box("base").line.startswith("Llama")
    qtbot.waitUntil(lambda: "choose a smaller k" in form.box("method").problem)
    assert not tab.page.setup.run.isEnabled()
    tab.page.setup.set_field("method.k", 2)
    qtbot.waitUntil(lambda: form.box("method").problem == "")
    assert "gone.txt" in tab.page.setup.words
    assert form.box("method").line.endswith("arXiv 2506.06607.\n1 new token, 5 anchors")


def test_that_run_submits_what_the_form_says_and_shows_the_run(
    qtbot: QtBot, session: Session, project: Project, tab: GraftTab, spec: RunSpec, text: Path
) -> None:
    session.hold(True)
    tab.page.setup.show_spec(spec.request, 5, "cpu")
    qtbot.waitUntil(tab.page.setup.run.isEnabled)
    assert "about" in tab.page.setup.words
    qtbot.mouseClick(tab.page.setup.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.page.run is not None)
    (record,) = project.runs()
    assert (record.kind, record.title, record.seed, record.device) == (
        "transplant",
        "base → target · OMP k 2",
        5,
        "cpu",
    )
    assert record.request["method"] == Omp(k=2).model_dump(mode="json")
    assert record.request["text"] == [str(text)]
    assert tab.page.status.heading.text() == f"Run {record.id} waits."
    assert tab.page.setup.run.isEnabled()
    qtbot.mouseClick(tab.page.status.buttons["withdraw"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.page.status.heading.text() == f"Run {record.id} was stopped.")


def test_that_what_a_method_needs_is_asked_as_soon_as_it_is_chosen(tab: GraftTab) -> None:
    form = tab.page.setup.form
    form.set_values({"method": {"name": "focus"}})
    shown = [box.field.key for box in form._shown() if not form._folded(box)]
    assert "corpus" in shown
    assert "donor" not in shown
    form.set_values({"method": {"name": "mean"}, "head_method": "omp k=4"})
    shown = [box.field.key for box in form._shown() if not form._folded(box)]
    assert "corpus" not in shown
    assert "donor" in shown
    form.want(["collection"])
    assert not form._folded(form.box("collection"))


def test_that_a_method_for_the_head_is_a_line(tab: GraftTab) -> None:
    form = tab.page.setup.form
    editor = form.box("head_method").editor
    assert isinstance(editor, SpeltEditor)
    assert form.values()["head_method"] is None
    assert editor.box.words == "The same"
    form.set_values({"head_method": "omp k=8"})
    assert form.values()["head_method"] == "omp k=8"
    assert editor.parameters.placeholderText().startswith("k=64")
    editor._choose("mean")
    assert form.values()["head_method"] == "mean"
    assert editor.parameters.isHidden()


def test_that_paths_can_be_parameters_of_a_method(tab: GraftTab, tmp_path: Path) -> None:
    form = tab.page.setup.form
    form.set_values({"method": {"name": "wechsel"}})
    editor = form.box("method.vectors").editor
    assert isinstance(editor, PathEditor)
    (tmp_path / "glove.txt").write_text("a 1 2")
    editor.take([tmp_path / "glove.txt"])
    assert form.values()["method"]["vectors"] == str(tmp_path / "glove.txt")


# What is dropped


def test_that_a_model_a_tokenizer_and_texts_find_their_fields(
    tab: GraftTab, base: Path, target: Path, text: Path, tmp_path: Path
) -> None:
    values = tab.page.setup.form.values
    assert tab.drop([base])
    assert tab.drop([target / "tokenizer.json", text])
    assert values()["base"] == str(base)
    assert values()["target_tokenizer"] == str(target / "tokenizer.json")
    assert values()["text"] == [str(text)]
    other = tmp_path / "another.md"
    other.write_text("more")
    assert tab.drop([other])
    assert values()["text"] == [str(text), str(other)]


def test_that_two_models_are_base_and_target_and_anything_else_is_left(
    tab: GraftTab, base: Path, target: Path, tmp_path: Path
) -> None:
    assert tab.drop([base, target])
    collection = tmp_path / "ir"
    collection.mkdir()
    for name in ("corpus.jsonl", "queries.jsonl"):
        (collection / name).write_text("{}")
    assert tab.drop([collection])
    assert tab.page.setup.form.values()["collection"] == str(collection)
    assert tab.page.setup.form.values()["target_tokenizer"] == str(target)
    (tmp_path / "photo.heic").write_bytes(b"\0")
    assert not tab.drop([tmp_path / "photo.heic"])


# The states


def test_that_it_begins_empty_with_one_button_on_the_sample(tab: GraftTab) -> None:
    assert tab.page.empty.isVisible()
    assert tab.page.empty.words.text() == tab.empty
    assert tab.try_it.text() == "Run the sample graft"


def test_that_a_run_under_way_shows_its_progress_and_what_is_known(
    qtbot: QtBot, session: Session, project: Project, tab: GraftTab, spec: RunSpec
) -> None:
    run_id = project.add_run(spec).result()
    project.start_run(run_id).result()
    show(qtbot, tab, project, run_id)
    state = tab.page.status
    assert state.heading.text() == "Starting…"
    session.run_event.emit(run_id, Progress(stage="approximating", done=5, total=10))
    assert state.heading.text() == "Approximating 5 of 10"
    assert not tab.page.answer.isVisible()
    session.run_event.emit(run_id + 1, Progress(stage="another run's", done=5, total=10))
    session.run_event.emit(run_id, Log(level="warning", message="Digits differ."))
    session.run_event.emit(run_id, Partial(data={"vocab_size": 8, "sources": {"exact": 6, "method": 2}}))
    session.run_event.emit(run_id, Partial(data={"bits_per_byte": {"before": {"prose.txt": 1.9}}}))
    assert state.heading.text() == "Approximating 5 of 10"
    assert tab.page.warnings.said == ["Digits differ."]
    assert [part.amount for part in tab.bar.parts] == [6, 2]
    assert not tab.page.answer.row.isVisible()
    (pair,) = tab.slices.dots.pairs
    assert (pair.name, pair.before, pair.after) == ("prose.txt", 1.9, None)
    project.finish_run(run_id, Finished(status="done", result=result().model_dump(mode="json"))).result()
    qtbot.waitUntil(lambda: tab.page.answer.sentence.isVisible())
    assert not state.isVisible()


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_that_a_run_that_ended_badly_says_why_and_can_be_repeated(
    qtbot: QtBot,
    session: Session,
    project: Project,
    tab: GraftTab,
    spec: RunSpec,
    status: Any,
) -> None:
    error = ErrorInfo(kind="user", message="prose.txt is empty; choose another.", field="text")
    run_id = project.add_run(spec).result()
    project.start_run(run_id).result()
    project.finish_run(run_id, Finished(status=status, error=error if status == "failed" else None)).result()
    show(qtbot, tab, project, run_id)
    state = tab.page.status
    wanted = {"failed": error.message, "cancelled": f"Run {run_id} was stopped."}
    assert state.heading.text() == wanted[status]
    session.hold(True)
    qtbot.mouseClick(state.buttons["again"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.page.run is not None and tab.page.run.id != run_id)
    assert tab.page.run is not None
    assert (tab.page.run.parent, tab.page.run.request, tab.page.run.seed) == (run_id, spec.request, 5)


def test_that_an_interrupted_run_is_resumed_in_place(
    qtbot: QtBot, session: Session, project: Project, tab: GraftTab, spec: RunSpec
) -> None:
    run_id = project.add_run(spec).result()
    project.start_run(run_id).result()
    project.set_progress(run_id, 0.35).result()
    show(qtbot, tab, project, run_id)
    project.finish_run(run_id, Finished(status="cancelled")).result()
    qtbot.waitUntil(lambda: tab.page.status.heading.text() == f"Run {run_id} was stopped at 35 %.")
    session.hold(True)
    qtbot.mouseClick(tab.page.status.buttons["resume"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.page.status.heading.text() == f"Run {run_id} waits.")
    assert len(project.runs()) == 1


def test_that_a_result_that_cannot_be_read_is_said_to_be_so(
    qtbot: QtBot, project: Project, tab: GraftTab, spec: RunSpec
) -> None:
    run_id = project.add_run(spec).result()
    project.start_run(run_id).result()
    project.finish_run(run_id, Finished(status="done", result={"figures": 3})).result()
    show(qtbot, tab, project, run_id)
    assert tab.page.status.heading.text() == f"The result of run {run_id} cannot be read."
    assert tab.page.result is None


# The result


def test_that_the_result_says_the_answer_first_and_what_it_is_made_of(
    qtbot: QtBot, project: Project, tab: GraftTab, finish: Finish
) -> None:
    run_id = finish(result())
    show(qtbot, tab, project, run_id)
    heading = tab.page.answer
    assert (
        heading.sentence.text() == "OMP costs your text 6.2\u00a0% more bits per byte: 1.92\u00a0→\u00a02.04."
    )
    assert heading.facts.text().endswith(f"run\u00a0{run_id}")
    assert [part.label for part in tab.bar.parts] == ["copied", "by role", "approximated"]
    assert tab.page.warnings.said == result().warnings
    assert [pair.name for pair in tab.slices.dots.pairs] == ["whole text", "prose.txt", "日本語.txt"]
    assert tab.slices.divided.text().startswith("Of +0.12 in all, +0.10 falls on copied tokens")
    assert tab.page.setup.form.values()["method"] == Omp(k=2).model_dump(mode="json")
    assert tab.page.setup.form.values()["seed"] == 5


def test_that_the_slices_are_also_a_table_copied_raw(
    qtbot: QtBot, project: Project, tab: GraftTab, finish: Finish
) -> None:
    show(qtbot, tab, project, finish(result()))
    qtbot.mouseClick(tab.slices.view.buttons["table"], Qt.MouseButton.LeftButton)
    table = tab.slices.table
    assert table.isVisible()
    assert cells(tab, "slices")[1] == [
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
    tab: GraftTab,
    finish: Finish,
    dialogs: RecordedDialogs,
    tmp_path: Path,
) -> None:
    show(qtbot, tab, project, finish(result()))
    dialogs.foresee("save_file", tmp_path / "slices.csv")
    with qtbot.waitSignal(session.message):
        tab.slices.table.export()
    lines = (tmp_path / "slices.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("slice,bytes,before,after,difference,on copied,on approximated")
    assert len(lines) == 4


def test_that_tokens_show_what_would_not_be_seen_and_where_they_occur(
    qtbot: QtBot, project: Project, tab: GraftTab, finish: Finish
) -> None:
    show(qtbot, tab, project, finish(result()))
    rows = cells(tab, "tokens")
    assert rows[0] == ["␣wherefore", "31", "0.40", "62.0", "0.61 ␣where − 0.34 fore"]
    assert [row[0] for row in rows[1:]] == [
        "\u2068بالعالم\u2069",
        "<img␣src='file:///etc/passwd'>",
        "⇥⟨ZWSP⟩",
    ]
    tokens = tab.tokens
    tokens.table.selectRow(0)
    assert tokens.where.text() == (
        "␣wherefore occurs 31 times; each costs 9.0 bits, where the base needed 7.0. For example:"
    )
    assert tokens.examples[0].marked() == " wherefore"
    tokens.table.selectRow(3)
    assert tokens.where.text() == "⇥⟨ZWSP⟩ does not occur in the measured text."
    assert not tokens.examples[0].isVisible()
    tokens.view.choose("best")
    assert tokens.title.text() == "Tokens that suffer least"
    assert [row[0] for row in cells(tab, "tokens")] == ["␣the"]


def test_that_no_text_of_a_result_is_read_as_rich_text(
    qtbot: QtBot, project: Project, tab: GraftTab, finish: Finish
) -> None:
    tag = "<img src='file:///etc/passwd'>"
    show(qtbot, tab, project, finish(result(warnings=[tag], slices=(tag, "b"), base=f"/m/{tag}")))
    tab.tokens.table.selectRow(2)
    for label in tab.findChildren(QLabel):
        if "<" in label.text():
            assert label.textFormat() is Qt.TextFormat.PlainText, label.text()


def test_that_the_residuals_are_drawn_with_their_median(
    qtbot: QtBot, project: Project, tab: GraftTab, finish: Finish
) -> None:
    show(qtbot, tab, project, finish(result()))
    card = tab.residuals
    qtbot.waitUntil(lambda: card.plot is not None)
    assert card.figures.text() == "median 0.17 · mean 0.23"
    assert card.plot is not None
    assert card.plot.words(1) == "residual 0.10 to 0.20: 30 tokens"
    show(qtbot, tab, project, finish(result(mean_residual=0.5)))
    assert card.figures.text() == "median 0.17 · mean 0.50"


def test_that_what_was_not_measured_takes_no_room(
    qtbot: QtBot, project: Project, tab: GraftTab, finish: Finish
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
    show(qtbot, tab, project, finish(bare))
    assert tab.page.answer.isVisible()
    for card in (tab.slices, tab.residuals, tab.norms, tab.tokens, tab.page.warnings):
        assert not card.isVisible()


# The evidence


def test_that_a_run_of_an_older_version_has_no_evidence_to_show(
    qtbot: QtBot, project: Project, tab: GraftTab, finish: Finish
) -> None:
    show(qtbot, tab, project, finish(result()))
    for card in (tab.kept, tab.classes, tab.agreement, tab.perplexity, tab.anchors):
        assert not card.isVisible()
    assert not any(pair.isVisible() for pair in tab.pairs[1:])


def test_that_the_evidence_is_shown_where_it_was_measured(
    qtbot: QtBot, project: Project, tab: GraftTab, finish: Finish
) -> None:
    show(qtbot, tab, project, finish(result(**EVIDENCE)))
    for card in (tab.kept, tab.classes, tab.agreement, tab.perplexity, tab.anchors):
        assert card.isVisible()
    (pair, *_) = tab.slices.dots.pairs
    assert pair.words.startswith("+0.08 to +0.16 with 95 % certainty\n")
    assert [bar.name for bar in tab.slices.split.bars] == ["on copied tokens", "on approximated"]
    assert [round(bar.value, 3) for bar in tab.slices.split.bars] == [0.1, 0.02]
    assert not tab.slices.table.isColumnHidden(5)
    assert "Not comparable between tokenizers" in MEANING
    (tested, _) = tab.anchors.table.figures.rows
    assert (tested.matrix, tested.cosine, tested.kept) == ("input", 0.91, 0.4)
    assert tab.page.answer.facts.text().count("head by mean") == 1
    (kept,) = tab.kept.dots.pairs
    assert (kept.name, kept.words) == ("nDCG@10, scifact", "300 queries; 93.2 % kept")


def test_that_digits_cut_otherwise_lead_to_what_now(
    qtbot: QtBot, project: Project, tab: GraftTab, finish: Finish
) -> None:
    show(qtbot, tab, project, finish(result(**EVIDENCE)))
    first, *others = tab.page.warnings.said
    assert first == "Digits: the base groups by up to 3, the target by 1: arithmetic will suffer."
    assert others == ["Another warning."]
    button = next(one for one in tab.page.warnings.findChildren(QPushButton) if one.text() == "What now")
    button.click()
    sheet = tab.window().findChild(DigitsSheet)
    assert sheet is not None
    assert sheet.same.text().startswith("Of 1,000 sampled numbers, 12\u00a0% are cut alike.")
    texts = [label.text() for label in sheet.findChildren(QLabel)]
    assert {"2024", "202 · 4", "2 · 0 · 2 · 4", "Split digits as the base does."} <= set(texts)
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isHidden()


def test_that_a_token_shows_three_places_and_what_it_is_built_from(
    qtbot: QtBot, project: Project, tab: GraftTab, finish: Finish
) -> None:
    others = [Example(text="a where b", at=(1, 7)), Example(text="c where d", at=(1, 7))]
    show(qtbot, tab, project, finish(result(worst=[token(" where", others=others)])))
    tokens = tab.tokens
    tokens.table.selectRow(0)
    assert [example.isVisible() for example in tokens.examples] == [True, True, True]
    assert tokens.examples[2].marked() == " where"
    assert [(bar.name, bar.value) for bar in tokens.atoms.bars] == [("␣where", 0.61), ("fore", -0.34)]
    tokens.table.clearSelection()
    tokens.view.choose("best")
    assert not tokens.atoms.isVisible()


def test_that_an_encoder_is_answered_by_what_it_keeps(
    qtbot: QtBot, project: Project, tab: GraftTab, finish: Finish
) -> None:
    bare = {"bits_per_byte": BeforeAfter(), "kept": EVIDENCE["kept"]}
    show(qtbot, tab, project, finish(result(**bare)))
    words = tab.page.answer.sentence.text().replace("\u00a0", " ")
    assert words.endswith("nDCG@10 on scifact: 0.645 → 0.601, 93 % kept.")


# What can be done with a run


def test_that_the_command_shown_is_the_one_that_repeats_the_run(
    qtbot: QtBot, session: Session, project: Project, tab: GraftTab, finish: Finish
) -> None:
    run_id = finish(result())
    show(qtbot, tab, project, run_id)
    qtbot.mouseClick(tab.page.answer.buttons["command"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.window().findChild(CommandSheet) is not None)
    sheet = tab.window().findChild(CommandSheet)
    assert sheet is not None
    assert sheet.text.toPlainText() == session.show_command(project.run(run_id).spec)
    sheet.copy.click()
    assert QGuiApplication.clipboard().text() == session.show_command(project.run(run_id).spec)
    sheet.close_and_return()


def test_that_the_models_folder_is_opened_or_said_to_be_gone(
    qtbot: QtBot,
    session: Session,
    project: Project,
    tab: GraftTab,
    finish: Finish,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    show(qtbot, tab, project, finish(result(out=model(tmp_path / "out"))))
    tab.page.answer.buttons["folder"].click()
    assert [url.toLocalFile() for url in opened] == [str(tmp_path / "out")]
    show(qtbot, tab, project, finish(result(out=tmp_path / "gone")))
    with qtbot.waitSignal(session.message) as said:
        tab.page.answer.buttons["folder"].click()
    assert "is not there any more" in said.args[0]


def test_that_another_run_is_offered_to_be_compared_with(
    qtbot: QtBot, session: Session, project: Project, tab: GraftTab, finish: Finish
) -> None:
    first, second = finish(result()), finish(result())
    show(qtbot, tab, project, second)
    qtbot.waitUntil(lambda: len(tab._others) == 2)
    menu = tab.compare_menu
    menu.aboutToShow.emit()
    (other,) = menu.actions()
    assert other.text() == f"run {first} · base → target · OMP k 2"
    with qtbot.waitSignal(session.compare_requested) as asked:
        other.trigger()
    assert asked.args == [[second, first]]


def test_that_a_right_click_offers_the_command_on_every_table(
    qtbot: QtBot, project: Project, tab: GraftTab, finish: Finish
) -> None:
    show(qtbot, tab, project, finish(result()))
    for table in (tab.slices.table, tab.tokens.table, tab.norms.table):
        menu = QMenu()
        qtbot.addWidget(menu)
        table.fill_menu(menu)
        texts = [action.text() for action in menu.actions()]
        assert texts[0] == "Show the command"
        assert {"Copy", "Export the table…"} <= set(texts)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_that_it_is_drawn_in_either_theme_at_its_least_width(
    qtbot: QtBot,
    project: Project,
    panel: TransplantPanel,
    tab: GraftTab,
    finish: Finish,
    mode: theme.Mode,
) -> None:
    show(qtbot, tab, project, finish(result()))
    theme.current().set_mode(mode)
    panel.resize(860, 540)
    qtbot.wait(20)
    shown = panel.grab().toImage()
    colors = {shown.pixelColor(x, y).name() for x in range(0, 860, 3) for y in range(0, 540, 3)}
    assert {theme.tokens().surface, theme.tokens().copied} <= colors
    inner = tab.page.view.widget()
    qtbot.waitUntil(lambda: inner.minimumSizeHint().width() <= tab.page.view.viewport().width())


def test_that_another_project_begins_empty(
    qtbot: QtBot, session: Session, project: Project, tab: GraftTab, finish: Finish
) -> None:
    show(qtbot, tab, project, finish(result()))
    session.close_project()
    assert tab.page.empty.isVisible()
    assert tab.page.run is None
    assert not tab.page.setup.run.isEnabled()
