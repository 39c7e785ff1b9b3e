"""The gender direction and how far words lean along it (arXiv 1607.06520)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.retrieval.intrinsic.bench import Bench
from core.retrieval.intrinsic.kinds.kind import intrinsic_test
from core.retrieval.intrinsic.likeness import cosines, spearman
from core.retrieval.intrinsic.result import IntrinsicFigure, TestRow
from core.retrieval.intrinsic.tables import read_scored, read_word_pairs, read_words

_NAMED = 5
"""Words that are told of each side."""

Vectors = NDArray[np.float64]


@intrinsic_test("gender", "Gender direction")
def rows(bench: Bench) -> Iterator[TestRow]:
    assert bench.request.gender is not None
    pairs = read_word_pairs(bench.request.gender, field="gender")
    neutral = read_words(bench.request.neutral, field="neutral") if bench.request.neutral else []
    encoded = bench.encode([*(word for pair in pairs for word in pair), *neutral], "Encoding words")
    known = [pair for pair in pairs if encoded.knows(pair).all()]
    words = [word for word in neutral if encoded.knows([word]).all()]
    for what, given, kept in (("pairs", pairs, known), ("neutral words", neutral, words)):
        for each in given:
            if each not in kept:
                said = each if isinstance(each, str) else ", ".join(each)
                bench.tally.add(f"{what} of the gender direction without a vector", said)
    row = TestRow(
        test="gender",
        title="Gender direction",
        data=bench.request.gender.name,
        used=len(known) + len(words),
        count=len(pairs) + len(neutral),
        figures=[],
    )
    if not known:
        yield row.model_copy(update={"notes": ["No pair has vectors for both words: not measured."]})
        return
    first = encoded.of([one for one, _ in known]).astype(np.float64)
    second = encoded.of([other for _, other in known]).astype(np.float64)
    g, share = direction(first, second)
    figures = [
        IntrinsicFigure(
            name="share along the direction",
            value=share,
            meaning="of the pairs' variance, what lies along their first principal component",
        )
    ]
    notes: list[str] = []
    if words:
        vectors = encoded.of(words).astype(np.float64)
        figures.insert(
            0,
            IntrinsicFigure(
                name="DirectBias",
                value=direct_bias(vectors, g),
                meaning="mean absolute cosine of the neutral words with the direction (c = 1)",
            ),
        )
        notes = _leaning(words, vectors, g, known[0])
        figures += _after_debiasing(bench, known, g)
    yield row.model_copy(update={"figures": figures, "notes": notes})


def direction(first: Vectors, second: Vectors) -> tuple[Vectors, float]:
    """(d,) of length 1, and its share of the variance: the first principal component of the pairs' words,
    each less its pair's mean. It points from the second words to the first."""
    middle = (first + second) / 2
    apart = np.concatenate([first - middle, second - middle])
    values, directions = np.linalg.eigh(apart.T @ apart)
    g = directions[:, -1]
    if ((first - second) @ g).sum() < 0:
        g = -g
    total = float(values.sum())
    return g, float(values[-1]) / total if total > 0 else 0.0


def direct_bias(vectors: Vectors, g: Vectors, c: float = 1.0) -> float:
    """Mean of |cosine with g|^c of vectors (n, d) of length 1."""
    return float((np.abs(vectors @ g) ** c).mean())


def indirect_bias(one: Vectors, others: Vectors, g: Vectors) -> Vectors:
    """(n,): what share of the likeness of `one` (d,) with each of `others` (n, d) comes of the direction; 0
    for vectors that are at right angles."""
    likeness = others @ one
    flat = neutralised(np.concatenate([one[None], others]), g)
    rest = flat[1:] @ flat[0]
    related = np.abs(likeness) > 1e-12
    return np.asarray(np.divide(likeness - rest, likeness, out=np.zeros_like(likeness), where=related))


def neutralised(vectors: Vectors, g: Vectors) -> Vectors:
    """(n, d) without what lies along g, of length 1 again; zeros where nothing is left."""
    flat = vectors - np.outer(vectors @ g, g)
    lengths = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(np.divide(flat, lengths, out=np.zeros_like(flat), where=lengths > 1e-12))


def equalised(first: Vectors, second: Vectors, g: Vectors) -> tuple[Vectors, Vectors]:
    """Pairs (n, d) that differ along g alone, and by as much to either side."""
    middle = (first + second) / 2
    flat = middle - np.outer(middle @ g, g)
    height = np.sqrt(np.maximum(0.0, 1 - (flat**2).sum(axis=1)))
    side = np.where((first - second) @ g >= 0, 1.0, -1.0)
    along = (height * side)[:, None] * g
    return flat + along, flat - along


def _leaning(words: Sequence[str], vectors: Vectors, g: Vectors, pair: tuple[str, str]) -> list[str]:
    lean = vectors @ g
    order = np.argsort(lean, kind="stable")
    notes = []
    for side, places in ((pair[0], order[::-1][:_NAMED]), (pair[1], order[:_NAMED])):
        listed = ", ".join(f"{words[place]} {abs(lean[place]):.2f}" for place in places)
        notes.append(f"Leaning most to {side}: {listed}.")
    top = order[-1]
    shares = indirect_bias(vectors[top], np.delete(vectors, top, axis=0), g)
    others = [word for place, word in enumerate(words) if place != top]
    near = np.argsort(-(np.delete(vectors, top, axis=0) @ vectors[top]), kind="stable")[:_NAMED]
    listed = ", ".join(f"{others[place]} {shares[place]:.0%}" for place in near)
    if listed:
        notes.append(f"Of the likeness of {words[top]} with its nearest, the direction makes up: {listed}.")
    return notes


def _after_debiasing(bench: Bench, pairs: Sequence[tuple[str, str]], g: Vectors) -> Iterator[IntrinsicFigure]:
    """Whether words are still as alike as people say, once the pairs are equalised and all other words have
    lost the direction."""
    for file in bench.request.similarity:
        table = read_scored(file, type(bench.tally)(), field="similarity")
        encoded = bench.encode([*table.first, *table.second], "Encoding words")
        known = encoded.knows(table.first) & encoded.knows(table.second)
        flat = neutralised(encoded.vectors.astype(np.float64), g)
        for one, other in pairs:
            if one in encoded.places and other in encoded.places:
                here = [encoded.places[one], encoded.places[other]]
                both = encoded.vectors[here].astype(np.float64)
                made = equalised(both[:1], both[1:], g)
                flat[here] = np.concatenate(made)
        first, second = (
            flat[encoded.rows(texts)].astype(np.float32)[known] for texts in (table.first, table.second)
        )
        if known.sum() > 1:
            yield IntrinsicFigure(
                name=f"{file.name}, debiased",
                value=spearman(cosines(first, second), table.scores[known]),
                meaning="Spearman's correlation of word similarity after hard debiasing",
            )
