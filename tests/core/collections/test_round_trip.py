"""Whatever texts there are: written and read again, they are the same."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from core.collections.memory import MemoryTexts
from core.collections.read import open_collection
from core.collections.write import write_collection

CONTROLS = "".join(map(chr, (*range(0x09), *range(0x0E, 0x20))))
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters=CONTROLS), max_size=40)
IDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None)
@given(
    documents=st.dictionaries(IDS, st.tuples(TEXTS, TEXTS), min_size=1, max_size=6),
    queries=st.dictionaries(IDS, TEXTS, min_size=1, max_size=4),
    grades=st.integers(-2, 3),
)
def test_that_a_collection_written_is_read_as_it_was(
    documents: dict[str, tuple[str, str]], queries: dict[str, str], grades: int
) -> None:
    there = MemoryTexts(
        list(documents), [body for _, body in documents.values()], [title for title, _ in documents.values()]
    )
    asked = MemoryTexts(list(queries), list(queries.values()))
    judgements = {query: {document: grades for document in documents} for query in queries}
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "c"
        write_collection(folder, there, asked, judgements)
        found = open_collection(folder)
        assert list(found.documents.ids) == there.ids
        assert found.documents.texts(0, 9) == there.texts(0, 9)
        assert found.documents.digest == there.digest
        assert found.queries.texts(0, 9) == asked.texts(0, 9)
        assert found.judgements == judgements
