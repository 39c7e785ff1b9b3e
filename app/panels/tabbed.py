"""`TabbedPanel`: a panel of several tools, each made when it is first shown."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from app import theme
from app.commands import Command
from app.icons import icon
from app.panels.job_tab import JobTab
from app.panels.panel import Panel

if TYPE_CHECKING:
    from app.panels.tab import Tab
    from app.session import Session
    from app.widgets.run_page import RunPage
    from core.project.records import RunRecord


class TabbedPanel(Panel):
    """A subclass sets `key`, `title`, `tools`, `tab_of` and `noun`."""

    tools: ClassVar[Sequence[tuple[str, str, str]]]
    """Key, title and ``"module:Class"`` of each tool: a `Tab`, imported when it is first shown.

    The first takes what is dropped and the tool shown has no place for.
    """
    tab_of: ClassVar[Mapping[str, str]]
    """Kind of job → the tool that shows its runs."""
    noun: ClassVar[str]
    """What its jobs are about, in one word for the commands."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.tabs = tuple((key, title) for key, title, _ in cls.tools)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._made: dict[str, Tab] = {}
        self._left: dict[str, Any] = {}
        """How the tabs that are not made yet were left."""
        self._restored = False
        self.fold = theme.styled(QPushButton(), kind="quiet")
        self.fold.setIconSize(QSize(16, 16))
        self.fold.clicked.connect(self.toggle_setup)
        self.head.addWidget(self.fold)
        self.tab_changed.connect(self._on_tab)
        self._show_fold()

    # Its tabs

    def made(self, key: str) -> Tab:
        """The tab `key`, made now if it was not shown before."""
        if key not in self._made:
            module, _, name = next(place for known, _, place in self.tools if known == key).partition(":")
            tab: Tab = getattr(importlib.import_module(module), name)(self.session)
            self._made[key] = tab
            tab.wanted.connect(self._go)
            self.set_page(key, tab)
            left = self._left.pop(key, {})
            tab.restore(left if isinstance(left, dict) else {})
            if tab.page is not None:
                tab.page.folded.connect(self._show_fold)
            # What was imported and made for it stays: looked through again and again for garbage, it would
            # stop the window for 100 ms each time.
            gc.collect(1)
            gc.freeze()
        return self._made[key]

    def shown_before(self, key: str) -> Tab | None:
        """The tab `key` if it is made already."""
        return self._made.get(key)

    @property
    def page(self) -> RunPage | None:
        """The setup and the result of the tab shown, if it has them."""
        tab = self._made.get(self.tab)
        return tab.page if tab is not None else None

    @Slot(str)
    def _on_tab(self, key: str) -> None:
        if self._restored:
            self.made(key)
        self._show_fold()

    @Slot(str, object)
    def _go(self, key: str, what: Any) -> None:
        self.select_tab(key)
        if what:
            self.made(key).take(what)

    # What the window asks of a panel

    def run_sample(self, key: str) -> None:
        """Show the tool `key`, which runs a job, and run it on its sample."""
        self._restored = True
        self.select_tab(key)
        tab = self.made(key)
        if isinstance(tab, JobTab):
            tab.run_sample()

    def show_run(self, run: RunRecord) -> None:
        key = self.tab_of.get(run.kind)
        if key is not None:
            self._restored = True
            self.select_tab(key)
            self.made(key).show_run(run)

    def takes(self, paths: list[Path]) -> bool:
        """Whether these are for this panel while another one is shown."""
        return True

    def drop(self, paths: list[Path]) -> bool:
        """The tab shown comes first; what it does not take goes to the first one."""
        if not self.isVisible() and not self.takes(paths):
            return False
        self._restored = True
        if self.made(self.tab).drop(paths):
            return True
        first = self.tools[0][0]
        taken = self.tab != first and self.made(first).drop(paths)
        if taken:
            self.select_tab(first)
        return taken

    def view_state(self) -> dict[str, Any]:
        made = {key: tab.state() for key, tab in self._made.items()}
        return {**super().view_state(), "tabs": {**self._left, **made}}

    def restore_view(self, state: dict[str, Any]) -> None:
        left = state.get("tabs")
        untouched = not self._restored
        self._restored = True
        if isinstance(left, dict):
            self._left = {key: how for key, how in left.items() if key not in self._made}
        if untouched:
            super().restore_view(state)
        self.made(self.tab)
        self._show_fold()

    # The setup's fold

    @Slot()
    def toggle_setup(self) -> None:
        if self.page is not None:
            self.page.fold(not self.page.is_folded)

    @Slot()
    def _show_fold(self) -> None:
        page = self.page
        self.fold.setVisible(page is not None)
        if page is not None:
            words = "Show the setup" if page.is_folded else "Hide the setup"
            self.fold.setIcon(icon("expand" if page.is_folded else "collapse"))
            self.fold.setToolTip(words)
            self.fold.setAccessibleName(words)

    def commands(self) -> list[Command]:
        def here() -> bool:
            return self.isVisible() and self.page is not None

        def ready() -> bool:
            return here() and self.page is not None and self.page.setup.run.isEnabled()

        def shown() -> bool:
            return here() and self.page is not None and self.page.run is not None

        def submit() -> None:
            if self.page is not None:
                self.page.setup.submit()

        def do(verb: str) -> None:
            if self.page is not None:
                self.page.do(verb)

        tools = [
            Command(
                f"{self.key}.tab.{key}",
                f"Show the tool {title}",
                partial(self.select_tab, key),
                "",
                self.isVisible,
            )
            for key, title, _ in self.tools
        ]
        return [
            Command(f"{self.key}.run", f"Run this {self.noun} tool", submit, "Ctrl+Return", ready),
            Command(
                f"{self.key}.setup", "Hide or show the tool's setup", self.toggle_setup, "Ctrl+Shift+B", here
            ),
            Command(f"{self.key}.again", f"Run this {self.noun} job again", partial(do, "again"), "", shown),
            Command(
                f"{self.key}.command",
                f"Show the command that repeats this {self.noun} job",
                partial(do, "command"),
                "",
                shown,
            ),
            *tools,
        ]
