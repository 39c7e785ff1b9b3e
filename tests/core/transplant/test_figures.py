"""Figures on single tokens, where the tokens cut characters or lines."""

from __future__ import annotations

import numpy as np
import pytest

from core.tokenizers.canonical import Boundary, Kind, Token
from core.transplant.evaluate import Passage, Scored
from core.transplant.figures import TokenCosts, spelt
from core.transplant.texts import Slice


def costs(text: str, ids: list[int], ends: list[int], bits: list[float]) -> TokenCosts:
    """The base needs one bit a byte."""
    size = len(text.encode())
    before = Scored(Passage.cut(list(range(size)), list(range(1, size + 1)), size), np.ones(size))
    after = Scored(Passage.cut(ids, ends, size), np.array(bits))
    return TokenCosts([Slice("a", (text,))], [[before]], [[after]], 10)


def test_that_occurrences_bits_and_the_bases_bits_are_counted() -> None:
    found = costs("abcabcd", [1, 2, 1, 3], [2, 3, 5, 7], [5.0, 1.0, 6.0, 9.0])
    assert found.occurs.tolist()[:4] == [0, 2, 1, 1]
    assert found.bits[1] == 11
    assert found.bits_before[1] == pytest.approx(4)
    assert found.added[1] == pytest.approx(7)
    assert found.added[3] == pytest.approx(7)


def test_that_an_unscored_token_does_not_count() -> None:
    found = costs("abab", [1, 1], [2, 4], [np.nan, 6.0])
    assert found.occurs[1] == 1
    assert found.bits[1] == 6


def test_that_an_example_is_the_line_around_the_first_place() -> None:
    text = "first line\nthe second line here\nthird"
    at = text.index("second")
    found = costs(text, [1, 2, 3], [at, at + 6, len(text)], [1, 1, 1])
    [example] = found.examples(2)
    assert example.text == "the second line here"
    assert example.text[slice(*example.at)] == "second"
    assert found.examples(9) == []


def test_that_more_examples_are_the_dearest_other_lines() -> None:
    text = "ab first\nab cheap\nab dear\nab dear\nab middling\n"
    starts = [at for at in range(len(text)) if text.startswith("ab", at)]
    edges = sorted({0, *starts, *(at + 2 for at in starts), len(text)})
    ids = [1 if at in starts else 2 for at in edges[:-1]]
    bits = iter([1.0, 2.0, 9.0, 8.0, 5.0])
    found = costs(text, ids, edges[1:], [next(bits) if id == 1 else 0.0 for id in ids])
    assert [example.text for example in found.examples(1)] == ["ab first", "ab dear", "ab middling"]


def test_that_a_long_line_is_cut_around_the_token() -> None:
    text = "x" * 500 + "needle" + "y" * 500
    [example] = costs(text, [1, 2, 3], [500, 506, 1006], [1, 1, 1]).examples(2)
    assert example.text[slice(*example.at)] == "needle"
    assert len(example.text) < 150


@pytest.mark.parametrize(("begin", "end", "said"), [(1, 2, "日"), (2, 4, "日"), (1, 5, "日本")])
def test_that_half_a_character_is_shown_as_the_whole(begin: int, end: int, said: str) -> None:
    text = "a日本b"
    [example] = costs(text, [1, 2, 3], [begin, end, 8], [1, 1, 1]).examples(2)
    assert example.text[slice(*example.at)] in (said, said[:1])


def test_that_tokens_are_spelt_as_data() -> None:
    assert spelt(Token(0, "Ġthe", Kind.TEXT, b" the")) == " the"
    assert spelt(Token(0, "the", Kind.TEXT, b"the", Boundary.IMPLIED)) == " the"
    assert spelt(Token(0, "</s>", Kind.SPECIAL, b"</s>")) == "</s>"
    assert spelt(Token(0, "æ", Kind.TEXT, b"\xe6")) == "\\xe6"
    assert spelt(Token(0, "Ċ", Kind.TEXT, b"\n")) == "\n"
