"""Writing byte by byte, from tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import Cancelled
from core.generation.byte_model import END, ByteModel
from core.generation.byte_writing import Writing, characters
from core.generation.decoding.draw import chance
from core.generation.samplers.top_k import TopK
from core.jobs.context import Context, Control
from tests.core.generation.table_bytes import TableBytes, letters


def says(text: str) -> TableBytes:
    """Writes this text, and then ends."""
    data = text.encode()
    return TableBytes(lambda read: {data[len(read)] if len(read) < len(data) else END: 1.0})


def written(model: ByteModel, ctx: Context, most: int = 100, **more: Any) -> tuple[str, str | None]:
    writing = Writing(model, model.start(), most=most, ctx=ctx, **more)
    for _ in writing:
        pass
    assert bytes(writing.data[: writing.sure]).decode() == writing.text
    return writing.text, writing.stopped


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def test_that_writing_stops_at_the_end_at_a_length_and_before_a_stop(ctx: Context) -> None:
    model = says("one two three")
    assert written(model, ctx) == ("one two three", "end")
    assert written(model, ctx, most=5) == ("one t", "length")
    assert written(model, ctx, stop=["wo", "three"]) == ("one t", "stop")
    assert written(model, ctx, stop=["one"]) == ("", "stop")


def test_that_no_character_is_cut_in_two(ctx: Context) -> None:
    model = says("aé€😀")
    texts = [written(model, ctx, most=most)[0] for most in range(1, 11)]
    assert texts == ["a", "aé", "aé", "aé€", "aé€", "aé€", *["aé€😀"] * 4]


def test_that_what_may_become_a_stop_is_held_back(ctx: Context) -> None:
    model = says("say stop now")
    writing = Writing(model, model.start(), most=100, stop=["stop"], ctx=ctx)
    shown = [writing.text for _ in writing]
    assert not any("s" in text[1:] for text in shown)
    assert written(says("star"), ctx, stop=["stop"])[0] == "star"


def test_that_a_full_context_ends_a_text_with_what_it_has(ctx: Context) -> None:
    model = TableBytes(lambda data: letters(a=1.0), most=3)
    assert written(model, ctx) == ("aaa", "context")
    assert ctx.warnings == ["The model's context is full."]


def test_that_draws_follow_the_law_and_the_seed(ctx: Context) -> None:
    model = TableBytes(lambda data: letters(a=0.7, b=0.2, c=0.1))

    def drawn(seed: int, *samplers: TopK) -> str:
        return written(model, ctx, 3_000, chance=chance(seed, 0, 0), samplers=samplers)[0]

    text = drawn(1)
    assert text == drawn(1) != drawn(2)
    assert [text.count(letter) / 3_000 for letter in "abc"] == pytest.approx([0.7, 0.2, 0.1], abs=0.03)
    assert "c" not in drawn(1, TopK(k=2))


def test_that_a_stop_is_heard_at_the_next_byte(tmp_path: Path) -> None:
    control = Control()
    ctx = Context(workdir=tmp_path, control=control)
    model = TableBytes(lambda data: letters(a=1.0))
    writing = Writing(model, model.start(), most=100, ctx=ctx)
    bytes_ = iter(writing)
    for _ in range(7):
        next(bytes_)
    control.cancel()
    with pytest.raises(Cancelled):
        next(bytes_)
    assert len(writing.data) == 7


def test_that_bytes_become_characters() -> None:
    assert characters("aé".encode() + b"\xff!") == [(0, 1, "a"), (1, 3, "é"), (3, 4, "\ufffd"), (4, 5, "!")]
