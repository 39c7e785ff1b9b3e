"""Tables: separators, quotation marks, encodings, paths into objects, and what columns are for."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.collections.tally import Tally
from core.errors import UserError
from core.retrieval.collections.tables.opened import open_rows
from core.retrieval.collections.tables.roles import Roles, guessed
from core.retrieval.collections.tables.rows import Rows, cell


def opened(folder: Path, name: str, data: str | bytes, tally: Tally | None = None) -> Rows:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return open_rows(path, None, tally or Tally(), field="source")


def rows(table: Rows, tally: Tally | None = None) -> list[dict[str, str | None]]:
    columns = table.columns()
    return [{column: cell(row, column) for column in columns} for _, row in table.each(tally or Tally())]


def counts(tally: Tally) -> dict[str, int]:
    return {skipped.what: skipped.count for skipped in tally.skipped()}


@pytest.mark.parametrize(
    ("separator", "word"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")]
)
def test_that_the_separator_is_found_out(separator: str, word: str, tmp_path: Path) -> None:
    lines = [["id", "text"], ["1", "one; two, three"], ["2", "four, five"]]
    text = "\r\n".join(separator.join(f'"{each}"' for each in line) for line in lines)
    table = opened(tmp_path, "t.csv", text)
    assert word in table.format
    assert rows(table) == [{"id": "1", "text": "one; two, three"}, {"id": "2", "text": "four, five"}]


def test_that_commas_in_texts_between_tabs_separate_nothing(tmp_path: Path) -> None:
    table = opened(tmp_path, "t.tsv", "id\ttext\n1\ta, b\n2\tc, d\n3\te, f\n")
    assert rows(table)[2] == {"id": "3", "text": "e, f"}


def test_that_commas_in_the_only_column_separate_nothing(tmp_path: Path) -> None:
    table = opened(tmp_path, "t.csv", 'query\nwho, me, you\n"what, ""now"""\nwhy\n')
    assert rows(table) == [{"query": "who, me, you"}, {"query": 'what, "now"'}, {"query": "why"}]
    assert table.format == "CSV of one column"


def test_that_line_ends_within_quotation_marks_are_text(tmp_path: Path) -> None:
    table = opened(tmp_path, "t.csv", '\ufeffid,text\n1,"two\nlines, ""quoted"""\n2,x\n')
    assert rows(table) == [{"id": "1", "text": 'two\nlines, "quoted"'}, {"id": "2", "text": "x"}]
    assert [place for place, _ in table.each(Tally())] == ["t.csv, line 2", "t.csv, line 4"]


def test_that_a_table_without_header_is_told_by_numbers_and_long_cells(tmp_path: Path) -> None:
    table = opened(tmp_path, "t.csv", "1,some text\n2,more text\n")
    assert table.columns() == ["column 1", "column 2"]
    assert len(rows(table)) == 2
    assert "without a header" in table.format
    again = open_rows(tmp_path / "t.csv", None, Tally(), header=True, separator=",", field="source")
    assert again.columns() == ["1", "some text"]


def test_that_names_twice_and_empty_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("a,a,\n1,2,3\n")
    found = open_rows(file, None, Tally(), header=True, field="source")
    assert rows(found) == [{"a": "1", "a (2)": "2", "column 3": "3"}]


