from __future__ import annotations

import random

import pytest

from core.generation.decoding.text import Text

STORY = "Café ☕ 世界 🙂👩‍👩‍👧 שלום עולם مرحبا e\u0301 ﷺ 🇨🇦!"


def streamed(pieces: list[bytes], text: Text) -> list[str]:
    """What is told after each piece, and at the end."""
    told = []
    for piece in pieces:
        text.add(piece)
        told.append(text.take())
        if text.stopped:
            break
    return [*told, text.take(end=True)]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_that_pieces_of_any_size_stream_whole_characters(size: int) -> None:
    data = STORY.encode()
    text = Text()
    told = streamed([data[at : at + size] for at in range(0, len(data), size)], text)
    assert "".join(told) == STORY == text.text
    assert "\ufffd" not in "".join(told)


def test_that_what_is_no_text_reads_as_python_reads_it() -> None:
    chance = random.Random(3)
    for _ in range(300):
        data = bytes(chance.choice(b"a\x80\xbf\xc3\xa9\xe4\xb8\x96\xf0\x9f\x99\x82\xff") for _ in range(12))
        text = Text()
        places = [0]
        for at in range(len(data)):
            text.add(data[at : at + 1])
            text.take()
        text.take(end=True)
        assert text.text == data.decode(errors="replace")
        places = [text.place(at) for at in range(len(data) + 1)]
        assert places == sorted(places)
        assert (places[0], places[-1]) == (0, len(text.text.encode()))


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_that_a_stop_string_ends_the_text_across_pieces(size: int) -> None:
    data = "One. Twö!! Three".encode()
    text = Text(stop=["ö!!".encode(), b"Three"])
    told = streamed([data[at : at + size] for at in range(0, len(data), size)], text)
    assert text.stopped == "stop"
    assert "".join(told) == text.text == "One. Tw"
    assert len(text) == 7


def test_that_what_may_begin_a_stop_string_is_held_back_and_given_if_it_does_not() -> None:
    text = Text(stop=[b"\n\nUser:"])
    assert streamed([b"Yes.", b"\n", b"\n", b"Us", b"ual", b"ly\n"], text) == [
        "Yes.", "", "", "", "\n\nUsual", "ly", "\n",
    ]  # fmt: skip
    assert text.stopped is None


def test_that_of_several_stop_strings_the_first_place_counts() -> None:
    text = Text(stop=[b"cd", b"bcde"])
    text.add(b"abcdef")
    assert (text.stopped, text.take()) == ("stop", "a")


def test_that_a_limit_waits_for_the_end_of_a_character() -> None:
    text = Text(max_bytes=2)
    for byte in "a世b".encode():
        text.add(bytes([byte]))
        if text.stopped:
            break
    assert text.stopped == "length"
    assert text.take(end=True) == "a世"


def test_that_what_belongs_to_the_prompt_is_no_text() -> None:
    assert "".join(streamed([b" t", b"ime", b" to"], Text(skip=b" tim"))) == "e to"
    assert "".join(streamed([b"The"], Text(skip=b" "))) == "The"


def test_that_half_a_character_at_the_end_is_marked() -> None:
    assert streamed([b"a\xe4", b"\xb8"], Text()) == ["a", "", "\ufffd"]


def test_that_a_copy_goes_its_own_way() -> None:
    text = Text()
    text.add(b"a\xff")
    text.take()
    other = text.copy()
    other.add(b"\xffb")
    other.take(end=True)
    text.add(b"c")
    text.take(end=True)
    assert (text.text, other.text) == ("a\ufffdc", "a\ufffd\ufffdb")
    assert text.place(3) == 5
