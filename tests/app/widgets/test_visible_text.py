from __future__ import annotations

import pytest

from app.widgets.visible_text import isolated, shown_token, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (" the", "␣the"),
        ("a\tb\r\n", "a⇥b␍↵"),
        ("\u00a0x", "⍽x"),
        ("\x00\x1b", "␀␛"),
        ("\x85", "⟨U+0085⟩"),
        ("a\u200db", "a⟨ZWJ⟩b"),
        ("\ufeff", "⟨BOM⟩"),
        ("\u202etxt", "⟨U+202E⟩txt"),
        ("\U000e0001", "⟨U+E0001⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("\u0301e", "◌\u0301e"),
        ("", "⟨empty⟩"),
        ("<b>日本語</b>", "<b>日本語</b>"),
    ],
)
def test_that_what_would_not_show_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_that_right_to_left_text_is_kept_from_turning_its_neighbours_round() -> None:
    assert isolated("كتاب") == "\u2068كتاب\u2069"
    assert isolated("book") == "book"
    assert shown_token(" כן") == "\u2068␣כן\u2069"
