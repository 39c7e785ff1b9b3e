"""The only door to modal questions and file pickers, so that tests can answer in a person's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QInputDialog, QLineEdit, QMessageBox, QWidget


@dataclass(frozen=True)
class Choice:
    """One button of a question: its `key` is the answer, a verb its `label`."""

    key: str
    label: str
    role: Literal["primary", "other", "danger", "cancel"] = "other"


_ROLES = {
    "primary": QMessageBox.ButtonRole.AcceptRole,
    "other": QMessageBox.ButtonRole.ActionRole,
    "danger": QMessageBox.ButtonRole.DestructiveRole,
    "cancel": QMessageBox.ButtonRole.RejectRole,
}


class Dialogs:
    """Asks a person. Each method blocks until there is an answer; None or an empty list means *no answer*.

    The event loop goes on meanwhile, so nothing stalls; still, ask only where going on unasked would
    lose something. What went wrong is said in a banner or beside the field, never here.
    """

    def open_file(
        self, parent: QWidget, title: str, *, start: Path | None = None, filters: Sequence[str] = ()
    ) -> Path | None:
        """`filters` as Qt writes them: ``"Tokenizer (tokenizer.json)"``."""
        path, _ = QFileDialog.getOpenFileName(parent, title, str(start or ""), ";;".join(filters))
        return Path(path) if path else None

    def open_files(
        self, parent: QWidget, title: str, *, start: Path | None = None, filters: Sequence[str] = ()
    ) -> list[Path]:
        paths, _ = QFileDialog.getOpenFileNames(parent, title, str(start or ""), ";;".join(filters))
        return [Path(path) for path in paths]

    def open_folder(self, parent: QWidget, title: str, *, start: Path | None = None) -> Path | None:
        path = QFileDialog.getExistingDirectory(parent, title, str(start or ""))
        return Path(path) if path else None

    def save_file(
        self, parent: QWidget, title: str, *, start: Path | None = None, filters: Sequence[str] = ()
    ) -> Path | None:
        """`start` may name the file that is proposed. The system asks before replacing one."""
        path, _ = QFileDialog.getSaveFileName(parent, title, str(start or ""), ";;".join(filters))
        return Path(path) if path else None

    def ask_text(self, parent: QWidget, title: str, label: str, text: str = "") -> str | None:
        """One line of text, stripped; None when cancelled or empty."""
        answer, accepted = QInputDialog.getText(parent, title, label, QLineEdit.EchoMode.Normal, text)
        return answer.strip() or None if accepted else None

    def choose(self, parent: QWidget, title: str, text: str, choices: Sequence[Choice]) -> str | None:
        """The key of the button pressed. Escape presses the ``cancel`` choice."""
        box = QMessageBox(parent)
        box.setWindowTitle("Lexigraft")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(title)
        box.setInformativeText(text)
        buttons: dict[QAbstractButton, str] = {}
        for choice in choices:
            button = box.addButton(choice.label, _ROLES[choice.role])
            button.setProperty("kind", choice.role)
            buttons[button] = choice.key
            if choice.role == "primary":
                box.setDefaultButton(button)
            if choice.role == "cancel":
                box.setEscapeButton(button)
        box.exec()
        answer = buttons.get(box.clickedButton())
        box.deleteLater()
        return answer

    def confirm(self, parent: QWidget, title: str, text: str, verb: str, *, danger: bool = False) -> bool:
        """True when the person pressed `verb`."""
        yes = Choice("yes", verb, "danger" if danger else "primary")
        return self.choose(parent, title, text, (yes, Choice("no", "Cancel", "cancel"))) == "yes"
