"""Trans-Tokenization: words aligned in parallel text, shared out over tokens, inherited by others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.jobs.context import Context
from core.transplant.methods.trans_tokenizer import Inheritance, TransTokenizer, shared_out
from core.transplant.rows import Shared, Task
from core.vectors.word_alignment import align_words
from tests.core.transplant.methods.tasks import made
from tests.core.transplant.methods.texts import dense, prose_task, written

PAIRS = {
    "sea": "Meer", "ship": "Schiff", "house": "Haus", "green": "gruen", "old": "alt", "the": "das",
    "is": "ist", "and": "und", "small": "klein", "captain": "Kapitaen",
}  # fmt: skip


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


def sentences(count: int) -> tuple[list[str], list[str]]:
    """English words, and the German ones in another order."""
    draw = np.random.default_rng(0)
    english = [draw.choice(list(PAIRS), size=3, replace=False).tolist() for _ in range(count)]
    german = [[PAIRS[word] for word in draw.permutation(line).tolist()] for line in english]
    return [" ".join(line) for line in english], [" ".join(line) for line in german]


def test_that_words_are_aligned_with_their_translations(tmp_path: Path) -> None:
    english, german = sentences(80)
    words = {word: i for i, word in enumerate(PAIRS)}
    others = {word: i for i, word in enumerate(PAIRS.values())}
    lines = [np.array([others[word] for word in line.split()]) for line in german]
    sources = [np.array([words[word] for word in line.split()]) for line in english]
    found = align_words(lines, sources, 7, Context(workdir=tmp_path))
    counts = np.zeros((10, 10))
    counts[found.words, found.sources] = found.counts
    assert (counts.argmax(axis=1) == np.arange(10)).all()
    assert np.trace(counts) / counts.sum() > 0.8


def reference(
    lines: list[np.ndarray], sources: list[np.ndarray], rounds: int
) -> dict[tuple[int, int], float]:
    """IBM Model 1 with an empty word, word by word."""
    chances: dict[tuple[int, int | None], float] = {}
    counts: dict[tuple[int, int | None], float] = {}
    for _ in range(rounds):
        counts = {}
        for line, source in zip(lines, sources, strict=True):
            for word in line.tolist():
                parts = {None: 0.08 * chances.get((word, None), 1.0)}
                for other in source.tolist():
                    parts[other] = parts.get(other, 0.0) + 0.92 / len(source) * chances.get(
                        (word, other), 1.0
                    )
                whole = sum(parts.values())
                for other, part in parts.items():
                    counts[word, other] = counts.get((word, other), 0.0) + part / whole
        totals: dict[int | None, float] = {}
        for (_, other), count in counts.items():
            totals[other] = totals.get(other, 0.0) + count + 0.01
        chances = {key: (count + 0.01) / totals[key[1]] for key, count in counts.items()}
    return {(word, other): count for (word, other), count in counts.items() if other is not None}


def test_that_model_1_is_what_it_is_word_by_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.vectors import word_alignment

    monkeypatch.setattr(word_alignment, "_WITHOUT_PLACES", 99)
    monkeypatch.setattr(word_alignment, "_ENTRIES", 50)
    draw = np.random.default_rng(1)
    lines = [draw.integers(6, size=draw.integers(1, 7)) for _ in range(30)]
    sources = [draw.integers(5, size=draw.integers(1, 6)) for _ in range(30)]
    found = align_words(lines, sources, 4, Context(workdir=tmp_path))
    expected = reference(lines, sources, 4)
    pairs = zip(found.words.tolist(), found.sources.tolist(), strict=True)
    assert dict(zip(pairs, found.counts.tolist(), strict=True)) == pytest.approx(expected)


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
