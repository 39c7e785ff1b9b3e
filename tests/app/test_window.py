from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app import panels
from app.panels import PLACES, Place
from app.panels.panel import Panel
from app.session import Session
from app.settings import Settings
from app.window import Window
from core.jobs.request import RunSpec
from core.project.project import Project
from tests.app import counting
from tests.app.conftest import RecordedDialogs

Open = Callable[[], Project]
SPEC = RunSpec(kind="test-count", request={}, title="Count to three")


@pytest.fixture(autouse=True)
def _gate() -> Iterator[None]:
    counting.GATE.set()
    yield
    counting.GATE.set()


class NotePanel(Panel):
    """A panel for these tests: remembers what it was given."""

    key, title, tabs = "runs", "Runs", (("all", "All"), ("some", "Some"))

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.shown: list[int] = []
        self.dropped: list[Path] = []

    def show_run(self, run: object) -> None:
        self.shown.append(run.id)  # type: ignore[attr-defined]

    def drop(self, paths: list[Path]) -> bool:
        self.dropped += [path for path in paths if path.suffix == ".txt"]
        return any(path.suffix == ".txt" for path in paths)


class QuietPanel(Panel):
    """Shows nothing, and takes nothing."""

    key, title = "transplant", "Transplant"


@pytest.fixture(autouse=True)
def _places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Panels of other rooms are not what is tested here."""
    places = tuple(
        Place(place.key, place.title, f"{__name__}:NotePanel")
        if place.key == "runs"
        else Place(place.key, place.title, f"{__name__}:QuietPanel")
        if place.key == "transplant"
        else place
        for place in PLACES
    )
    monkeypatch.setattr(panels, "PLACES", places)
    monkeypatch.setattr("app.window.PLACES", places)


def banners(window: Window) -> list[str]:
    return [banner.text for banner in window.banners.shown()]


def test_that_a_project_without_runs_shows_what_can_be_done(
    qtbot: QtBot, window: Window, open_project: Open
) -> None:
    open_project()
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.start)
    titles = [label.text() for label in window.start.findChildren(QLabel)]
    assert "What you can do here" in titles
    assert window.windowTitle() == "Prose lab – Lexigraft"


def test_that_a_project_with_runs_opens_where_it_was_left(
    qtbot: QtBot, window: Window, session: Session, tmp_path: Path
) -> None:
    with Project.create(tmp_path / "lab") as project:
        project.add_run(SPEC).result()
        project.save_view("runs", {"tab": "some"}).result()
    Settings().put("window/panel", "runs")
    session.open_project(tmp_path / "lab")
    qtbot.waitUntil(lambda: window.panel is not None and window.panel.tab == "some")
    assert banners(window) == ["1 run waits from last time."]


def test_that_an_interrupted_run_is_offered_to_be_resumed(
    qtbot: QtBot, window: Window, session: Session, tmp_path: Path
) -> None:
    project = Project.create(tmp_path / "lab")
    run_id = project.add_run(SPEC, title="Count").result()
    project.start_run(run_id).result()
    project.close()
    session.open_project(tmp_path / "lab")
    qtbot.waitUntil(lambda: bool(banners(window)))
    qtbot.waitUntil(lambda: any("was interrupted" in text for text in banners(window)))
    banner = next(banner for banner in window.banners.shown() if "was interrupted" in banner.text)
    resume = next(
        button for button in banner.findChildren(type(window.job_bar.stop)) if button.text() == "Resume"
    )
    qtbot.mouseClick(resume, Qt.MouseButton.LeftButton)
    assert session.project is not None
    qtbot.waitUntil(lambda: session.project.run(run_id).status == "done")


def test_that_a_run_opens_in_its_panel(
    qtbot: QtBot, window: Window, session: Session, open_project: Open
) -> None:
    project = open_project()
    run_id = project.add_run(SPEC).result()
    session.open_run(run_id)
    qtbot.waitUntil(lambda: isinstance(window.panel, NotePanel) and window.panel.shown == [run_id])


def test_that_a_panel_that_cannot_be_made_takes_nothing_else_along(
    qtbot: QtBot, window: Window, open_project: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_project()
    broken = (*panels.PLACES[:-1], Place("assets", "Assets", "app.panels.nowhere:Panel"))
    monkeypatch.setattr("app.window.PLACES", broken)
    window.go("assets")
    assert "A fault in Lexigraft" in banners(window)[-1]
    window.go("retrieval")
    assert window.panel is not None


def drop(window: Window, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(600, 400),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def test_that_a_text_dropped_anywhere_goes_to_the_panel_that_takes_it(
    qtbot: QtBot, window: Window, open_project: Open, tmp_path: Path
) -> None:
    open_project()
    window.go("generation")
    drop(window, tmp_path / "日本語 text.txt")
    assert isinstance(window.panel, NotePanel)
    assert window.panel.dropped == [tmp_path / "日本語 text.txt"]


def test_that_a_project_dropped_anywhere_is_opened(
    qtbot: QtBot, window: Window, session: Session, open_project: Open, tmp_path: Path
) -> None:
    open_project()
    Project.create(tmp_path / "Other lab").close()
    for path in (tmp_path / "Other lab", tmp_path / "Prose lab" / "project.lexigraft"):
        drop(window, path)
        qtbot.waitUntil(lambda name=path: session.name in str(name))


def test_that_a_shared_project_dropped_is_imported_where_the_person_says(
    qtbot: QtBot,
    window: Window,
    session: Session,
    open_project: Open,
    tmp_path: Path,
    dialogs: RecordedDialogs,
) -> None:
    archive = open_project().share(tmp_path / "prose.lexigraft.zip")
    dialogs.foresee("save_file", tmp_path / "imported")
    drop(window, archive)
    qtbot.waitUntil(lambda: session.project is not None and session.project.folder == tmp_path / "imported")


def test_that_what_nothing_takes_is_said(
    qtbot: QtBot, window: Window, open_project: Open, tmp_path: Path
) -> None:
    open_project()
    drop(window, tmp_path / "photo.heic")
    assert banners(window)[-1].startswith("Nothing here takes photo.heic")


def start(qtbot: QtBot, session: Session) -> int:
    counting.GATE.clear()
    ids: list[int] = []
    session.submit(SPEC, then=ids.append)
    qtbot.waitUntil(lambda: session.running is not None)
    return ids[0]


def test_that_closing_with_nothing_running_asks_nothing(window: Window) -> None:
    assert window.close()


def test_that_closing_while_a_run_goes_can_be_thought_better_of(
    qtbot: QtBot, window: Window, session: Session, open_project: Open, dialogs: RecordedDialogs
) -> None:
    open_project()
    start(qtbot, session)
    dialogs.foresee("choose", "cancel")
    assert not window.close()
    assert window.isVisible()
    assert session.running is not None
    counting.GATE.set()
    qtbot.waitUntil(lambda: session.running is None)


@pytest.mark.parametrize(
    ("answer", "status"), [("wait", "done"), ("stop", "cancelled"), ("leave", "interrupted")]
)
def test_that_closing_while_a_run_goes_does_what_the_person_says(
    qtbot: QtBot,
    window: Window,
    session: Session,
    open_project: Open,
    dialogs: RecordedDialogs,
    answer: str,
    status: str,
) -> None:
    project = open_project()
    run_id = start(qtbot, session)
    dialogs.foresee("choose", answer)
    window.close()
    if answer == "wait":
        assert window.isVisible()
        counting.GATE.set()
    qtbot.waitUntil(window.isHidden)
    with Project.open(project.folder) as again:
        assert again.run(run_id).status == status


def test_that_its_place_and_panel_are_there_again(qtbot: QtBot, window: Window, session: Session) -> None:
    window.setGeometry(40, 30, 1100, 700)
    window.rail.set_collapsed(True)
    window.go("generation")
    window.close()
    again = Window(session, Settings())
    qtbot.addWidget(again)
    again.restore_place()
    assert again.geometry().size() == window.geometry().size()
    assert again.rail.collapsed
    assert Settings().text("window/panel") == "generation"


def test_that_it_is_usable_at_its_least_size(qtbot: QtBot, window: Window) -> None:
    window.resize(1, 1)
    assert (window.width(), window.height()) == (1024, 640)
    for place in panels.PLACES:
        window.go(place.key)
        panel = window.panel
        assert panel is not None
        assert panel.minimumSizeHint().width() <= 1024 - window.rail.width()
        assert panel.minimumSizeHint().height() <= 640 - 48 - 44


def test_that_a_run_of_an_unknown_kind_opens_in_runs(
    qtbot: QtBot, window: Window, session: Session, open_project: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.jobs import registry

    run_id = open_project().add_run(SPEC).result()
    known = {key: kind for key, kind in registry._KINDS.items() if key != "test-count"}
    monkeypatch.setattr(registry, "_KINDS", known)
    session.open_run(run_id)
    qtbot.waitUntil(lambda: isinstance(window.panel, NotePanel) and window.panel.shown == [run_id])


def test_that_what_was_just_done_can_be_taken_back_from_its_banner(
    qtbot: QtBot, window: Window, session: Session
) -> None:
    taken: list[str] = []
    session.offered.emit("Run 3 was deleted.", "Undo", lambda: taken.append("back"))
    (banner,) = window.banners.shown()
    undo = next(
        button for button in banner.findChildren(type(window.job_bar.stop)) if button.text() == "Undo"
    )
    qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert taken == ["back"]
    assert not window.banners.shown()


def test_that_a_comparison_asked_for_anywhere_is_shown_in_runs(
    qtbot: QtBot, window: Window, session: Session, open_project: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.panels.runs.panel import RunsPanel

    monkeypatch.setattr("app.window.PLACES", (Place("runs", "Runs", "app.panels.runs.panel:RunsPanel"),))
    project = open_project()
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.start)
    ids = [project.add_run(SPEC, title=title).result() for title in ("one", "two", "three")]
    session.compare_requested.emit(ids[:2])
    qtbot.waitUntil(
        lambda: isinstance(window.panel, RunsPanel) and bool(window.panel.view.comparison.model.lines)
    )
    assert isinstance(window.panel, RunsPanel)
    assert window.panel.view.comparison.ids == ids[:2]


def test_that_what_a_panel_made_is_handed_on_to_another(
    window: Window, session: Session, open_project: Open, tmp_path: Path
) -> None:
    open_project()
    session.handed_over.emit("runs", [tmp_path / "made.txt"])
    assert isinstance(window.panel, NotePanel)
    assert window.panel.dropped == [tmp_path / "made.txt"]
