"""What a sentence encoder keeps: retrieval on a collection, judged pairs, and similarity itself.

Both encoders make vectors by the base's recipe (pooling, longest text, prompts), so that only the tokenizer
and the new rows differ. Similarity kept needs no judgements: the rank correlation of the two encoders'
cosines over the same 20,000 random pairs of texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.collections.collection import Collection
from core.collections.read import open_collection
from core.encoders.encoder import Encoder
from core.encoders.pairs import Pairs, cosines, read_pairs, spearman
from core.encoders.ranking import ndcg, recall, search
from core.encoders.recipe import read_recipe
from core.encoders.transformer import open_transformer
from core.errors import UserError
from core.jobs.context import Context
from core.transplant.result import RECALL, SIMILARITY_KEPT, Kept
from core.transplant.texts import Slice

PAIRS = 20_000
_LINES = 500
"""Of each text of the user's."""
_FEWEST = 10
_SHORTEST = 20
"""Characters of a line that is worth encoding."""


@dataclass(frozen=True)
class Trials:
    """What encoders are tried on, read and checked before anything long begins."""

    collection: Collection | None = None
    pairs: Sequence[Pairs] = ()
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Name → some lines of a text."""

    def __bool__(self) -> bool:
        """Whether there is anything to try them on."""
        return self.collection is not None or bool(self.pairs) or bool(self.texts)


def read_trials(
    collection: Path | None = None, pairs: Sequence[Path] = (), slices: Sequence[Slice] = ()
) -> Trials:
    """Read what encoders shall be tried on.

    Args:
        collection: a folder in BEIR's layout.
        pairs: tables of two texts and how alike they are.
        slices: texts without judgements.

    Raises:
        UserError: one of them will not do; the sentence says which, and why.
    """
    return Trials(
        _judged(collection) if collection else None,
        [read_pairs(file, field="pairs") for file in pairs],
        {text.name: _lines(text) for text in slices},
    )


def _judged(folder: Path) -> Collection:
    found = open_collection(folder)
    if not found.judgements:
        raise UserError(f"{folder} holds no queries with judgements.", field="collection")
    return found


def kept_figures(before: Path, after: Path, trials: Trials, ctx: Context) -> list[Kept]:
    """Of the encoder in the folder `before`, and of what was made of it in `after`.

    nDCG@10 and recall@100 on the collection, Spearman's correlation with the judgements of each table of
    pairs, and similarity kept on the collection (else on the pairs) and on each text.

    Raises:
        UserError: one of the encoders cannot be opened, or gives no numbers.
    """
    if not trials:
        return []
    recipe = read_recipe(before, field="base")
    old = encoded(open_transformer(before, ctx, recipe=recipe), trials, ctx, "the base")
    new = encoded(open_transformer(after, ctx, recipe=recipe), trials, ctx, "the graft")
    return kept(old, new, trials, ctx)


def kept(old: Encoded, new: Encoded, trials: Trials, ctx: Context) -> list[Kept]:
    """The figures of `kept_figures` from what the two encoders made of the same texts."""
    found: list[Kept] = []
    if trials.collection is not None:
        found += _retrieval(trials.collection, old, new, ctx)
    for number, pairs in enumerate(trials.pairs):
        one, other = (spearman(_likeness(side, number), pairs.scores) for side in (old, new))
        found.append(Kept(name="Spearman", on=pairs.name, before=one, after=other, items=len(pairs.scores)))
    if trials.collection is not None:
        found += _similarity(trials.collection.name, old.documents, new.documents)
    else:
        for number, pairs in enumerate(trials.pairs):
            alike = spearman(_likeness(old, number), _likeness(new, number))
            found.append(_kept_similarity(pairs.name, alike, len(pairs.scores)))
    for name in trials.texts:
        found += _similarity(name, old.texts[name], new.texts[name])
    return found


@dataclass(frozen=True)
class Encoded:
    """Vectors of all texts, each (n, d)."""

    documents: NDArray[np.float32]
    queries: NDArray[np.float32]
    pairs: list[tuple[NDArray[np.float32], NDArray[np.float32]]]
    texts: dict[str, NDArray[np.float32]]


def encoded(encoder: Encoder, trials: Trials, ctx: Context, name: str) -> Encoded:
    """All texts by one encoder, which goes by `name` in the progress."""
    stage = f"Encoding with {name}"
    nothing: NDArray[np.float32] = np.zeros((0, 1), dtype=np.float32)
    documents = queries = nothing
    if trials.collection is not None:
        asked, searched = trials.collection.queries, trials.collection.documents
        texts = searched.texts(0, len(searched))
        documents = encoder.encode(texts, ctx, role="document", stage=stage)
        queries = encoder.encode(asked.texts(0, len(asked)), ctx, role="query", stage=stage)
    pairs = []
    for table in trials.pairs:
        both = encoder.encode([*table.first, *table.second], ctx, stage=stage)
        pairs.append((both[: len(table.first)], both[len(table.first) :]))
    texts_of = {text: encoder.encode(lines, ctx, stage=stage) for text, lines in trials.texts.items()}
    return Encoded(documents, queries, pairs, texts_of)


def _retrieval(collection: Collection, old: Encoded, new: Encoded, ctx: Context) -> list[Kept]:
    figures = [scores_of_queries(collection, side, ctx).mean(axis=1).tolist() for side in (old, new)]
    return [
        Kept(name=name, on=collection.name, before=before, after=after, items=len(collection.queries))
        for name, before, after in zip(("nDCG@10", RECALL), *figures, strict=True)
    ]


def scores_of_queries(collection: Collection, side: Encoded, ctx: Context) -> NDArray[np.float64]:
    """(2, queries): nDCG@10 and recall@100 of each query, in their order."""
    ids = collection.documents.ids
    found = search(side.queries, side.documents, ids, 100, ctx, barred=_same_as_query(collection))
    grades = [collection.judgements[query] for query in collection.queries.ids]
    pairs = list(zip(found, grades, strict=True))
    return np.array([[ndcg(*pair, 10) for pair in pairs], [recall(*pair, 100) for pair in pairs]])


def _same_as_query(collection: Collection) -> list[str | None]:
    """For each query the document that is the query itself, where that is how the collection is made: half
    of the queries, or more, have a document of the same id and text."""
    places = [collection.places.get(id) for id in collection.queries.ids]
    same = [
        None if place is None or collection.documents.text(place).strip() != text.strip() else id
        for id, place, text in zip(
            collection.queries.ids, places, collection.queries.texts(0, len(places)), strict=True
        )
    ]
    return same if 2 * sum(id is not None for id in same) >= len(same) else []


def _likeness(side: Encoded, number: int) -> NDArray[np.float64]:
    return cosines(*side.pairs[number])


def _similarity(name: str, old: NDArray[np.float32], new: NDArray[np.float32]) -> list[Kept]:
    """Nothing, where there are too few texts to form different pairs."""
    if len(old) < _FEWEST:
        return []
    source = np.random.default_rng(0)
    first, second = source.integers(len(old), size=PAIRS), source.integers(len(old) - 1, size=PAIRS)
    second += second >= first
    alike = spearman(cosines(old[first], old[second]), cosines(new[first], new[second]))
    return [_kept_similarity(name, alike, PAIRS)]


def _kept_similarity(name: str, alike: float, pairs: int) -> Kept:
    return Kept(name=SIMILARITY_KEPT, on=name, before=1.0, after=alike, items=pairs)


def _lines(text: Slice) -> list[str]:
    """Lines of the text, evenly over it."""
    lines = [line.strip() for passage in text.passages for line in passage.splitlines()]
    worth = list(dict.fromkeys(line for line in lines if len(line) >= _SHORTEST))
    chosen = np.unique(np.linspace(0, len(worth) - 1, min(_LINES, len(worth))).round().astype(int))
    return [worth[place] for place in chosen]
