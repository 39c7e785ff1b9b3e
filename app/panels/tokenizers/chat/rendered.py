"""A chat as the model reads it: its special tokens marked, the template's own text shaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QMenu, QTextEdit

from app import theme

if TYPE_CHECKING:
    from core.tokenizers.live.result import Chat

LINE_END = "↵"


class RenderedChat(QTextEdit):
    """Plain text with a background a token; alternating, so that the tokens can be told apart."""

    def __init__(self) -> None:
        super().__init__()
        self._chat: Chat | None = None
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setFont(theme.mono_font())
        self.setAccessibleName("The chat as the model reads it")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        theme.current().changed.connect(self._paint)

    def show_chat(self, chat: Chat) -> None:
        self._chat = chat
        self._paint()

    def copy_text(self) -> None:
        """The chat itself, without the signs that make its line ends visible."""
        if self._chat is not None:
            QGuiApplication.clipboard().setText(self._chat.text)

    def copy_ids(self) -> None:
        if self._chat is not None:
            QGuiApplication.clipboard().setText(", ".join(map(str, self._chat.ids)))

    def _paint(self) -> None:
        chat = self._chat
        if chat is None:
            return
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        at = 0
        for number, (begin, end) in enumerate(chat.spans):
            start = max(begin, at)
            if start > at:
                cursor.insertText(_seen(chat.text[at:start]), QTextCharFormat())
            if end > start:
                cursor.insertText(_seen(chat.text[start:end]), self._look(chat, number))
            at = max(at, end)
        cursor.insertText(_seen(chat.text[at:]), QTextCharFormat())
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _look(self, chat: Chat, number: int) -> QTextCharFormat:
        tokens, look = theme.tokens(), QTextCharFormat()
        strength = 0.16 if number % 2 else 0.28
        look.setForeground(theme.color(tokens.text))
        if chat.special[number]:
            look.setBackground(theme.color(tokens.role, strength + 0.14))
            look.setFontWeight(QFont.Weight.Bold)
        elif number < len(chat.content) and chat.content[number]:
            look.setBackground(theme.color(tokens.approximated, strength))
        else:
            look.setBackground(theme.color(tokens.fallback, strength + 0.08))
            look.setFontItalic(True)
        look.setToolTip(f"{chat.ids[number]}")
        return look

    def _menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy the text", self.copy_text)
        menu.addAction("Copy the ids", self.copy_ids)
        menu.addAction("Select all", self.selectAll)
        menu.popup(self.mapToGlobal(place))


def _seen(text: str) -> str:
    """Line ends with a sign before them."""
    return text.replace("\r\n", "\n").replace("\n", f"{LINE_END}\n")
