from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.tokenizers.extend.tab import ExtendTab
from app.panels.tokenizers.names import KEPT
from core.project.project import Project
from tests.app.panels.tokenizers.cells import cells
from tests.app.panels.tokenizers.made_up import extended


@pytest.fixture
def tab(project: Project, show_tab: Callable[..., Any], finish: Callable[..., int]) -> ExtendTab:
    made: ExtendTab = show_tab(ExtendTab)
    finish(made, extended())
    return made


def test_that_held_out_text_comes_first_and_carries_the_sentence(tab: ExtendTab) -> None:
    assert tab.page.answer.sentence.text().replace(KEPT, " ") == (
        "300 new tokens save 25.0 % of the tokens on held-out domain text: 600 → 450."
    )
    assert "every id below 8,192 is what it was" in tab.page.answer.facts.text()
    assert [pair.name for pair in tab.texts.dots.pairs] == [
        "held out: python",
        "other text: prose",
        "learnt from: python",
    ]
    tab.texts.view.choose("table")
    assert cells(tab.texts.table)[0] == ["python", "held out", "1,743", "600", "450", "25.0", "2.44", "1.83"]


def test_that_terms_are_told_in_a_sentence(tab: ExtendTab) -> None:
    assert tab.terms_words.text().replace(KEPT, " ") == (
        "The 120 terms (80 of them in the text) take 3.42 → 1.20 tokens each on average; "
        "4.0 % → 85.0 % of them are one token."
    )


def test_that_new_tokens_are_filtered_sorted_and_marked_when_no_text_gives_them(
    qtbot: QtBot, tab: ExtendTab
) -> None:
    table = tab.tokens.table
    rows = cells(table)
    assert rows[0] == ["␣return", "8192", "90", "4", "270", "yes"]
    assert rows[5][-1] == "never"
    table.sortByColumn(5, Qt.SortOrder.AscendingOrder)
    assert cells(table)[0][0] == "␣name_289"
    qtbot.keyClicks(tab.tokens.line, "ENODEB")
    qtbot.waitUntil(lambda: tab.tokens.number.text() == "1 of 300 tokens")
    assert [row[0] for row in cells(table)] == ["␣eNodeB"]


def test_that_glossaries_are_told_from_texts(tab: ExtendTab, tmp_path: Path) -> None:
    files = {
        "terms.tsv": b"eNodeB\tbase station\n",
        "foldoc.jsonl.gz": gzip.compress(b'{"term": "eNodeB", "definition": "a base station"}'),
        "manual.txt": b"The eNodeB",
        "posts.jsonl": b'{"text": "The eNodeB"}',
        "broken.jsonl.gz": b"\x1f\x8b\x08nonsense",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert tab.drop([tmp_path / name for name in files])
    values = tab.page.setup.form.values()
    assert values["terms"] == [str(tmp_path / name) for name in ("terms.tsv", "foldoc.jsonl.gz")]
    texts = ("manual.txt", "posts.jsonl", "broken.jsonl.gz")
    assert values["text"] == [str(tmp_path / name) for name in texts]


def test_that_tokens_on_the_way_to_a_term_are_told_apart(tab: ExtendTab, finish: Callable[..., int]) -> None:
    first, second, *_ = extended().added
    finish(tab, extended(added=[first, second.model_copy(update={"step": True})]))
    assert [row[1] for row in cells(tab.tokens.table)] == ["term", "on the way"]
