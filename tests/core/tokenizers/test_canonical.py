"""The canonical form of tokens: the same bytes, whatever alphabet they are stored in."""

from __future__ import annotations

import pytest

from core.tokenizers.canonical import BYTE_OF, CHARACTER_OF, Boundary, Family, Kind, Reader, Token, family_of
from tests.core.tokenizers.files import BYTE_LEVEL, MARKED, UNMARKED, added, bpe, tokenizer

WORDS = {"type": "WordPiece", "vocab": {}, "continuing_subword_prefix": "##", "unk_token": "[UNK]"}


@pytest.fixture
def byte_level() -> Reader:
    return Reader(tokenizer(bpe({}), pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL))


@pytest.fixture
def sentencepiece() -> Reader:
    return Reader(tokenizer(bpe({}, byte_fallback=True), normalizer=MARKED, decoder=UNMARKED))


@pytest.fixture
def wordpiece() -> Reader:
    return Reader(tokenizer(WORDS, decoder={"type": "WordPiece", "prefix": "##", "cleanup": True}))


@pytest.mark.parametrize(
    ("byte", "character"),
    [
        (0x00, "\u0100"),
        (0x09, "\u0109"),
        (0x0A, "\u010a"),
        (0x20, "\u0120"),
        (0x7F, "\u0121"),
        (0xA0, "\u0142"),
        (0xAD, "\u0143"),
        (0x41, "A"),
        (0xFF, "ÿ"),
    ],
)
def test_that_the_byte_alphabet_is_that_of_gpt_2(byte: int, character: str) -> None:
    assert CHARACTER_OF[byte] == character
    assert BYTE_OF[character] == byte


def test_that_the_byte_alphabet_has_each_byte_once() -> None:
    assert sorted(BYTE_OF.values()) == list(range(256))
    assert sum(ord(character) == byte for character, byte in BYTE_OF.items()) == 188


@pytest.mark.parametrize(("stored", "piece"), [("ĠÃ©", "▁é"), ("æĹ¥", "日"), ("ĊĊ", "\n\n"), ("ĠĠ", "▁▁")])
def test_that_byte_level_and_sentencepiece_tokens_of_the_same_text_are_equal(
    byte_level: Reader, sentencepiece: Reader, stored: str, piece: str
) -> None:
    one, other = byte_level.of_model(7, stored), sentencepiece.of_model(7, piece)
    assert one.bytes == other.bytes == piece.replace("▁", " ").encode()
    assert one.kind is other.kind is Kind.TEXT


def test_that_a_word_start_of_wordpiece_lacks_only_the_space(byte_level: Reader, wordpiece: Reader) -> None:
    start = wordpiece.of_model(0, "é")
    assert start.boundary is Boundary.IMPLIED
    assert b" " + start.bytes == byte_level.of_model(0, "ĠÃ©").bytes


@pytest.mark.parametrize(
    ("content", "data", "boundary"),
    [
        ("##ing", b"ing", Boundary.NONE),
        ("ing", b"ing", Boundary.IMPLIED),
        ("?", b"?", Boundary.NONE),
        ("$", b"$", Boundary.NONE),
        ("…", "…".encode(), Boundary.NONE),
        ("日", "日".encode(), Boundary.NONE),
        ("か", "か".encode(), Boundary.IMPLIED),
        ("##", b"##", Boundary.IMPLIED),
    ],
)
def test_that_wordpiece_marks_continuations_and_isolates_punctuation_and_cjk(
    wordpiece: Reader, content: str, data: bytes, boundary: Boundary
) -> None:
    assert wordpiece.of_model(3, content) == Token(3, content, Kind.TEXT, data, boundary)


def test_that_only_a_proper_byte_piece_is_a_byte(sentencepiece: Reader) -> None:
    assert sentencepiece.of_model(0, "<0xE6>") == Token(0, "<0xE6>", Kind.BYTE, b"\xe6")
    assert sentencepiece.of_model(0, "<0xe6>").kind is Kind.TEXT
    without_fallback = Reader(tokenizer(bpe({}), decoder={"type": "Metaspace"}))
    assert without_fallback.of_model(0, "<0xE6>").bytes == b"<0xE6>"


@pytest.mark.parametrize("content", ["<unused7>", "[unused99]", "<|reserved_special_token_0|>"])
def test_that_reserved_tokens_are_unused_even_where_they_are_called_special(
    sentencepiece: Reader, content: str
) -> None:
    assert sentencepiece.of_model(0, content).kind is Kind.UNUSED
    assert sentencepiece.of_added(0, content, special=True, of_model=False).kind is Kind.UNUSED


def test_that_an_added_token_is_literal_text(byte_level: Reader) -> None:
    token = byte_level.of_added(9, "  two spaces é", special=False, of_model=False)
    assert token == Token(9, "  two spaces é", Kind.TEXT, "  two spaces é".encode())


def test_that_an_added_token_that_the_model_has_too_is_read_as_the_models(sentencepiece: Reader) -> None:
    assert sentencepiece.of_added(9, "▁▁▁", special=False, of_model=True).bytes == b"   "


def test_that_a_token_outside_the_byte_alphabet_is_taken_as_it_is_and_noted(byte_level: Reader) -> None:
    assert byte_level.of_model(0, "日").bytes == "日".encode()
    assert byte_level.literal == ["日"]


def test_that_the_unknown_token_is_special(wordpiece: Reader) -> None:
    assert wordpiece.of_model(0, "[UNK]").kind is Kind.SPECIAL


def test_that_the_end_of_a_word_becomes_a_space() -> None:
    reader = Reader(tokenizer(bpe({}), decoder={"type": "BPEDecoder", "suffix": "</w>"}))
    assert (reader.family, reader.of_model(0, "cat</w>").bytes) == (Family.OTHER, b"cat ")


@pytest.mark.parametrize(
    ("parts", "model", "family"),
    [
        ({"decoder": {"type": "Sequence", "decoders": [BYTE_LEVEL]}}, "BPE", Family.BYTE_LEVEL),
        ({"pre_tokenizer": BYTE_LEVEL}, "Unigram", Family.BYTE_LEVEL),
        ({"decoder": UNMARKED}, "BPE", Family.SENTENCEPIECE),
        ({"decoder": {"type": "Metaspace"}}, "BPE", Family.SENTENCEPIECE),
        ({}, "Unigram", Family.SENTENCEPIECE),
        ({}, "WordPiece", Family.WORDPIECE),
        ({}, "WordLevel", Family.OTHER),
    ],
)
def test_that_the_family_is_read_from_the_parts(parts: dict[str, object], model: str, family: Family) -> None:
    assert family_of(tokenizer({"type": model, "vocab": {}}, added(0, "x"), **parts)) is family
