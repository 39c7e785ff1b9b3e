"""Measures beside pytrec_eval (trec_eval 9) on random runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.retrieval.measures.judged import judge_scores
from core.retrieval.measures.spelt import expanded, measure
from core.retrieval.measures.values import over_queries, values

pytrec_eval = pytest.importorskip("pytrec_eval")

EXACT = [
    "map", "recip_rank", "ndcg", "ndcg_cut_1", "ndcg_cut_3", "ndcg_cut_10", "ndcg_cut_100", "P_1", "P_5",
    "P_10", "recall_5", "recall_100", "Rprec", "bpref", "success_1", "success_5", "map_cut_3", "map_cut_10",
    "infAP", "num_ret", "num_rel", "num_rel_ret", "set_P", "set_recall", "set_map", "set_F", "set_relative_P",
    "relative_P_5", "relative_P_20", "utility", "Rprec_mult_0.20", "Rprec_mult_2.00",
]  # fmt: skip
"""All are sums in rank order: they are equal to the last bit."""
CLOSE = ["G", "binG", "ndcg_rel", "Rndcg", "gm_map", "gm_bpref"]


def random_run(seed: int, queries: int = 400) -> tuple[dict[str, dict[str, int]], dict[str, Any]]:
    """Judgements with negative and high grades, of documents found and not; scores with many ties, some apart
    by less than float32 can tell; some queries only in one of the two."""
    rng = np.random.default_rng(seed)
    qrels: dict[str, dict[str, int]] = {}
    run: dict[str, dict[str, float]] = {}
    for number in range(queries):
        documents = [f"d{place}" for place in range(rng.integers(1, 60))] + ["é", "ü1", "日本"]
        judged = rng.permutation(documents)[: rng.integers(1, len(documents))].tolist()
        query = f"q{number}"
        qrels[query] = {id: int(grade) for id, grade in zip(judged, rng.integers(-2, 4, 99), strict=False)}
        qrels[query]["never found"] = int(rng.integers(0, 2))  # pytrec_eval falls over negative grades alone
        found = rng.permutation(documents)[: rng.integers(1, len(documents))].tolist()
        scores = rng.choice([rng.random(60), rng.integers(0, 5, 60), 0.7 + rng.integers(0, 9, 60) * 1e-8])
        run[query] = {id: float(score) for id, score in zip(found, scores, strict=False)}
    del qrels["q1"]
    del run["q2"]
    return qrels, run


def trec_evals(qrels: Any, run: Any, names: list[str], **options: Any) -> dict[str, dict[str, float]]:
    asked = {name.replace("_cut_", "_cut.") for name in names if "_cut_" in name}
    for name in names:
        family, _, parameter = name.rpartition("_")
        if family in ("P", "recall", "success", "relative_P", "Rprec_mult"):
            asked.add(f"{family}.{parameter}")
        elif "_cut_" not in name:
            asked.add(name)
    found: dict[str, dict[str, float]] = pytrec_eval.RelevanceEvaluator(qrels, asked, **options).evaluate(run)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_that_values_equal_trec_evals_to_the_last_bit(seed: int) -> None:
    qrels, run = random_run(seed)
    theirs = trec_evals(qrels, run, EXACT)
    judged = judge_scores(run, qrels, queries="both")
    assert set(judged.queries) == set(theirs)
    table = values(judged, list(expanded(EXACT).values()))
    for row, query in enumerate(judged.queries):
        for column, name in enumerate(EXACT):
            assert table[row, column] == theirs[query][name], (query, name)


def test_that_interpolated_precision_is_that_of_version_9_where_asked_for() -> None:
    qrels, run = random_run(4)
    theirs = pytrec_eval.RelevanceEvaluator(qrels, {"iprec_at_recall", "11pt_avg"}).evaluate(run)
    judged = judge_scores(run, qrels, queries="both")
    for tenth in range(11):
        found = measure(f"IPrec(version=9)@{tenth / 10}").values(judged)
        assert found.tolist() == [
            theirs[query][f"iprec_at_recall_{tenth / 10:.2f}"] for query in judged.queries
        ]
    average = measure("11pt_avg(version=9)").values(judged)
    assert average.tolist() == [theirs[query]["11pt_avg"] for query in judged.queries]


@pytest.mark.parametrize("level", [1, 2])
def test_that_measures_with_logarithms_of_sums_are_close(level: int) -> None:
    qrels, run = random_run(9)
    theirs = trec_evals(qrels, run, CLOSE, relevance_level=level)
    judged = judge_scores(run, qrels, queries="both", level=level)
    for name, each in expanded(CLOSE).items():
        column = each.values(judged)
        if name.startswith("gm_"):
            together = np.exp(np.mean([theirs[query][name] for query in judged.queries]))
            assert over_queries(each, column) == pytest.approx(together, abs=1e-9)
            continue
        for query, value in zip(judged.queries, column, strict=True):
            if not any(grade >= level for grade in qrels[query].values()) and name in ("Rndcg", "ndcg_rel"):
                continue  # trec_eval leaves what it had for another query there
            assert value == pytest.approx(theirs[query][name], abs=1e-9), (query, name)


def test_that_a_level_of_relevance_is_trec_evals() -> None:
    qrels, run = random_run(5)
    names = [name for name in EXACT if name not in ("num_q",)]
    theirs = trec_evals(qrels, run, names, relevance_level=2)
    judged = judge_scores(run, qrels, queries="both", level=2)
    table = values(judged, list(expanded(names).values()))
    for row, query in enumerate(judged.queries):
        for column, name in enumerate(names):
            assert table[row, column] == theirs[query][name], (query, name)


def test_that_judged_documents_alone_are_ranked_as_trec_eval_does() -> None:
    qrels, run = random_run(6)
    theirs = trec_evals(qrels, run, EXACT, judged_docs_only_flag=True)
    judged = judge_scores(run, qrels, queries="both", judged_only=True)
    table = values(judged, list(expanded(EXACT).values()))
    for row, query in enumerate(judged.queries):
        for column, name in enumerate(EXACT):
            assert table[row, column] == pytest.approx(theirs[query][name], abs=0), (query, name)
