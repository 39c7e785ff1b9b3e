from __future__ import annotations

from pathlib import Path

from app.panels.tokenizers.compare.pivots import default_pivot, pivots


def test_that_files_and_those_of_folders_are_named_without_endings(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in ("deu.txt", "eng.txt.gz", ".hidden"):
        (folder / name).write_text("words")
    assert pivots([folder, tmp_path / "tur.txt", folder / "deu.txt"]) == ["deu", "eng", "tur"]


def test_that_english_is_the_pivot_unless_another_is_named() -> None:
    assert default_pivot(["deu", "English", "tur"]) == "English"
    assert default_pivot(["deu", "tur"]) == "deu"
    assert default_pivot(["eng"]) == ""
