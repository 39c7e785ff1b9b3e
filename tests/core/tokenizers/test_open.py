"""Text cut into tokens: the bytes that each stands for, pieces for embeddings, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tokenizers
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from core.errors import Cancelled, UserError
from core.tokenizers.open import Tokenizer, open_tokenizer
from tests.core.tokenizers.files import BERT, BYTE_LEVEL, MARKED, UNMARKED, added, bpe, tokenizer, write

TEXT = "The cat sat on the mat, the café was shut; 1234567 日本語 🙂 and the cat the cat."


def trained_byte_level(folder: Path) -> Path:
    """Byte-level BPE with tokens that end inside a character: é, è and ê share their first byte."""
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    made.train_from_iterator([TEXT, "é è ê é è ê 日 旦 日 旦"] * 3, trainer)
    return saved(made, folder)


def trained_unigram(folder: Path) -> Path:
    """Unigram without byte fallback, so that much is unknown to it."""
    made = tokenizers.Tokenizer(tokenizers.models.Unigram())
    made.normalizer = tokenizers.normalizers.NFKC()
    made.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace()
    made.decoder = tokenizers.decoders.Metaspace()
    trainer = tokenizers.trainers.UnigramTrainer(
        vocab_size=60, special_tokens=["<unk>", "<s>"], unk_token="<unk>", show_progress=False
    )
    made.train_from_iterator([TEXT] * 3, trainer)
    return saved(made, folder)


def byte_fallback(folder: Path, **changes: Any) -> Path:
    """BPE in SentencePiece's manner, with all bytes."""
    pieces = ["▁", "t", "h", "e", "c", "a", "▁t", "▁th", "▁the", "at", "▁c", "▁cat", "é", "▁▁"]
    vocab = {"<unk>": 0} | {f"<0x{byte:02X}>": 1 + byte for byte in range(256)}
    vocab |= {piece: 257 + number for number, piece in enumerate(pieces)}
    merges = ("▁ t", "▁t h", "▁th e", "a t", "▁ c", "▁c at", "▁ ▁")
    model = bpe(vocab, *merges, byte_fallback=True, unk_token="<unk>", fuse_unk=True)
    parts = {"normalizer": MARKED, "decoder": UNMARKED} | changes
    return write(folder / "tokenizer.json", tokenizer(model, added(0, "<unk>"), **parts))


def wordpiece(folder: Path) -> Path:
    contents = ["[UNK]", "[CLS]", "the", "cat", "un", "##s", "##at", "##the", "(", "cafe", "日", "##1"]
    model = {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
        "vocab": {content: id for id, content in enumerate(contents)},
    }
    parts = {
        "normalizer": BERT,
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
            ],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]}},
        },
    }
    return write(folder / "tokenizer.json", tokenizer(model, added(0, "[UNK]"), added(1, "[CLS]"), **parts))


def saved(made: tokenizers.Tokenizer, folder: Path) -> Path:
    folder.mkdir(parents=True)
    made.save(str(folder / "tokenizer.json"))
    return folder / "tokenizer.json"


KINDS: dict[str, Callable[[Path], Path]] = {
    "byte-level": trained_byte_level,
    "unigram": trained_unigram,
    "byte fallback": byte_fallback,
    "wordpiece": wordpiece,
}
LOSSLESS = ("byte-level", "byte fallback")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tokenizer]:
    return {name: open_tokenizer(make(tmp_path_factory.mktemp("t") / name)) for name, make in KINDS.items()}


def contents(tokenizer: Tokenizer, ids: list[int]) -> list[str]:
    return [tokenizer.vocabulary.entries[id].content for id in ids]  # type: ignore[union-attr]


# Spans


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(text="", name="", specials=False)
@example(text=" ", name="", specials=False)
@example(text="  the  cat ", name="", specials=False)
@example(text="▁the <0x0A> <unk> [CLS] <|endoftext|>", name="", specials=False)
@example(text="é\u0301ﬁ½ｶﾞ日旦🙂\x00\r\n", name="", specials=False)
@given(
    text=st.text(max_size=30) | st.text(alphabet="the cat é日旦▁ \n", max_size=30),
    name=st.sampled_from(["", "<|endoftext|>", "[CLS]", "<unk>"]),
    specials=st.booleans(),
)
def test_that_spans_cover_the_text_without_gap_or_overlap(
    opened: dict[str, Tokenizer], kind: str, text: str, name: str, specials: bool
) -> None:
    text = f"{text}{name}{text}"
    data = text.encode()
    ids, spans = opened[kind].encode(text, specials=specials)
    assert len(ids) == len(spans)
    at = 0
    for begin, end in spans:
        assert begin == at <= end
        at = end
    assert at == len(data) or not ids


