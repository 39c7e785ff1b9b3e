"""Bits per byte told apart by slice and token, and the same context for both models."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from core.jobs.context import Context
from core.tokenizers.open import open_tokenizer
from core.transplant.evaluate import Passage, Scored, compared, parts, prefix_of, read, windows
from core.transplant.texts import Slice
from tests.core.transplant.toys import ROLES, byte_level, trained, vocabulary, write_tokenizer


def scored(ends: list[int], length: int, bits: list[float], ids: list[int] | None = None) -> Scored:
    passage = Passage.cut(ids or list(range(len(ends))), ends, length)
    return Scored(passage, np.array(bits))


def test_that_bits_per_byte_are_the_known_ones() -> None:
    bits = 2.0 / math.log(2)
    one = scored([3, 6, 10], 10, [bits] * 3)
    rates, tokens, size = compared([Slice("a", ("0123456789",))], [[one]], [[one]])
    assert rates.before["a"] == rates.after["all"] == pytest.approx(0.8656170245 * 10 / 10, abs=1e-9)
    assert tokens.after == {"a": 3, "all": 3}
    assert size == {"a": 10, "all": 10}


def test_that_a_token_that_is_not_scored_takes_its_bytes_along() -> None:
    one = scored([4, 10], 10, [math.nan, 12.0])
    rates, _, _ = compared([Slice("a", ("0123456789",))], [[one]], [[one]])
    assert rates.after["a"] == 2.0


def test_that_a_slice_weighs_in_the_whole_by_its_bytes() -> None:
    slices = [Slice("a", ("x" * 4,)), Slice("b", ("x" * 12,))]
    read_by = [[scored([4], 4, [8.0])], [scored([12], 12, [12.0])]]
    rates, _, _ = compared(slices, read_by, read_by)
    assert rates.after == {"a": 2.0, "b": 1.0, "all": 20 / 16}


def test_that_tokens_share_out_all_bytes() -> None:
    passage = Passage.cut([5, 6, 7, 8], [0, 3, 2, 6], 8)
    assert passage.edges.tolist() == [0, 0, 3, 3, 8]
    assert passage.bytes == 8


def test_that_a_tokens_bits_are_spread_over_its_bytes() -> None:
    one = scored([2, 2, 6], 6, [4.0, 3.0, 8.0])
    assert one.per_byte().tolist() == [0, 2, 4, 9, 11, 13, 15]
    assert one.per_byte()[-1] == one.total


def test_that_bits_of_a_token_without_bytes_at_the_end_are_not_lost() -> None:
    one = scored([3, 3], 3, [3.0, 5.0])
    assert one.passage.edges.tolist() == [0, 3, 3]
    assert one.per_byte()[-1] == 8.0


def test_that_the_loss_is_divided_by_the_kind_of_row_with_the_bases_on_the_same_bytes() -> None:
    text = Slice("a", ("abcdefgh",))
    before = scored([4, 8], 8, [4.0, 8.0])
    after = scored([2, 6, 8], 8, [1.0, 9.0, 2.0], ids=[0, 1, 0])
    found = parts([text], [[before]], [[after]], np.array([False, True]))
    told = {(part.slice, part.kind): part for part in found}
    copied, made = told["a", "copied"], told["a", "approximated"]
    assert (copied.tokens, copied.bytes, copied.bits, copied.bits_before) == (2, 4, 3.0, 2.0 + 4.0)
    assert (made.tokens, made.bytes, made.bits, made.bits_before) == (1, 4, 9.0, 2.0 + 4.0)
    assert told["all", "copied"].bits == 3.0


def test_that_the_loss_is_divided_by_what_was_read_last_too() -> None:
    text = Slice("a", ("abcdefgh",))
    before = scored([4, 8], 8, [4.0, 8.0])
    after = scored([2, 6, 8], 8, [1.0, 9.0, 2.0], ids=[0, 1, 0])
    found = parts([text], [[before]], [[after]], np.array([False, True]), by_input=True)
    told = {(part.slice, part.kind): part for part in found}
    assert (told["a", "copied"].tokens, told["a", "copied"].bits) == (2, 10.0)
    assert (told["a", "approximated"].tokens, told["a", "approximated"].bits) == (1, 2.0)


def test_that_windows_cover_equally_many_bytes() -> None:
    assert windows((128, 128), (4.0, 4.0)) == (128, 128)
    assert windows((128, 128), (4.0, 2.0)) == (64, 128)
    assert windows((128, 128), (3.0, 4.0)) == (128, 96)
    assert windows((None, None), (4.0, 4.0)) == (1024, 1024)
    assert windows((2, 2), (9.0, 1.0)) == (2, 2)


def test_that_the_context_is_bos_or_else_eos(tmp_path: Path) -> None:
    def of(folder: str, **roles: str) -> int | None:
        return prefix_of(vocabulary(tmp_path / folder, byte_level(["a"], ["<x>", "<y>"]), roles))

    assert of("both", bos="<y>", eos="<x>") == 2
    assert of("eos", eos="<x>") == 1
    assert of("none") is None


def test_that_a_tokenizer_that_drops_spaces_is_told(tmp_path: Path) -> None:
    level = open_tokenizer(write_tokenizer(tmp_path / "l", trained("byte-level", 300), ROLES["byte-level"]))
    words = open_tokenizer(write_tokenizer(tmp_path / "w", trained("wordpiece", 300), ROLES["wordpiece"]))
    slices = [Slice("a", ("The harbour,  it was\n",))]
    ctx = Context(workdir=tmp_path)
    read(slices, level, words, ctx)
    assert [
        warning.startswith("The target's tokenizer does not give texts back") for warning in ctx.warnings
    ] == [True]
    ctx = Context(workdir=tmp_path)
    read(slices, level, level, ctx)
    assert ctx.warnings == []


def test_that_what_one_tokenizer_cannot_read_is_left_out_for_both(tmp_path: Path) -> None:
    level = open_tokenizer(write_tokenizer(tmp_path / "l", trained("byte-level", 300), ROLES["byte-level"]))
    pieces = open_tokenizer(write_tokenizer(tmp_path / "p", trained("unigram", 200), ROLES["unigram"]))
    ctx = Context(workdir=tmp_path)
    slices = [Slice("a", ("The harbour. ", "日本")), Slice("b", ("語",)), Slice("c", ("It was.",))]
    kept, before, after = read(slices, level, pieces, ctx)
    assert kept == [Slice("a", ("The harbour. ",)), Slice("c", ("It was.",))]
    assert [[p.bytes for p in text] for text in before] == [[p.bytes for p in text] for text in after]
    assert "9 bytes of the texts were not measured" in ctx.warnings[0]
