"""Collections in BEIR's layout: as they should be, and as people have them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from core.collections.collection import Collection
from core.collections.line_texts import LineTexts
from core.collections.memory import MemoryTexts
from core.collections.read import open_collection
from core.errors import UserError
from core.jobs.context import Context

CORPUS = '{"_id": "007", "title": "Bond", "text": "an agent"}\n{"_id": "b", "text": "a bee"}\n'
QUERIES = '{"_id": "q", "text": "who?"}\n{"_id": "unjudged", "text": "what?"}\n'
QRELS = "query-id\tcorpus-id\tscore\nq\t007\t2\nq\tb\t0\n"


def write(
    folder: Path, corpus: str | bytes = CORPUS, queries: str | None = QUERIES, qrels: str | None = QRELS
) -> Path:
    (folder / "qrels").mkdir(parents=True)
    data = corpus.encode("utf-8", "surrogatepass") if isinstance(corpus, str) else corpus
    (folder / "corpus.jsonl").write_bytes(data)
    if queries is not None:
        (folder / "queries.jsonl").write_bytes(queries.encode())
    if qrels is not None:
        (folder / "qrels" / "test.tsv").write_bytes(qrels.encode())
    return folder


def counts(found: Collection) -> dict[str, int]:
    return {skipped.what: skipped.count for skipped in found.skipped}


def test_that_a_collection_is_read_as_it_stands(tmp_path: Path) -> None:
    found = open_collection(write(tmp_path / "c"))
    assert found.name == "c"
    assert list(found.documents.ids) == ["007", "b"]
    assert found.documents.texts(0, 9) == ["Bond an agent", "a bee"]
    assert [found.documents.text(place) for place in range(2)] == ["Bond an agent", "a bee"]
    assert (found.documents.title(0), found.documents.body(0), found.documents.title(1)) == (
        "Bond",
        "an agent",
        "",
    )
    assert found.queries.texts(0, 1) == ["who?"]
    assert found.judgements == {"q": {"007": 2, "b": 0}}
    assert found.places == {"007": 0, "b": 1}
    assert counts(found) == {"queries without judgements (hidden)": 1}


def test_that_a_table_of_judgements_needs_no_header(tmp_path: Path) -> None:
    rows = "q\t007\t2\nq\tb\t0\nunjudged\tb\t1\n"
    without = open_collection(write(tmp_path / "1", qrels=rows))
    header = open_collection(write(tmp_path / "2", qrels="query-id\tcorpus-id\tscore\n" + rows))
    assert without.judgements == header.judgements
    assert sum(map(len, without.judgements.values())) == 3


def test_that_marks_line_ends_and_packing_do_not_matter(tmp_path: Path) -> None:
    plain = open_collection(write(tmp_path / "1" / "c"))
    other = write(
        tmp_path / "2" / "c",
        "\ufeff" + CORPUS.replace("\n", "\r\n") + "\r\n\r\n",
        "\ufeff" + QUERIES.rstrip("\n"),
        "\ufeff" + QRELS.replace("\n", "\r\n"),
    )
    packed = write(tmp_path / "3" / "c")
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        (packed / f"{name}.gz").write_bytes(gzip.compress((packed / name).read_bytes()))
        (packed / name).unlink()
    for folder in (other, packed):
        found = open_collection(folder)
        assert list(found.documents.ids) == ["007", "b"]
        assert found.documents.texts(0, 2) == plain.documents.texts(0, 2)
        assert found.documents.digest == plain.documents.digest
        assert found.queries.digest == plain.queries.digest
        assert found.judgements == plain.judgements


def test_that_judgements_may_be_objects(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", qrels=None)
    (folder / "qrels.jsonl").write_text('{"query-id": "q", "corpus-id": "007", "score": 2}\n')
    assert open_collection(folder).judgements == {"q": {"007": 2}}
    (folder / "qrels.jsonl").write_text('{"query-id": "q", "corpus-id": "007"}\n')
    with pytest.raises(UserError, match="line 1, has not the keys query-id, corpus-id, score"):
        open_collection(folder)


def test_that_texts_of_a_file_and_in_memory_have_the_same_identity(tmp_path: Path) -> None:
    found = open_collection(write(tmp_path / "c")).documents
    same = MemoryTexts(["007", "b"], ["an agent", "a bee"], ["Bond", ""])
    assert found.digest == same.digest
    assert found.texts(0, 2) == same.texts(0, 2)
    assert MemoryTexts(["b", "007"], ["a bee", "an agent"], ["", "Bond"]).digest != same.digest
    assert MemoryTexts(["007", "b"], ["agent", "a bee"], ["Bond an", ""]).digest != same.digest


def test_that_the_choice_of_queries_changes_their_identity(tmp_path: Path) -> None:
    one = open_collection(write(tmp_path / "1"))
    both = open_collection(write(tmp_path / "2", qrels=QRELS + "unjudged\tb\t1\n"))
    assert one.queries.digest != both.queries.digest


@pytest.mark.parametrize(
    ("line", "what", "kept"),
    [
        ('{"_id": 12, "text": "x"}', "ids that are numbers (read as text)", ("12", "x")),
        (
            '{"_id": "n", "text": "a\\u0000b"}',
            "records with control characters or halves of characters (replaced by U+FFFD)",
            ("n", "a\ufffdb"),
        ),
        (
            '{"_id": "n", "text": "a\x00b\x07"}',
            "records with control characters or halves of characters (replaced by U+FFFD)",
            ("n", "a\ufffdb\ufffd"),
        ),
        (
            '{"_id": "n", "text": "a\\ud800b"}',
            "records with control characters or halves of characters (replaced by U+FFFD)",
            ("n", "a\ufffdb"),
        ),
        (
            b'{"_id": "n", "text": "caf\xe9"}',
            "lines with bytes that are not UTF-8 (replaced by U+FFFD)",
            ("n", "caf\ufffd"),
        ),
        ('{"_id": "n", "text": " "}', "documents without text (kept, never found)", ("n", " ")),
        ('{"_id": "n", "text": "x", "title": 7}', "titles that are no text (left out)", ("n", "x")),
        (
            '{"_id": "n", "text": "a bee"}',
            "documents with the text of an earlier one (kept; they tie)",
            ("n", "a bee"),
        ),
    ],
)
def test_that_what_is_mended_is_counted_with_its_line(
    line: str | bytes, what: str, kept: tuple[str, str], tmp_path: Path
) -> None:
    data = line.encode() if isinstance(line, str) else line
    found = open_collection(write(tmp_path / "c", CORPUS.encode() + data + b"\n"))
    told = [skipped for skipped in found.skipped if skipped.what == what]
    assert [(skipped.count, skipped.places) for skipped in told] == [(1, ["corpus.jsonl, line 3"])]
    assert (found.documents.ids[2], found.documents.text(2)) == kept
    assert found.documents.texts(2, 3) == [kept[1]]


def test_that_white_space_in_a_text_is_no_control_character(tmp_path: Path) -> None:
    found = open_collection(write(tmp_path / "c", CORPUS + '{"_id": "n", "text": "a\\tb\\f\\nc\\u00e9"}\n'))
    assert found.documents.text(2) == "a\tb\f\ncé"
    assert counts(found) == {"queries without judgements (hidden)": 1}


def test_that_the_same_document_twice_counts_once(tmp_path: Path) -> None:
    found = open_collection(write(tmp_path / "c", CORPUS + CORPUS + '{"_id": "c", "text": "sea"}\n'))
    assert list(found.documents.ids) == ["007", "b", "c"]
    assert found.documents.texts(0, 3) == ["Bond an agent", "a bee", "sea"]
    told = next(skipped for skipped in found.skipped if "twice" in skipped.what)
    assert told.count == 2
    assert told.places == ["corpus.jsonl, line 3: 007", "corpus.jsonl, line 4: b"]


def test_that_a_huge_line_is_left_out(tmp_path: Path) -> None:
    huge = '{"_id": "huge", "text": "' + "x" * (8 * 2**20) + '"}\n'
    found = open_collection(write(tmp_path / "c", huge + CORPUS))
    assert list(found.documents.ids) == ["007", "b"]
    assert found.documents.text(1) == "a bee"
    assert counts(found)["lines of more than 8 MiB (left out)"] == 1


def test_that_unknown_documents_stay_and_unknown_queries_go(tmp_path: Path) -> None:
    found = open_collection(write(tmp_path / "c", qrels=QRELS + "q\tgone\t1\nnobody\tb\t1\n"))
    assert found.judgements == {"q": {"007": 2, "b": 0, "gone": 1}}
    assert counts(found) == {
        "queries without judgements (hidden)": 1,
        "judged queries that are not there (left out)": 1,
        "judgements of documents that are not there (kept: recall counts them as missed)": 1,
    }


def test_that_grades_with_a_point_and_negative_ones_are_read(tmp_path: Path) -> None:
    found = open_collection(write(tmp_path / "c", qrels="q\t007\t1.0\nq\tb\t-1\nq\tb\t-1\n"))
    assert found.judgements == {"q": {"007": 1, "b": -1}}
    told = counts(found)
    assert told["grades with a decimal point (1.0 is read as 1)"] == 1
    assert told["judgements given twice (left out)"] == 1


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"corpus": CORPUS + "nonsense\n"}, r"corpus.jsonl, line 3, is no JSON object \(column 1: expecting"),
        ({"corpus": CORPUS + "[1]\n"}, "line 3, is JSON, but no object"),
        ({"corpus": CORPUS + "x\ny\n"}, "line 3, .* Line 4 is at fault, too"),
        ({"corpus": CORPUS + "x\ny\nz\n"}, "2 other lines are at fault: 4 and 5"),
        ({"corpus": "x\n" * 40}, "19 or more other lines are at fault"),
        ({"corpus": "[" * 100_000 + "\n"}, "line 1, is no JSON object"),
        ({"corpus": '{"_id": "x"}\n'}, "line 1, has no text"),
        ({"corpus": '{"_id": "x", "text": 3}\n'}, "line 1, has a text that is no string"),
        ({"corpus": '{"text": "x"}\n'}, "line 1, has no _id"),
        ({"corpus": '{"_id": " ", "text": "x"}\n'}, "line 1, has an empty _id"),
        ({"corpus": '{"_id": true, "text": "x"}\n'}, "neither text nor number"),
        (
            {"corpus": CORPUS + '{"_id": "b", "text": "another"}\n'},
            "the id 'b' stands for one text in line 2 and for another in line 3",
        ),
        ({"corpus": "\n \n"}, "corpus.jsonl holds no documents"),
        ({"corpus": ""}, "corpus.jsonl holds no documents"),
        ({"corpus": "\ufeff".encode("utf-16-le") + CORPUS.encode("utf-16-le")}, "UTF-16; save it as UTF-8"),
        ({"queries": ""}, "queries.jsonl holds no queries"),
        ({"queries": None}, "has judgements, but no queries.jsonl"),
        ({"qrels": "q\t007\n"}, "test.tsv, line 1, is not a query, a document and a grade"),
        ({"qrels": QRELS + "q\tc\tbest\n"}, "line 4, has the grade 'best'"),
        ({"qrels": QRELS + "q\tc\t0.5\n"}, "line 4, has the grade 0.5, and grades are whole numbers"),
        ({"qrels": QRELS + "q\tc\tnan\n"}, "line 4, has the grade 'nan'"),
        ({"qrels": QRELS + "q\tb\t1\n"}, "line 4, gives query 'q' and document 'b' the grade 1, an earlier"),
        ({"qrels": "other\tb\t1\n"}, "no query of queries.jsonl has judgements: the ids in qrels"),
    ],
)
def test_that_what_is_wrong_is_told_with_its_line(
    parts: dict[str, str | bytes], said: str, tmp_path: Path
) -> None:
    folder = write(tmp_path / "c", **parts)  # type: ignore[arg-type]
    with pytest.raises(UserError, match=said) as caught:
        open_collection(folder)
    assert caught.value.field == "collection"
    assert "\n" not in caught.value.message


def test_that_missing_and_damaged_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no corpus\.jsonl in .*qrels/test\.tsv"):
        open_collection(tmp_path)
    with pytest.raises(UserError, match="There is no folder"):
        open_collection(tmp_path / "nowhere")
    file = tmp_path / "table.csv"
    file.write_text("a,b\n")
    with pytest.raises(UserError, match="is a file"):
        open_collection(file)
    folder = write(tmp_path / "c")
    (folder / "corpus.jsonl").unlink()
    (folder / "corpus.jsonl.gz").write_bytes(gzip.compress(CORPUS.encode())[:-9])
    with pytest.raises(UserError, match=r"corpus\.jsonl\.gz is damaged"):
        open_collection(folder)
    (folder / "corpus.jsonl.gz").write_bytes(b"no gzip")
    with pytest.raises(UserError, match="is damaged"):
        open_collection(folder)


def test_that_queries_and_judgements_may_be_missing(tmp_path: Path) -> None:
    alone = open_collection(write(tmp_path / "1", queries=None, qrels=None))
    assert (len(alone.documents), len(alone.queries), alone.judgements) == (2, 0, {})
    unjudged = open_collection(write(tmp_path / "2", qrels=None))
    assert list(unjudged.queries.ids) == ["q", "unjudged"]


def test_that_the_split_is_chosen_or_the_only_one(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", qrels=None)
    (folder / "qrels" / "dev.tsv").write_text(QRELS)
    ctx = Context(workdir=tmp_path)
    assert open_collection(folder, ctx).judgements
    assert "dev.tsv, the only one" in ctx.warnings[0]
    (folder / "qrels" / "train.tsv").write_text("q\tb\t1\n")
    assert open_collection(folder, split="train").judgements == {"q": {"b": 1}}
    with pytest.raises(UserError, match=r"no qrels/test\.tsv in .*; there are dev, train") as caught:
        open_collection(folder)
    assert caught.value.field == "split"


def test_that_a_file_changed_since_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "c")
    found = open_collection(folder)
    (folder / "corpus.jsonl").write_text(CORPUS + CORPUS)
    with pytest.raises(UserError, match="was changed while it was read"):
        found.documents.text(0)
    (folder / "corpus.jsonl").unlink()
    with pytest.raises(UserError, match="There is no"):
        found.documents.text(0)


def test_that_texts_are_found_by_their_places_whatever_their_letters(tmp_path: Path) -> None:
    words = ["ä", "日本", "\U0001f600", "plain", ""]
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(words, size=rng.integers(1, 40))) for _ in range(2_000)]
    lines = [
        json.dumps({"_id": f"é{n}", "text": text}, ensure_ascii=bool(n % 2)) for n, text in enumerate(texts)
    ]
    found = open_collection(write(tmp_path / "c", "\n".join(lines), None, None)).documents
    assert isinstance(found, LineTexts)
    assert found.texts(0, 2_000) == texts
    assert [found.text(place) for place in (0, 999, 1_999)] == [texts[0], texts[999], texts[1_999]]
    assert found.texts(500, 503) == texts[500:503]
    assert found.texts(2_000, 2_010) == []
    assert found.ids[1_999] == found.ids[-1] == "é1999"
    assert [record.id for record in found.records(3, 5)] == ["é3", "é4"]
    some = found.chosen(np.array([1, 7, 1_500]))
    assert some.texts(0, 3) == [texts[1], texts[7], texts[1_500]]
    assert some.digest != found.digest


@pytest.mark.parametrize(
    ("name", "documents", "queries", "judgements"),
    [("cranfield", 1_400, 225, 1_837), ("npl", 11_429, 93, 2_083), ("limit-small", 46, 1_000, 2_000)],
)
def test_that_shared_collections_have_their_counts(
    name: str, documents: int, queries: int, judgements: int, shared_data: Path
) -> None:
    found = open_collection(shared_data / "ir" / name)
    assert (len(found.documents), len(found.queries)) == (documents, queries)
    assert sum(map(len, found.judgements.values())) == judgements
    if name == "cranfield":
        told = next(skipped for skipped in found.skipped if "without text" in skipped.what)
        assert told.places == ["corpus.jsonl.gz, line 471", "corpus.jsonl.gz, line 995"]
    if name == "limit-small":
        liked = found.documents.body(0).partition(" likes ")[2].removesuffix(".").replace(" and ", ", ")
        assert len(liked.split(", ")) == 45
