"""TREC's judgements and runs: as trec_eval reads them, and what it would choke on."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import pytrec_eval

from core.collections.tally import Tally
from core.collections.trec import read_qrels, read_run
from core.errors import UserError


def file(folder: Path, text: str | bytes, name: str = "file.txt") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_that_trec_evals_own_files_are_read(shared_data: Path) -> None:
    folder = shared_data / "trec_eval"
    with (folder / "qrels.test").open() as opened:
        assert read_qrels(folder / "qrels.test") == pytrec_eval.parse_qrel(opened)
    run = read_run(folder / "results.test")
    with (folder / "results.test").open() as opened:
        there = pytrec_eval.parse_run(opened)
    assert run.name == "STANDARD"
    assert run.queries == list(there)
    for query, documents, scores in zip(run.queries, run.documents, run.scores, strict=True):
        assert dict(zip(documents, scores.tolist(), strict=True)) == there[query]
        assert scores.tolist() == sorted(there[query].values(), reverse=True)


def test_that_ties_are_broken_by_the_id_descending(tmp_path: Path) -> None:
    rows = [("d2", "1"), ("d7", "1e0"), ("d3", "1.0"), ("é", "1"), ("top", "2")]
    run = read_run(file(tmp_path, "".join(f"q Q0 {id} 0 {score} tag\n" for id, score in rows)))
    assert run.documents == [["top", "é", "d7", "d3", "d2"]]
    assert run.scores[0].tolist() == [2, 1, 1, 1, 1]


def test_that_scores_are_compared_in_the_precision_asked_for(tmp_path: Path) -> None:
    path = file(tmp_path, "q Q0 a 1 0.70000001 t\nq Q0 b 2 0.7 t\n")
    assert read_run(path).documents == [["b", "a"]]
    assert read_run(path, precision="double").documents == [["a", "b"]]
    large = file(tmp_path, "q Q0 a 1 1e300 t\nq Q0 b 2 1e299 t\n", "large")
    assert read_run(large, precision="double").documents == [["a", "b"]]


def test_that_ranks_comments_blank_lines_and_packing_do_not_matter(tmp_path: Path) -> None:
    run = read_run(
        file(tmp_path, "\ufeff# made by hand\nq Q0 a 9 1 t\r\n\n  \nq Q0 b 1 2 t with words\n#q Q0 c 1 9 t\n")
    )
    assert run.documents == [["b", "a"]]
    qrels = read_qrels(file(tmp_path, "# judged\nq 0 a 1\n\nq\t0\tb\t-2\n"))
    assert qrels == {"q": {"a": 1, "b": -2}}


def test_that_tabs_let_ids_hold_spaces(tmp_path: Path) -> None:
    run = read_run(file(tmp_path, "q 1\tQ0\tGeneva Durben\t1\t 0.5 \ttag\nq 1\tQ0\tb\t2\t0.4\ttag\n"))
    assert (run.queries, run.documents) == (["q 1"], [["Geneva Durben", "b"]])


def test_that_queries_may_be_scattered(tmp_path: Path) -> None:
    run = read_run(file(tmp_path, "1 Q0 a 1 1 t\n2 Q0 a 1 1 t\n1 Q0 b 1 2 t\n"))
    assert (run.queries, run.documents) == (["1", "2"], [["b", "a"], ["a"]])


def test_that_a_large_run_is_read_as_line_by_line(tmp_path: Path) -> None:
    chance = random.Random(0)
    rows = [
        (f"q{n // 700}", f"d{chance.randrange(10**6)}", chance.choice([1, 2, 3.5])) for n in range(60_000)
    ]
    rows = list({row[:2]: row for row in rows}.values())
    lines = [f"{query} Q0 {id} 1 {score} tag" for query, id, score in rows]
    fast = read_run(file(tmp_path, "\n".join(lines)))
    careful = read_run(file(tmp_path, "\n".join([*lines[:-1], f"{lines[-1]} another field"])))
    assert fast.documents == careful.documents
    expected: dict[str, list[tuple[float, str]]] = {}
    for query, id, score in rows:
        expected.setdefault(query, []).append((score, id))
    assert fast.documents == [[id for _, id in sorted(hits, reverse=True)] for hits in expected.values()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("q Q0 a 1 nan t\n", "line 1: the score is nan"),
        ("q Q0 b 1 2 t\nq Q0 a 1 -inf t\n", "line 2: the score is -inf"),
        (
            "q Q0 a 1 1 t\nq Q0 b 1 1 t\nq Q0 a 2 0.5 t\n",
            r"line 3: .*'a' is there twice .* \(first in line 1\)",
        ),
        ("q Q0 a 1 1\n", "line 1, has 5 fields; a hit has 6"),
        ("q Q0 a 1 x t\n", "line 1, has the score 'x', which is no number"),
        ("q Q0 a 1 1 t\nq Q0 b 1 t\nq Q0 c 1 1 t u\n", "line 2, has 5 fields"),
        ("\n# nothing\n", "holds no hits"),
        ("", "holds no hits"),
    ],
)
def test_that_runs_that_cannot_be_evaluated_are_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said) as caught:
        read_run(file(tmp_path, text), "other")
    assert caught.value.field == "other"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("q 0 a\n", "line 1, has 3 fields; a judgement has 4"),
        ("q 0 a 0.5\n", "line 1, has the grade 0.5"),
        ("q 0 a high\n", "line 1, has the grade 'high'"),
        ("q 0 a 1\nq 0 a 2\n", "line 2, gives query 'q' and document 'a' the grade 2, an earlier one 1"),
        ("", "holds no judgements"),
    ],
)
def test_that_judgements_that_are_none_are_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said) as caught:
        read_qrels(file(tmp_path, text))
    assert caught.value.field == "qrels"
    with pytest.raises(UserError, match="There is no"):
        read_qrels(tmp_path / "nowhere")


def test_that_beirs_tables_are_judgements_too(tmp_path: Path) -> None:
    table = file(tmp_path, "query-id\tcorpus-id\tscore\nq\tGeneva Durben\t1\n")
    assert read_qrels(table) == {"q": {"Geneva Durben": 1}}
    objects = file(tmp_path, '{"query-id": "q", "corpus-id": "a", "score": 1}\n', "qrels.jsonl")
    assert read_qrels(objects) == {"q": {"a": 1}}


def test_that_what_is_mended_is_counted(tmp_path: Path) -> None:
    tally = Tally()
    assert read_qrels(file(tmp_path, b"q 0 caf\xe9 1.0\nq 0 b 1\nq 0 b 1\n"), tally=tally) == {
        "q": {"caf\ufffd": 1, "b": 1}
    }
    run = read_run(file(tmp_path, b"q Q0 caf\xe9 1 1 t\nq Q0 a\x00b 1 2 t\n"), tally=tally)
    assert run.documents == [["a\ufffdb", "caf\ufffd"]]
    assert {skipped.what.partition(" (")[0]: skipped.count for skipped in tally.skipped()} == {
        "lines with bytes that are not UTF-8": 2,
        "grades with a decimal point": 1,
        "judgements given twice": 1,
    }
