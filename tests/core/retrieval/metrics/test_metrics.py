"""``lexigraft metrics``: files in, figures out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.cli import BAD_INPUT, DONE, main
from core.errors import UserError
from core.retrieval.metrics.preview import preview
from core.retrieval.metrics.request import MetricsRequest
from core.retrieval.metrics.run import metrics

QRELS = "q1 0 d1 2\nq1 0 d2 1\nq1 0 d3 0\nq1 0 d4 3\nq1 0 d9 1\nq2 0 a 1\nq2 0 b 0\nq2 0 c 0\nq2 0 e 1\n" + (
    "q3 0 x 0\nq3 0 y 0\nq4 0 m 1\n"
)
RUN = "".join(
    f"{query} Q0 {document} 1 {score} mine\n"
    for query, document, score in [
        ("q1", "d1", 0.9), ("q1", "d3", 0.8), ("q1", "d2", 0.8), ("q1", "d7", 0.8), ("q1", "d4", 0.5),
        ("q1", "d8", 0.5), ("q2", "b", 2), ("q2", "a", 1), ("q2", "c", 1), ("q2", "z", 1), ("q3", "x", 1),
        ("q5", "k", 1),
    ]
)  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    qrels, run = tmp_path / "qrels.txt", tmp_path / "mine.run"
    qrels.write_text(QRELS)
    run.write_text(RUN)
    return qrels, run


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = DONE) -> dict[str, Any]:
    assert main(list(words)) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("command", [["metrics"], ["retrieval", "metrics"]])
def test_that_the_command_prints_means_and_each_query(
    command: list[str], files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    qrels, run = map(str, files)
    words = ["--qrels", qrels, "--run", run, "--measures", "nDCG@5", "map", "--per-query", "--json"]
    found = said(capsys, *command, *words)
    assert found["mean"]["map"] == 0.15625
    assert found["mean"]["nDCG@5"] == pytest.approx(0.183044, abs=1e-6)
    assert found["per_query"]["q2"] == {"nDCG@5": pytest.approx(0.264068, abs=1e-6), "map": 0.125}
    assert found["queries"] == {"mine": 4}
    assert found["missing"] == {"mine": 1}
    assert found["ignored"] == {"mine": 1}
    assert found["unanswerable"] == 1
    assert found["answerable"]["map"] == pytest.approx(0.625 / 3)


def test_that_several_runs_are_told_by_their_names(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    qrels, run = files
    other = tmp_path / "there" / "mine.run"
    other.parent.mkdir()
    other.write_text("q1 Q0 d4 1 1.0 best\n")
    words = ["--qrels", str(qrels), "--run", str(run), "--run", str(other), "--measures", "P@1"]
    found = said(capsys, "metrics", *words, "--per-query", "--json")
    assert found["mean"] == {"mine": {"P@1": 0.25}, "mine-2": {"P@1": 0.25}}
    assert found["per_query"]["mine-2"]["q1"] == {"P@1": 1}
    assert main(["metrics", *words]) == DONE
    assert "mine-2" in capsys.readouterr().out


def test_that_trec_evals_options_are_there(files: tuple[Path, Path]) -> None:
    qrels, run = files
    asked = {"qrels": qrels, "runs": [run], "measures": ["P.1,5", "num_q", "relstring", "utility.0,0,0,1"]}
    both = metrics(**asked, queries="both", per_query=True, documents=100)
    assert both.mean["num_q"] == 3
    assert both.per_query["q1"]["relstring"] == "2-01-3"
    assert list(both.mean) == ["P_1", "P_5", "num_q", "utility_0,0,0,1"]
    assert both.mean["utility_0,0,0,1"] == pytest.approx((93 + 95 + 99) / 3)
    strict = metrics(**asked, level=3)
    assert strict.mean["P_1"] == 0
    assert metrics(**asked, depth=1).mean["P_5"] == 0.05
    only = metrics(**{**asked, "measures": ["RR"]}, judged_only=True, per_query=True)
    assert only.per_query["q2"] == {"RR": pytest.approx(1 / 3)}


def test_that_scores_are_ordered_in_the_precision_asked_for(tmp_path: Path) -> None:
    qrels, run = tmp_path / "q", tmp_path / "r"
    qrels.write_text("q 0 a 1\n")
    run.write_text("q Q0 a 1 0.70000001 x\nq Q0 b 2 0.7 x\n")
    assert metrics(qrels=qrels, runs=[run], measures=["RR"]).mean == {"RR": 0.5}
    assert metrics(qrels=qrels, runs=[run], measures=["RR"], precision="double").mean == {"RR": 1}


def test_that_beirs_tables_are_read(tmp_path: Path) -> None:
    table, run = tmp_path / "test.tsv", tmp_path / "r.run"
    table.write_bytes("\ufeffquery-id\tcorpus-id\tscore\r\nq 1\td 1\t1\r\n".encode())
    run.write_text("q 1\tQ0\td 1\t1\t0.5\tmine\n")
    assert metrics(qrels=table, runs=[run], measures=["nDCG@10"]).mean == {"nDCG@10": 1}


@pytest.mark.parametrize(
    ("qrels", "run", "measures", "says"),
    [
        (QRELS, RUN.replace("0.9", "nan"), "AP", "line 1: the score is nan"),
        (QRELS, RUN + "q1 Q0 d1 9 0.1 mine\n", "AP", "'d1' is there twice for query 'q1'"),
        ("q1 0 d1 0.5\n", RUN, "AP", "grades are whole numbers"),
        (QRELS, RUN, "nDGC@10", "there is no measure 'nDGC@10'"),
        (QRELS, "other Q0 d1 1 1 mine\n", "AP", "Are these of the same collection?"),
        (QRELS, "q1 Q0 d1 1\n", "AP", "has 4 fields; a hit has 6"),
        (QRELS, "", "AP", "holds no hits"),
        ("", RUN, "AP", "holds no judgements"),
    ],
)
def test_that_bad_input_is_one_sentence_and_exit_code_2(
    qrels: str, run: str, measures: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "q").write_text(qrels)
    (tmp_path / "r").write_text(run)
    words = ["--qrels", str(tmp_path / "q"), "--run", str(tmp_path / "r"), "--measures", measures, "--json"]
    found = said(capsys, "metrics", *words, code=BAD_INPUT)
    assert says in found["error"]["message"]


def test_that_unknown_queries_are_told(files: tuple[Path, Path]) -> None:
    found = metrics(qrels=files[0], runs=[files[1]], measures=["AP"])
    assert found.warnings == ["mine has 1 queries without judgements; they do not count."]


def test_that_a_preview_names_what_will_not_do(files: tuple[Path, Path], tmp_path: Path) -> None:
    good = MetricsRequest(qrels=files[0], runs=[files[1]])
    assert preview(good).problems == []
    bad = MetricsRequest(qrels=tmp_path / "none", runs=[tmp_path], measures=["nope"])
    assert [problem.field for problem in preview(bad).problems] == ["qrels", "runs", "measures"]


def test_that_a_missing_file_is_told(files: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="none"):
        metrics(qrels=files[0], runs=[tmp_path / "none"])
