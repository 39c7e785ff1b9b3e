"""What is read of a GGUF's header, as the `gguf` package reads it, and what is refused."""

from __future__ import annotations

import os
import struct
import tracemalloc
from pathlib import Path

import gguf
import pytest

from core.errors import UserError
from core.tokenizers.gguf_header import read_header

UINT8, INT32, FLOAT32, BOOL, STRING, ARRAY, UINT64 = 0, 5, 6, 7, 8, 9, 10


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def header(*pairs: bytes, count: int | None = None, version: int = 3) -> bytes:
    number = len(pairs) if count is None else count
    return b"GGUF" + struct.pack("<IQQ", version, 0, number) + b"".join(pairs)


def pair(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def listed(key: str, element: int, count: int, data: bytes = b"") -> bytes:
    return pair(key, ARRAY, struct.pack("<IQ", element, count) + data)


TOKENS = "tokenizer.ggml.tokens"
MODEL = pair("tokenizer.ggml.model", STRING, text("gpt2"))


def laid(folder: Path, data: bytes) -> Path:
    file = folder / "x.gguf"
    file.write_bytes(data)
    return file


@pytest.mark.parity
def test_that_values_are_those_that_the_gguf_package_reads(shared_data: Path) -> None:
    file = shared_data / "gguf" / "ggml-vocab-llama-spm.gguf"
    fields = gguf.GGUFReader(file).fields
    found = read_header(file)
    kept = [key for key in fields if key.startswith(("tokenizer.ggml.", "general.architecture"))]
    assert list(found) == kept
    for key, value in found.items():
        expected = fields[key].contents()
        assert (list(value) if not isinstance(value, str | int | float) else value) == expected


def test_that_every_type_is_read_or_passed_over(tmp_path: Path) -> None:
    data = header(
        pair("general.architecture", STRING, text("llama")),
        pair("other.text", STRING, text("x" * 1_000)),
        listed("other.list", STRING, 2, text("a") + text("b")),
        listed("other.numbers", UINT64, 3, b"\0" * 24),
        pair("other.number", FLOAT32, struct.pack("<f", 0.5)),
        pair("tokenizer.ggml.add_bos_token", BOOL, b"\1"),
        listed("tokenizer.ggml.token_type", INT32, 2, struct.pack("<ii", 1, -3)),
        listed("tokenizer.ggml.scores", FLOAT32, 2, struct.pack("<ff", 0.5, -2.0)),
        listed("tokenizer.ggml.precompiled_charsmap", UINT8, 3, b"abc"),
        listed(TOKENS, STRING, 2, text("é") + text("")),
        pair("tokenizer.chat_template", STRING, text(b"{{ \xff }}")),
        pair("tokenizer.huggingface.json", STRING, text("{}")),
    )
    assert {
        key: list(value) if hasattr(value, "typecode") else value
        for key, value in read_header(laid(tmp_path, data + b"tensors")).items()
    } == {
        "general.architecture": "llama",
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.ggml.token_type": [1, -3],
        "tokenizer.ggml.scores": [0.5, -2.0],
        "tokenizer.ggml.precompiled_charsmap": [97, 98, 99],
        TOKENS: ["é", ""],
        "tokenizer.chat_template": "{{ \ufffd }}",
    }


def test_that_keys_may_be_passed_over(tmp_path: Path) -> None:
    file = laid(tmp_path, header(listed(TOKENS, STRING, 1, text("a")), MODEL))
    assert list(read_header(file, skip=(TOKENS,))) == ["tokenizer.ggml.model"]


def test_that_the_older_version_is_read(tmp_path: Path) -> None:
    assert read_header(laid(tmp_path, header(MODEL, version=2))) == {"tokenizer.ggml.model": "gpt2"}


HUGE = 2**62


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b"GG", "it is cut short"),
        (b"PK\3\4" + b"\0" * 100, "does not begin with GGUF"),
        (b"ggml" + b"\0" * 100, "of a format that came before: convert the model anew"),
        (header(version=1), "its version is 1, and only versions 2 and 3"),
        (header(version=3 << 24), "big-endian"),
        (header()[:20], "it is cut short"),
        (header(count=HUGE), "says that it has 4,611,686,018,427,387,904 keys"),
        (header(MODEL, count=2), "it is cut short"),
        (header(MODEL)[:-2], "more than the file has room for"),
        (header(MODEL, MODEL), "the key 'tokenizer.ggml.model' is there twice"),
        (
            header(struct.pack("<Q", HUGE)),
            "a key says that it has 4,611,686,018,427,387,904 bytes, more than",
        ),
        (header(text("k" * 70_000)), "a key has 70,000 bytes, and 65,535 is the limit"),
        (header(pair(TOKENS, 99, b"")), "of an unknown type"),
        (header(listed(TOKENS, 99, 1)), "the elements of tokenizer.ggml.tokens are of an unknown type"),
        (header(listed(TOKENS, STRING, HUGE)), "more than the file has room for"),
        (header(listed(TOKENS, UINT64, HUGE)), "more than the file has room for"),
        (header(listed("other", UINT64, HUGE)), "more than the file has room for"),
        (header(listed("other", STRING, HUGE)), "more than the file has room for"),
        (header(listed(TOKENS, ARRAY, 1, struct.pack("<IQ", ARRAY, 1))), "a list of lists"),
        (header(listed("other", ARRAY, 1, struct.pack("<IQ", ARRAY, 1))), "a list of lists"),
        (header(listed(TOKENS, STRING, 2, text("a") + struct.pack("<Q", HUGE))), "and at most 0 are allowed"),
        (header(listed(TOKENS, STRING, 1, text("x" * 70_000))), "and at most 65,536 are allowed"),
        (header(listed(TOKENS, STRING, 1, text(b"\xff\xfe"))), "is no UTF-8 text"),
        (header(pair("other", STRING, struct.pack("<Q", HUGE))), "more than the file has room for"),
    ],
)
def test_that_a_damaged_header_is_named_with_what_is_wrong(tmp_path: Path, data: bytes, reason: str) -> None:
    file = laid(tmp_path, data)
    with pytest.raises(UserError, match=reason) as caught:
        read_header(file, field="tokenizer")
    assert str(file) in caught.value.message
    assert caught.value.field == "tokenizer"


def test_that_no_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no"):
        read_header(tmp_path / "none.gguf")


def test_that_a_file_of_any_size_is_read_by_its_beginning_alone(tmp_path: Path) -> None:
    file = laid(tmp_path, header(MODEL, listed("other", UINT8, 2**33)))
    os.truncate(file, 2**40)
    tracemalloc.start()
    assert read_header(file) == {"tokenizer.ggml.model": "gpt2"}
    assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (listed(TOKENS, STRING, 10**9), "has 1,000,000,000 elements, and 4,000,000 is the limit"),
        (listed("other", STRING, 10**9), "has 1,000,000,000 elements, and 4,000,000 is the limit"),
        (listed("tokenizer.ggml.scores", FLOAT32, 10**9), "4,000,000 is the limit"),
        (pair("tokenizer.chat_template", STRING, struct.pack("<Q", 2**31)), "16,777,216 is the limit"),
    ],
)
def test_that_lengths_for_which_the_file_has_room_are_bounded_too(
    tmp_path: Path, value: bytes, reason: str
) -> None:
    file = laid(tmp_path, header(value))
    os.truncate(file, 2**40)
    tracemalloc.start()
    with pytest.raises(UserError, match=reason):
        read_header(file)
    assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    tracemalloc.stop()
