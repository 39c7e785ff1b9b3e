"""Which format a file is of, and which file of a folder is taken."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.errors import UserError
from core.tokenizers.detection import detect
from core.tokenizers.formats import FORMATS, HEAD
from core.tokenizers.formats.format import Format
from core.tokenizers.open import open_tokenizer
from core.tokenizers.vocabulary import Vocabulary, read_vocabulary
from tests.core.tokenizers.files import BYTE_LEVEL, added, bpe, tokenizer, write

WHOLE = tokenizer(bpe({"a": 0}), pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL)
WORDS = "[PAD]\n[UNK]\na\n"


def copied(shared_data: Path, name: str, file: Path) -> Path:
    return Path(shutil.copy(shared_data / name, file))


def all_of(folder: Path, shared_data: Path) -> dict[str, str]:
    """A folder with a file of each format; its files, the first to be taken first, and their formats."""
    write(folder / "tokenizer.json", WHOLE)
    copied(shared_data, "tokenizers/mistral-v1-sentencepiece/tokenizer.model", folder / "tokenizer.model")
    write(folder / "vocab.json", {"a": 0, "b": 1})
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    (folder / "vocab.txt").write_text(WORDS, encoding="utf-8")
    copied(shared_data, "gguf/ggml-vocab-bert-bge.gguf", folder / "model.gguf")
    return {
        "tokenizer.json": "tokenizer.json",
        "tokenizer.model": "SentencePiece",
        "vocab.json": "vocab.json + merges.txt",
        "vocab.txt": "vocab.txt",
        "model.gguf": "GGUF",
    }


def test_that_a_folder_means_its_files_in_a_fixed_order(tmp_path: Path, shared_data: Path) -> None:
    for name, format in all_of(tmp_path, shared_data).items():
        found = detect(tmp_path)
        assert (found.file.name, found.format.name) == (name, format)
        found.file.unlink()
        (tmp_path / "merges.txt").unlink(missing_ok=name == "vocab.txt") if name == "vocab.json" else None
    (tmp_path / "merges.txt").unlink(missing_ok=True)
    with pytest.raises(UserError, match=r"holds no tokenizer: none of tokenizer\.json, "):
        detect(tmp_path)


def test_that_a_files_content_counts_before_its_name(tmp_path: Path, shared_data: Path) -> None:
    for name, format in all_of(tmp_path, shared_data).items():
        if name == "vocab.json":
            continue  # two files, which belong together by their names
        for disguise in ("something", "something.json", "something.txt", "something.model"):
            file = Path(shutil.copy(tmp_path / name, tmp_path / disguise))
            assert detect(file).format.name == format, (name, disguise)
            file.unlink()


def test_that_the_usual_name_may_hold_another_format(tmp_path: Path, shared_data: Path) -> None:
    copied(shared_data, "tokenizers/gpt2-tiktoken/gpt2.tiktoken", tmp_path / "tokenizer.model")
    assert detect(tmp_path).format.name == "tiktoken"


def test_that_a_file_without_a_usual_name_is_found_alone_in_a_folder(
    tmp_path: Path, shared_data: Path
) -> None:
    (tmp_path / "README.txt").write_text("Nothing.", encoding="utf-8")
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    first = copied(shared_data, "tokenizers/gpt2-tiktoken/gpt2.tiktoken", tmp_path / "gpt2.tiktoken")
    assert detect(tmp_path).file == first
    copied(shared_data, "gguf/ggml-vocab-bert-bge.gguf", tmp_path / "bert.gguf")
    with pytest.raises(UserError, match=r"several tokenizers \(bert\.gguf, gpt2\.tiktoken\): choose one"):
        detect(tmp_path, field="tokenizer")


def test_that_every_door_opens_every_format(tmp_path: Path, shared_data: Path) -> None:
    for name, format in all_of(tmp_path, shared_data).items():
        opened = open_tokenizer(tmp_path / name)
        assert opened.format == format
        assert opened.path == tmp_path / name
        assert read_vocabulary(tmp_path / name).size == opened.vocabulary.size


def test_that_only_the_head_of_a_file_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "huge.json"
    with file.open("wb") as opened:
        opened.write(b'{"added_tokens": [],')
        opened.truncate(2**33)
    seen = []
    for format in FORMATS.values():
        asked = format.recognises
        monkeypatch.setattr(
            format, "recognises", lambda file, head, asked=asked: seen.append(len(head)) or asked(file, head)
        )
    assert detect(file).format.name == "tokenizer.json"
    assert set(seen) == {HEAD}
    with pytest.raises(UserError, match="is too large to be what it says"):
        open_tokenizer(file)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.bin", b"", "is empty"),
        ("a.bin", b"\x89PNG\r\n", "is no tokenizer of a kind that can be read: tokenizer.json, "),
        ("a.json", b"[]", "should hold a JSON object"),
        ("a.json", b'{"a": {}}', r"is no tokenizer\.json"),
        ("tokenizer.json", b"{", "is no valid JSON"),
    ],
)
def test_that_what_is_no_tokenizer_is_told_so(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserError, match=reason) as error:
        open_tokenizer(tmp_path / name, field="tokenizer")
    assert error.value.field == "tokenizer"
    assert str(tmp_path / name) in error.value.message


def test_that_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no .*nowhere"):
        detect(tmp_path / "nowhere")
    with pytest.raises(UserError, match=r"There is no .*nowhere"):
        detect(Path("nowhere"))


def test_that_a_name_stands_for_a_file_only_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "elsewhere" / "tokenizer.json", WHOLE)
    whole = FORMATS["tokenizer.json"]

    def named(name: str) -> Path | None:
        return file if name == "mine_base" else None

    monkeypatch.setattr(whole, "named", named)
    monkeypatch.chdir(tmp_path)
    assert detect(Path("mine_base")) == (whole, file)
    with pytest.raises(UserError, match="There is no"):
        detect(tmp_path / "mine_base")
    other = write(tmp_path / "mine_base" / "tokenizer.json", WHOLE)
    assert detect(Path("mine_base")).file == other


def test_that_a_name_whose_file_is_absent_says_where_to_lay_it_beside_the_field(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def named(name: str) -> Path | None:
        raise UserError(f"Lay {name} somewhere.")

    monkeypatch.setattr(FORMATS["tokenizer.json"], "named", named)
    with pytest.raises(UserError, match=r"Lay mine_base somewhere\.") as error:
        detect(Path("mine_base"), field="tokenizer")
    assert error.value.field == "tokenizer"


def test_that_a_format_is_one_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Plain(Format):
        """One token a byte, whatever the file says."""

        name = "plain"
        endings = (".plain",)

        def recognises(self, file: Path, head: bytes) -> bool:
            return head == b"plain"

        def vocabulary(self, file: Path, *, field: str | None = None) -> Vocabulary:
            return read_vocabulary(write(tmp_path / "tokenizer.json", WHOLE))

        def open(self, file: Path, *, field: str | None = None) -> object:  # type: ignore[override]
            return open_tokenizer(tmp_path / "tokenizer.json")

    monkeypatch.setitem(FORMATS, "plain", Plain())
    (tmp_path / "a.plain").write_bytes(b"plain")
    assert detect(tmp_path / "a.plain").format.name == "plain"
    assert read_vocabulary(tmp_path / "a.plain").count == 1


# What lies beside


def test_that_code_of_a_stranger_is_not_run_and_named(tmp_path: Path) -> None:
    write(tmp_path / "tokenizer.json", WHOLE)
    config = {"auto_map": {"AutoTokenizer": ["tokenization_mine.MyTokenizer", None]}}
    write(tmp_path / "tokenizer_config.json", config)
    assert open_tokenizer(tmp_path).notes == (
        "tokenizer_config.json names code to be run (tokenization_mine.MyTokenizer): it is not; "
        "tokenizer.json alone was read.",
    )


def test_that_disagreements_of_the_configuration_are_noted_one_by_one(tmp_path: Path) -> None:
    write(tmp_path / "tokenizer.json", tokenizer(bpe({"a": 0}), added(1, "<s>"), decoder=BYTE_LEVEL))
    listed = {"0": {"content": "b"}, "1": {"content": "<s>"}, "7": {"content": "<x>"}, "y": 3}
    write(tmp_path / "tokenizer_config.json", {"added_tokens_decoder": listed})
    assert open_tokenizer(tmp_path).notes == (
        "tokenizer_config.json says that token 0 is 'b'; in tokenizer.json it is 'a', "
        "which is what counts here.",
        "tokenizer_config.json says that token 7 is '<x>'; in tokenizer.json it is no token, "
        "which is what counts here.",
    )
    listed = {str(number): {"content": "x"} for number in range(30)}
    write(tmp_path / "tokenizer_config.json", {"added_tokens_decoder": listed})
    notes = open_tokenizer(tmp_path).notes
    assert (len(notes), notes[-1]) == (11, "tokenizer_config.json disagrees in 20 more tokens.")


@pytest.mark.parametrize(
    ("asked", "notes"),
    [
        (None, ()),
        (False, ()),
        (
            True,
            (
                "tokenizer_config.json asks for <s> before a text; tokenizer.json puts none there, "
                "which is what counts here.",
            ),
        ),
    ],
)
def test_that_a_first_token_which_only_the_configuration_wants_is_noted(
    tmp_path: Path, asked: bool | None, notes: tuple[str, ...]
) -> None:
    write(tmp_path / "tokenizer.json", tokenizer(bpe({"a": 0}), added(1, "<s>"), decoder=BYTE_LEVEL))
    write(tmp_path / "tokenizer_config.json", {"bos_token": "<s>", "add_bos_token": asked})
    assert open_tokenizer(tmp_path).notes == notes


def test_that_a_small_file_of_countless_values_is_not_parsed(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    file.write_bytes(b'{"model": {"vocab": {}}, "x": [' + b"{}," * 8_000_001 + b"0]}")
    with pytest.raises(UserError, match="holds far more values than a tokenizer can have"):
        open_tokenizer(file)


def test_that_the_files_beside_a_tokenizer_of_another_name_are_not_its_own(tmp_path: Path) -> None:
    file = write(tmp_path / "mine.json", WHOLE)
    (tmp_path / "tokenizer_config.json").write_text("{", encoding="utf-8")
    assert open_tokenizer(file).notes == ()
