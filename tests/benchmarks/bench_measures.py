"""Twelve measures of 10,000 queries with 100 hits each, beside ranx, in one run; and a randomization test.

ranx 0.3.21 (numba, all processors) runs in its own environment (``packaging/peers.py ranx``) on the same
judgements and scores, which both hold as dicts of dicts; it is warmed up first, so that nothing is compiled
within the time. Five rounds in turn, the median of each:

- from dicts: all that a caller waits for. ranx makes its own structures of the dicts, then evaluates;
- once joined: ranx's own structures are there, and our `Judged`; what more measures of the same run cost;
- from arrays: places in a list of ids, as searchers give them; ranx has no such door.

Values of both are compared, too: without equal scores they agree. (ranx's bpref is NaN for a query without
hits judged not relevant, so it is left out.)

    make bench ARGS='-k measures'
"""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.retrieval.measures.judged import judge_places, judge_scores
from core.retrieval.measures.spelt import measure
from core.retrieval.measures.values import values
from core.retrieval.significance import compare
from core.terminal import table

ROOT = Path(__file__).parents[2]
RANX = ROOT / ".peers" / "ranx" / "bin" / "python"
MEASURES = {
    "nDCG@10": "ndcg@10", "nDCG@100": "ndcg@100", "nDCG(dcg='exp-log2')@10": "ndcg_burges@10", "AP": "map",
    "RR": "mrr", "P@5": "precision@5", "P@10": "precision@10", "R@10": "recall@10", "R@100": "recall@100",
    "Success@1": "hit_rate@1", "Rprec": "r-precision", "P@100": "precision@100",
}  # fmt: skip
QUERIES, HITS, DOCUMENTS = 10_000, 100, 100_000
ROUNDS = 5
FASTER = 5.0
"""Than ranx, from dicts."""
SECONDS = 1.0
TEST_SECONDS = 3.0
"""100,000 randomizations of 1,000 queries."""

_THEIRS = """
import json, sys, time
from ranx import Qrels, Run, evaluate
qrels, run = (json.load(open(path)) for path in sys.argv[1:3])
names = json.loads(sys.argv[3])
few = list(qrels)[:50]
evaluate(Qrels({q: qrels[q] for q in few}), Run({q: run[q] for q in few}), names)
for _ in sys.stdin:
    start = time.perf_counter()
    made = Qrels(qrels), Run(run)
    between = time.perf_counter()
    found = evaluate(*made, names)
    end = time.perf_counter()
    print(json.dumps({"dicts": end - start, "evaluate": end - between, "values": dict(found)}, default=float))
    sys.stdout.flush()
"""


def made() -> tuple[dict[str, dict[str, int]], dict[str, dict[str, float]]]:
    rng = np.random.default_rng(0)
    qrels, run = {}, {}
    for query in range(QUERIES):
        found = rng.choice(DOCUMENTS, HITS + 20, replace=False)
        judged = np.concatenate([rng.permutation(found[:HITS])[:20], found[HITS:]])
        grades = rng.integers(0, 4, len(judged))
        grades[0] = 1
        qrels[f"q{query}"] = {f"d{id}": int(grade) for id, grade in zip(judged, grades, strict=True)}
        scores = rng.permutation(HITS) + rng.random(HITS) / 2  # no two alike
        run[f"q{query}"] = {f"d{id}": float(s) for id, s in zip(found[:HITS], scores, strict=True)}
    return qrels, run


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = function()
    return time.perf_counter() - start, found


def test_that_measures_take_a_second_and_a_fifth_of_ranxs_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not RANX.exists():
        pytest.skip("needs ranx: .venv/bin/python packaging/peers.py ranx")
    qrels, run = made()
    for name, data in [("qrels", qrels), ("run", run)]:
        (tmp_path / name).write_text(json.dumps(data))
    ids = [f"d{id}" for id in range(DOCUMENTS)]
    place = {id: number for number, id in enumerate(ids)}
    places = np.array(
        [[place[id] for id in sorted(hits, key=hits.__getitem__, reverse=True)] for hits in run.values()]
    )
    wanted = [measure(name) for name in MEASURES]
    command = [str(RANX), "-c", _THEIRS, *(str(tmp_path / name) for name in ("qrels", "run"))]
    theirs: list[dict[str, Any]] = []
    dicts, arrays, joined = [], [], []
    with subprocess.Popen(
        [*command, json.dumps(list(MEASURES.values()))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as ranx:
        assert ranx.stdin is not None
        assert ranx.stdout is not None
        values(judge_scores(run, qrels), wanted)  # warm, as ranx is
        for _ in range(ROUNDS):
            seconds, found = timed(lambda: values(judge_scores(run, qrels), wanted))
            dicts.append(seconds)
            seconds, same = timed(lambda: values(judge_places(places, ids, list(run), qrels), wanted))
            arrays.append(seconds)
            assert (found == same).all()
            judged = judge_scores(run, qrels)
            joined.append(timed(lambda: values(judged, wanted))[0])  # noqa: B023
            ranx.stdin.write("\n")
            ranx.stdin.flush()
            theirs.append(json.loads(ranx.stdout.readline()))
        ranx.stdin.close()
    means = dict(zip(MEASURES, found.mean(axis=0), strict=True))
    apart = {name: abs(means[name] - theirs[0]["values"][other]) for name, other in MEASURES.items()}
    ours = statistics.median(dicts), statistics.median(arrays), statistics.median(joined)
    both = [statistics.median(each[key] for each in theirs) for key in ("dicts", "evaluate")]
    rng = np.random.default_rng(0)
    test, _ = timed(lambda: compare(rng.random(1000), rng.random(1000)))
    with capsys.disabled():
        print()
        print(
            table(
                ["what", "ours, s", "ranx, s", "times"],
                [
                    ["from dicts", f"{ours[0]:.3f}", f"{both[0]:.3f}", f"{both[0] / ours[0]:.1f}"],
                    ["once joined", f"{ours[2]:.3f}", f"{both[1]:.3f}", f"{both[1] / ours[2]:.1f}"],
                    ["from arrays", f"{ours[1]:.3f}", "", ""],
                    ["100,000 randomizations, 1,000 queries", f"{test:.3f}", "", ""],
                ],
            )
        )
        print("furthest apart:", max(apart, key=apart.__getitem__), f"{max(apart.values()):.1e}")
    assert max(apart.values()) < 1e-6
    assert ours[0] <= SECONDS
    assert ours[1] <= SECONDS
    assert both[0] >= FASTER * ours[0]
    assert test <= TEST_SECONDS
