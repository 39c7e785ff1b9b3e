"""The toy collection on the disk."""

from pathlib import Path

import pytest

from core.collections.write import write_collection
from tests.core.retrieval.toys import toy_collection


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    folder = tmp_path / "toy"
    made = toy_collection()
    write_collection(folder, made.documents, made.queries, made.judgements)
    return folder
