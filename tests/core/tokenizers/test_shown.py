"""Tokens as a person can read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tokenizers.shown import shown


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b" cat", "␣cat"),
        (b"\n\n\t", "⏎⏎⇥"),
        ("日本".encode(), "日本"),
        (b"\xe6\x97", r"\xE6\x97"),
        (b"\xe6\x97\xa5\xe6", r"日\xE6"),
        ("\u200bx\u00a0".encode(), r"\u{200B}x\u{00A0}"),
        ("\u202e".encode(), r"\u{202E}"),
        (rb"\n", r"\\n"),
        (b"", ""),
    ],
)
def test_that_nothing_in_a_token_is_invisible(data: bytes, text: str) -> None:
    assert shown(data) == text


@given(st.binary(max_size=12), st.binary(max_size=12))
def test_that_different_bytes_look_different(one: bytes, other: bytes) -> None:
    marks = "␣⏎⇥␍".encode()
    if one != other and not any(mark in one + other for mark in (marks[i : i + 3] for i in range(0, 12, 3))):
        assert shown(one) != shown(other)


@given(st.binary(max_size=12))
def test_that_what_is_shown_is_printable(data: bytes) -> None:
    assert shown(data).isprintable()
