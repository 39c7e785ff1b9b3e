from __future__ import annotations

import pytest

from app.panels.tokenizers.compare.token_text import code_points, token_text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b" quick", "·quick"),
        (b"\n", "↵"),
        (b"\t\r", "→␍"),
        ("a\u00a0b".encode(), "a⍽b"),
        ("\u200b".encode(), "⟨ZWSP⟩"),
        ("\ue000".encode(), "⟨U+E000⟩"),
        (b"\x00", "␀"),
        ("🙂".encode()[:2], "⟨F0 9F⟩"),
        (b" " + "中".encode()[:1], "·⟨E4⟩"),
        ("中".encode()[1:] + "文".encode(), "⟨B8 AD⟩文"),
        ("é".encode(), "é"),
        ("\u0301".encode(), "◌\u0301"),
        ("\u093f".encode(), "◌\u093f"),
        ("👩\u200d👧".encode(), "👩\u200d👧"),
        ("👩\u200d".encode(), "👩⟨ZWJ⟩"),
        ("\u200d👧".encode(), "⟨ZWJ⟩👧"),
        ("❤\ufe0f".encode(), "❤\ufe0f"),
        ("\ufe0f".encode(), "⟨VS16⟩"),
    ],
)
def test_that_nothing_is_invisible_and_half_characters_are_bytes(data: bytes, text: str) -> None:
    assert token_text(data).text == text


def test_that_what_runs_from_right_to_left_is_kept_apart() -> None:
    assert token_text("سلام".encode()).text == "\u2068سلام\u2069"
    assert token_text(b"end").text == "end"


def test_that_the_font_follows_the_script_and_not_the_signs() -> None:
    assert token_text("हिन्दी".encode()).wide
    assert token_text("中".encode()).wide
    assert not token_text("über\n€".encode()).wide


def test_that_only_cut_characters_are_partial() -> None:
    assert token_text(b"\xe4\xb8").partial
    assert not token_text("中".encode()).partial


def test_that_code_points_have_their_names_and_a_long_text_an_end() -> None:
    assert code_points("q\n") == ["U+0071 LATIN SMALL LETTER Q", "U+000A LINE FEED"]
    assert code_points("a" * 12)[-1] == "and 4 more"
