from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.tokenizers.chat.tab import EMPTY, SAMPLE, ChatTab
from app.panels.tokenizers.names import KEPT
from core.errors import UserError
from core.folders import resources_folder
from core.project.project import Project
from core.tokenizers.live.request import AskChat
from core.tokenizers.live.result import Chat
from tests.app.conftest import RecordedDialogs
from tests.app.panels.tokenizers.conftest import MadeUpLive
from tests.app.test_accessibility import nameless

TEXT = "<|user|>\nHi 🙂<b>there</b><|end|>"
CHAT = Chat(
    text=TEXT,
    ids=(1, 10, 20, 21, 22, 23, 2),
    spans=((0, 8), (8, 9), (9, 11), (11, 13), (12, 13), (13, 25), (25, 32)),
    special=(True, False, False, False, False, False, True),
    content=(False, False, True, True, True, True, False),
    template_tokens=3,
    content_tokens=4,
    template="{{ messages }}",
    names=("default",),
)


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    (tmp_path / "chatty").mkdir()
    (tmp_path / "chatty" / "tokenizer.json").write_text("{}")
    return tmp_path / "chatty"


@pytest.fixture
def tab(live: MadeUpLive, project: Project, show_tab: Callable[..., Any]) -> ChatTab:
    live.answer = lambda question: CHAT
    made: ChatTab = show_tab(ChatTab)
    return made


def look_at(tab: ChatTab, words: str) -> Any:
    """The format of the first place where `words` stand."""
    cursor = tab.text.document().find(words)
    assert not cursor.isNull(), words
    cursor.setPosition(cursor.selectionStart() + 1, QTextCursor.MoveMode.MoveAnchor)
    return cursor.charFormat()


def test_that_it_begins_with_what_one_can_do(
    dialogs: RecordedDialogs, live: MadeUpLive, tab: ChatTab, tokenizer: Path
) -> None:
    assert tab.notice.words.text() == EMPTY
    assert tab.messages.values() == SAMPLE
    assert live.asked == []
    dialogs.foresee("open_folder", tokenizer)
    tab.choose.click()
    assert tab.text.isVisible()
    assert nameless(tab) == []


def test_that_the_chat_is_shown_with_special_and_template_tokens_told_apart(
    tab: ChatTab, tokenizer: Path
) -> None:
    assert tab.drop([tokenizer])
    assert tab.sentence.text().replace(KEPT, " ") == "7 tokens, 3 of them (43 %) added by the template."
    assert [(part.label, part.amount) for part in tab.bar.parts] == [
        ("said", 4),
        ("template", 1),
        ("special tokens", 2),
    ]
    assert tab.text.toPlainText() == TEXT.replace("\n", "↵\n")
    assert look_at(tab, "<|user|>").fontWeight() > look_at(tab, "there").fontWeight()
    assert look_at(tab, "↵").fontItalic()
    assert not look_at(tab, "there").fontItalic()
    for mode in ("dark", "light"):
        theme.current().set_mode(mode)  # type: ignore[arg-type]
        assert look_at(tab, "there").foreground().color().name() == theme.tokens().text


def test_that_text_and_ids_are_copied_as_they_are(tab: ChatTab, tokenizer: Path) -> None:
    tab.drop([tokenizer])
    tab.copy_text.click()
    assert QGuiApplication.clipboard().text() == TEXT
    tab.copy_ids.click()
    assert QGuiApplication.clipboard().text() == "1, 10, 20, 21, 22, 23, 2"


def test_that_messages_are_edited_added_and_taken_out(
    qtbot: QtBot, live: MadeUpLive, tab: ChatTab, tokenizer: Path
) -> None:
    tab.drop([tokenizer])
    asked = len(live.asked)
    tab.messages.rows[0].text.setPlainText("First")
    tab.messages.rows[0].role.setCurrentIndex(0)
    qtbot.waitUntil(lambda: len(live.asked) > asked)
    assert live.asked[-1].messages[0] == ("system", "First")
    tab.messages.add.click()
    assert live.asked[-1].messages[-1] == ("assistant", "")
    while len(tab.messages.rows) > 1:
        tab.messages.rows[-1].remove.click()
    assert live.asked[-1].messages == (("system", "First"),)
    assert not tab.messages.rows[0].remove.isEnabled()
    tab.reply.click()
    assert live.asked[-1].reply_begun is False


