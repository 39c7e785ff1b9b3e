"""Known answers, conventions, and what must hold of any run."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import UserError
from core.retrieval.measures.judged import Judged, judge, judge_places, judge_scores
from core.retrieval.measures.measure import KINDS
from core.retrieval.measures.spelt import ALL_TREC, expanded, measure
from core.retrieval.measures.values import over_queries, values

QRELS = {
    "q1": {"d1": 2, "d2": 1, "d3": 0, "d4": 3, "d9": 1},
    "q2": {"a": 1, "b": 0, "c": 0, "e": 1},
    "q3": {"x": 0, "y": 0},
    "q4": {"m": 1},
}
RUN: dict[str, dict[str, float]] = {
    "q1": {"d1": 0.9, "d3": 0.8, "d2": 0.8, "d7": 0.8, "d4": 0.5, "d8": 0.5},
    "q2": {"b": 2, "a": 1, "c": 1, "z": 1},
    "q3": {"x": 1},
    "q5": {"k": 1},
}
NAMES = [
    "nDCG@3", "nDCG@5", "nDCG", "AP", "AP@3", "RR", "P@3", "P@5", "R@3", "R@5", "Rprec", "Bpref", "Success@1",
    "Success@3",
]  # fmt: skip
KNOWN = [
    [0.420004, 0.468110, 0.673909, 0.5, 0.25, 1, 1 / 3, 0.4, 0.25, 0.5, 0.5, 0.25, 1, 1],
    [0, 0.264068, 0.264068, 0.125, 0, 0.25, 0, 0.2, 0, 0.5, 0, 0, 0, 0],
    [0] * 14,
    [0] * 14,
]


def of(name: str, judged: Judged) -> NDArray[np.float64]:
    return measure(name).values(judged)


def test_that_known_answers_come_out() -> None:
    judged = judge_scores(RUN, QRELS)
    assert judged.queries == ["q1", "q2", "q3", "q4"]
    assert values(judged, [measure(name) for name in NAMES]) == pytest.approx(np.array(KNOWN), abs=1e-6)
    assert of("nDCG(dcg=exp-log2)@5", judged)[0] == pytest.approx(0.349233, abs=1e-6)


def test_that_means_are_over_all_judged_queries_or_those_in_both() -> None:
    every = judge_scores(RUN, QRELS)
    both = judge_scores(RUN, QRELS, queries="both")
    ap = measure("AP")
    assert over_queries(ap, ap.values(both)) == pytest.approx(0.208333, abs=1e-6)
    assert over_queries(ap, ap.values(every)) == pytest.approx(0.15625)
    assert of("nDCG@5", every).mean() == pytest.approx(0.183044, abs=1e-6)
    assert of("Bpref", every).mean() == pytest.approx(0.0625)
    assert of("Rprec", every).mean() == pytest.approx(0.125)
    assert over_queries(measure("num_q"), of("num_q", both)) == 3
    assert over_queries(ap, np.zeros(0)) == 0


def test_that_equal_scores_are_ordered_by_id_in_descending_order() -> None:
    qrels = {"q": {"d10": 1, "d2": 1, "é": 1}}
    assert of("RR", judge_scores({"q": {"d10": 1.0, "d2": 1.0}}, {"q": {"d2": 1}}))[0] == 1
    assert of("RR", judge_scores({"q": {"d10": 1.0, "d2": 1.0}}, {"q": {"d10": 1}}))[0] == 0.5
    assert of("RR", judge_scores({"q": {"z": 1.0, "é": 1.0}}, {"q": {"é": 1}}))[0] == 1  # by bytes
    assert of("P@3", judge_scores({"q": {"z": 1.0, "é": 1.0}}, qrels))[0] == pytest.approx(1 / 3)


def test_that_scores_are_compared_in_the_precision_asked_for() -> None:
    run = {"q": {"a": 0.7 + 1e-8, "b": 0.7}}
    assert of("RR", judge_scores(run, {"q": {"a": 1}}))[0] == 0.5
    assert of("RR", judge_scores(run, {"q": {"a": 1}}, precision="float64"))[0] == 1
    large = {"q": {"a": 16777217.0, "b": 16777216.0}}
    assert of("RR", judge_scores(large, {"q": {"a": 1}}))[0] == 0.5


def test_that_places_rankings_and_scores_give_the_same() -> None:
    rng = np.random.default_rng(3)
    ids = [f"d{number}" for number in range(50)]
    queries = [f"q{number}" for number in range(20)]
    places = np.stack([rng.permutation(50)[:30] for _ in queries])
    places[3, 10:] = -1
    places[4] = -1
    qrels = {
        query: {
            id: int(grade) for id, grade in zip(rng.permutation(ids)[:9], rng.integers(-1, 4, 9), strict=True)
        }
        for query in queries[:-1]
    }
    qrels["q0"]["not there"] = 2
    lists = [[ids[place] for place in row if place >= 0] for row in places]
    run = {
        query: {id: -float(rank) for rank, id in enumerate(row)}
        for query, row in zip(queries, lists, strict=True)
    }
    wanted = [found for found in expanded([*ALL_TREC, "Hole@10", "Judged@10", "ERR@10"]).values()]
    wanted = [found for found in wanted if found.spelling != "relstring"]
    by_place = values(judge_places(places, ids, queries, qrels), wanted)
    by_list = values(judge(lists, queries, qrels), wanted)
    by_score = values(judge_scores(run, qrels, queries=queries), wanted)
    assert (by_list == by_score).all()
    neither = [found.spelling != "utility" for found in wanted]
    assert (by_place[:, neither] == by_list[:, neither]).all()
    assert (by_list[-1, [found.over_queries == "mean" for found in wanted]] <= 1 + 1e-12).all()


@pytest.mark.parametrize("ties", [False, True])
def test_that_few_and_many_judgements_give_the_same(ties: bool) -> None:
    rng = np.random.default_rng(6)
    run: dict[str, dict[str, float]] = {}
    few: dict[str, dict[str, int]] = {}
    for query in map(str, range(30)):
        scores = rng.integers(0, 9, 40) if ties and int(query) % 2 else rng.random(40)
        run[query] = {f"d{id}": float(score) for id, score in enumerate(scores)}
        grades = rng.integers(-1, 3, 9).tolist()
        few[query] = {f"d{id}": grade for id, grade in zip(rng.permutation(60)[:9], grades, strict=True)}
    many = {query: {**grades, **{f"x{id}": -1 for id in range(99)}} for query, grades in few.items()}
    wanted = [found for found in expanded([*ALL_TREC, "Judged@10"]).values() if found.spelling != "relstring"]
    for options in ({}, {"most": 7}, {"judged_only": True}, {"precision": "float64"}):
        one, other = (values(judge_scores(run, each, **options), wanted) for each in (few, many))
        assert (one == other).all()
    order = [sorted(hits, key=lambda id: (np.float32(hits[id]), id), reverse=True) for hits in run.values()]
    assert (values(judge(order, list(run), few), wanted) == values(judge_scores(run, few), wanted)).all()
    assert (of("Hole@9", judge(order, list(run), few)) == of("Hole@9", judge_scores(run, few))).all()


def test_that_unjudged_and_unknown_documents_are_told_apart() -> None:
    qrels = {"q": {"a": 1, "b": 0, "pooled": -1}, "other": {"c": 1}}
    judged = judge([["a", "pooled", "c", "new"], []], ["q", "other"], qrels)
    assert of("Judged@4", judged).tolist() == [0.25, 0]
    assert of("Judged@10", judged)[0] == 0.25
    assert of("unj@4", judged)[0] == 0.75
    assert of("Hole@4", judged)[0] == 0.25
    assert of("Hole@4", judged)[0] <= 1 - of("Judged@4", judged)[0]


def test_that_gains_may_be_given_and_graded_measures_follow_their_papers() -> None:
    judged = judge([["a", "b", "c"]], ["q"], {"q": {"a": 1, "b": 3, "c": 0}})
    dcg, best = 3 + 9 / math.log2(3), 9 + 3 / math.log2(3)
    assert of("nDCG(gains='1=3,3=9')", judged)[0] == pytest.approx(dcg / best)
    first, second = 1 / 8, 7 / 8
    assert of("ERR", judged)[0] == pytest.approx(first + (1 - first) * second / 2)
    assert of("ERR@1", judged)[0] == pytest.approx(first)
    assert of("RBP(rel=1)", judged)[0] == pytest.approx(0.2 * (1 + 0.8))
    assert of("RBP(p=0.5)", judged)[0] == pytest.approx(0.5 * (1 / 3 + 0.5))
    assert of("R_cap@1", judged)[0] == 1
    assert of("P(rel=3)@2", judged)[0] == 0.5


def test_that_what_must_hold_of_any_run_holds() -> None:
    rng = np.random.default_rng(8)
    ids = [f"d{number}" for number in range(40)]
    names = [*NAMES, "nDCG@40", "R@40", "infAP", "G", "binG", "ndcg_rel", "IPrec@0.2", "11pt_avg", "RBP"]
    wanted = [measure(name) for name in names]
    for _ in range(20):
        scores = rng.integers(0, 6, 40).astype(float)
        grades = {id: int(grade) for id, grade in zip(ids, rng.integers(-1, 4, 40), strict=True)}
        grades["d0"] = 1
        run = {"q": dict(zip(ids, scores.tolist(), strict=True))}
        found = values(judge_scores(run, {"q": grades}), wanted)
        turned = {"q": {id: run["q"][id] for id in rng.permutation(ids)}}
        assert (values(judge_scores(turned, {"q": grades}), wanted) == found).all()
        longer = {"q": {**run["q"], "new": -1.0}}
        assert (values(judge_scores(longer, {"q": grades}), wanted) == found).all()
        assert (found >= 0).all()
        assert (found <= 1 + 1e-12).all()
        ideal = sorted(ids, key=lambda id: -grades[id])
        assert of("nDCG", judge([ideal], ["q"], {"q": grades}))[0] == pytest.approx(1)
        assert of("R@40", judge([ids], ["q"], {"q": grades}))[0] == 1
        assert (
            of("AP@5", judge_scores(run, {"q": grades}))[0] <= of("AP", judge_scores(run, {"q": grades}))[0]
        )


@pytest.mark.parametrize("run", [{}, {"q": {}}, {"other": {"a": 1.0}}])
def test_that_every_measure_has_a_value_without_hits(run: dict[str, dict[str, float]]) -> None:
    wanted = [found for found in expanded(ALL_TREC).values() if found.spelling != "relstring"]
    table = values(judge_scores(run, {"q": {"a": 1}, "r": {"b": 0}}), wanted)
    assert np.isfinite(table).all()
    assert np.isfinite(values(judge_scores(run, {}), wanted)).all()


@pytest.mark.parametrize("score", [math.nan, math.inf])
def test_that_a_score_that_is_no_number_is_refused(score: float) -> None:
    with pytest.raises(UserError, match="'a' for query 'q'"):
        judge_scores({"q": {"b": 1.0, "a": score}}, {"q": {"a": 1}})


def test_that_half_a_grade_is_refused() -> None:
    with pytest.raises(UserError, match="whole numbers"):
        judge_scores({"q": {"b": 1.0}}, {"q": {"a": 0.5}})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("text", "name", "trec"),
    [
        ("ndcg_cut_10", "nDCG@10", "ndcg_cut_10"),
        ("ndcg_cut.10", "nDCG@10", "ndcg_cut_10"),
        ("NDCG@10", "nDCG@10", "ndcg_cut_10"),
        ("map", "AP", "map"),
        ("MRR@10", "RR@10", "recip_rank_cut_10"),
        ("P(rel=2)@5", "P(rel=2)@5", ""),
        ("nDCG(dcg='exp-log2')@10", "nDCG(dcg='exp-log2')@10", ""),
        ("IPrec@0.1", "IPrec@0.1", "iprec_at_recall_0.10"),
        ("rbp", "RBP(p=0.9)", "rbp"),
        ("set_F.0.5", "SetF(beta=0.5)", "set_F_0.5"),
        ("ndcg.1=3,2=9", "nDCG(gains='1=3,2=9')", "ndcg_1=3,2=9"),
    ],
)
def test_that_names_of_both_programs_are_understood(text: str, name: str, trec: str) -> None:
    found = measure(text)
    assert (found.name, found.trec_name) == (name, trec)
    assert measure(found.name) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ndgc@10", "did you mean"),
        ("nDCG@x", "'x' is no number"),
        ("nDCG@0", "1 or more"),
        ("nDCG(foo=1)", "which takes dcg, gains"),
        ("nDCG(dcg=ln)", "log2 or exp-log2"),
        ("P", "stands for 9"),
        ("R", "R@10"),
        ("Rprec@5", "takes no cut-off"),
        ("utility.1,2", "four numbers"),
        ("RBP(p=2)", "between 0 and 1"),
        ("", "there are 11pt_avg"),
    ],
)
def test_that_what_is_no_measure_is_refused_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(ValueError, match="(?i)" + says.replace("(", r"\(")):
        measure(text)


def test_that_a_measure_says_what_it_is() -> None:
    for cls in KINDS.values():
        assert cls.title
        assert cls.sentence.endswith(".")
        assert cls.__module__.startswith("core.retrieval.measures.kinds.")