@pytest.mark.parametrize("kind", LOSSLESS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=30) | st.text(alphabet="the cat é日旦 \n", max_size=30))
def test_that_spans_hold_the_tokens_own_bytes_where_nothing_is_lost(
    opened: dict[str, Tokenizer], kind: str, text: str
) -> None:
    assume("▁" not in text)  # is read as a space
    data = text.encode()
    ids, spans = opened[kind].encode(text)
    for number, (id, (begin, end)) in enumerate(zip(ids, spans, strict=True)):
        token = opened[kind].vocabulary.entries[id]
        assert token is not None
        put_before = number == 0 and kind == "byte fallback"
        assert token.bytes == (b" " if put_before else b"") + data[begin:end]


def test_that_a_token_may_end_inside_a_character(opened: dict[str, Tokenizer]) -> None:
    tokenizer = opened["byte-level"]
    ids, spans = tokenizer.encode("日本")
    parts = ["日本".encode()[begin:end] for begin, end in spans]
    assert len(parts) > 2
    assert parts == [tokenizer.vocabulary.entries[id].bytes for id in ids]  # type: ignore[union-attr]


def test_that_the_space_put_before_a_text_stands_for_no_byte(opened: dict[str, Tokenizer]) -> None:
    tokenizer = opened["byte fallback"]
    ids, spans = tokenizer.encode("é cat")
    assert contents(tokenizer, ids) == ["▁", "é", "▁cat"]
    assert spans == [(0, 0), (0, 2), (2, 6)]
    ids, spans = tokenizer.encode("the")
    assert (contents(tokenizer, ids), spans) == (["▁the"], [(0, 3)])


def test_that_what_is_dropped_belongs_to_the_token_after_it(opened: dict[str, Tokenizer]) -> None:
    tokenizer = opened["wordpiece"]
    ids, spans = tokenizer.encode("  The Café (日 🙂 ")
    assert contents(tokenizer, ids) == ["the", "cafe", "(", "日", "[UNK]"]
    assert spans == [(0, 5), (5, 11), (11, 13), (13, 16), (16, 22)]


def test_that_a_character_is_shared_out_among_its_tokens_where_a_text_is_not_put_together_again(
    opened: dict[str, Tokenizer],
) -> None:
    tokenizer = opened["byte fallback"]
    ids, spans = tokenizer.encode("▁ 日 cat")  # a mark in the text is read as a space: one byte for three
    assert contents(tokenizer, ids) == ["▁▁", "▁", "<0xE6>", "<0x97>", "<0xA5>", "▁cat"]
    assert spans == [(0, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 11)]


def test_that_an_unknown_character_belongs_to_the_unknown_token(opened: dict[str, Tokenizer]) -> None:
    tokenizer = opened["unigram"]
    ids, spans = tokenizer.encode("Ж the")
    assert contents(tokenizer, ids)[:3] == ["▁", "<unk>", "▁"]
    assert spans[:3] == [(0, 0), (0, 2), (2, 3)]


def test_that_minilm_gives_spans_despite_its_padding_and_truncation(shared_data: Path) -> None:
    tokenizer = open_tokenizer(shared_data / "tokenizers" / "minilm-wordpiece")
    assert len(tokenizer.encode("word").ids) == 1
    text = "Naïve words, unbelievably many 日本. " * 60
    ids, spans = tokenizer.encode(text)
    assert len(ids) > 512
    assert (spans[0][0], spans[-1][1]) == (0, len(text.encode()))
    assert contents(tokenizer, ids)[:4] == ["naive", "words", ",", "un"]
    assert tokenizer.prefix == (101,)


def test_that_a_special_tokens_name_in_a_text_is_text(opened: dict[str, Tokenizer]) -> None:
    tokenizer = opened["byte-level"]
    ids = tokenizer.encode("a<|endoftext|>b").ids
    assert tokenizer.vocabulary.role("eos") not in ids
    assert tokenizer.decode(ids) == "a<|endoftext|>b"


def test_that_dropout_is_off(tmp_path: Path) -> None:
    data = tokenizer(
        bpe({"a": 0, "b": 1, "ab": 2}, "a b", dropout=0.9), pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL
    )
    opened = open_tokenizer(write(tmp_path / "tokenizer.json", data))
    assert {tuple(opened.encode("ab").ids) for _ in range(20)} == {(2,)}


def test_that_special_tokens_before_a_text_are_known_but_not_added(opened: dict[str, Tokenizer]) -> None:
    assert opened["wordpiece"].prefix == (1,)
    assert opened["wordpiece"].encode("the").ids == [2]
    assert opened["byte-level"].prefix == ()


def test_that_half_a_surrogate_pair_is_no_text(opened: dict[str, Tokenizer]) -> None:
    with pytest.raises(UnicodeEncodeError):
        opened["byte-level"].encode("\ud800")


# Pieces


