"""Semantic textual similarity: do cosines follow what people say of pairs of sentences?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.retrieval.intrinsic.bench import Bench
from core.retrieval.intrinsic.kinds.kind import intrinsic_test
from core.retrieval.intrinsic.likeness import Values, cosines, pearson, spearman
from core.retrieval.intrinsic.result import IntrinsicFigure, TestRow
from core.retrieval.intrinsic.tables import read_scored

SPEARMAN = "rank correlation of cosines with people's scores; ties share the mean of their ranks"
PEARSON = "linear correlation of the same"
CONSTANT = "All likenesses are the same, so there is no correlation; it is told as 0."


@intrinsic_test("sts", "Sentence likeness (STS)")
def rows(bench: Bench) -> Iterator[TestRow]:
    for file in bench.request.sts:
        pairs = read_scored(file, bench.tally, field="sts")
        encoded = bench.encode([*pairs.first, *pairs.second], "Encoding pairs")
        found = cosines(encoded.of(pairs.first), encoded.of(pairs.second))
        empty = int((~(encoded.knows(pairs.first) & encoded.knows(pairs.second))).sum())
        notes = [f"{empty:,} pairs have a text without tokens; their likeness is 0."] if empty else []
        yield TestRow(
            test="sts",
            title="Sentence likeness (STS)",
            data=file.name,
            used=len(found),
            count=len(found),
            figures=correlations(found, pairs.scores),
            notes=notes + ([CONSTANT] if is_constant(found) else []),
        )


def correlations(found: Values, scores: Values) -> list[IntrinsicFigure]:
    return [
        IntrinsicFigure(name="Spearman", value=spearman(found, scores), meaning=SPEARMAN),
        IntrinsicFigure(name="Pearson", value=pearson(found, scores), meaning=PEARSON),
    ]


def is_constant(values: Values) -> bool:
    return bool(np.ptp(values) < 1e-12)
