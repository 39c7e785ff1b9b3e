"""Test collections, and what is wrong with some."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from core.encoders.collection import read_collection
from core.errors import UserError

CORPUS = '{"_id": "007", "title": "Bond", "text": "an agent"}\n{"_id": "b", "text": "a bee"}\n'
QUERIES = '{"_id": "q", "text": "who?"}\n{"_id": "unjudged", "text": "what?"}\n'
QRELS = "query-id\tcorpus-id\tscore\nq\t007\t2\nq\tb\t0\nnobody\tb\t1\n"


def write(folder: Path, corpus: str = CORPUS, queries: str = QUERIES, qrels: str = QRELS) -> Path:
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(corpus, encoding="utf-8")
    (folder / "queries.jsonl").write_text(queries, encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(qrels, encoding="utf-8")
    return folder


def test_that_a_collection_is_read_as_it_stands(tmp_path: Path) -> None:
    found = read_collection(write(tmp_path / "c"), field="collection")
    assert found.name == "c"
    assert found.documents == {"007": "Bond an agent", "b": "a bee"}
    assert found.queries == {"q": "who?"}
    assert found.judgements == {"q": {"007": 2, "b": 0}}


def test_that_headers_marks_and_line_ends_do_not_matter(tmp_path: Path) -> None:
    plain = read_collection(write(tmp_path / "1" / "c"), field="collection")
    headless = QRELS.partition("\n")[2]
    other = write(tmp_path / "2" / "c", "\ufeff" + CORPUS.replace("\n", "\r\n"), QUERIES, headless)
    assert read_collection(other, field="collection") == plain
    packed = write(tmp_path / "3" / "c")
    (packed / "corpus.jsonl.gz").write_bytes(gzip.compress((packed / "corpus.jsonl").read_bytes()))
    (packed / "corpus.jsonl").unlink()
    (packed / "qrels" / "test.tsv").unlink()
    (packed / "qrels.jsonl").write_text(
        '{"query-id": "q", "corpus-id": "007", "score": 2}\n'
        '{"query-id": "q", "corpus-id": "b", "score": 0}\n',
        encoding="utf-8",
    )
    assert read_collection(packed, field="collection") == plain


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"corpus": CORPUS + "nonsense\n"}, "corpus.jsonl, line 3, is no JSON object"),
        ({"corpus": '{"_id": "x"}\n'}, "line 1: no _id or no text"),
        ({"corpus": CORPUS + '{"_id": "b", "text": "another"}\n'}, "the id 'b' stands for another text"),
        ({"qrels": "q\t007\n"}, "not query, document and grade"),
        ({"qrels": QRELS + "q\tc\tbest\n"}, "line 5: the grade 'best' is no number"),
        ({"qrels": QRELS + "q\tc\t0.5\n"}, "no whole number"),
        ({"qrels": QRELS + "q\tb\t1\n"}, "another grade"),
        ({"qrels": "other\tb\t1\n"}, "holds no queries with judgements"),
        ({"corpus": "\n"}, "holds no documents"),
    ],
)
def test_that_what_is_wrong_is_told_with_its_line(parts: dict[str, str], said: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "c", **parts)
    with pytest.raises(UserError, match=said) as caught:
        read_collection(folder, field="collection")
    assert caught.value.field == "collection"


def test_that_missing_files_and_other_encodings_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no corpus\.jsonl"):
        read_collection(tmp_path, field="collection")
    folder = write(tmp_path / "c")
    (folder / "corpus.jsonl").write_bytes(CORPUS.encode() + b'{"_id": "\xff"}\n')
    with pytest.raises(UserError, match="line 3, is not UTF-8"):
        read_collection(folder, field="collection")
    (folder / "corpus.jsonl").unlink()
    (folder / "corpus.jsonl.gz").write_bytes(gzip.compress(CORPUS.encode())[:-9])
    with pytest.raises(UserError, match="cannot be read"):
        read_collection(folder, field="collection")


def test_that_a_shared_collection_has_its_counts(shared_data: Path) -> None:
    found = read_collection(shared_data / "ir" / "limit-small", field="collection")
    assert (len(found.documents), len(found.queries)) == (46, 1000)
    assert sum(map(len, found.judgements.values())) == 2000
