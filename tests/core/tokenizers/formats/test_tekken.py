"""Mistral's tekken.json: ids behind the special tokens, the ranks that count, and files that are damaged."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from core.errors import UserError
from core.tokenizers.canonical import Family, Kind
from core.tokenizers.formats import FORMATS
from core.tokenizers.open import Tokenizer, open_tokenizer
from core.tokenizers.vocabulary import read_vocabulary
from tests.real_tokenizers import real_tokenizer

PATTERN = r"\p{L}+|\p{N}|[^\p{L}\p{N}]"
TOKENS = [*(bytes([byte]) for byte in range(256)), b"he", b"ll", b"hell", b"spare", b"more"]


def entries(*tokens: bytes) -> list[dict[str, Any]]:
    return [
        {"rank": rank, "token_bytes": base64.b64encode(token).decode(), "token_str": None}
        for rank, token in enumerate(tokens)
    ]


def data(**changes: Any) -> dict[str, Any]:
    """256 bytes and three tokens behind 30 special ones; two more are listed."""
    config = {
        "pattern": PATTERN,
        "num_vocab_tokens": len(TOKENS),
        "default_vocab_size": 289,
        "default_num_special_tokens": 30,
        "version": "v3",
    }
    config |= changes.pop("config", {})
    return {"config": config, "vocab": entries(*TOKENS)} | changes


def laid(folder: Path, content: Any, name: str = "tekken.json") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return file


@pytest.fixture
def small(tmp_path: Path) -> Tokenizer:
    return open_tokenizer(laid(tmp_path, data()))


def test_that_the_known_sentence_is_cut_as_mistral_cuts_it() -> None:
    tokenizer = open_tokenizer(real_tokenizer("tekken_240911.json"))
    ids = [22177, 4304, 1032, 1049, 1050, 1051, 1052, 1053, 119685, 1153, 1130]
    assert tokenizer.encode("Hello world 12345 🙂").ids == ids
    assert tokenizer.vocabulary.size == 131_072
    assert tokenizer.prefix == (1,)


def test_that_ids_lie_behind_the_special_tokens(small: Tokenizer) -> None:
    assert small.encode("hello 1").ids == [288, 30 + ord("o"), 30 + ord(" "), 30 + ord("1")]
    assert small.encode("hello").spans == [(0, 4), (4, 5)]
    token = small.vocabulary.entries[288]
    assert token is not None
    assert (token.bytes, token.score, token.kind) == (b"hell", 258.0, Kind.TEXT)
    assert (small.vocabulary.size, small.vocabulary.family) == (289, Family.BYTE_LEVEL)
    assert small.decode([288, 1]) == "hell"
    assert small.patterns == (PATTERN,)


def test_that_ranks_beyond_the_vocabularys_size_do_not_count(small: Tokenizer) -> None:
    assert all(token.bytes not in (b"spare", b"more") for token in small.vocabulary)


def test_that_special_tokens_of_older_files_are_assumed_and_it_is_said(small: Tokenizer) -> None:
    contents = [token.content for token in small.vocabulary][:22]
    assert contents[:4] == ["<unk>", "<s>", "</s>", "[INST]"]
    assert contents[19:] == ["[TOOL_CONTENT]", "<SPECIAL_20>", "<SPECIAL_21>"]
    assert [small.vocabulary.entries[id].kind for id in (19, 20)] == [  # type: ignore[union-attr]
        Kind.SPECIAL,
        Kind.UNUSED,
    ]
    assert small.vocabulary.role("bos") == 1
    assert "does not name its special tokens" in small.notes[0]


def test_that_special_tokens_of_newer_files_are_read(tmp_path: Path) -> None:
    listed = [
        {"rank": id, "token_str": name, "is_control": True} for id, name in enumerate(("<s>", "[THINK]"))
    ]
    tokenizer = open_tokenizer(laid(tmp_path, data(special_tokens=listed)))
    assert [token.content for token in tokenizer.vocabulary][:3] == ["<s>", "[THINK]", "<SPECIAL_2>"]
    assert tokenizer.notes == ()
    assert tokenizer.prefix == (0,)


def test_that_special_tokens_are_read_only_when_asked(small: Tokenizer) -> None:
    assert small.encode("<s>hell", specials=True) == ([1, 288], [(0, 3), (3, 7)])
    assert 1 not in small.encode("<s>hell").ids


def test_that_a_pattern_that_leaves_parts_of_a_text_out_is_refused_there(tmp_path: Path) -> None:
    tokenizer = open_tokenizer(laid(tmp_path, data(config={"pattern": r"\p{L}+"})))
    assert tokenizer.encode("hell").ids == [288]
    with pytest.raises(UserError, match="its pattern leaves parts of it out"):
        tokenizer.encode("hell 1")


def test_that_a_file_of_another_name_is_known_by_its_content(tmp_path: Path) -> None:
    file = laid(tmp_path, data(), "other.json")
    assert open_tokenizer(file).format == "Tekken"
    assert read_vocabulary(file).size == 289


def test_that_a_million_spaces_are_cut_though_the_library_gives_up(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tokens = [*TOKENS[:256], *(b" " * 2**power for power in range(1, 11))]
    config = {"pattern": r"\s+(?!\S)|\s+|\S+", "default_vocab_size": 30 + len(tokens)}
    tokenizer = open_tokenizer(laid(tmp_path, data(config=config, vocab=entries(*tokens))))
    text = f"a{' ' * 1_000_000}\nb"
    ids, spans = tokenizer.encode(text)
    assert spans[-1][1] == len(text)
    assert tokenizer.decode(ids) == text
    assert tokenizer.ids([text, "a"]) == [ids, tokenizer.encode("a").ids]
    assert "panicked" in capfd.readouterr().err  # the library's own cutter


# Files that are damaged


def without(key: str) -> dict[str, Any]:
    whole = data()
    del whole["config"][key]
    return whole


def changed(place: int, **changes: Any) -> dict[str, Any]:
    whole = data()
    whole["vocab"][place] |= changes
    return whole


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no valid JSON"),
        (json.dumps(data()).encode()[:-200], "no valid JSON"),
        (b"[1]", "should hold a JSON object"),
        (b'{"config": "\xff\xfe"}', "not UTF-8"),
        ({"vocab": []}, "it has no config"),
        ({"config": [], "vocab": []}, "it has no config"),
        (without("pattern"), "its config has no pattern"),
        (without("default_vocab_size"), "its config has no default_vocab_size"),
        (without("default_num_special_tokens"), "its config has no default_num_special_tokens"),
        (data(config={"default_vocab_size": 10**9}), "1,000,000,000 as the size of the vocabulary"),
        (data(config={"default_vocab_size": 30}), "30 as the size of the vocabulary, 30 of it special"),
        (data(config={"default_vocab_size": -1}), "its config has no default_vocab_size"),
        (data(config={"default_vocab_size": 300}), "270 ranks should be in its vocab, but 9 of them are not"),
        (data(vocab=None), "259 ranks should be in its vocab, but 259 of them are not"),
        (data(vocab=[1]), "entry 0 of its vocab has no rank or no token_bytes"),
        (changed(7, rank="7"), "entry 7 of its vocab has no rank"),
        (changed(7, token_bytes=None), "entry 7 of its vocab has no rank or no token_bytes"),
        (changed(7, token_bytes="?"), "the token_bytes of rank 7 are not in base64"),
        (changed(7, rank=8), "the rank 8 is there twice"),
        (changed(7, token_bytes="CA=="), "the ranks 7 and 8 have the same token_bytes"),
        (changed(7, token_bytes="eHl6"), "it has no token for 1 of the 256 bytes"),
        (data(special_tokens={}), "a special token has no name"),
        (data(special_tokens=[{"rank": 30, "token_str": "x"}]), "no number below 30"),
        (data(special_tokens=[{"rank": 1, "token_str": "x"}] * 2), "'x' or its number 1 is there twice"),
        (data(config={"pattern": "(("}), "cannot be read by tiktoken"),
    ],
)
def test_that_a_damaged_file_is_named_with_what_is_wrong(tmp_path: Path, content: Any, reason: str) -> None:
    file = laid(tmp_path, content)
    with pytest.raises(UserError, match=reason) as caught:
        FORMATS["Tekken"].open(file, field="tokenizer")
    assert str(file) in caught.value.message
    assert caught.value.field == "tokenizer"


def test_that_a_pattern_which_never_ends_is_given_up(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.tokenizers.ranks._LONGEST_CUT", 0.2)
    tokenizer = open_tokenizer(laid(tmp_path, data(config={"pattern": r"(?=(a+)+$)\1b|(?:a|a)+(?!a)$|."})))
    with pytest.raises(UserError, match="cannot encode the text"):
        tokenizer.encode("a" * 60 + "b")
    capfd.readouterr()


def test_that_a_gigantic_file_is_refused_unread(tmp_path: Path) -> None:
    file = laid(tmp_path, b'{"config": {"pattern": "')
    os.truncate(file, 2**31)
    with pytest.raises(UserError, match="is too large"):
        open_tokenizer(file)
