from __future__ import annotations

import pytest

from app.panels.retrieval.why.matched import matches, snippet, terms


def test_that_small_words_do_not_count_unless_there_are_no_others() -> None:
    assert terms("What are the effects of blades?") == {"effect", "blade"}
    assert terms("to be or not to be") == {"to", "be", "or", "not"}
    assert terms("") == frozenset()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Blade and BLADES, bladed", ["Blade", "BLADES"]),
        ("studies of a study", ["studies", "study"]),
        ("glass", ["glass"]),
        ("größe der Größen", ["größe"]),
    ],
)
def test_that_words_match_without_case_and_plural(text: str, found: list[str]) -> None:
    wanted = terms("blade study glass größe")
    assert [text[start:end] for start, end in matches(text, wanted)] == found


def test_that_a_snippet_begins_before_a_match_that_lies_far_behind() -> None:
    text = "word " * 100 + "blade " + "rest " * 100
    assert "blade" in snippet("", text, terms("blade"), 80)
    assert snippet("", text, terms("blade"), 80).startswith("… ")
    assert snippet("Title", "one\ntwo", terms("zebra"), 80) == "Title. one two"


@pytest.mark.parametrize(("title", "line"), [("How many?", "How many? Few."), ("Many", "Many. Few.")])
def test_that_a_title_ends_once(title: str, line: str) -> None:
    assert snippet(title, "Few.", frozenset(), 80) == line
