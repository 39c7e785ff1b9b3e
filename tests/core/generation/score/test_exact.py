"""Byte lock step: sums over bytes, divergences by hand, windows that all models share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.generation.byte_model import ByteLaw, ByteModel, ByteState
from core.generation.score.exact import (
    LockStep,
    Pair,
    Track,
    byte_by_byte,
    jensen_shannon,
    kullback_leibler,
    windows,
)
from core.generation.score.request import ScoreRequest
from core.jobs.context import Context
from tests.core.generation.covers.test_opened import without_beginning
from tests.core.generation.table_model import TableModel, toy_bpe


@dataclass
class _Read(ByteState):
    data: bytes


class Table(ByteModel):
    """The law of the next byte as a function of the bytes before it, "a" or "b" or the end."""

    def __init__(self, law: Callable[[bytes], Sequence[float]]) -> None:
        self.law_of = law
        self.evaluations = 0
        self.seen: list[bytes] = []

    def start(self) -> ByteState:
        return _Read(b"")

    def push(self, state: ByteState, byte: int) -> ByteState:
        assert isinstance(state, _Read)
        return _Read(state.data + bytes([byte]))

    def law(self, state: ByteState) -> ByteLaw:
        assert isinstance(state, _Read)
        self.seen.append(state.data)
        self.evaluations += 1
        found = np.zeros(257)
        found[[ord("a"), ord("b"), 256]] = self.law_of(state.data)
        with np.errstate(divide="ignore"):
            return ByteLaw(np.log(found), 0.125, 1e-9)


@pytest.fixture
def toy(tmp_path: Path) -> TableModel:
    """Tokens a, b and ab, all alike."""
    model = TableModel(toy_bpe(tmp_path / "t", "ab", [("a", "b")]), lambda ids: dict.fromkeys(range(4), 0.25))
    model.begin = (3,)
    return model


def run(toy: TableModel, text: str, tables: Sequence[Table], limit: int, place: Path) -> LockStep:
    tracks = [Track(toy, table) for table in tables]
    step = LockStep(tracks, [Pair(n) for n in range(1, len(tracks))], [limit] * len(tracks))
    step.add(text, Context(workdir=place))
    return step


def test_that_bits_are_summed_over_bytes_and_laws_compared(toy: TableModel, tmp_path: Path) -> None:
    first = Table(lambda data: (0.5, 0.25, 0.25))
    other = Table(lambda data: (0.25, 0.5, 0.25) if data.endswith(b"b") else (0.5, 0.25, 0.25))
    step = run(toy, "aba", [first, other], 100, tmp_path)
    one, two = step.tracks
    assert (one.bits, two.bits) == (pytest.approx(1 + 2 + 1), pytest.approx(1 + 2 + 2))
    assert one.kept == pytest.approx([1, 2, 1])
    assert one.top == [ord("a")] * 3
    assert two.top == [ord("a"), ord("a"), ord("b")]
    assert one.leaked == pytest.approx(3 * 0.125)
    assert one.canonical == pytest.approx(2 * 2)  # ab and a, a quarter each
    (pair,) = step.pairs
    assert pair.divergences[:2] == [0, 0]
    assert pair.kullback_leiblers == pytest.approx([0, 0, 0.25])  # .5·1 − .25·1
    assert pair.first_disagreement == 2


def test_that_divergences_are_those_of_the_definition() -> None:
    one, two = np.log([0.5, 0.5]), np.log([0.9, 0.1])
    middle = [0.7, 0.3]
    expected = sum(
        p / 2 * math.log2(p / m) for law in ([0.5, 0.5], [0.9, 0.1]) for p, m in zip(law, middle, strict=True)
    )
    assert jensen_shannon(one, two) == pytest.approx(expected)
    assert kullback_leibler(one, two) == pytest.approx(
        0.5 * math.log2(0.5 / 0.9) + 0.5 * math.log2(0.5 / 0.1)
    )
    apart = np.array([0.0, -np.inf]), np.array([-np.inf, 0.0])
    assert jensen_shannon(*apart) == 1
    assert kullback_leibler(*apart) is None


def test_that_long_texts_go_in_windows_that_score_each_byte_once(toy: TableModel, tmp_path: Path) -> None:
    text = "ab ba aab abb " * 6
    table = Table(lambda data: (0.4, 0.4, 0.2))
    edges = list(range(1, len(text) + 1))
    found = windows(text.encode(), [edges, edges[1::2]], [20, 12])
    assert found[0].start == found[0].scored == 0
    for before, after in pairwise(found):
        assert after.scored == before.end
        assert after.start < after.scored
        assert text[after.start - 1] == " "
        assert after.end - after.start <= 20
    assert found[-1].end == len(text)
    plain = text.replace(" ", "")
    step = run(toy, plain, [table], 12, tmp_path)
    assert step.bytes == len(plain)
    assert len(table.seen) == len(plain)
    assert step.widest < len(plain)
    later = [data for data in table.seen if len(data) < len(plain)][step.widest :]
    assert min(len(data) for data in later) >= 4


def test_that_windows_never_cut_a_character() -> None:
    data = "äöüß€🙂äöü".encode() * 3
    edges = list(range(1, len(data) + 1))  # a token a byte
    for limit in (2, 3, 4, 7, 11):
        for one in windows(data, [edges], [limit]):
            data[one.start : one.scored].decode()
            data[one.scored : one.end].decode()
            assert one.end > one.scored >= one.start


def test_that_an_impossible_byte_is_refused_with_a_mend(toy: TableModel, tmp_path: Path) -> None:
    table = Table(lambda data: (1.0, 0.0, 0.0))
    with pytest.raises(UserError, match=r"byte 1 \(0x62\) for impossible"):
        run(toy, "ab", [table], 100, tmp_path)


def test_that_the_first_token_costs_nothing_where_nothing_stands_before_texts(tmp_path: Path) -> None:
    """Independent bytes a .5, b .3, c .2 in tokens: “c” is granted, “abab” has .0225."""
    model, ctx = without_beginning(tmp_path), Context(workdir=tmp_path)
    found = byte_by_byte(ScoreRequest(models=[tmp_path], prompt="cabab", exact=True), [model], ctx)
    assert found.bits_per_byte[0] == pytest.approx(-math.log2(0.0225) / 5)
    own = 0.47 * (0.24 / 0.94) * (0.47 / 0.8) * (0.24 / 0.94)
    assert found.canonical[0] == pytest.approx(-math.log2(own) / 5)
    assert ["taken for granted" in words for words in ctx.warnings] == [True]
