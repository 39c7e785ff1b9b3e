"""What is said before an evaluation runs."""

from pathlib import Path

from core.retrieval.evaluate.preview import preview
from core.retrieval.evaluate.request import RetrievalRequest


def asked(toy: Path, **more: object) -> RetrievalRequest:
    return RetrievalRequest(**{"collection": toy, "systems": ["bm25"], **more})  # type: ignore[arg-type]


def test_that_the_collection_is_counted(toy: Path) -> None:
    found = preview(asked(toy))
    assert found.problems == []
    assert found.notes["collection"] == "4 documents, 3 queries"
    assert found.seconds is not None


def test_that_faults_stand_beside_their_fields(toy: Path) -> None:
    request = asked(toy, systems=["dense model=nowhere/minilm"], measures=["bogus"], split="dev")
    (toy / "qrels" / "other.tsv").write_text("q1\td1\t1\n")
    found = {problem.field: problem.message for problem in preview(request).problems}
    assert "there is no nowhere/minilm" in found["systems"]
    assert "bogus" in found["measures"]
    assert "There is no dev.tsv" in found["split"]
    assert "other, test" in found["split"]


def test_that_a_folder_that_is_no_collection_is_said(tmp_path: Path) -> None:
    (found,) = preview(asked(tmp_path)).problems
    assert found.field == "collection"
    assert "There is no corpus.jsonl" in found.message
