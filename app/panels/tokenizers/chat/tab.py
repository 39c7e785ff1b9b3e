"""Chat: what a tokenizer's template makes of a few messages, and what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.figures import count
from app.panels.tab import Tab
from app.panels.tokenizers.chat.messages import Messages
from app.panels.tokenizers.chat.rendered import RenderedChat
from app.panels.tokenizers.names import percent, tokenizer_name
from app.widgets.card import Card
from app.widgets.disclosure import Disclosure
from app.widgets.dropped import tell_apart
from app.widgets.flow import Flow
from app.widgets.form import FieldBox
from app.widgets.form_schema import Field
from app.widgets.known_paths import remember_pick
from app.widgets.notice import Notice
from app.widgets.scrolled import ScrolledColumn
from app.widgets.stacked_bar import Part, StackedBar
from app.widgets.words import Words
from core.tokenizers.live.request import AskChat

if TYPE_CHECKING:
    from app.session import Session
    from core.project.records import Change
    from core.tokenizers.live.result import Chat

NARROWEST, WIDEST = 320, 420
"""Of the question, in pixels."""
PATIENCE = 250
"""Milliseconds before it is said that an answer is waited for."""
SAMPLE = (
    ("user", "Which words does a tokenizer cut?"),
    ("assistant", "The rare ones, and those that its text did not have."),
    ("user", "And emoji? 🙂"),
)
EMPTY = (
    "See what a chat really looks like to a model: choose the tokenizer of a chat model, write a few "
    "messages, and see the text that its template makes of them, the special tokens in it and what they cost."
)
HELPS = (
    "Choose the folder of a model that was tuned for chats: its template lies in tokenizer_config.json or "
    "chat_template.jinja beside the tokenizer. A GGUF file of such a model holds it too."
)
LEGEND = "Bold: special tokens. Slanted: the template's own text. Plain: what was said."


class ChatTab(Tab):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._touched = False
        self.tokenizer = FieldBox(
            Field(
                path=("tokenizer",),
                title="Tokenizer",
                kind="path",
                help="The folder of a chat model, or a GGUF file.",
                input="tokenizer",
            ),
            session,
        )
        self.template = QComboBox()
        self.template.setAccessibleName("Template")
        self.template_title = theme.styled(QLabel("Template"), role="field")
        self.messages = Messages()
        self.reply = QCheckBox("Let the model answer")
        self.reply.setChecked(True)
        self.reply.setToolTip("Add what makes the model begin its reply")
        self.notice = Notice("tokenizers", EMPTY)
        self.choose = theme.styled(QPushButton("Choose a model's folder…"), kind="primary")
        self.retry = QPushButton("Try again")
        self.sentence = Words(role="heading", selectable=True)
        self.bar = StackedBar("Tokens of the chat")
        self.text = RenderedChat()
        self.copy_text = QPushButton("Copy the text")
        self.copy_ids = QPushButton("Copy the ids")
        self.problem = Words(role="error", selectable=True)
        self.source = QPlainTextEdit()
        self.fold = Disclosure("The template itself", self.source)
        self._lay_out()
        self._connect()
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(PATIENCE)
        self._waiting.timeout.connect(self._say_waiting)
        self.messages.show_messages(SAMPLE)
        self._show_names(())
        self._show_empty()

    def _lay_out(self) -> None:
        question = theme.styled(QFrame(), card="plain")
        question.setAccessibleName("Chat")
        question.setMinimumWidth(NARROWEST)
        question.setMaximumWidth(WIDEST)
        left = ScrolledColumn()
        left.column.setContentsMargins(16, 14, 16, 14)
        left.column.setSpacing(14)
        for widget in (
            self.tokenizer,
            self.template_title,
            self.template,
            theme.styled(QLabel("Messages"), role="field"),
            self.messages,
            self.reply,
        ):
            left.column.addWidget(widget)
        left.column.addStretch(1)
        inside = QVBoxLayout(question)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(left)
        for button in (self.choose, self.retry):
            self.notice.foot.addWidget(button)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.notice)
        self.pages.addWidget(self._answer())
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(14)
        split.addWidget(question)
        split.addWidget(self.pages)
        split.setStretchFactor(1, 1)
        split.setSizes([NARROWEST + 20, 2_000])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split)

    def _answer(self) -> QWidget:
        head = theme.styled(QFrame(), card="plain")
        inner = QVBoxLayout(head)
        inner.setContentsMargins(16, 14, 16, 14)
        inner.setSpacing(10)
        inner.addWidget(self.sentence)
        inner.addWidget(self.problem)
        inner.addWidget(self.bar)
        inner.addWidget(Flow((self.copy_text, self.copy_ids)))
        shown = self.shown = Card("What the model reads")
        self.text.setMinimumHeight(260)
        shown.column.addWidget(self.text, 1)
        shown.column.addWidget(Words(LEGEND, "small"))
        self.source.setReadOnly(True)
        self.source.setFont(theme.mono_font())
        self.source.setTabChangesFocus(True)
        self.source.setMinimumHeight(240)
        self.source.setAccessibleName("The template itself")
        folded = theme.styled(QFrame(), card="plain")
        around = QVBoxLayout(folded)
        around.setContentsMargins(16, 10, 16, 10)
        around.addWidget(self.fold)
        page = ScrolledColumn()
        page.setAccessibleName("Result")
        page.column.setContentsMargins(0, 0, 4, 0)
        page.column.setSpacing(12)
        page.column.addWidget(head)
        page.column.addWidget(shown, 1)
        page.column.addWidget(folded)
        return page

    def _connect(self) -> None:
        self.tokenizer.editor.changed.connect(self._on_tokenizer)
        self.messages.changed.connect(self.look)
        self.reply.toggled.connect(lambda _: self.look())
        self.template.activated.connect(lambda _: self.look())
        self.copy_text.clicked.connect(self.text.copy_text)
        self.copy_ids.clicked.connect(self.text.copy_ids)
        self.retry.clicked.connect(self.look)
        self.choose.clicked.connect(self._browse)
        self.session.changed.connect(self._on_change)
        self.session.project_changed.connect(self._offer_known)
        self._offer_known()

    # What is asked

    @property
    def chosen(self) -> Path | None:
        value = self.tokenizer.editor.value()
        return Path(value) if value else None

    def open(self, tokenizer: Path) -> None:
        self.tokenizer.editor.set_value(str(tokenizer))
        self._on_tokenizer()

    @Slot()
    def _browse(self) -> None:
        folder = self.session.dialogs.open_folder(self, "Choose a model's folder")
        if folder is not None:
            self.open(folder)

    @Slot()
    def _on_tokenizer(self) -> None:
        self._touched = True
        self._show_names(())
        self.look()

    @Slot()
    def look(self) -> None:
        """Have the chat rendered as it stands now."""
        tokenizer = self.chosen
        if tokenizer is None:
            self._show_empty()
            return
        self._waiting.start()
        question = AskChat(
            tokenizer, self.messages.values(), self.reply.isChecked(), self.template.currentText()
        )
        self.session.live.ask(question, then=self._show, failed=self._failed, owner=self, key="chat")

    # What is answered

    def _show(self, chat: Chat) -> None:
        self._waiting.stop()
        tokenizer = self.chosen
        if tokenizer is None:
            return
        remember_pick("tokenizer", tokenizer)
        self.tokenizer.say("", "")
        self._show_names(chat.names)
        if not chat.names:
            self._say(f"{chat.problem}\n\n{HELPS}", "info", choose=True)
            return
        self.pages.setCurrentIndex(1)
        self.source.setPlainText(chat.template)
        rendered = bool(chat.ids)
        self.problem.say(chat.problem or ("" if rendered else "The template makes nothing of this chat."))
        for widget in (self.bar, self.shown, self.copy_text, self.copy_ids):
            widget.setVisible(rendered)
        self.sentence.say(_sentence(chat) if rendered else "")
        if rendered:
            self.text.show_chat(chat)
            special = sum(chat.special)
            self.bar.show_parts(
                [
                    Part("said", "said", chat.content_tokens, "approximated", "Tokens of the messages."),
                    Part(
                        "template",
                        "template",
                        chat.template_tokens - special,
                        "fallback",
                        "Text that the template puts around them: names of roles, line ends.",
                    ),
                    Part("special", "special tokens", special, "role", "Special tokens, each one token."),
                ]
            )

    def _show_names(self, names: tuple[str, ...]) -> None:
        """The templates to choose from, where there are several."""
        shown = tuple(self.template.itemText(place) for place in range(self.template.count()))
        if names != shown:
            chosen = self.template.currentText()
            self.template.clear()
            self.template.addItems(list(names))
            self.template.setCurrentIndex(max(0, self.template.findText(chosen)))
        for widget in (self.template_title, self.template):
            widget.setVisible(len(names) > 1)

    def _failed(self, error: Exception) -> None:
        self._waiting.stop()
        self.tokenizer.say("", str(error))
        self._say(str(error), "failed", retry=True)

    def _show_empty(self) -> None:
        self._waiting.stop()
        self._say(EMPTY, "tokenizers", choose=True)

    def _say(self, sentence: str, sign: str, *, choose: bool = False, retry: bool = False) -> None:
        self.notice.sign.show_icon(sign, "error" if sign == "failed" else "muted")
        self.notice.words.setText(sentence)
        self.choose.setVisible(choose)
        self.retry.setVisible(retry)
        self.pages.setCurrentIndex(0)

    @Slot()
    def _say_waiting(self) -> None:
        tokenizer = self.chosen
        if self.pages.currentIndex() == 0 and tokenizer is not None:
            self._say(f"Opening {tokenizer_name(tokenizer)}…", "tokenizers")

    @Slot()
    def _offer_known(self) -> None:
        self.tokenizer.editor.offer_known()  # type: ignore[attr-defined]

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if change.kinds & {"assets", "runs"}:
            self._offer_known()

    # What the panel asks of a tab

    def drop(self, paths: list[Path]) -> bool:
        found = tell_apart(paths)
        tokenizers = [*found.models, *found.tokenizers]
        if not tokenizers:
            return False
        self.open(tokenizers[0])
        return True

    def state(self) -> dict[str, Any]:
        tokenizer = self.chosen
        return {
            "tokenizer": str(tokenizer) if tokenizer else None,
            "messages": [list(message) for message in self.messages.values()],
            "reply": self.reply.isChecked(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        if self._touched:
            return
        messages = state.get("messages")
        if isinstance(messages, list):
            kept = [tuple(pair) for pair in messages if isinstance(pair, list) and len(pair) == 2]
            self.messages.show_messages([(str(role), str(text)) for role, text in kept] or SAMPLE)
        self.reply.setChecked(state.get("reply") is not False)
        tokenizer = state.get("tokenizer")
        if isinstance(tokenizer, str) and tokenizer:
            self.tokenizer.editor.set_value(tokenizer)
            self.look()


def _sentence(chat: Chat) -> str:
    """``37 tokens, 14 of them (38 %) added by the template.``"""
    total = len(chat.ids)
    added = percent(chat.template_tokens / total, 0)
    tokens = "1 token" if total == 1 else f"{count(total)} tokens"
    return f"{tokens}, {count(chat.template_tokens)} of them ({added}) added by the template."
