from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.panels.tokenizers.names import KEPT
from app.panels.tokenizers.prune.tab import PruneTab
from core.project.project import Project
from tests.app.panels.tokenizers.cells import cells
from tests.app.panels.tokenizers.made_up import pruned


@pytest.fixture
def tab(project: Project, show_tab: Callable[..., Any]) -> PruneTab:
    made: PruneTab = show_tab(PruneTab)
    return made


def test_that_the_sizes_what_it_costs_and_what_went_are_shown(
    tab: PruneTab, finish: Callable[..., int]
) -> None:
    finish(tab, pruned())
    assert tab.page.answer.sentence.text().replace(KEPT, " ") == (
        "The vocabulary is 37.5 % smaller (8,192 → 5,120), and your text takes 1.3 % more tokens."
    )
    assert [(part.label, part.amount) for part in tab.bar.parts] == [
        ("kept", 4_792),
        ("kept for others", 328),
        ("taken out", 3_072),
    ]
    tab.texts.view.choose("table")
    assert cells(tab.texts.table)[1] == ["日本語", "4,514", "1,900", "1,990", "+4.7"]
    assert tab.removed.words.text() == "The first 66 of 3,072, by their old ids."


def test_that_a_vocabulary_that_is_needed_whole_says_so(tab: PruneTab, finish: Callable[..., int]) -> None:
    finish(tab, pruned(new_size=8_192, kept_for_merges=0, removed=[]))
    assert tab.page.answer.sentence.text() == "Nothing could be taken out: all 8,192 tokens are needed."
    assert not tab.removed.isVisible()
