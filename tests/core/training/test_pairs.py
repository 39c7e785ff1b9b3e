"""Pairs of texts: which, in which order, of which tokens."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.jobs.context import Context
from core.training.blocks import Block
from core.training.pairs import Bags, Pairs, make_pairs, picked, stretches

BLOCKS = [
    Block("red", ("a b", "c")),
    Block("", ("alone",)),
    Block("blue", ("d e f",)),
    Block("", ("g", "h i", "j")),
]


class Words:
    """A token for each word."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def ids(self, texts: list[str]) -> list[list[int]]:
        return [[self.known.setdefault(word, len(self.known)) for word in text.split()] for text in texts]


@pytest.fixture
def made(tmp_path: Path) -> tuple[Pairs, list[str]]:
    words = Words()
    pairs = make_pairs(BLOCKS, words, Context(workdir=tmp_path))
    return pairs, list(words.known)


def read(bags: Bags, words: list[str]) -> list[str]:
    ends = [*bags.starts.tolist()[1:], len(bags.ids)]
    return [
        " ".join(words[id] for id in bags.ids[start:end].tolist())
        for start, end in zip(bags.starts.tolist(), ends, strict=True)
    ]


def test_that_pairs_are_titles_and_sentences_with_what_is_around_them(made: tuple[Pairs, list[str]]) -> None:
    pairs, words = made
    assert len(pairs.units.ids) == 13
    seen = set()
    for step in range(200):
        asked, answers = pairs.batch(3, step, seed=4)
        seen |= set(zip(read(asked, words), read(answers, words), strict=True))
    assert seen == {
        ("red", "a b c"), ("a b", "red c"), ("c", "red a b"), ("blue", "d e f"),
        ("g", "h i j"), ("h i", "g j"), ("j", "g h i"),
    }  # fmt: skip


def test_that_a_batch_follows_from_step_and_seed(made: tuple[Pairs, list[str]]) -> None:
    pairs, words = made
    batch = [read(bags, words) for bags in pairs.batch(2, 9, seed=1)]
    torch.rand(5)
    assert [read(bags, words) for bags in pairs.batch(2, 9, seed=1)] == batch
    assert any([read(bags, words) for bags in pairs.batch(2, 9, seed=seed)] != batch for seed in (2, 3, 4))


def test_that_texts_to_learn_from_are_runs_of_units_and_none_comes_twice(
    made: tuple[Pairs, list[str]],
) -> None:
    pairs, words = made
    found = list(stretches([*BLOCKS, Block("red", ("new",))]))
    assert [text for text, _, _ in found] == [
        "red a b c", "a b", "c", "red", "alone", "blue d e f", "blue", "g h i j", "g", "h i", "j", "red new",
    ]  # fmt: skip
    runs = [[(first, end)] for _, first, end in found[:-1]]
    assert read(pairs.units.bags(runs), words) == [text for text, _, _ in found[:-1]]


def test_that_each_pass_sees_everything_in_an_order_of_its_own() -> None:
    passes = [torch.cat([picked(12, 4, 3 * which + step, 0) for step in range(3)]) for which in range(2)]
    assert all(sorted(one.tolist()) == list(range(12)) for one in passes)
    assert passes[0].tolist() != passes[1].tolist()
    assert len(picked(3, 8, 5, 0)) == 3
