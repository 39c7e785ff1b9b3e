"""Vectors trained on text by gensim: word2vec (arXiv 1301.3781) and fastText (1607.04606).

One worker, so that the same seed gives the same vectors. Memory: the vocabulary and two matrices, whatever
the size of the text.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.errors import UserError
from core.jobs.context import Context
from core.vectors.beside import Fed, beside
from core.vectors.vectors import SubwordVectors, Vectors, WordVectors

BUCKETS = 2**18
"""Rows that n-grams share. The original program has two million, which take eight times the memory; the texts
that are learnt from here have some hundred thousand different n-grams."""


@dataclass(frozen=True)
class Training:
    """How vectors are trained: fastText's defaults for text without labels, but for the rounds.

    `ngrams`: the shortest and longest, in characters; None for plain word2vec, without any.
    """

    dimensions: int = 100
    skip_gram: bool = False
    window: int = 5
    epochs: int = 5
    negatives: int = 5
    min_count: int = 5
    ngrams: tuple[int, int] | None = (3, 6)


def train(sentences: Iterable[list[str]], training: Training, seed: int, ctx: Context, stage: str) -> Vectors:
    """Train on sentences of words, which are read once for the vocabulary and once for each round.

    Raises:
        UserError: no word occurs often enough.
    """
    model = _model(training, seed)
    fed = Fed(sentences)
    beside(lambda: model.build_vocab(fed), fed, 0, ctx, "Counting the words")
    if not len(model.wv):
        often = "" if training.min_count == 1 else f" {training.min_count} times"
        raise UserError(
            f"The texts to learn from are too short: nothing occurs{often} in them. Give more text, or a "
            "smaller least count.",
            field="corpus",
        )
    fed = Fed(sentences)
    total = training.epochs * model.corpus_count

    def work() -> None:
        model.train(fed, total_examples=model.corpus_count, epochs=training.epochs)

    beside(work, fed, total, ctx, stage)
    words = list(model.wv.index_to_key)
    counts = [int(model.wv.get_vecattr(word, "count")) for word in words]
    if training.ngrams is None:
        return WordVectors(words, model.wv.vectors, counts=counts)
    return SubwordVectors(words, _joined(model), training.ngrams, counts=counts)


def _model(training: Training, seed: int) -> Any:
    from gensim.models import FastText, Word2Vec

    # It tells of every round, and of rounds that were ended early on purpose.
    logging.getLogger("gensim").setLevel(logging.ERROR)
    given: dict[str, Any] = {
        "vector_size": training.dimensions,
        "sg": int(training.skip_gram),
        "window": training.window,
        "epochs": training.epochs,
        "negative": training.negatives,
        "min_count": training.min_count,
        "seed": seed % 2**32,
        "workers": 1,
    }
    if training.ngrams is None:
        return Word2Vec(**given)
    return FastText(**given, bucket=BUCKETS, min_n=training.ngrams[0], max_n=training.ngrams[1])


def _joined(model: Any) -> Any:
    """(words + buckets, dimensions): as fastText's own program keeps them."""
    import numpy as np

    return np.concatenate([model.wv.vectors_vocab, model.wv.vectors_ngrams])
