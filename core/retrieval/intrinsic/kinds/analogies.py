"""Analogies: man is to woman as king is to queen, by adding (arXiv 1301.3781) and by multiplying cosines
(3CosMul; Levy and Goldberg, CoNLL 2014)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.encoders.encoder import Floats
from core.jobs.context import Context
from core.retrieval.intrinsic.bench import Bench
from core.retrieval.intrinsic.kinds.kind import intrinsic_test
from core.retrieval.intrinsic.result import IntrinsicFigure, Section, TestRow
from core.retrieval.intrinsic.tables import Question, read_analogies

_WORDS_AT_ONCE = 4_096
_QUESTIONS_AT_ONCE = 512
_SMALL = 1e-3
"""3CosMul's epsilon."""

Places = NDArray[np.int64]


@intrinsic_test("analogies", "Analogies")
def rows(bench: Bench) -> Iterator[TestRow]:
    for file in bench.request.analogies:
        questions = read_analogies(file, bench.tally, field="analogies")
        words = _vocabulary(bench, questions)
        encoded = bench.encode(words, "Encoding words")
        places = {words[place]: int(place) for place in np.flatnonzero(encoded.known)}
        asked, kept, left_out = _asked(questions, places)
        for question in left_out:
            bench.tally.add(
                f"questions of {file.name} with a word outside the vocabulary",
                f"{question.a} {question.b} {question.c} {question.d}",
            )
        if not len(asked):
            yield _row(file.name, len(questions), [], [], [], [])
            continue
        usable = np.flatnonzero(encoded.known)
        back = np.full(len(words), -1, dtype=np.int64)
        back[usable] = np.arange(len(usable))
        added, multiplied = answers(encoded.vectors[usable], back[asked[:, :3]], bench.ctx)
        right = back[asked[:, 3]]
        notes = [
            f"Answers come from {len(usable):,} words; the three of the question are never the answer."
            + ("" if bench.of_words else " They are the words of the questions alone.")
        ]
        yield _row(file.name, len(questions), kept, added == right, multiplied == right, notes)


def answers(vectors: Floats, asked: Places, ctx: Context | None = None) -> tuple[Places, Places]:
    """The answers by 3CosAdd and by 3CosMul, (n,) each; the first of the vocabulary where two are alike.

    Goes through the vocabulary in tiles: n × V is never held.

    Args:
        vectors: (V, d), of length 1.
        asked: (n, 3) places of a, b, c, which are never the answer.
    """
    used, local = np.unique(asked, return_inverse=True)
    local = local.reshape(asked.shape)
    best = np.full((2, len(asked)), -np.inf, dtype=np.float32)
    found = np.zeros((2, len(asked)), dtype=np.int64)
    for first in range(0, len(vectors), _WORDS_AT_ONCE):
        cosines = vectors[used] @ vectors[first : first + _WORDS_AT_ONCE].T
        shifted = (cosines + 1) / 2
        for start in range(0, len(asked), _QUESTIONS_AT_ONCE):
            if ctx is not None:
                ctx.progress(first * len(asked) + start, len(vectors) * len(asked), "Solving analogies")
            some = slice(start, start + _QUESTIONS_AT_ONCE)
            a, b, c = local[some].T
            for which, scores in enumerate(
                (cosines[b] - cosines[a] + cosines[c], shifted[b] * shifted[c] / (shifted[a] + _SMALL))
            ):
                _leave_out(scores, asked[some] - first)
                places = scores.argmax(axis=1)
                values = scores[np.arange(len(scores)), places]
                better = values > best[which, some]
                best[which, some] = np.where(better, values, best[which, some])
                found[which, some] = np.where(better, places + first, found[which, some])
    return found[0], found[1]


def _leave_out(scores: Floats, places: Places) -> None:
    for column in places.T:
        inside = (column >= 0) & (column < scores.shape[1])
        scores[np.flatnonzero(inside), column[inside]] = -np.inf


def _vocabulary(bench: Bench, questions: Sequence[Question]) -> list[str]:
    words = bench.first_words(bench.request.vocabulary)
    if words:
        return words
    return list(dict.fromkeys(word for each in questions for word in (each.a, each.b, each.c, each.d)))


def _asked(
    questions: Sequence[Question], places: Mapping[str, int]
) -> tuple[Places, list[Question], list[Question]]:
    """(n, 4) places of the questions whose words are all there, in lower case if need be; these questions,
    and the others."""
    asked, kept, left_out = [], list[Question](), list[Question]()
    for question in questions:
        words = (question.a, question.b, question.c, question.d)
        found = [places.get(word, places.get(word.lower())) for word in words]
        if None in found:
            left_out.append(question)
        else:
            asked.append(found)
            kept.append(question)
    return np.array(asked, dtype=np.int64).reshape(-1, 4), kept, left_out


def _row(
    data: str,
    count: int,
    kept: Sequence[Question],
    added: Sequence[bool] | NDArray[np.bool_],
    multiplied: Sequence[bool] | NDArray[np.bool_],
    notes: list[str],
) -> TestRow:
    groups = list(dict.fromkeys(question.group for question in kept))
    group_of = np.array([groups.index(question.group) for question in kept], dtype=np.int64)
    of_group = {group: group_of == place for place, group in enumerate(groups)}
    sections = [
        Section(name=group, right=int(np.asarray(added)[inside].sum()), asked=int(inside.sum()))
        for group, inside in of_group.items()
    ]
    figures = [
        _share("3CosAdd", added, "share answered right, by the cosine with b - a + c"),
        _share("3CosMul", multiplied, "the same, by products of cosines"),
        *_halves(sections),
        IntrinsicFigure(
            name="coverage", value=len(kept) / count, meaning="share of questions whose words are all known"
        ),
    ]
    return TestRow(
        test="analogies",
        title="Analogies",
        data=data,
        used=len(kept),
        count=count,
        figures=[figure for figure in figures if figure is not None],
        notes=notes,
        sections=sections,
    )


def _share(name: str, right: Sequence[bool] | NDArray[np.bool_], meaning: str) -> IntrinsicFigure | None:
    if not len(right):
        return None
    return IntrinsicFigure(name=name, value=float(np.mean(right)), meaning=meaning)


def _halves(sections: Sequence[Section]) -> Iterator[IntrinsicFigure]:
    """Google's set: groups named gram… are syntactic, the others semantic."""
    grams = [section for section in sections if section.name.startswith("gram")]
    others = [section for section in sections if section not in grams]
    if grams and others:
        for name, part in (("semantic", others), ("syntactic", grams)):
            yield IntrinsicFigure(
                name=f"3CosAdd, {name}",
                value=sum(section.right for section in part) / sum(section.asked for section in part),
                meaning=f"of the {name} groups",
            )
