from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.tokenizers.dynamic.tab import DynamicTab
from app.panels.tokenizers.names import KEPT
from core.project.project import Project
from tests.app.panels.tokenizers.cells import cells
from tests.app.panels.tokenizers.made_up import merged


@pytest.fixture
def tab(project: Project, show_tab: Callable[..., Any]) -> DynamicTab:
    made: DynamicTab = show_tab(DynamicTab)
    return made


def test_that_each_text_says_what_is_saved_of_what_is_possible(
    tab: DynamicTab, finish: Callable[..., int]
) -> None:
    finish(tab, merged())
    assert tab.page.answer.sentence.text().replace(KEPT, " ") == (
        "Merging within words saves 18.0 % of the tokens: 10,000 → 8,200."
    )
    first = tab.bars.bars[0]
    assert (first.name, first.text.replace(KEPT, " ")) == ("all texts", "18.0 % of 26.0 %")
    tab.view.choose("table")
    assert cells(tab.texts)[1][:5] == ["prose", "10,000", "7,600", "24.0", "33.0"]


def test_that_one_text_is_not_shown_twice(tab: DynamicTab, finish: Callable[..., int]) -> None:
    finish(tab, merged(rows=merged().rows[:2]))
    assert [bar.name for bar in tab.bars.bars] == ["prose"]


def test_that_merges_show_what_they_make(tab: DynamicTab, finish: Callable[..., int]) -> None:
    finish(tab, merged())
    assert cells(tab.merges.table)[0] == ["␣King", "sley", "␣Kingsley", "90", "3"]
    assert cells(tab.merges.table)[2][2] == "<b>x</b>"


def test_that_the_curve_is_walked_along_by_key(
    qtbot: QtBot, tab: DynamicTab, finish: Callable[..., int]
) -> None:
    finish(tab, merged())
    curve = tab.curve
    said = curve.accessibleDescription().replace(KEPT, " ")
    assert said.startswith("after 0 merges in each batch: 0.0 % of the tokens saved; after 88 merges")
    for _ in range(2):
        qtbot.keyClick(curve, Qt.Key.Key_Right)
    assert curve.accessibleDescription().replace(KEPT, " ").startswith("after 8 merges in each batch: 3.6 %")
    first, last = (curve.place(merged().curve[place]) for place in (0, -1))
    assert first.x() < last.x()
    assert first.y() > last.y()
