"""Models of every family, made once; read only, since all tests share them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.transplant.toys import ROLES, prose, trained, write_llama


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the models `base` (byte-level BPE, tied), `untied` (the same tokenizer), `donor`
    (Unigram, wider, untied), `tied-donor` and `words` (WordPiece)."""
    folder = tmp_path_factory.mktemp("toys")
    level, pieces = trained("byte-level", 600), trained("unigram", 420)
    write_llama(folder / "base", level, ROLES["byte-level"])
    write_llama(folder / "untied", level, ROLES["byte-level"], tied=False, rows=640, seed=1)
    write_llama(folder / "donor", pieces, ROLES["unigram"], tied=False, width=48, seed=2)
    write_llama(folder / "tied-donor", pieces, ROLES["unigram"], width=48, seed=3)
    write_llama(folder / "words", trained("wordpiece", 400), ROLES["wordpiece"], seed=4)
    return folder


@pytest.fixture(scope="session")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("texts") / "prose.txt"
    file.write_text(prose()[:1500], encoding="utf-8")
    return file
