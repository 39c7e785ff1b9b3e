"""Trans-Tokenization: words aligned in parallel text, shared out over tokens, inherited by others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.transplant.methods.trans_tokenizer import Inheritance, TransTokenizer, shared_out
from core.transplant.rows import Shared, Task
from tests.core.transplant.methods.tasks import made
from tests.core.transplant.methods.texts import dense, prose_task, written


def test_that_counts_are_shared_out_by_both_schemes() -> None:
    """Two new tokens on one old word of three: to all alike, and by place, half a count each."""
    table = shared_out(iter([((1, 2), (7, 8, 9), 12.0)]))
    assert table[1] == pytest.approx({7: 2 + 4, 8: 2 + 2, 9: 2})
    assert table[2] == pytest.approx({7: 2, 8: 2 + 2, 9: 2 + 4})
    assert shared_out(iter([((1,), (7,), 3.0), ((1,), (8,), 1.0)]))[1] == {7: 3, 8: 1}


def test_that_a_token_inherits_from_what_goes_on_from_it_and_from_its_parts() -> None:
    spelt = {1: b" schiff", 2: b"fahrt", 3: b"f", 4: b"schi"}
    table = {1: {10: 4.0}, 2: {11: 1.0, 12: 3.0}, 3: {13: 1.0}, 4: {14: 1.0}}
    heirs = Inheritance(spelt, table, words={10})
    assert heirs.of(b" schiffahrt") == {10: 2.0, 11: 0.25, 12: 0.75} or heirs.of(b" schifffahrt") == {
        10: 2.0, 11: 0.25, 12: 0.75,
    }  # fmt: skip
    assert heirs.of(b" sch") == {10: 2.0}
    assert heirs.of(b"fah") == pytest.approx({11: 0.25, 12: 0.75, 13: 1.0})
    assert heirs.of(b"xyz") == {}


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Task:
    return prose_task(tmp_path_factory.mktemp("trans"))


def test_that_a_parallel_text_of_itself_gives_the_pieces(given: Task, tmp_path: Path) -> None:
    """Translated by itself, a word is aligned with itself: its tokens stand for its own pieces."""
    draw = np.random.default_rng(2)
    words = ["little", "people", "government", "never", "morning", "thought", "country", "himself"]
    text = "\n".join(" ".join(draw.permutation(words)[:4]) for _ in range(150))
    path = written(tmp_path, "text.txt", text + "\n")
    rows, _ = made(TransTokenizer(base_text=path, target_text=path), given, tmp_path)
    weights = dense(rows, len(given.table))
    seen = 0
    for word in words:
        ids = given.inputs.target.pieces(f" {word}".encode())
        own = given.pieces(f" {word}".encode())
        for id in ids:
            at = np.flatnonzero(given.targets.numpy() == id)
            elsewhere = [w for w in words if w != word and id in given.inputs.target.pieces(f" {w}".encode())]
            if len(at) and not elsewhere:
                assert weights[at[0], own].sum() > 0.8
                seen += 1
    assert seen >= 3


def test_that_what_is_no_parallel_text_is_refused(given: Task, tmp_path: Path) -> None:
    two = written(tmp_path, "two.txt", "a b\nc d\n")
    three = written(tmp_path, "three.txt", "a b\nc d\ne f\n")
    for fields, sentence in (
        ({}, "learns from parallel text"),
        ({"base_text": two}, "learns from parallel text"),
        ({"base_text": two, "target_text": three}, "as many in both"),
        ({"base_text": two, "target_text": tmp_path / "nowhere"}, "There is no file"),
        ({"base_text": two, "target_text": two}, "aligned 10 times"),
    ):
        with pytest.raises(UserError, match=sentence) as caught:
            made(TransTokenizer(**fields), replace(given, shared=Shared()), tmp_path)
        assert caught.value.field == "method"
