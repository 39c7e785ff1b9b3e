"""Judged pairs, and rank correlation with known answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.encoders.pairs import cosines, ranks, read_pairs, spearman
from core.errors import UserError


@pytest.mark.parametrize(
    "text",
    [
        "a man\tone, two\t5\nb\tc\t0.5\n",
        "sentence1\tsentence2\tscore\r\na man\tone, two\t5\r\nb\tc\t0.5",
        'a man,"one, two",5\nb,c,0.5\n\n',
        'first,second,score\na man,"one, two",5.0\nb,c,.5\n',
    ],
)
def test_that_tables_of_each_kind_are_read(text: str, tmp_path: Path) -> None:
    file = tmp_path / "sts.tsv"
    file.write_bytes(text.encode())
    found = read_pairs(file, field="pairs")
    assert (found.name, found.first, found.second) == ("sts.tsv", ["a man", "b"], ["one, two", "c"])
    assert found.scores.tolist() == [5.0, 0.5]


def test_that_words_parted_by_spaces_are_read(tmp_path: Path) -> None:
    (tmp_path / "w.txt").write_text("sun sunlight 50\nold new 1.58\n", encoding="utf-8")
    assert read_pairs(tmp_path / "w.txt", field="pairs").second == ["sunlight", "new"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\tb\t1\na\tb\n", "row 2: not two texts and a score"),
        ("a\tb\t1\nc\td\tmuch\n", "row 2: the score 'much' is no number"),
        ("a\tb\t1\nc\td\tnan\n", "the score 'nan' is no number"),
        ("a\tb\t1\n", "fewer than two pairs"),
    ],
)
def test_that_what_is_no_pair_is_told(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "p").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=said):
        read_pairs(tmp_path / "p", field="pairs")


def test_that_spearman_is_the_known_one() -> None:
    gold, found = np.array([5.0, 3, 3, 1, 0]), np.array([0.9, 0.7, 0.8, 0.2, 0.2])
    assert spearman(found, gold) == pytest.approx(0.947368, abs=1e-6)
    assert ranks(gold).tolist() == [5, 3.5, 3.5, 2, 1]
    assert spearman(gold, gold) == pytest.approx(1)
    assert spearman(gold, -gold) == pytest.approx(-1)
    assert spearman(gold, np.ones(5)) == 0


def test_that_spearman_is_scipys() -> None:
    stats = pytest.importorskip("scipy.stats")
    source = np.random.default_rng(0)
    one, other = source.integers(9, size=200).astype(float), source.normal(size=200)
    assert spearman(one, other) == pytest.approx(stats.spearmanr(one, other).statistic)


def test_that_a_cosine_with_nothing_is_zero() -> None:
    one = np.array([[3, 4], [0, 0]], dtype=np.float32)
    assert cosines(one, np.array([[4, 3], [1, 1]], dtype=np.float32)).tolist() == pytest.approx([0.96, 0])
