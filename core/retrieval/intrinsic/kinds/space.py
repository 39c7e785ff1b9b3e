"""The shape of the space that a collection's documents take: isotropy, evenness, hubs, smoothness."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from core.collections.collection import Collection
from core.collections.read import open_collection
from core.encoders.encoder import Floats
from core.encoders.words import WordEncoder
from core.errors import UserError
from core.retrieval.intrinsic.bench import Bench
from core.retrieval.intrinsic.geometry import (
    alignment,
    centred_cosine,
    effective_rank,
    isoscore,
    mean_cosine,
    occurrences,
    robin_hood,
    skewness,
    smoothness,
    uniformity,
    variances,
)
from core.retrieval.intrinsic.kinds.kind import intrinsic_test
from core.retrieval.intrinsic.result import IntrinsicFigure, Spread, TestRow

_FEWEST = 3
_SMOOTHED = 200
"""Documents whose tokens are looked at."""


@intrinsic_test("collection", "The space")
def rows(bench: Bench) -> Iterator[TestRow]:
    assert bench.request.collection is not None
    collection = open_collection(bench.request.collection, bench.ctx, field="collection")
    places = _sample(len(collection.documents), bench.request.sample, bench.ctx.seed)
    texts = [collection.documents.text(int(place)) for place in places]
    encoded = bench.encode(texts, "Encoding documents")
    known = encoded.knows(texts)
    for place in places[~known]:
        bench.tally.add("documents without a vector", collection.documents.ids[int(place)])
    vectors = encoded.of(texts)[known]
    if len(vectors) < _FEWEST:
        raise UserError(
            f"{collection.name} has fewer than three documents that can be encoded.", field="collection"
        )
    tell = _teller(bench)
    yield TestRow(
        test="collection",
        title="Isotropy",
        data=collection.name,
        used=len(vectors),
        count=len(collection.documents),
        figures=[*_isotropy(vectors), *_evenness(bench, collection, vectors, tell)],
        notes=_lengths(bench),
    )
    yield _hubs(bench, collection, vectors, tell)
    smooth = _smoothness(bench, collection, texts[:_SMOOTHED])
    if smooth is not None:
        yield smooth


def _sample(count: int, most: int, seed: int) -> np.ndarray:
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))


def _teller(bench: Bench) -> Callable[[int, int], None]:
    return lambda done, total: bench.ctx.progress(done, total, "Comparing all documents")


def _isotropy(vectors: Floats) -> list[IntrinsicFigure]:
    spread = variances(vectors)
    return [
        IntrinsicFigure(
            name="mean cosine",
            value=mean_cosine(vectors),
            meaning="of all pairs of documents; near 1, all point the same way",
        ),
        IntrinsicFigure(
            name="mean cosine, centred",
            value=centred_cosine(vectors),
            meaning="the same after the documents' mean has been taken away",
        ),
        IntrinsicFigure(
            name="IsoScore",
            value=isoscore(spread),
            meaning="1: all dimensions are used alike; 0: a line (arXiv 2108.07344)",
        ),
        IntrinsicFigure(
            name="effective rank",
            value=effective_rank(spread),
            meaning=f"how many dimensions, of {vectors.shape[1]:,}, the variance amounts to",
        ),
    ]


def _evenness(
    bench: Bench, collection: Collection, vectors: Floats, tell: Callable[[int, int], None]
) -> Iterator[IntrinsicFigure]:
    asked, answers = _positives(collection)
    if asked:
        encoded = bench.encode([*asked, *answers], "Encoding queries and answers")
        both = encoded.knows(asked) & encoded.knows(answers)
        if both.any():
            yield IntrinsicFigure(
                name="alignment",
                value=alignment(encoded.of(asked)[both], encoded.of(answers)[both]),
                meaning=f"mean squared distance of {int(both.sum()):,} queries and their answers; lower is "
                "nearer (arXiv 2005.10242)",
            )
    yield IntrinsicFigure(
        name="uniformity",
        value=uniformity(vectors, tell),
        meaning="lower: documents lie more evenly on the sphere (arXiv 2005.10242)",
    )


def _positives(collection: Collection) -> tuple[list[str], list[str]]:
    """Texts of queries and of documents with the grade 1 or more."""
    asked, answers = [], []
    for place, query in enumerate(collection.queries.ids):
        for document, grade in collection.judgements.get(query, {}).items():
            if grade > 0 and document in collection.places:
                asked.append(collection.queries.text(place))
                answers.append(collection.documents.text(collection.places[document]))
    return asked, answers


def _hubs(bench: Bench, collection: Collection, vectors: Floats, tell: Callable[[int, int], None]) -> TestRow:
    k = min(bench.request.neighbours, len(vectors) - 1)
    counts = occurrences(vectors, k, tell)
    most = int(counts.max())
    # One bin a number while they are few, so that antihubs have one of their own.
    bins = np.arange(most + 2) if most < 60 else np.linspace(0, most + 1, 61)
    found, edges = np.histogram(counts, bins=bins)
    return TestRow(
        test="hubs",
        title="Hubness",
        data=collection.name,
        used=len(vectors),
        count=len(collection.documents),
        figures=[
            IntrinsicFigure(
                name="skewness",
                value=skewness(counts),
                meaning=f"of how often a document is among the {k} nearest of others; above 1: hubs",
            ),
            IntrinsicFigure(
                name="largest hub",
                value=most,
                whole=True,
                meaning=f"is among the {k} nearest of so many documents",
            ),
            IntrinsicFigure(
                name="antihubs",
                value=float((counts == 0).mean()),
                meaning="share of documents that are near to none",
            ),
            IntrinsicFigure(
                name="Robin Hood index",
                value=robin_hood(counts),
                meaning="share of occurrences to be given away until all have as many",
            ),
        ],
        spread=Spread(
            title=f"How often a document is among the {k} nearest of others",
            edges=edges.astype(float).tolist(),
            counts=found.tolist(),
        ),
    )


def _smoothness(bench: Bench, collection: Collection, texts: list[str]) -> TestRow | None:
    """Of encoders whose tokens see each other."""
    if isinstance(bench.encoder, WordEncoder):
        return None
    try:
        states = bench.encoder.token_states(texts, bench.ctx, role="document")
    except UserError:
        return None
    found = [smoothness(each.states[~each.special]) for each in states if (~each.special).sum() > 1]
    if not found:
        return None
    return TestRow(
        test="smoothness",
        title="Smoothness",
        data=collection.name,
        used=len(found),
        count=len(collection.documents),
        figures=[
            IntrinsicFigure(
                name="adjacent cosine",
                value=float(np.mean([values.mean() for values in found])),
                meaning="of the states of neighbouring tokens, in the mean over documents (arXiv 2410.18160)",
            )
        ],
    )


def _lengths(bench: Bench) -> list[str]:
    if bench.encoder.similarity == "cosine":
        return []
    return ["The encoder's vectors have lengths of their own; here all are made length 1."]