def test_that_ragged_rows_and_unfit_characters_are_counted(tmp_path: Path) -> None:
    tally = Tally()
    table = opened(tmp_path, "t.csv", "id,text\n1\n2,b,c\n\n3,a\x00b\n", tally)
    assert rows(table, tally) == [
        {"id": "1", "text": ""},
        {"id": "2", "text": "b"},
        {"id": "3", "text": "a\ufffdb"},
    ]
    assert [count for count in counts(tally).values()] == [1, 1, 1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_that_encodings_are_found_out(encoding: str, tmp_path: Path) -> None:
    tally = Tally()
    table = opened(tmp_path, "t.csv", "id,text\n1,café au lait\n".encode(encoding), tally)
    assert rows(table) == [{"id": "1", "text": "café au lait"}]
    assert counts(tally) == (
        {"files that are not UTF-8 (read as Windows-1252)": 1} if encoding == "cp1252" else {}
    )


def test_that_one_bad_byte_does_not_spoil_the_others(tmp_path: Path) -> None:
    tally = Tally()
    data = "id,text\n1,日本語のテキスト\n2,".encode() + b"\xff\n"
    assert rows(opened(tmp_path, "t.csv", data), tally)[0]["text"] == "日本語のテキスト"
    assert counts(tally) == {"lines with bytes that are not UTF-8 (replaced by U+FFFD)": 1}


def test_that_objects_in_lines_and_in_a_list_are_rows(tmp_path: Path) -> None:
    data = [{"id": 7, "meta": {"title": "T"}, "parts": [{"t": "x"}, {"t": "y"}], "tags": ["a", "b"]}]
    lines = opened(tmp_path, "t.jsonl", "\ufeff" + "\r\n".join(map(json.dumps, data)))
    listed = opened(tmp_path, "t.json", " " + json.dumps(data))
    packed = opened(tmp_path, "t.jsonl.gz", gzip.compress(json.dumps(data[0]).encode()))
    for table in (lines, listed, packed):
        assert table.columns() == ["id", "meta.title", "parts[0].t", "tags"]
        ((_, row),) = table.each(Tally())
        paths = ("id", "meta.title", "parts[1].t", "tags", "no", "parts[9].t")
        assert [cell(row, path) for path in paths] == ["7", "T", "y", "a b", None, None]


def test_that_parquet_is_read_in_batches(tmp_path: Path) -> None:
    pq.write_table(
        pa.table(
            {"id": list(range(3_000)), "text": [f"text {n}" for n in range(3_000)], "m": [{"k": "v"}] * 3_000}
        ),
        tmp_path / "t.parquet",
    )
    table = open_rows(tmp_path / "t.parquet", None, Tally(), field="source")
    assert table.columns() == ["id", "text", "m.k"]
    found = rows(table)
    assert (len(found), found[2_999]) == (3_000, {"id": "2999", "text": "text 2999", "m.k": "v"})
    (tmp_path / "t.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(UserError, match="no Parquet file"):
        open_rows(tmp_path / "t.parquet", None, Tally(), field="source")


def test_that_documents_of_trec_are_rows(tmp_path: Path) -> None:
    data = """<DOC>
<DOCNO> FT-1 </DOCNO>
<HEADLINE>Ships &amp; boats</HEADLINE>
<TEXT>
<P>They sail.</P>
</TEXT>
<TEXT>x &lt; y</TEXT>
</DOC>
<doc><docno>2</docno> no <b>text</b> tag: caf\xe9 </doc>
""".encode("latin-1")
    tally = Tally()
    for name, content in (("t", data), ("t.sgml.gz", gzip.compress(data))):
        assert rows(opened(tmp_path, name, content), tally) == [
            {"docno": "FT-1", "title": "Ships & boats", "text": "They sail. x < y"},
            {"docno": "2", "title": "", "text": "no text tag: café"},
        ]
    assert counts(tally) == {"documents that are not UTF-8 (read as Windows-1252)": 2}
    assert guessed(["docno", "title", "text"], []) == Roles("docno", ["text"], "title")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("t.csv", "", "is empty"),
        ("t", "<DOC>\n<DOCNO>1</DOCNO>\n", "line 1: a document that is never closed"),
        ("t", "<DOC>\n<DOC>\n", "line 1: a document that is not closed"),
        ("t", "<DOC>\n</DOC>\n", "line 1: a document without <DOCNO>"),
        ("t.csv", 'id,text\n1,a\n2,"never closed\n3,b\n', "line 3: a quotation mark is never closed"),
        ("t.jsonl", '{"a": 1}\nnonsense\n', "line 2, is no JSON object"),
        ("t.json", "[1, 2]", "item 1, is no object"),
        ("t.json", "[{]", "is no JSON object"),
        ("t.xlsx", "PK", "is a spreadsheet; save it as CSV"),
        ("t.csv.gz", b"no gzip", "is damaged"),
        ("t.jsonl.gz", b"no gzip", "is damaged"),
    ],
)
def test_that_what_is_no_table_is_told(name: str, data: str | bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said) as caught:
        rows(opened(tmp_path, name, data))
    assert caught.value.field == "source"


@pytest.mark.parametrize(
    ("columns", "roles"),
    [
        (["id", "title", "text"], Roles("id", ["text"], "title")),
        (["docno", "x", "Body"], Roles("docno", ["Body"])),
        (["a", "b"], Roles(None, ["b"])),
        (["name"], Roles(None, ["name"])),
        (["query", "positive", "negative"], Roles(query="query", positive="positive", negative="negative")),
        (["query", "passage", "label"], Roles(query="query", positive="passage", grade="label")),
        (["question", "answer"], Roles(query="question", positive="answer")),
        (["query", "text"], Roles(None, ["text"])),
        (
            ["query_id", "query", "positive_passages[0].text"],
            Roles(query="query", positive="positive_passages[0].text"),
        ),
    ],
)
def test_that_roles_are_guessed(columns: list[str], roles: Roles) -> None:
    row = {column: "x" * (place + 1) for place, column in enumerate(columns)}
    assert guessed(columns, [row]) == roles
