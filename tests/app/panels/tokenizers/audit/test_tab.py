from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.panels.tokenizers.audit.tab import AuditTab
from core.project.project import Project
from tests.app.panels.tokenizers.cells import cells
from tests.app.panels.tokenizers.made_up import audited


@pytest.fixture
def tab(project: Project, show_tab: Callable[..., Any]) -> AuditTab:
    made: AuditTab = show_tab(AuditTab)
    return made


def test_that_the_sentence_and_the_bar_count_the_tokens(tab: AuditTab, finish: Callable[..., int]) -> None:
    finish(tab, audited())
    assert tab.page.answer.sentence.text() == (
        "Of 8,192 tokens, 3 can never occur, 3,014 are unused on your text and 4 seem hardly trained."
    )
    assert [(part.label, part.amount) for part in tab.bar.parts] == [
        ("ok", 8_000),
        ("special", 4),
        ("part of a character", 185),
        ("give another token", 1),
        ("give several tokens", 2),
    ]


def test_that_each_list_has_its_columns_and_says_what_it_is(
    tab: AuditTab, finish: Callable[..., int]
) -> None:
    finish(tab, audited())
    assert tab.view.key == "unreachable"
    assert cells(tab.tokens.table)[0] == [
        "␣SolidGoldMagikarp",
        "310",
        "text",
        "unreachable: several tokens",
        "12 9 77",
    ]
    tab.view.choose("undertrained")
    assert cells(tab.tokens.table)[0][-3:] == ["0.0012", "0", "␣foo  bar"]
    tab.view.choose("unused")
    assert cells(tab.tokens.table)[0] == ["␣rare0", "600", "text"]
    assert tab.meaning.text().endswith("The first 200 of 3,014, by their ids.")
    assert tab.view.buttons["unused"].text() == "Never used 3,014"


def test_that_a_list_that_was_cut_short_says_so(tab: AuditTab, finish: Callable[..., int]) -> None:
    finish(tab, audited(categories={"ok": 2_000, "unreachable: several tokens": 6_192}))
    assert "6,192 can never occur" in tab.page.answer.sentence.text()
    assert tab.view.buttons["unreachable"].text() == "Unreachable 6,192"
    assert tab.meaning.text().endswith("The first 3 of 6,192, by their ids.")


def test_that_a_part_of_the_bar_leads_to_its_list(tab: AuditTab, finish: Callable[..., int]) -> None:
    finish(tab, audited())
    tab.view.choose("unused")
    tab.bar.part_chosen.emit("unreachable: several tokens")
    assert tab.view.key == "unreachable"


def test_that_the_indicator_is_drawn_with_the_reference_marked(
    qtbot: QtBot, tab: AuditTab, finish: Callable[..., int]
) -> None:
    finish(tab, audited())
    qtbot.waitUntil(lambda: tab.indicator.plot is not None)
    plot = tab.indicator.plot
    assert plot is not None
    assert plot.words(0) == "indicator 0.00 to 0.10: 12 tokens, 10 of them marked"
    assert plot.words(5) == "indicator 0.50 to 0.60: 90 tokens"
    assert "Marked: 12 bytes that no text has." in tab.indicator.words.text()


def test_that_without_a_model_there_is_no_plot(tab: AuditTab, finish: Callable[..., int]) -> None:
    finish(
        tab,
        audited(indicator="", undertrained=[], edges=[], counts=[], reference_counts=[], reference=0),
    )
    assert not tab.indicator.isVisible()
    assert tab.page.answer.sentence.text() == (
        "Of 8,192 tokens, 3 can never occur and 3,014 are unused on your text."
    )
    assert not tab.view.buttons["undertrained"].isEnabled()


def test_that_a_model_dropped_is_tokenizer_and_model_and_a_tokenizer_alone_clears_it(
    tab: AuditTab, tmp_path: Path
) -> None:
    model = tmp_path / "model"
    model.mkdir()
    for name in ("config.json", "tokenizer.json"):
        (model / name).write_text("{}")
    assert tab.drop([model])
    values = tab.page.setup.form.values()
    assert (values["tokenizer"], values["model"]) == (str(model), str(model))
    (tmp_path / "spm.model").write_bytes(b"\0")
    assert tab.drop([tmp_path / "spm.model"])
    assert tab.page.setup.form.values()["model"] is None


def test_that_nothing_suspicious_is_said_so(tab: AuditTab, finish: Callable[..., int]) -> None:
    finish(
        tab,
        audited(categories={"ok": 8_192}, unreachable=[], undertrained=[], unused=0, unused_tokens=[]),
    )
    assert tab.page.answer.sentence.text() == "None of the 8,192 tokens is suspicious."
    assert "every token can occur" in tab.page.answer.facts.text()
    assert not tab.listed.isVisible()
