"""Every figure that trec_eval 10 printed for its own test files, to the printed digits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.collections.trec import read_qrels, read_run
from core.retrieval.measures.judged import judge
from core.retrieval.measures.kinds.relstring import RelevanceString
from core.retrieval.measures.spelt import expanded
from core.retrieval.measures.values import over_queries

PARAMETERS = [
    "iprec_at_recall..10,.20,.25,.75,.50", "P.5,7,3", "recall.20,2000", "Rprec_mult.5.0,0.2,0.35",
    "utility.2,-1,0,0", "11pt_avg..25,.5,.75", "ndcg.1=3,2=9,4=4.5", "ndcg_cut.10,20,23.4", "success.2,5,20",
]  # fmt: skip
CASES: dict[str, tuple[list[str], str, str, dict[str, Any]]] = {
    "out.test": (["official"], "qrels.test", "results.test", {}),
    "out.test.a": (["all_trec"], "qrels.test", "results.test", {}),
    "out.test.aq": (["all_trec"], "qrels.test", "results.test", {}),
    "out.test.aqc": (["all_trec"], "qrels.test", "results.trunc", {}),
    "out.test.aqcM": (["all_trec"], "qrels.test", "results.trunc", {"most": 100}),
    "out.test.aql": (["all_trec", "relstring.20"], "qrels.rel_level", "results.test", {"level": 2}),
    "out.test.meas_params": (PARAMETERS, "qrels.test", "results.test", {}),
}


@pytest.mark.parametrize("printed", CASES)
@pytest.mark.parametrize("precision", ["single", "double"])
def test_that_all_that_trec_eval_prints_is_the_same(printed: str, precision: Any, shared_data: Path) -> None:
    names, qrels, run, options = CASES[printed]
    folder = shared_data / "trec_eval"
    judgements = read_qrels(folder / qrels)
    hits = read_run(folder / run, precision=precision)
    found = dict(zip(hits.queries, hits.documents, strict=True))
    queries = list(judgements)
    judged = judge([found.get(query, []) for query in queries], queries, judgements, **options)
    ours: dict[tuple[str, str], str] = {}
    for name, measure in expanded(names).items():
        if isinstance(measure, RelevanceString):
            for query, string in zip(queries, measure.strings(judged), strict=True):
                ours[name, query] = f"'{string}'"
            continue
        column = measure.values(judged)
        digits = 0 if measure.over_queries == "sum" else 4
        ours[name, "all"] = f"{over_queries(measure, column):.{digits}f}"
        for query, value in zip(queries, column, strict=True):
            ours[name, query] = f"{value:.{digits}f}"
    lines = (folder / printed).read_text().splitlines()
    theirs = {(name.strip(), query): value for name, query, value in (line.split("\t") for line in lines)}
    theirs.pop(("runid", "all"), None)
    assert len(theirs) > 25
    assert {key: ours.get(key) for key in theirs} == theirs
