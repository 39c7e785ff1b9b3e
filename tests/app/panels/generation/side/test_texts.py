from __future__ import annotations

import pytest

from app.panels.generation.side.texts import SoFar, Text, bits_by_byte, partings, texts_of
from tests.app.panels.generation import made_up


def text(words: str, stopped: str = "length") -> Text:
    return Text(model=0, data=bytearray(words.encode()), stopped=stopped)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([text("abc")], [-1]),
        ([text("abc"), text("abd")], [2, 2]),
        ([text("abcd"), text("abce"), text("ax")], [1, 3, 1]),
        ([text("abc"), text("abc")], [-1, -1]),
        ([text("abc"), text("abcd", "")], [3, 3]),  # the first has ended, the second goes on
        ([text("abc", ""), text("abcd", "")], [-1, -1]),  # the first may still say the same
        ([text("é"), text("è")], [0, 0]),  # of whole characters, though their first bytes agree
    ],
)
def test_that_texts_part_where_they_cannot_say_the_same_any_more(
    texts: list[Text], expected: list[int]
) -> None:
    assert partings(texts) == expected


def test_that_what_streams_in_is_the_text_of_the_result() -> None:
    result = made_up.result()
    so_far = SoFar(1)
    begun = [
        {"model": one.model, "prompt": 0, "sample": 0, "prefix": [1, 2, 3]} for one in result.transcripts
    ]
    so_far.hear({"part": "begun", "transcripts": begun})
    for number, one in enumerate(result.transcripts):
        for token in one.tokens:
            words = one.text.encode()[token.start : token.end].decode()
            more = so_far.hear(
                {"part": "tokens", "tokens": [[number, token.model_dump()]], "texts": [[number, words]]}
            )
            assert [(part.number, part.text) for part in more] == [(number, words)]
        so_far.hear({"part": "ended", "transcript": number, "stopped": "length"})
    wanted = texts_of(result)
    for told, whole in zip(so_far.texts, wanted, strict=True):
        assert (told.text, told.tokens, told.stopped, told.prefix) == (
            whole.text,
            whole.tokens,
            whole.stopped,
            whole.prefix,
        )


def test_that_what_another_version_tells_is_left_out() -> None:
    so_far = SoFar(1)
    assert so_far.hear({"part": "begun", "transcripts": [{"model": 0}]}) == []
    assert so_far.hear({"part": "tokens", "tokens": [[3, {}]], "texts": []}) == []
    assert so_far.texts == []


def test_that_a_tokens_bits_are_spread_over_its_bytes() -> None:
    bits = bits_by_byte(list(made_up.records(["ab", "c"], cost=2.0)))
    assert bits == pytest.approx((1.0, 1.0, 2.0))