@pytest.mark.parametrize(
    ("data", "pieces"),
    [
        (b" the", ["▁the"]),
        (b"the", ["t", "h", "e"]),
        (b" ", ["▁"]),
        (b"  cat", ["▁", "▁cat"]),
        ("é".encode(), ["é"]),
        (b"\xe6\x97", ["<0xE6>", "<0x97>"]),
        (b"\x97 the\xff", ["<0x97>", "▁the", "<0xFF>"]),
        ("日".encode(), ["<0xE6>", "<0x97>", "<0xA5>"]),
        (b"", []),
    ],
)
@pytest.mark.parametrize("manner", ["prepend", "metaspace", "older metaspace"])
def test_that_pieces_keep_a_leading_space_get_none_and_may_be_half_characters(
    tmp_path: Path, manner: str, data: bytes, pieces: list[str]
) -> None:
    metaspace = {"type": "Metaspace", "replacement": "▁", "split": False}
    changes: dict[str, dict[str, Any]] = {
        "prepend": {},
        "metaspace": {"normalizer": None, "pre_tokenizer": metaspace | {"prepend_scheme": "always"}},
        "older metaspace": {"normalizer": None, "pre_tokenizer": metaspace | {"add_prefix_space": True}},
    }
    tokenizer = open_tokenizer(byte_fallback(tmp_path, **changes[manner]))
    assert contents(tokenizer, tokenizer.pieces(data)) == pieces


def test_that_pieces_of_byte_level_text_are_its_tokens(opened: dict[str, Tokenizer]) -> None:
    tokenizer = opened["byte-level"]
    for data in (b" cat", b"cat", "é".encode(), b"\xe6\x97", b"\n\n", b"  the"):
        joined = b"".join(tokenizer.vocabulary.entries[id].bytes for id in tokenizer.pieces(data))  # type: ignore[union-attr]
        assert joined == data


def test_that_a_prefix_space_of_byte_level_is_not_put_before_pieces(tmp_path: Path) -> None:
    prefixing = BYTE_LEVEL | {"add_prefix_space": True}
    data = tokenizer(bpe({"Ġ": 0, "a": 1, "Ġa": 2}, "Ġ a"), pre_tokenizer=prefixing, decoder=BYTE_LEVEL)
    opened = open_tokenizer(write(tmp_path / "tokenizer.json", data))
    assert opened.encode("a") == ([2], [(0, 1)])
    assert opened.pieces(b"a") == [1]
    assert opened.pieces(b" a") == [2]


@pytest.mark.parametrize(
    ("data", "pieces"),
    [
        (b" the", ["the"]),
        (b"the", ["##the"]),
        (b"s(cat", ["##s", "(", "cat"]),
        (b"S cat", ["##s", "cat"]),
        (b"x", []),
        ("日".encode(), ["日"]),
        (b"\xe6\x97", []),
    ],
)
def test_that_wordpiece_continues_a_word_where_no_space_leads(
    opened: dict[str, Tokenizer], data: bytes, pieces: list[str]
) -> None:
    assert contents(opened["wordpiece"], opened["wordpiece"].pieces(data)) == pieces


def test_that_what_is_unknown_is_left_out_of_pieces(opened: dict[str, Tokenizer]) -> None:
    tokenizer = opened["unigram"]
    assert tokenizer.vocabulary.role("unk") in tokenizer.encode("Ж").ids
    assert tokenizer.pieces("Ж".encode()) == []


# What is refused


@pytest.mark.parametrize(
    "parts",
    [
        {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}},  # a panic in the library
        {
            "pre_tokenizer": {
                "type": "Split",
                "pattern": {"Regex": "((("},
                "behavior": "Isolated",
                "invert": False,
            }
        },
        {"decoder": {"type": "Unheard"}},
        {"normalizer": {"type": "Sequence"}},
    ],
)
def test_that_a_file_that_the_library_cannot_read_is_named(
    tmp_path: Path, parts: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "tokenizer.json", tokenizer(bpe({"a": 0}), **parts))
    with pytest.raises(UserError, match=r"tokenizer\.json cannot be read: .+\.$") as error:
        open_tokenizer(file, field="target_tokenizer")
    assert error.value.field == "target_tokenizer"


def test_that_merges_of_unknown_tokens_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "tokenizer.json", tokenizer(bpe({"a": 0}, "a b")))
    with pytest.raises(UserError, match=r"cannot be read: Token `b` out of vocabulary"):
        open_tokenizer(file)


def test_that_a_text_that_cannot_be_encoded_is_a_sentence(tmp_path: Path) -> None:
    model = {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "?"}
    opened = open_tokenizer(write(tmp_path / "tokenizer.json", tokenizer(model)))
    assert opened.encode("a").ids == [0]
    with pytest.raises(UserError, match="cannot encode the text"):
        opened.encode("b")


def test_that_added_tokens_after_a_hole_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "tokenizer.json", tokenizer(bpe({"a": 0}), added(5, "<s>"), decoder=BYTE_LEVEL))
    with pytest.raises(UserError, match=r"'<s>' the number 5, .* read as 1"):
        open_tokenizer(file)


def test_that_a_stop_is_not_taken_for_a_damaged_file(
    monkeypatch: pytest.MonkeyPatch, opened: dict[str, Tokenizer]
) -> None:
    class Stopping:
        def encode(self, *args: object, **settings: object) -> None:
            raise Cancelled

    monkeypatch.setattr(opened["byte-level"], "_library", Stopping())
    with pytest.raises(Cancelled):
        opened["byte-level"].encode("a")
