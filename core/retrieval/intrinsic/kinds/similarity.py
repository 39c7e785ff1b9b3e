"""Word similarity: WordSim-353, SimLex-999, MEN and their like."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.retrieval.intrinsic.bench import Bench
from core.retrieval.intrinsic.kinds.kind import intrinsic_test
from core.retrieval.intrinsic.kinds.sts import CONSTANT, correlations, is_constant
from core.retrieval.intrinsic.likeness import cosines
from core.retrieval.intrinsic.result import IntrinsicFigure, TestRow
from core.retrieval.intrinsic.tables import read_scored


@intrinsic_test("similarity", "Word similarity")
def rows(bench: Bench) -> Iterator[TestRow]:
    for file in bench.request.similarity:
        pairs = read_scored(file, bench.tally, field="similarity")
        encoded = bench.encode([*pairs.first, *pairs.second], "Encoding words")
        known = encoded.knows(pairs.first) & encoded.knows(pairs.second)
        for place in np.flatnonzero(~known):
            bench.tally.add(
                f"pairs of {file.name} with a word that has no vector",
                f"{pairs.first[place]}, {pairs.second[place]}",
            )
        used = known if bench.request.unknown == "skip" else np.ones(len(known), dtype=bool)
        found = cosines(encoded.of(pairs.first), encoded.of(pairs.second))[used]
        figures = correlations(found, pairs.scores[used]) if used.sum() > 1 else []
        coverage = IntrinsicFigure(
            name="coverage", value=float(known.mean()), meaning="share of pairs with a vector for both words"
        )
        yield TestRow(
            test="similarity",
            title="Word similarity",
            data=file.name,
            used=int(used.sum()),
            count=len(known),
            figures=[*figures, coverage],
            notes=[CONSTANT] if len(found) > 1 and is_constant(found) else [],
        )
