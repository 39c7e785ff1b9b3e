"""Which files make up a tokenizer."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UserError
from core.tokenizers.files import find_tokenizer, tokenizer_files


def touched(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


def test_that_a_folder_means_its_tokenizer_json(tmp_path: Path) -> None:
    folder = touched(tmp_path / "Modell für Prosa", "tokenizer.json")
    assert find_tokenizer(folder) == find_tokenizer(folder / "tokenizer.json") == folder / "tokenizer.json"


def test_that_all_files_of_a_tokenizer_are_found_and_no_others(tmp_path: Path) -> None:
    names = {"tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "merges.txt"}
    folder = touched(tmp_path, *names, "config.json", "model.safetensors", "README.md")
    assert tokenizer_files(folder) == {name: folder / name for name in names}
    assert tokenizer_files(folder / "tokenizer.json") == tokenizer_files(folder)


def test_that_a_file_of_another_name_is_the_whole_tokenizer(tmp_path: Path) -> None:
    folder = touched(tmp_path, "mine.json", "tokenizer_config.json")
    assert tokenizer_files(folder / "mine.json") == {"tokenizer.json": folder / "mine.json"}


def test_that_a_folder_without_one_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"has no tokenizer\.json, only added_tokens\.json\. A tokenizer\.json is needed"
    ):
        find_tokenizer(touched(tmp_path / "a", "added_tokens.json", "config.json"), field="tokenizer")
    with pytest.raises(UserError, match=r"has no tokenizer\.json\. A tokenizer\.json is needed"):
        find_tokenizer(touched(tmp_path / "b", "config.json"))
    with pytest.raises(
        UserError, match=r"only vocab\.json with merges\.txt\. The Tokenizers panel can open it"
    ):
        find_tokenizer(touched(tmp_path / "c", "vocab.json", "merges.txt"))


@pytest.mark.parametrize(
    "name", ["tokenizer.model", "vocab.txt", "o200k.tiktoken", "some.gguf", "tekken.json"]
)
def test_that_other_formats_are_told_who_opens_them_and_how_to_become_a_tokenizer_json(
    tmp_path: Path, name: str
) -> None:
    touched(tmp_path, name)
    for path in (tmp_path / name, tmp_path):
        with pytest.raises(
            UserError,
            match=r"Tokenizers panel can open it, but here a tokenizer\.json is needed: .* save_pretrained",
        ):
            find_tokenizer(path)
