"""WordPiece's vocab.txt: the same as its tokenizer.json, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.tokenizers.canonical import Boundary, Family, Kind
from core.tokenizers.open import Tokenizer, open_tokenizer
from core.tokenizers.vocabulary import read_vocabulary
from tests.core.tokenizers.files import write
from tests.core.tokenizers.texts import many_texts

LINES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "cat", "##s", "(", "cafe", "日", "[unused0]")


def laid(folder: Path, *lines: str, ending: str = "\n", **beside: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_bytes("".join(f"{line}{ending}" for line in lines or LINES).encode())
    for name, data in beside.items():
        write(folder / f"{name}.json", data)
    return folder


@pytest.fixture(scope="module")
def minilm(shared_data: Path) -> Tokenizer:
    return open_tokenizer(shared_data / "tokenizers" / "minilm-wordpiece" / "vocab.txt")


@pytest.mark.parity
def test_that_a_word_list_gives_the_ids_of_its_tokenizer_json_in_every_language(
    minilm: Tokenizer, shared_data: Path
) -> None:
    texts = many_texts(shared_data)
    whole = open_tokenizer(shared_data / "tokenizers" / "minilm-wordpiece")
    assert minilm.format == "vocab.txt"
    assert minilm.ids(texts) == whole.ids(texts)
    assert [minilm.encode(text) for text in texts[::9]] == [whole.encode(text) for text in texts[::9]]
    assert minilm.vocabulary.entries == whole.vocabulary.entries
    assert minilm.vocabulary.roles == whole.vocabulary.roles
    assert minilm.prefix == whole.prefix == (101,)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(text="")
@example(text="  Naïve Café 日本語 🙂 [CLS] ##s \u0301\r\n ")
@given(text=st.text(max_size=30) | st.text(alphabet="THE cats é日 (\n", max_size=30))
def test_that_spans_follow_each_other_and_tile_the_text(minilm: Tokenizer, text: str) -> None:
    ids, spans = minilm.encode(text)
    at = 0
    for begin, end in spans:
        assert begin == at <= end
        at = end
    assert at == len(text.encode()) or not ids


def test_that_the_number_of_a_line_is_the_id(tmp_path: Path) -> None:
    vocabulary = read_vocabulary(laid(tmp_path))
    assert (vocabulary.family, vocabulary.model) == (Family.WORDPIECE, "WordPiece")
    assert [token.content for token in vocabulary] == list(LINES)
    kinds = [token.kind for token in vocabulary]
    assert kinds[:5] == [Kind.SPECIAL] * 4 + [Kind.TEXT]
    assert kinds[-1] is Kind.UNUSED
    assert vocabulary.entries[6].bytes == b"s"  # type: ignore[union-attr]
    assert vocabulary.entries[4].boundary is Boundary.IMPLIED  # type: ignore[union-attr]
    assert vocabulary.roles == {"pad": (0,), "unk": (1,), "cls": (2,), "sep": (3,)}


def test_that_windows_line_ends_and_empty_lines_change_no_number(tmp_path: Path) -> None:
    lines = ("[UNK]", "", "the", "cat")
    for ending in ("\n", "\r\n"):
        vocabulary = read_vocabulary(laid(tmp_path / str(len(ending)), *lines, ending=ending))
        contents = [token.content if token else None for token in vocabulary.entries]
        assert contents == ["[UNK]", None, "the", "cat"]


def test_that_the_last_of_two_equal_lines_counts_and_is_noted(tmp_path: Path) -> None:
    opened = open_tokenizer(laid(tmp_path, *LINES, "the"))
    assert opened.encode("the").ids == [len(LINES)]
    assert "1 line repeats a token of another line; the last one counts." in opened.notes


def test_that_capital_letters_in_the_list_tell_whether_text_keeps_its_own(tmp_path: Path) -> None:
    lower = open_tokenizer(laid(tmp_path / "lower"))
    assert lower.vocabulary.lowercased
    assert lower.encode("The CAFÉ").ids == [4, 8]
    assert lower.notes == (
        "No file says it, but there is no token with a capital letter: text is put into lower case, without "
        "accents.",
    )
    cased = open_tokenizer(laid(tmp_path / "cased", *LINES, "The"))
    assert not cased.vocabulary.lowercased
    assert cased.encode("The the").ids == [len(LINES), 4]
    assert cased.notes == (
        "No file says it, but there are tokens with capital letters: text is kept as it is.",
    )


def test_that_the_configuration_counts_before_what_is_told_by_the_list(tmp_path: Path) -> None:
    config = {"do_lower_case": False, "tokenize_chinese_chars": False}
    opened = open_tokenizer(laid(tmp_path, *LINES, "日日", tokenizer_config=config))
    assert opened.notes == ()
    assert opened.encode("The").ids == [1]
    assert opened.encode("日日").ids == [len(LINES)]


def test_that_a_word_with_one_impossible_piece_is_one_unknown_token(minilm: Tokenizer) -> None:
    ids, spans = minilm.encode("🙂 x")
    assert (ids, spans) == ([100, 1060], [(0, 4), (4, 6)])
    assert minilm.is_unknown(ids[0])
    assert minilm.decode(ids) == "x"


def test_that_a_list_of_another_name_is_known_by_its_lines(tmp_path: Path) -> None:
    file = laid(tmp_path) / "vocab.txt"
    assert open_tokenizer(file.rename(tmp_path / "bert.words")).format == "vocab.txt"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"##a\nb\n", r"is no WordPiece vocabulary: it has no line \[UNK\]"),
        (b"[UNK]\na\n\xff\n", "is damaged: line 3 is not UTF-8"),
        ("[UNK]\na\n".encode("utf-16"), "is damaged: line 1 is not UTF-8"),
        (b"[UNK]\n" + b"x" * 300_000, "line 2 has 300,000 characters"),
        (b"", r"it has no line \[UNK\]"),
    ],
)
def test_that_a_damaged_list_is_named_with_what_is_wrong(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "vocab.txt").write_bytes(data)
    with pytest.raises(UserError, match=reason) as error:
        open_tokenizer(tmp_path, field="tokenizer")
    assert error.value.field == "tokenizer"
    assert str(tmp_path / "vocab.txt") in error.value.message
