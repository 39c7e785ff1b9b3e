"""Triplets: is the text that should be near strictly nearer than the other one? (arXiv 2504.16460)"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.retrieval.intrinsic.bench import Bench
from core.retrieval.intrinsic.kinds.kind import intrinsic_test
from core.retrieval.intrinsic.likeness import Values, cosines
from core.retrieval.intrinsic.result import IntrinsicFigure, Spread, TestRow
from core.retrieval.intrinsic.tables import read_triplets

_TIE = 1e-9
_BINS = 40


@intrinsic_test("triplets", "Triplets")
def rows(bench: Bench) -> Iterator[TestRow]:
    for file in bench.request.triplets:
        triplets = read_triplets(file, bench.tally, field="triplets")
        encoded = bench.encode([text for triplet in triplets for text in triplet], "Encoding triplets")
        anchors, near, far = (encoded.of([triplet[place] for triplet in triplets]) for place in range(3))
        margins = cosines(anchors, near) - cosines(anchors, far)
        yield TestRow(
            test="triplets",
            title="Triplets",
            data=file.name,
            used=len(margins),
            count=len(margins),
            figures=triplet_figures(margins),
            spread=spread("Margins: cosine with the near text less that with the far one", margins),
        )


def triplet_figures(margins: Values) -> list[IntrinsicFigure]:
    """Args: margins: (n,) cosine with the positive less cosine with the negative; a tie is wrong."""
    return [
        IntrinsicFigure(
            name="accuracy",
            value=float((margins > _TIE).mean()),
            meaning="share of triplets whose near text is strictly nearer; ties are wrong",
        ),
        IntrinsicFigure(
            name="ties",
            value=float((np.abs(margins) <= _TIE).sum()),
            meaning="how many triplets have both texts equally near",
            whole=True,
        ),
        IntrinsicFigure(
            name="mean margin",
            value=float(margins.mean()),
            meaning="cosine with the near text less that with the far one",
        ),
    ]


def spread(title: str, values: Values) -> Spread:
    counts, edges = np.histogram(values, bins=_BINS)
    return Spread(title=title, edges=edges.tolist(), counts=counts.tolist())
