from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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


def test_that_the_curve_says_what_so_many_merges_save(tab: DynamicTab, finish: Callable[..., int]) -> None:
    finish(tab, merged())
    (series,) = tab.curve.series
    assert (series.x[1], round(series.y[1], 2)) == (8, 3.6)
    assert tab.curve.words(8.0).startswith("merges in each batch 8\nall texts: 3.6")
