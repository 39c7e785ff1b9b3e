"""Inspect: where any row of a transplanted model comes from, and what lies near it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSplitter, QStackedWidget, QVBoxLayout

from app import theme
from app.panels.tab import Tab
from app.panels.transplant.inspect.sought import Sought, latest_place, place_of
from app.panels.transplant.inspect.token_list import PAGE, TokenList
from app.panels.transplant.inspect.token_view import TokenView
from app.widgets.dropped import tell_apart
from app.widgets.form import FieldBox
from app.widgets.form_schema import Field
from app.widgets.notice import Notice
from core.tokenizers.live.request import AskPreview
from core.transplant.inspect.request import AskToken, AskTokens, Place

if TYPE_CHECKING:
    from app.session import Session
    from core.project.records import Change
    from core.transplant.inspect.result import ListedTokens, LookedUp

LIST = "core.transplant.inspect.answers:list_tokens"
LOOK = "core.transplant.inspect.answers:look_up"
PATIENCE = 250
"""Milliseconds before it is said that an answer is waited for."""
EMPTY = (
    "See where the row of any token comes from: what it was copied or built from, how much of it stays "
    "unexplained, and which tokens lie near it. Choose a model that a transplant wrote."
)
ROWS = "transplant_rows.npz"


class InspectTab(Tab):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.place: Place | None = None
        """What is looked into."""
        self._found: ListedTokens | None = None
        self._token: int | None = None
        self._latest: Place | None = None
        self._touched = False
        self.model = FieldBox(
            Field(
                path=("model",),
                title="Transplanted model",
                kind="path",
                help="A folder that a transplant, or the best of a sweep, was written to.",
                input="model",
            ),
            session,
        )
        self.base = FieldBox(
            Field(
                path=("base",),
                title="Its base",
                kind="path",
                help="Names the tokens that rows are built from; known where this project made the model.",
                input="model",
                nullable=True,
                none="As its run says",
            ),
            session,
        )
        self.list = TokenList(session)
        self.view = TokenView(session)
        self.notice = Notice("transplant", EMPTY)
        self.latest = theme.styled(QPushButton("Look into the latest transplant"), kind="primary")
        self.retry = QPushButton("Try again")
        self._lay_out()
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(PATIENCE)
        self._waiting.timeout.connect(self._say_waiting)
        self._connect()
        self._show_empty()

    def _lay_out(self) -> None:
        card = theme.styled(QFrame(), card="plain")
        pickers = QHBoxLayout(card)
        pickers.setContentsMargins(16, 12, 16, 14)
        pickers.setSpacing(16)
        pickers.addWidget(self.model, 1)
        pickers.addWidget(self.base, 1)
        self.list.setMinimumWidth(340)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(14)
        split.addWidget(self.list)
        split.addWidget(self.view)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setSizes([4_400, 5_600])
        for button in (self.latest, self.retry):
            self.notice.foot.addWidget(button)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.notice)
        self.pages.addWidget(split)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(card)
        column.addWidget(self.pages, 1)

    def _connect(self) -> None:
        self.model.editor.changed.connect(self._on_model)
        self.base.editor.changed.connect(self._choose)
        self.list.changed.connect(self._list)
        self.list.more_wanted.connect(partial(self._list, more=True))
        self.list.token_chosen.connect(self.look)
        self.view.matrix_chosen.connect(self._look_again)
        self.latest.clicked.connect(self._open_latest)
        self.retry.clicked.connect(self._choose)
        self.session.changed.connect(self._on_change)
        self.session.project_changed.connect(self._offer)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.list.line.setFocus)
        self._offer()

    # What is looked into

    def take(self, what: Any) -> None:
        if isinstance(what, Sought):
            self.open(what)
        else:
            super().take(what)

    def open(self, sought: Sought) -> None:
        """Show a transplanted model, those of its tokens that are sought, and one of them in full."""
        self._touched = True
        self._token = sought.token
        self.list.choose_source(sought.source)
        self.list.choose_order("residual" if sought.source == "method" else "id")
        self.list.line.setText("" if sought.token is None else f"#{sought.token}")
        self._show_place(sought.place)

    @Slot()
    def _on_model(self) -> None:
        """Another model has another base."""
        self.base.editor.set_value(None)
        self._choose()

    @Slot()
    def _choose(self) -> None:
        """A person chose a folder: what does the project know of it?"""
        self._touched = True
        model, base = (box.editor.value() for box in (self.model, self.base))
        if not model:
            self._show_empty()
            return
        self.session.ask(
            place_of,
            self.session.project,
            Path(model),
            Path(base) if base else None,
            then=self._show_place,
            owner=self,
            key="place",
        )

    def _show_place(self, place: Place) -> None:
        if self.place is not None and place.model != self.place.model:
            self.view.show_nothing()
        self.place = place
        self.model.editor.set_value(str(place.model))
        self._list()

    @Slot()
    def _list(self, *, more: bool = False) -> None:
        if self.place is None:
            return
        start = self.list.shown if more else 0
        question = AskTokens(place=self.place, start=start, count=PAGE, **self.list.asked())
        self._waiting.start()
        self._ask(LIST, question, partial(self._listed, more), self._failed, "list")

    def _listed(self, more: bool, found: ListedTokens) -> None:
        if self.place is None:  # nothing is looked into any more
            return
        self._waiting.stop()
        self._found = found
        self.list.show_tokens(found, added=more)
        self.pages.setCurrentIndex(1)
        known = self.place is not None and self.place.base is not None
        self.base.say("" if known else "Not known: tokens of the base are shown by their ids.", "")
        if self._token is not None:
            self.look(self._token)

    @Slot(int)
    def look(self, id: int) -> None:
        """Show one token in full."""
        if self.place is None:
            return
        self._token = id
        matrices = self._found.matrices if self._found is not None else ()
        matrix: Any = self.view.matrix.key if len(matrices) > 1 else "input"
        self._ask(
            LOOK, AskToken(place=self.place, id=id, matrix=matrix), self._looked, self._not_looked, "look"
        )

    @Slot()
    def _look_again(self) -> None:
        if self._token is not None:
            self.look(self._token)

    def _looked(self, found: LookedUp) -> None:
        if self._found is not None and found.token.id == self._token:
            self.view.show_token(found, self._found.method, self._found.matrices)

    def _not_looked(self, error: Exception) -> None:
        self._token = None
        self.session.report(error)

    def _ask(
        self,
        function: str,
        question: AskTokens | AskToken,
        then: Callable[[Any], None],
        failed: Callable[[Exception], None],
        key: str,
    ) -> None:
        """Vocabularies are read in a process of their own, which holds up no window."""
        aside = self.session.previews
        if aside is not None:
            aside.ask(
                AskPreview(function, question), then=then, failed=failed, owner=self, key=key, first=True
            )
        else:
            self.session.ask(_answer, function, question, then=then, failed=failed, owner=self, key=key)

    # Nothing, waiting, failed

    def _show_empty(self) -> None:
        self.place = self._found = self._token = None
        self._waiting.stop()
        self._say(EMPTY)
        self.base.say("", "")
        self.session.ask(
            latest_place,
            self.session.project,
            then=self._offer_latest,
            failed=lambda _: None,
            owner=self,
            key="latest",
        )

    def _offer_latest(self, found: tuple[int, Place] | None) -> None:
        self._latest = found[1] if found is not None else None
        if found is not None:
            self.latest.setText(f"Look into run {found[0]}")
        self.latest.setVisible(found is not None and self.place is None)

    @Slot()
    def _open_latest(self) -> None:
        if self._latest is not None:
            self.open(Sought(self._latest, source="method"))

    @Slot()
    def _say_waiting(self) -> None:
        if self.pages.currentIndex() == 0 and self.place is not None:
            self._say(f"Reading {self.place.model.name}…")
        else:
            self.list.number.setText("Looking…")

    def _failed(self, error: Exception) -> None:
        """A folder that cannot be looked into is told on the page."""
        if self.place is None:
            return
        self._waiting.stop()
        self._say(str(error), failed=True)

    def _say(self, sentence: str, *, failed: bool = False) -> None:
        self.notice.sign.show_icon("failed" if failed else "transplant", "error" if failed else "muted")
        self.notice.words.setText(sentence)
        self.latest.hide()
        self.retry.setVisible(failed)
        self.pages.setCurrentIndex(0)

    @Slot()
    def _offer(self) -> None:
        for box in (self.model, self.base):
            box.editor.offer_known()  # type: ignore[attr-defined]
        if self.place is None:
            self._show_empty()

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if "runs" in change.kinds:
            self._offer()

    # What the panel asks of a tab

    def drop(self, paths: list[Path]) -> bool:
        found = [model for model in tell_apart(paths).models if (model / ROWS).is_file()]
        if not found:
            return False
        self.base.editor.set_value(None)
        self.model.editor.set_value(str(found[0]))
        self._choose()
        return True

    def state(self) -> dict[str, Any]:
        asked = self.list.asked()
        return {
            "place": self.place.model_dump(mode="json") if self.place is not None else None,
            "source": self.list.source.currentData(),
            "order": asked["order"],
            "token": self._token,
        }

    def restore(self, state: dict[str, Any]) -> None:
        if self._touched:
            return
        try:
            place = Place.model_validate(state["place"])
        except (KeyError, ValueError):  # nothing was looked into, or by an older version
            return
        token = state.get("token")
        self.list.choose_source(str(state.get("source") or ""))
        self.list.choose_order(str(state.get("order")))
        self._token = token if isinstance(token, int) else None
        self._show_place(place)


def _answer(function: str, question: AskTokens | AskToken) -> Any:
    """In a thread, where no process of its own answers."""
    module, _, name = function.partition(":")
    return getattr(importlib.import_module(module), name)(question)
