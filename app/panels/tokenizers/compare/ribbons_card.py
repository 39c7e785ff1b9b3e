"""*Type to compare*: a text box, and the ribbons of its text, which follow every key."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QMenu, QPushButton, QToolTip, QVBoxLayout

from app import theme
from app.figures import count
from app.panels.tokenizers.compare.ribbon_view import RibbonRow, RibbonView
from app.panels.tokenizers.compare.ribbons_html import ribbons_html
from app.panels.tokenizers.compare.token_words import step_words, token_words
from app.panels.tokenizers.compare.typed_text import MOST, TypedText
from app.widgets.card import Card
from app.widgets.chips_editor import chip_name
from app.widgets.pictures import offer_picture
from app.widgets.segmented import Segmented
from app.widgets.tooltip import tooltip
from app.widgets.words import Words
from core.tokenizers.live.request import AskNote, AskRibbons
from core.tokenizers.live.result import Note, Ribbon, Ribbons

if TYPE_CHECKING:
    from app.session import Session

SHOWN = 6
"""Ribbons at most."""
SAMPLE = (
    "The quick brown fox paid 1999.50 für schließlich zwei 中文测试 🙂\n"
    "def area(r):\n    return 3.14159 * r**2\n"
    "नमस्ते दुनिया · السلام عليكم · สวัสดีชาวโลก · 👩‍👩‍👧"
)
"""What stands there at first: numbers, accents, scripts of several kinds, emoji and code."""
HINT = (
    "⟨F0 9F⟩ a token that ends inside a character shows its bytes · hover a token, or go there with the "
    "arrow keys: id, bytes, score, what the normaliser did, and the same bytes lit in the other rows"
)


class RibbonsCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Type to compare")
        self._session = session
        self._paths: list[Path] = []
        self._notes: dict[Path, Note] = {}
        self._problems: dict[Path, str] = {}
        self._ribbons: dict[Path, Ribbon] = {}
        self._text = ""
        """Of the ribbons shown."""
        self.facts = theme.styled(QLabel(), role="small")
        self.facts.setFont(theme.figures_font(self.facts.font()))
        self.mode = Segmented("How the ribbons lie", (("aligned", "Aligned"), ("reading", "Reading")))
        self.mode.chosen.connect(self._choose_mode)
        self.head.addWidget(self.facts)
        self.head.addWidget(self.mode)
        self.edit = TypedText()
        self.edit.shortened.connect(self._on_shortened)
        self.view = RibbonView()
        self.view.pointed.connect(self._on_pointed)
        self.problem = Words(role="error")
        self.losses = Words(role="small")
        self.hint = Words(HINT, "small")
        self.specials = QCheckBox("Read the names of special tokens as these tokens")
        self.specials.toggled.connect(self._ask)
        self.export = theme.styled(QPushButton("Export…"), kind="quiet")
        self.export.setAccessibleName("Export the ribbons")
        self.export.clicked.connect(self.export_html)
        offer_picture(self.view, session, self._fill_menu)
        self._lay_out()
        self.problem.say("")
        self.edit.show_text(SAMPLE)
        self.edit.textChanged.connect(self._ask)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self.specials)
        foot.addStretch(1)
        foot.addWidget(self.export)
        self.column.addWidget(self.edit)
        self.column.addWidget(self.view)
        self.column.addWidget(self.problem)
        self.column.addWidget(self.losses)
        words = QVBoxLayout()
        words.addWidget(self.hint)
        self.column.addLayout(words)
        self.column.addLayout(foot)

    # What it shows

    @property
    def text(self) -> str:
        """What stands in the box."""
        return self.edit.text()

    def show_text(self, text: str) -> None:
        self.edit.show_text(text)

    def show_tokenizers(self, paths: Sequence[Path]) -> None:
        """Their ribbons, once each is opened; the first six of more."""
        wanted = list(dict.fromkeys(paths))
        if wanted == self._paths:
            return
        self._paths = wanted
        for path in wanted[:SHOWN]:
            if path not in self._notes:
                self._problems.pop(path, None)
                self._session.live.ask(
                    AskNote(path),
                    then=self._opened,
                    failed=partial(self._not_opened, path),
                    owner=self,
                    key=f"note {path}",
                )
        self._ask()
        self._show()

    def note(self, path: Path) -> Note | None:
        """What is known of a tokenizer that is open."""
        return self._notes.get(path)

    @property
    def _shown(self) -> list[Path]:
        return self._paths[:SHOWN]

    def _opened(self, note: Note) -> None:
        self._notes[note.tokenizer] = note
        self._ask()
        self._show()

    def _not_opened(self, path: Path, error: Exception) -> None:
        self._problems[path] = str(error)
        self._show()

    @Slot()
    def _ask(self) -> None:
        self.problem.say("")
        ready = tuple(path for path in self._shown if path in self._notes)
        if not ready:
            return
        self._session.live.ask(
            AskRibbons(ready, self.text, self.specials.isChecked()),
            then=self._answered,
            failed=lambda error: self.problem.say(str(error)),
            owner=self,
            key="ribbons",
            first=True,
        )

    def _answered(self, answer: Ribbons) -> None:
        self._text = answer.text
        self._ribbons = {row.tokenizer: row for row in answer.rows}
        self._show()

    def _show(self) -> None:
        rows = [self._row(number, path) for number, path in enumerate(self._shown)]
        self.view.show_rows(self._text, rows)
        self.view.setVisible(bool(rows))
        self.hint.setVisible(bool(rows))
        counts = [count(len(row.ribbon.ids)) for row in rows if row.ribbon is not None]
        size = f"{count(len(self._text.encode(errors='replace')))} bytes"
        listed = " and ".join(filter(None, (", ".join(counts[:-1]), counts[-1] if counts else "")))
        more = f" · the first {SHOWN} of {len(self._paths)}" if len(self._paths) > SHOWN else ""
        self.facts.setText(f"{size} · {listed} tokens{more}" if counts else "")
        self.losses.say(self._losses())
        self.view.setAccessibleDescription(
            "; ".join(f"{row.name}: {len(row.ribbon.ids)} tokens" for row in rows if row.ribbon is not None)
        )

    def _losses(self) -> str:
        """Which of those shown do not give every text back, and why."""
        notes = [self._notes[path] for path in self._shown if path in self._notes]
        said = [f"{note.name} {', '.join(note.badges)}" for note in notes if note.badges]
        return f"Not every text comes back: {'; '.join(said)}." if said else ""

    def _row(self, number: int, path: Path) -> RibbonRow:
        note = self._notes.get(path)
        name = note.name if note is not None else chip_name(path)
        if path in self._problems:
            return RibbonRow(name, number, note=self._problems[path], failed=True)
        ribbon = self._ribbons.get(path)
        if note is None or ribbon is None:
            return RibbonRow(name, number, note="Opening…")
        if ribbon.problem:
            return RibbonRow(name, number, note=ribbon.problem, failed=True)
        return RibbonRow(name, number, ribbon)

    @Slot(str)
    def _choose_mode(self, mode: str) -> None:
        self.view.set_mode("reading" if mode == "reading" else "aligned")

    @Slot(int)
    def _on_shortened(self, left_out: int) -> None:
        self._session.message.emit(
            f"The ribbons take {MOST:,} characters; {left_out:,} of what was pasted were left out. "
            "Choose the file under Texts, and Run measures all of it.",
            "info",
        )

    # Pointing at a token

    @Slot(int, int, QPoint)
    def _on_pointed(self, row: int, token: int, where: QPoint) -> None:
        shown = self.view.rows[row] if row >= 0 else None
        if shown is None or shown.ribbon is None:
            QToolTip.hideText()
            return
        piece = self.view.piece(row, token)
        words = token_words(shown.name, shown.ribbon, token, piece)
        self._say(words, where)
        if piece:
            self._session.live.ask(
                AskRibbons((shown.ribbon.tokenizer,), piece.decode(errors="replace"), steps=True),
                then=lambda answer: self._add_steps(answer, (row, token), words, piece, where),
                failed=lambda _: None,
                owner=self,
                key="steps",
            )

    def _add_steps(
        self, answer: Ribbons, at: tuple[int, int], words: str, piece: bytes, where: QPoint
    ) -> None:
        steps = step_words(piece, answer.rows[0].steps)
        if steps and self.view.at == at:
            self._say(f"{words}\n{steps}", where)

    def _say(self, words: str, where: QPoint) -> None:
        self.view.setAccessibleDescription(words.replace("\n", "; "))
        QToolTip.showText(where, tooltip(words), self.view)

    # Taking it along

    @Slot()
    def export_html(self) -> None:
        """Ask for a file, and write the ribbons to it."""
        session = self._session
        folder = session.project.folder if session.project else Path.home()
        path = session.dialogs.save_file(
            self, "Export the ribbons", start=folder / "ribbons.html", filters=("Web page (*.html)",)
        )
        if path is None:
            return
        path = path if path.suffix else path.with_suffix(".html")
        page = ribbons_html(self._text, self.view.rows)
        session.ask(
            _write, path, page, then=lambda _: session.message.emit(f"Exported to {path}.", "success")
        )

    def _fill_menu(self, menu: QMenu) -> None:
        menu.addAction("Export as a web page…", self.export_html)

    # How it was left

    def state(self) -> dict[str, Any]:
        return {"text": self.text, "mode": self.mode.key, "specials": self.specials.isChecked()}

    def restore(self, state: dict[str, Any]) -> None:
        if isinstance(state.get("text"), str):
            self.show_text(state["text"])
        self.mode.choose(str(state.get("mode", "")))
        self.specials.setChecked(state.get("specials") is True)


def _write(path: Path, page: str) -> None:
    from core.errors import UserError
    from core.project.publishing import write_file

    try:
        write_file(path, page.encode(errors="replace"))
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{path} cannot be written ({reason}); choose another place.") from error
