"""Words of parallel texts: against the model worked word by word, and a dictionary."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from core.jobs.context import Context
from core.vectors import word_alignment
from core.vectors.word_alignment import align_words

PAIRS = {
    "sea": "Meer", "ship": "Schiff", "house": "Haus", "green": "gruen", "old": "alt", "the": "das",
    "is": "ist", "and": "und", "small": "klein", "captain": "Kapitaen",
}  # fmt: skip


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
    monkeypatch.setattr(word_alignment, "_WITHOUT_PLACES", 99)
    monkeypatch.setattr(word_alignment, "_ENTRIES", 50)
    draw = np.random.default_rng(1)
    lines = [draw.integers(6, size=draw.integers(1, 7)) for _ in range(30)]
    sources = [draw.integers(5, size=draw.integers(1, 6)) for _ in range(30)]
    found = align_words(lines, sources, 4, Context(workdir=tmp_path))
    expected = reference(lines, sources, 4)
    pairs = zip(found.words.tolist(), found.sources.tolist(), strict=True)
    assert dict(zip(pairs, found.counts.tolist(), strict=True)) == pytest.approx(expected)


# The Universal Declaration of Human Rights

WORD = re.compile(r"\w+|[^\w\s]")
GERMAN = {
    "jeder": "everyone", "recht": "right", "und": "and", "oder": "or", "artikel": "article", "niemand": "no",
    "familie": "family", "gesetz": "law", "sowie": "and", "freiheit": "freedom", "nationen": "nations",
    "person": "person", "ehe": "marriage", "staatsangehörigkeit": "nationality",
}  # fmt: skip
FRENCH = {
    "personne": "everyone", "droit": "right", "et": "and", "ou": "or", "article": "article", "nul": "no",
    "liberté": "freedom", "loi": "law", "famille": "family", "nations": "nations", "esclavage": "slavery",
    "asile": "asylum", "travail": "work", "nationalité": "nationality", "mariage": "marriage",
}  # fmt: skip


def articles(path: Path) -> dict[str, list[str]]:
    """Number of an article → its paragraphs."""
    found: dict[str, list[str]] = {}
    number = ""
    for line in map(str.strip, path.read_text(encoding="utf-8").split("\n")):
        if heading := re.fullmatch(r"\D{2,12} (\d+)", line):
            number = heading[1]
        if line and number:
            found.setdefault(number, []).append(line)
    return found


@pytest.mark.parametrize(("language", "known", "least"), [("deu", GERMAN, 0.7), ("fra", FRENCH, 0.7)])
def test_that_the_declaration_of_human_rights_gives_a_dictionary(
    shared_data: Path, tmp_path: Path, language: str, known: dict[str, str], least: float
) -> None:
    english = articles(shared_data / "multilingual" / "udhr" / "eng.txt")
    other = articles(shared_data / "multilingual" / "udhr" / f"{language}.txt")
    lines: list[str] = []
    sources: list[str] = []
    for number in sorted(english.keys() & other.keys()):
        one, two = english[number], other[number]
        if len(one) != len(two):
            one, two = [" ".join(one)], [" ".join(two)]
        sources += one
        lines += two

    def numbered(texts: list[str]) -> tuple[list[np.ndarray], list[str]]:
        ids: dict[str, int] = {}
        found = [[ids.setdefault(word.lower(), len(ids)) for word in WORD.findall(text)] for text in texts]
        return [np.array(line) for line in found], list(ids)

    words, spelt = numbered(lines)
    english_words, english_spelt = numbered(sources)
    found = align_words(words, english_words, 7, Context(workdir=tmp_path))
    best: dict[str, tuple[float, str]] = {}
    for word, source, count in zip(found.words, found.sources, found.counts, strict=True):
        best[spelt[word]] = max(best.get(spelt[word], (0.0, "")), (float(count), english_spelt[source]))
    asked = {word: meaning for word, meaning in known.items() if word in best}
    right = sum(best[word][1] == meaning for word, meaning in asked.items())
    assert len(asked) >= 10
    assert right / len(asked) >= least, {word: best[word][1] for word in asked}
