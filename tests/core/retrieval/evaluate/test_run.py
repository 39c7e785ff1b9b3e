"""The evaluation job, through Python and the command line."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.cli import main
from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.jobs.events import Progress
from core.retrieval.evaluate.request import RetrievalRequest
from core.retrieval.evaluate.result import EvaluationResult
from core.retrieval.evaluate.run import evaluate
from core.retrieval.record.inspect import Record
from core.retrieval.systems.bm25 import Bm25

SYSTEMS = ["bm25", "bm25 k1=0 b=0 label=flat", "hybrid 'of=bm25,flat' label=both"]


def evaluated(toy: Path, **more: object) -> EvaluationResult:
    given = {"collection": toy, "systems": SYSTEMS, "cache": False, "k": 10, **more}
    result: EvaluationResult = evaluate(RetrievalRequest(**given))  # type: ignore[arg-type]
    return result


def test_that_systems_are_measured_on_all_judged_queries(toy: Path) -> None:
    result = evaluated(toy, measures=["nDCG@10", "ndcg_cut_10", "R@10"])
    first = result.systems[0]
    assert result.queries == ["q1", "q2", "q3"]
    assert (result.documents, result.judgements, result.primary) == (4, 6, "nDCG@10")
    assert list(first.measures) == ["nDCG@10", "R@10"]
    assert first.name == Bm25().named()
    assert first.per_query["R@10"] == [0.5, 1.0, 0.0]  # one of q1's answers is nowhere; swims is no swim
    assert first.measures["R@10"].value == pytest.approx(0.5)


def test_that_counts_are_added_up_and_have_no_interval(toy: Path) -> None:
    figure = evaluated(toy, measures=["num_rel_ret", "R@10"]).systems[0].measures["NumRelRet"]
    assert (figure.value, figure.low) == (2.0, None)


def test_that_all_pairs_are_compared_on_all_measures(toy: Path) -> None:
    result = evaluated(toy, measures=["AP", "RR"])
    pairs = {(found.a, found.b, found.measure) for found in result.comparisons}
    names = [system.name for system in result.systems]
    assert len(pairs) == result.family == 6
    assert (names[0], names[1], "AP") in pairs
    assert result.between(names[1], names[0], "RR") is not None


def test_that_the_record_and_the_runs_are_left_where_it_was_asked_for(toy: Path, tmp_path: Path) -> None:
    result = evaluated(toy, out=tmp_path / "out")
    assert result.out == str(tmp_path / "out")
    assert Record(tmp_path / "out").systems == [system.name for system in result.systems]
    assert (tmp_path / "out" / "flat.run.gz").is_file()


def test_that_a_second_run_gives_the_same(toy: Path) -> None:
    def figures(result: EvaluationResult) -> list[object]:
        return [(system.measures, system.per_query) for system in result.systems]

    assert figures(evaluated(toy)) == figures(evaluated(toy))


def test_that_a_stopped_run_goes_on_at_the_next_system(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = RetrievalRequest(collection=toy, systems=SYSTEMS, cache=False)
    control = Control()
    asked: list[str] = []
    ranked = Bm25.rank

    def counted(system: Bm25, task: object, ctx: Context) -> object:
        asked.append(system.named())
        return ranked(system, task, ctx)  # type: ignore[arg-type]

    monkeypatch.setattr(Bm25, "rank", counted)

    def stop(event: object) -> None:
        if isinstance(event, Progress) and event.stage == "flat":
            control.cancel()

    with pytest.raises(Cancelled):
        evaluate(request, Context(workdir=tmp_path, send=stop, control=control))
    result = evaluate(request, Context(workdir=tmp_path))
    assert asked == [Bm25().named(), "flat", "flat"]
    whole = evaluated(toy, k=1000)
    for found, expected in zip(result.systems, whole.systems, strict=True):
        assert found.per_query == expected.per_query


def test_that_what_is_left_out_is_told(toy: Path) -> None:
    with (toy / "corpus.jsonl").open("a") as corpus:
        corpus.write('{"_id": "d5", "text": ""}\n')
    with (toy / "qrels" / "test.tsv").open("a") as table:
        table.write("nobody\td1\t1\n")
    skipped = {found.what: found.count for found in evaluated(toy).skipped}
    assert len(skipped) >= 3, skipped  # no text, a judgement of no query, a judgement of no document
    assert all(count >= 1 for count in skipped.values())


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"measures": ["nDCG@ten"]}, "measures", "nDCG@ten"),
        ({"measures": ["AP", "relstring"]}, "measures", "relstring@10 shows single queries"),
        ({"systems": ["hybrid of=bm25,zebra", "bm25"]}, "systems", "zebra"),
        ({"collection": Path("nowhere")}, "collection", "nowhere"),
        ({"systems": ["dense model=nowhere"]}, "system", "nowhere"),
    ],
)
def test_that_bad_input_is_said_in_a_sentence(
    toy: Path, change: dict[str, object], field: str, said: str
) -> None:
    with pytest.raises(UserError) as caught:
        evaluated(toy, **change)
    assert said in caught.value.message
    assert (caught.value.field or "").startswith(field)


def test_that_a_collection_without_judgements_is_refused(toy: Path) -> None:
    (toy / "qrels" / "test.tsv").unlink()
    (toy / "qrels").rmdir()
    with pytest.raises(UserError, match="no judgements"):
        evaluated(toy)


def test_that_the_command_line_prints_one_object(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "retrieval",
        "run",
        "--collection",
        str(toy),
        "--system",
        "bm25",
        "--measure",
        "AP",
        "--no-cache",
    ]
    assert main([*words, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["out"] is None
    assert printed["systems"][0]["measures"]["AP"]["value"] == pytest.approx(
        np.mean(printed["systems"][0]["per_query"]["AP"]), abs=1e-6
    )
    assert main([*words[:-3], "--measure", "nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err
