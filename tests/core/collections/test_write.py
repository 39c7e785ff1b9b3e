"""Collections written and read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.collections.memory import MemoryTexts
from core.collections.read import open_collection
from core.collections.write import write_collection


def test_that_a_written_collection_is_read_as_it_was(tmp_path: Path) -> None:
    documents = MemoryTexts(["a b", "ü"], ["line\nbreak \u2028 \u0085", "日本"], ["T", ""])
    queries = MemoryTexts(["q"], ["who\ttabs?"])
    write_collection(tmp_path / "c", documents, queries, {"q": {"a b": 2, "ü": -1}}, meta={"made by": "hand"})
    found = open_collection(tmp_path / "c")
    assert found.documents.texts(0, 2) == documents.texts(0, 2)
    assert found.documents.digest == documents.digest
    assert found.queries.digest == queries.digest
    assert found.judgements == {"q": {"a b": 2, "ü": -1}}
    assert json.loads((tmp_path / "c" / "collection.json").read_text()) == {"made by": "hand"}


def test_that_ids_that_no_table_holds_are_refused(tmp_path: Path) -> None:
    for id in ("a\tb", "a\nb"):
        texts = MemoryTexts([id], ["x"])
        with pytest.raises(ValueError, match="tab or a line end"):
            write_collection(tmp_path / "c", texts, MemoryTexts(["q"], ["y"]), {"q": {id: 1}})
