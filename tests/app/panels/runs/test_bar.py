from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.panels.runs.bar import KindTabs
from app.panels.runs.model import RunModel, make_row
from tests.app.panels.runs.grafting import record


@pytest.fixture
def tabs(qtbot: QtBot) -> KindTabs:
    made = KindTabs()
    qtbot.addWidget(made)
    return made


def model_of(tabs: KindTabs, *kinds: str) -> RunModel:
    model = RunModel(tabs)
    model.replace(make_row(record(number, kind=kind)) for number, kind in enumerate(kinds, start=1))
    return model


def texts(tabs: KindTabs) -> list[str]:
    return [tabs.tabText(tab) for tab in range(tabs.count())]


def test_that_tabs_come_and_go_with_the_kinds_and_the_one_shown_stays(tabs: KindTabs) -> None:
    tabs.follow(model_of(tabs, "test-graft", "odd & even"))
    assert texts(tabs) == ["All", "Graft", "Odd && even"]
    tabs.setCurrentIndex(2)
    assert tabs.kind == "odd & even"
    tabs.follow(model_of(tabs, "odd & even", "another"))
    assert texts(tabs) == ["All", "Odd && even", "Another"]
    assert tabs.kind == "odd & even"
    tabs.follow(model_of(tabs))
    assert (texts(tabs), tabs.kind) == (["All"], "")


def test_that_a_kind_wanted_is_shown_once_it_is_there(tabs: KindTabs) -> None:
    tabs.want("late", model_of(tabs, "test-graft"))
    assert tabs.kind == ""
    tabs.follow(model_of(tabs, "test-graft", "late"))
    assert tabs.kind == "late"
    tabs.setCurrentIndex(0)
    tabs.follow(model_of(tabs, "test-graft", "late"))
    assert tabs.kind == ""
