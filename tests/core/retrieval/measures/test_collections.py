"""BM25 on the shared collections, measured beside pytrec_eval."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.collections.read import open_collection
from core.jobs.context import Context
from core.retrieval.measures.judged import judge_places, judge_scores
from core.retrieval.measures.spelt import expanded, measure
from core.retrieval.measures.values import values
from core.retrieval.ranking import Task
from core.retrieval.systems.bm25 import Bm25
from tests.core.retrieval.measures.test_pytrec_eval import EXACT, trec_evals


@pytest.mark.parametrize(
    ("name", "ndcg", "recall"),
    [("cranfield", 0.399, 0.723), ("npl", 0.356, 0.462), ("limit-small", 0.997, 1)],
)
def test_that_bm25s_figures_are_those_of_pytrec_eval_and_of_the_collections_card(
    name: str, ndcg: float, recall: float, shared_data: Path, tmp_path: Path
) -> None:
    ctx = Context(workdir=tmp_path)
    collection = open_collection(shared_data / "ir" / name, ctx)
    ranking = Bm25().rank(Task(collection, 100), ctx)
    judgements = {query: dict(grades) for query, grades in collection.judgements.items()}
    ids, queries = collection.documents.ids, collection.queries.ids
    run = {
        query: {
            ids[place]: float(score)
            for place, score in zip(ranking.places[row], ranking.scores[row], strict=True)
            if place >= 0
        }
        for row, query in enumerate(queries)
    }
    theirs = trec_evals(judgements, run, EXACT)
    judged = judge_scores(run, judgements, queries=queries)
    ours = values(judged, list(expanded(EXACT).values()))
    assert ours.tolist() == [[theirs[query][each] for each in EXACT] for query in queries]
    placed = judge_places(ranking.places, ids, queries, judgements)
    found = values(placed, [measure("nDCG@10"), measure("R@100")]).mean(axis=0)
    assert np.round(found, 3).tolist() == [ndcg, recall]