def test_that_without_a_template_it_says_so_and_what_would_help(
    live: MadeUpLive, tab: ChatTab, tokenizer: Path
) -> None:
    live.answer = lambda question: Chat(problem="This tokenizer has no chat template.")
    tab.drop([tokenizer])
    words = tab.notice.words.text()
    assert words.startswith("This tokenizer has no chat template.")
    assert "chat_template.jinja" in words
    assert tab.choose.isVisible()


def test_that_a_template_that_refuses_is_told_beside_its_source(
    qtbot: QtBot, live: MadeUpLive, tab: ChatTab, tokenizer: Path
) -> None:
    refused = Chat(
        template="{{ x }}", names=("default",), problem="The template refuses this chat: no system."
    )
    live.answer = lambda question: refused
    tab.drop([tokenizer])
    assert tab.problem.text() == "The template refuses this chat: no system."
    assert not tab.text.isVisible()
    qtbot.keyClick(tab.fold.button, Qt.Key.Key_Space)
    assert tab.source.isVisible()
    assert tab.source.toPlainText() == "{{ x }}"


def test_that_one_of_several_templates_can_be_chosen(live: MadeUpLive, tab: ChatTab, tokenizer: Path) -> None:
    live.answer = lambda question: Chat(text="", names=("default", "tool_use"), template="t", problem="No.")
    tab.drop([tokenizer])
    assert tab.template.isVisible()
    tab.template.setCurrentIndex(1)
    tab.template.activated.emit(1)
    assert live.of(AskChat)[-1].template == "tool_use"


def test_that_a_tokenizer_that_cannot_be_read_is_told(
    live: MadeUpLive, tab: ChatTab, tokenizer: Path
) -> None:
    live.answer = lambda question: UserError("tokenizer.json is damaged.")
    tab.drop([tokenizer])
    assert tab.notice.words.text() == tab.tokenizer.problem == "tokenizer.json is damaged."
    live.answer = lambda question: CHAT
    tab.retry.click()
    assert tab.text.isVisible()


def test_that_how_it_was_left_comes_back(
    live: MadeUpLive, tab: ChatTab, tokenizer: Path, show_tab: Callable[..., Any]
) -> None:
    tab.drop([tokenizer])
    tab.messages.rows[1].text.setPlainText("Otherwise")
    tab.reply.setChecked(False)
    again = show_tab(ChatTab, tab.state())
    question = live.of(AskChat)[-1]
    assert question.tokenizer == tokenizer
    assert question.messages[1] == ("assistant", "Otherwise")
    assert not again.reply.isChecked()
    show_tab(ChatTab, {"messages": [["a"], 3], "tokenizer": 5, "reply": None})


def test_that_a_real_template_is_rendered(
    qtbot: QtBot, project: Project, show_tab: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "real"
    folder.mkdir()
    shutil.copy(resources_folder() / "starter" / "prose-bpe" / "tokenizer.json", folder)
    template = "{% for m in messages %}[{{ m['role'] }}] {{ m['content'] }}<|endoftext|>{% endfor %}"
    (folder / "chat_template.jinja").write_text(template)
    tab = show_tab(ChatTab)
    tab.messages.show_messages([("user", "Hello there")])
    tab.drop([folder])
    qtbot.waitUntil(lambda: tab.text.toPlainText() == "[user] Hello there<|endoftext|>")
    amounts = {part.key: part.amount for part in tab.bar.parts}
    assert amounts["special"] == 1
    assert amounts["said"] >= 2
