"""tiktoken's ranks and the named encodings: known ones told by content, damaged ones refused."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from pathlib import Path

import pytest

from core.errors import UserError
from core.tokenizers.canonical import Family, Kind
from core.tokenizers.encodings import CL100K, known_encoding
from core.tokenizers.formats import FORMATS
from core.tokenizers.open import Tokenizer, open_tokenizer
from core.tokenizers.vocabulary import read_vocabulary
from tests.real_tokenizers import real_tokenizer

SINGLE = [bytes([byte]) for byte in range(256)]


def lines(*tokens: bytes, ending: str = "\n") -> bytes:
    spelt = [f"{base64.b64encode(token).decode()} {rank}{ending}" for rank, token in enumerate(tokens)]
    return "".join(spelt).encode()


def laid(folder: Path, data: bytes, name: str = "x.tiktoken") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


@pytest.fixture
def small(tmp_path: Path) -> Tokenizer:
    return open_tokenizer(laid(tmp_path, lines(*SINGLE, b"he", b"ll", b"hell", b" w")))


@pytest.fixture(scope="module")
def gpt2(shared_data: Path) -> Tokenizer:
    return open_tokenizer(shared_data / "tokenizers" / "gpt2-tiktoken" / "gpt2.tiktoken")


# Known-answer tests: (text, r50k's, cl100k's, o200k's), the specification's KAT-4

KNOWN = [
    (
        "Hello world! 12345678",
        [15496, 995, 0, 17031, 2231, 30924],
        [9906, 1917, 0, 220, 4513, 10961, 2495],
        [13225, 2375, 0, 220, 7633, 19354, 4388],
    ),
    (
        " naïve café 日本語 🙂",
        10,
        [95980, 588, 53050, 76502, 22656, 45918, 252, 28584],
        [153475, 737, 30469, 17428, 40909, 26192],
    ),
    ("def f(x):\n        return x**2\n", 18, 10, 10),
    ("<|endoftext|>", 7, 7, 7),
]


def agrees(ids: list[int], known: list[int] | int) -> bool:
    return ids == known if isinstance(known, list) else len(ids) == known


@pytest.mark.parametrize(("text", "r50k"), [(text, known) for text, known, _, _ in KNOWN])
def test_that_r50k_cuts_as_known(gpt2: Tokenizer, text: str, r50k: list[int] | int) -> None:
    ids, spans = gpt2.encode(text)
    assert agrees(ids, r50k)
    data = text.encode()
    tokens = [gpt2.vocabulary.entries[id] for id in ids]
    assert [data[begin:end] for begin, end in spans] == [token.bytes for token in tokens if token]


@pytest.mark.parametrize(("place", "file"), [(2, "cl100k_base.tiktoken"), (3, "o200k_base.tiktoken")])
def test_that_cl100k_and_o200k_cut_as_known(place: int, file: str) -> None:
    tokenizer = open_tokenizer(real_tokenizer(file))
    for known in KNOWN:
        assert agrees(tokenizer.encode(known[0]).ids, known[place])  # type: ignore[arg-type]


def test_that_characters_are_split_as_known(gpt2: Tokenizer) -> None:
    text = " naïve café 日本語 🙂"
    inner = {begin for begin, _ in gpt2.encode(text).spans}
    places = [len(text[:at].encode()) for at in range(len(text) + 1)]
    split = [text[at] for at in range(len(text)) if inner & set(range(places[at] + 1, places[at + 1]))]
    assert split == ["日", "本", "語"]


# Tokens


def test_that_known_ranks_tell_pattern_and_special_tokens(gpt2: Tokenizer) -> None:
    vocabulary = gpt2.vocabulary
    assert (vocabulary.size, vocabulary.count, vocabulary.family) == (50_257, 50_257, Family.BYTE_LEVEL)
    assert vocabulary.model == "BPE"
    last = vocabulary.entries[50_256]
    assert last is not None
    assert (last.content, last.kind, last.bytes) == ("<|endoftext|>", Kind.SPECIAL, b"<|endoftext|>")
    assert vocabulary.role("eos") == 50_256
    assert "r50k_base" in gpt2.notes[0]
    assert gpt2.patterns is not None
    assert gpt2.patterns[0].startswith("'(?:[sdmt]|ll|ve|re)")
    assert gpt2.prefix == ()


def test_that_holes_between_the_ranks_and_special_tokens_stay_holes() -> None:
    vocabulary = read_vocabulary(real_tokenizer("o200k_base.tiktoken"))
    assert (vocabulary.size, vocabulary.count) == (200_019, 200_000)
    assert vocabulary.entries[199_998] is None
    assert vocabulary.entries[199_999].content == "<|endoftext|>"  # type: ignore[union-attr]
    assert vocabulary.entries[200_018].content == "<|endofprompt|>"  # type: ignore[union-attr]


def test_that_a_tokens_content_is_spelt_as_in_a_tokenizer_json(small: Tokenizer) -> None:
    token = small.vocabulary.entries[259]
    assert token is not None
    assert (token.content, token.bytes, token.score, token.kind) == ("Ġw", b" w", 259.0, Kind.TEXT)
    assert small.vocabulary.byte_ids == {byte: byte for byte in range(256)}


def test_that_unknown_ranks_are_cut_as_cl100k_and_it_is_said(small: Tokenizer) -> None:
    assert small.patterns == (CL100K,)
    assert "the pattern of cl100k_base is assumed" in small.notes[0]
    assert small.encode("hello w").ids == [258, 111, 259]
    assert small.vocabulary.roles == {}


def test_that_windows_line_ends_and_another_order_change_no_encoding(
    shared_data: Path, tmp_path: Path, gpt2: Tokenizer
) -> None:
    plain = gpt2.path.read_bytes().splitlines()
    turned = open_tokenizer(laid(tmp_path, b"\r\n".join(reversed(plain))))
    assert turned.notes == gpt2.notes
    assert turned.vocabulary.entries == gpt2.vocabulary.entries


def test_that_a_token_of_no_bytes_is_unused(tmp_path: Path) -> None:
    tokenizer = open_tokenizer(laid(tmp_path, lines(*SINGLE) + b"= 256\n"))
    assert tokenizer.vocabulary.entries[256].kind is Kind.UNUSED  # type: ignore[union-attr]
    assert tokenizer.encode("ab").ids == [97, 98]


# Text


def test_that_special_tokens_are_read_only_when_asked(gpt2: Tokenizer) -> None:
    assert gpt2.encode("a<|endoftext|>b", specials=True) == ([64, 50256, 65], [(0, 1), (1, 14), (14, 15)])
    assert 50256 not in gpt2.encode("a<|endoftext|>b").ids
    assert gpt2.decode([64, 50256, 65]) == "ab"


def test_that_pieces_take_whole_characters_first_and_single_bytes_then(gpt2: Tokenizer) -> None:
    assert gpt2.pieces(b" Hello\xe2\x96") == [18435, 158, 244]
    assert gpt2.pieces(b"") == []


def test_that_half_a_surrogate_pair_is_no_text(small: Tokenizer) -> None:
    for ask in (
        lambda: small.encode("a\ud800"),
        lambda: small.encode("\udc00", specials=True),
        lambda: small.ids(["a", "\udc00"]),
    ):
        with pytest.raises(UnicodeEncodeError):
            ask()


def test_that_a_number_without_a_token_cannot_be_decoded(gpt2: Tokenizer) -> None:
    with pytest.raises(UserError, match="cannot decode these tokens"):
        gpt2.decode([999_999])


# Named encodings


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("DATA_GYM_CACHE_DIR", raising=False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


@pytest.mark.parametrize("name", ["gpt2", "r50k_base", "davinci"])
def test_that_a_name_finds_its_ranks_where_tiktoken_keeps_them(
    gpt2: Tokenizer, cache: Path, name: str
) -> None:
    url = "https://openaipublic.blob.core.windows.net/encodings/r50k_base.tiktoken"
    shutil.copyfile(gpt2.path, cache / hashlib.sha1(url.encode()).hexdigest())
    tokenizer = open_tokenizer(Path(name))
    assert tokenizer.vocabulary.entries == gpt2.vocabulary.entries
    assert read_vocabulary(Path(name)).entries == gpt2.vocabulary.entries


def test_that_a_name_finds_a_file_called_so_in_any_of_the_folders(
    gpt2: Tokenizer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cache.parent / "data-gym-cache").mkdir()
    shutil.copyfile(gpt2.path, cache.parent / "data-gym-cache" / "r50k_base.tiktoken")
    assert open_tokenizer(Path("r50k_base")).path.parent.name == "data-gym-cache"


@pytest.mark.parametrize(
    ("name", "encoding"), [("cl100k_base", "cl100k_base"), ("gpt-4", "cl100k_base"), ("gpt-4o", "o200k_base")]
)
def test_that_ranks_that_are_not_there_are_asked_for(cache: Path, name: str, encoding: str) -> None:
    with pytest.raises(
        UserError, match=f"Lay {encoding}.tiktoken, which OpenAI publishes at https"
    ) as caught:
        open_tokenizer(Path(name))
    assert str(cache) in caught.value.message


def test_that_a_file_cut_short_in_the_cache_is_not_taken(gpt2: Tokenizer, cache: Path) -> None:
    (cache / "r50k_base.tiktoken").write_bytes(gpt2.path.read_bytes()[:-20])
    with pytest.raises(UserError, match="The ranks of r50k_base are not on this machine"):
        open_tokenizer(Path("gpt2"))


def test_that_other_names_are_files_that_are_not_there(cache: Path) -> None:
    for name in ("nonsense", "gpt-none", "o200k_nobody"):
        with pytest.raises(UserError, match=f"There is no .*{name}"):
            open_tokenizer(Path(name))


def test_that_an_unknown_hash_is_of_no_encoding() -> None:
    assert known_encoding("0" * 64) is None


# Files that are damaged


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (lines(*SINGLE) + b"a$b= 256\n", "line 257 is not a token in base64, a space and a rank"),
        (lines(*SINGLE) + b"YWI 256\n", "line 257 is not a token"),
        (lines(*SINGLE) + b"YWI=\n", "line 257 is not a token"),
        (lines(*SINGLE) + b"YWI= 2 3\n", "line 257 is not a token"),
        (lines(*SINGLE) + b"YWI= -1\n", "line 257 is not a token"),
        (lines(*SINGLE) + b"YWI= 99999999999\n", "line 257 is not a token"),
        (lines(*SINGLE) + "YWI= ٣\n".encode(), "line 257 is not a token"),
        (b"\xff\xfe\x00" + lines(*SINGLE), "line 1 is not a token"),
        (lines(*SINGLE) + b"YWI= 12\n", "line 257 has the rank 12 again"),
        (lines(*SINGLE) + b"YQ== 256\n", "line 257 has the token of rank 97 again"),
        (lines(*SINGLE[:100]), "no token for 156 of the 256 bytes"),
        (lines(*SINGLE)[:-40], "is not a token|of the 256 bytes"),
        (b"A" * 3_000_000, "line 1 is not a token"),
    ],
)
def test_that_a_damaged_file_is_named_with_what_is_wrong(tmp_path: Path, data: bytes, reason: str) -> None:
    file = laid(tmp_path, data)
    with pytest.raises(UserError, match=reason) as caught:
        FORMATS["tiktoken"].open(file, field="tokenizer")
    assert str(file) in caught.value.message
    assert caught.value.field == "tokenizer"


@pytest.mark.parametrize("size", [2**30, 20 * 2**20])
def test_that_one_gigantic_line_is_refused(tmp_path: Path, size: int) -> None:
    file = laid(tmp_path, b"YQ== 0\n")
    os.truncate(file, size)
    with pytest.raises(UserError, match=r"is too large|line 2 is not a token"):
        open_tokenizer(file)
