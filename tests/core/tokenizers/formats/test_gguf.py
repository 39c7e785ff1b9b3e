"""The vocabulary in a GGUF's header: tokens, marks, cutting by name, special tokens, and damaged ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from core.errors import UserError
from core.tokenizers.canonical import Boundary, Family, Kind
from core.tokenizers.formats.gguf import read_header
from core.tokenizers.gguf_cutters import cutter
from core.tokenizers.open import Tokenizer, open_tokenizer
from core.tokenizers.vocabulary import read_vocabulary
from tests.core.tokenizers.parity.written import (
    BYTE,
    CONTROL,
    NORMAL,
    UNKNOWN,
    UNUSED,
    USER_DEFINED,
    write_gguf,
)

LETTERS = [*"abehlorw", "Ġ", "1", "2"]
BPE_TOKENS = [*LETTERS, "he", "ll", "hell", "Ġw", "<|end|>", "<think>", "[PAD17]"]
BPE_TYPES = [*[NORMAL] * 15, CONTROL, USER_DEFINED, UNUSED]
BPE_MERGES = ["h e", "l l", "he ll", "Ġ w"]


def byte_level(folder: Path, **more: Any) -> Path:
    more = {"pre": "gpt-2", "merges": BPE_MERGES, "eos_token_id": 15} | more
    tokens, types = more.pop("tokens", BPE_TOKENS), more.pop("types", BPE_TYPES)
    return write_gguf(folder / "x.gguf", more.pop("model", "gpt2"), tokens, types, **more)


PIECES = ["<unk>", "<s>", "</s>", "▁a", "▁ab", "a", "b", "▁", "<tool x>", "later"]
PIECE_TYPES = [UNKNOWN, CONTROL, CONTROL, *[NORMAL] * 5, USER_DEFINED, UNUSED]


def pieces(folder: Path, **more: Any) -> Path:
    tokens, types = more.pop("tokens", PIECES), more.pop("types", PIECE_TYPES)
    more = {"scores": [-float(id) for id in range(len(tokens))], "bos_token_id": 1} | more
    more = {key: value for key, value in more.items() if value is not None}
    return write_gguf(folder / "x.gguf", more.pop("model", "llama"), tokens, types, **more)


# Byte-level BPE


def test_that_byte_level_tokens_have_their_bytes_kinds_and_ranks(tmp_path: Path) -> None:
    tokenizer = open_tokenizer(byte_level(tmp_path))
    vocabulary = tokenizer.vocabulary
    assert (tokenizer.format, vocabulary.family, vocabulary.model) == ("GGUF", Family.BYTE_LEVEL, "BPE")
    assert [(token.bytes, token.kind, token.score) for token in vocabulary][11:] == [
        (b"he", Kind.TEXT, 0.0),
        (b"ll", Kind.TEXT, 1.0),
        (b"hell", Kind.TEXT, 2.0),
        (b" w", Kind.TEXT, 3.0),
        (b"<|end|>", Kind.SPECIAL, None),
        (b"<think>", Kind.TEXT, None),
        (b"[PAD17]", Kind.UNUSED, None),
    ]
    assert vocabulary.role("eos") == 15
    assert [(token.bytes, token.kind) for token in read_vocabulary(tokenizer.path)] == [
        (token.bytes, token.kind) for token in vocabulary
    ]


def test_that_texts_are_cut_by_the_way_that_is_named(tmp_path: Path) -> None:
    cut = {}
    for pre in ("gpt-2", "smollm"):
        (tmp_path / pre).mkdir()
        tokenizer = open_tokenizer(
            byte_level(
                tmp_path / pre,
                pre=pre,
                merges=[*BPE_MERGES, "1 2"],
                tokens=[*BPE_TOKENS[:-1], "12"],
                types=[*BPE_TYPES[:-1], NORMAL],
            )
        )
        assert tokenizer.notes == ()
        cut[pre] = tokenizer.encode("hell 12").ids
    assert cut == {"gpt-2": [13, 8, 17], "smollm": [13, 8, 9, 10]}


@pytest.mark.parametrize(
    ("pre", "said"),
    [("nobody-knows", r"not known here \(nobody-knows\)"), ("", "does not say how texts are cut")],
)
def test_that_a_way_of_cutting_that_is_not_known_is_assumed_and_said(
    tmp_path: Path, pre: str, said: str
) -> None:
    tokenizer = open_tokenizer(byte_level(tmp_path, pre=pre))
    default = cutter("default")
    assert default is not None
    assert tokenizer.patterns == default.patterns
    assert re.search(said, tokenizer.notes[0])
    assert "llama.cpp's default is assumed" in tokenizer.notes[0]


@pytest.mark.parametrize(("pre", "ids"), [("gpt-2", [2, 5]), ("llama-bpe", [18])])
def test_that_some_ways_take_a_whole_word_before_any_merge(tmp_path: Path, pre: str, ids: list[int]) -> None:
    file = byte_level(tmp_path, pre=pre, tokens=[*BPE_TOKENS, "eo"], types=[*BPE_TYPES, NORMAL])
    assert open_tokenizer(file).encode("eo").ids == ids


def test_that_special_tokens_are_read_only_when_asked_and_the_users_own_always(tmp_path: Path) -> None:
    tokenizer = open_tokenizer(byte_level(tmp_path))
    assert tokenizer.encode("hell<think>").ids == [13, 16]
    assert tokenizer.encode("he<|end|>", specials=True) == ([11, 15], [(0, 2), (2, 9)])
    assert 15 not in tokenizer.encode("he<|end|>").ids


@pytest.mark.parametrize(
    ("more", "prefix"),
    [
        ({}, ()),
        ({"bos_token_id": 15}, ()),
        ({"bos_token_id": 15, "add_bos_token": True}, (15,)),
        ({"bos_token_id": 15, "pre": "llama-bpe"}, (15,)),
        ({"bos_token_id": 15, "pre": "llama-bpe", "add_bos_token": False}, ()),
        ({"bos_token_id": 999, "add_bos_token": True}, ()),
    ],
)
def test_that_the_token_before_a_text_is_llama_cpps(
    tmp_path: Path, more: dict[str, Any], prefix: tuple[int, ...]
) -> None:
    assert open_tokenizer(byte_level(tmp_path, **more)).prefix == prefix


# SentencePiece's kinds


def test_that_pieces_merge_by_score_from_the_left(tmp_path: Path) -> None:
    tokenizer = open_tokenizer(pieces(tmp_path))
    assert tokenizer.vocabulary.family is Family.SENTENCEPIECE
    assert tokenizer.vocabulary.model == "BPE"
    assert tokenizer.encode("ab a") == ([4, 3], [(0, 2), (2, 4)])
    assert tokenizer.prefix == (1,)
    assert tokenizer.vocabulary.roles["unk"] == (0,)
    kinds = [token.kind for token in tokenizer.vocabulary]
    assert kinds == [*[Kind.SPECIAL] * 3, *[Kind.TEXT] * 6, Kind.UNUSED]


def test_that_spaces_before_and_within_a_text_are_as_the_file_says(tmp_path: Path) -> None:
    tokenizer = open_tokenizer(pieces(tmp_path, add_space_prefix=False))
    assert tokenizer.encode("ab  a").ids == [5, 6, 7, 3]
    (tmp_path / "less").mkdir()
    tokenizer = open_tokenizer(pieces(tmp_path / "less", remove_extra_whitespaces=True))
    assert tokenizer.encode(" ab  a ").ids == [4, 3]


def test_that_a_users_own_token_with_a_space_in_it_is_found(tmp_path: Path) -> None:
    assert 8 in open_tokenizer(pieces(tmp_path)).encode("a<tool x>a").ids


def test_that_bytes_spell_what_is_unknown(tmp_path: Path) -> None:
    spelt = [f"<0x{byte:02X}>" for byte in range(256)]
    file = pieces(tmp_path, tokens=[*PIECES, *spelt], types=[*PIECE_TYPES, *[BYTE] * 256])
    tokenizer = open_tokenizer(file)
    assert tokenizer.encode("aé") == ([3, 10 + 0xC3, 10 + 0xA9], [(0, 1), (1, 2), (2, 3)])
    assert tokenizer.is_byte(10)


def test_that_a_file_without_types_names_the_unknown_token_by_number(tmp_path: Path) -> None:
    file = pieces(tmp_path, types=[NORMAL] * len(PIECES), unknown_token_id=0)
    assert open_tokenizer(file).encode("日").ids == [7, 0]


def test_that_unigram_takes_the_best_of_all_ways(tmp_path: Path) -> None:
    scores = [0.0, 0.0, 0.0, -5.0, -9.0, -3.0, -3.0, -1.0, 0.0, 0.0]
    tokenizer = open_tokenizer(pieces(tmp_path, model="t5", scores=scores, add_space_prefix=True))
    assert tokenizer.vocabulary.model == "Unigram"
    assert tokenizer.encode("ab").ids == [7, 5, 6]
    assert tokenizer.prefix == ()


# WordPiece


@pytest.fixture(scope="module")
def bert(shared_data: Path) -> Tokenizer:
    return open_tokenizer(shared_data / "gguf" / "ggml-vocab-bert-bge.gguf")


def test_that_berts_marks_are_moved_back(bert: Tokenizer, shared_data: Path) -> None:
    whole = read_vocabulary(shared_data / "tokenizers" / "minilm-wordpiece")
    assert bert.vocabulary.entries == whole.entries
    assert bert.vocabulary.family is Family.WORDPIECE
    the, ing = (next(t for t in bert.vocabulary if t.content == content) for content in ("the", "##ing"))
    assert (the.bytes, the.boundary) == (b"the", Boundary.IMPLIED)
    assert (ing.bytes, ing.boundary) == (b"ing", Boundary.NONE)
    assert bert.pieces(b"ing") == [ing.id]
    assert bert.prefix == (101,)
    assert bert.vocabulary.lowercased


def test_that_the_known_sentence_has_its_spans(bert: Tokenizer) -> None:
    ids, spans = bert.encode("Naïve Café 日本語 unbelievable")
    contents = [token.content for id in ids if (token := bert.vocabulary.entries[id])]
    assert contents == ["naive", "cafe", "日", "本", "語", "unbelievable"]
    assert [end for _, end in spans] == [6, 12, 16, 19, 22, 35]


def test_that_a_cased_bert_keeps_its_letters(tmp_path: Path) -> None:
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁Cat", "s"]
    file = write_gguf(
        tmp_path / "x.gguf",
        "bert",
        tokens,
        [CONTROL] * 4 + [NORMAL] * 2,
        unknown_token_id=1,
        cls_token_id=2,
        **{"normalizer.lowercase": False},
    )
    tokenizer = open_tokenizer(file)
    assert tokenizer.encode("Cats cat").ids == [4, 5, 1]
    assert not tokenizer.vocabulary.lowercased


# The chat template


def test_that_the_chat_template_is_in_the_header(tmp_path: Path) -> None:
    header = read_header(byte_level(tmp_path, chat_template="{{ messages }}"))
    assert header["tokenizer.chat_template"] == "{{ messages }}"


# Files that are damaged


@pytest.mark.parametrize(
    ("make", "more", "reason"),
    [
        (byte_level, {"model": "rwkv"}, "a vocabulary of the kind 'rwkv', and only those of"),
        (byte_level, {"model": "none"}, "holds no vocabulary"),
        (byte_level, {"merges": ["h e", "hell"]}, "cannot be read"),
        (byte_level, {"merges": ["h e", "h q"]}, "cannot be read: .*[Mm]erge|out of vocabulary"),
        (byte_level, {"merges": 7}, "it has no merges"),
        (byte_level, {"tokens": [*BPE_TOKENS[:-1], "he"]}, "the tokens 11 and 17 are both 'he'"),
        (byte_level, {"types": BPE_TYPES[:-1]}, "18 tokens, but no token_type for each of them"),
        (pieces, {"scores": [0.0]}, "10 tokens, but no scores for each of them"),
        (
            pieces,
            {"types": [NORMAL] * 10, "tokens": ["x", *PIECES[1:]]},
            "none of its tokens stands for what is",
        ),
        (pieces, {"types": [UNKNOWN] * 2 + PIECE_TYPES[2:]}, "one piece for what is unknown, but has 2"),
        (pieces, {"types": [*PIECE_TYPES[:-1], BYTE]}, "piece 9 should be a byte, but is 'later'"),
        (pieces, {"precompiled_charsmap": b"\x10\0\0\0junk"}, "cannot be read by SentencePiece"),
        (pieces, {"precompiled_charsmap": [1, 2]}, "its character map is no list of bytes"),
    ],
)
def test_that_a_damaged_vocabulary_is_named_with_what_is_wrong(
    tmp_path: Path, make: Any, more: dict[str, Any], reason: str
) -> None:
    file = make(tmp_path, **more)
    with pytest.raises(UserError, match=reason) as caught:
        open_tokenizer(file, field="tokenizer")
    assert str(file) in caught.value.message
    assert caught.value.field == "tokenizer"


def test_that_a_gguf_without_any_tokenizer_says_so(tmp_path: Path) -> None:
    import gguf

    file = tmp_path / "x.gguf"
    writer = gguf.GGUFWriter(file, "llama")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    with pytest.raises(UserError, match="holds no vocabulary"):
        open_tokenizer(file)
    with pytest.raises(UserError, match="holds no vocabulary"):
        read_vocabulary(file)
