"""SentencePiece's .model: tokens, spans, special tokens, the normalised text, and files that are damaged."""

from __future__ import annotations

import json
import os
import random
import struct
from collections import Counter
from pathlib import Path

import pytest
import sentencepiece

from core.errors import UserError
from core.tokenizers.canonical import Family, Kind
from core.tokenizers.formats import FORMATS
from core.tokenizers.open import Tokenizer, open_tokenizer
from core.tokenizers.protobuf import message
from core.tokenizers.tokenizer import Step
from core.tokenizers.vocabulary import read_vocabulary

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)
UNIGRAM, BPE = 1, 2
BYTES = [(f"<0x{byte:02X}>", 0.0, BYTE) for byte in range(256)]

Piece = tuple[str, float, int]


def model(*pieces: Piece, kind: int = UNIGRAM, trainer: bytes = b"", normalizer: bytes = b"") -> bytes:
    """A .model of a few pieces, put together as the file format says."""
    spelt = b"".join(message((1, message((1, text), (2, score), (3, type)))) for text, score, type in pieces)
    settings = message((3, kind), (35, len(pieces) > 256)) + trainer
    return spelt + message((2, settings), (3, normalizer or message((1, "identity"))))


SMALL: tuple[Piece, ...] = (
    ("<unk>", 0.0, UNKNOWN),
    ("<s>", 0.0, CONTROL),
    ("</s>", 0.0, CONTROL),
    ("▁a", -1.0, NORMAL),
    ("a", -2.0, NORMAL),
    ("b", -3.5, NORMAL),
    ("▁", -4.0, NORMAL),
    ("<sep>", 0.0, USER_DEFINED),
    ("later", 0.0, UNUSED),
    ("<unused3>", 0.0, USER_DEFINED),
)


def laid(folder: Path, data: bytes, name: str = "tokenizer.model") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name


@pytest.fixture
def small(tmp_path: Path) -> Tokenizer:
    return open_tokenizer(laid(tmp_path, model(*SMALL)))


@pytest.fixture(scope="module")
def mistral(shared_data: Path) -> Tokenizer:
    return open_tokenizer(shared_data / "tokenizers" / "mistral-v1-sentencepiece")


# Tokens


def test_that_every_token_has_the_librarys_content_kind_and_score(
    mistral: Tokenizer, shared_data: Path
) -> None:
    library = sentencepiece.SentencePieceProcessor(model_file=str(mistral.path))
    vocabulary = read_vocabulary(mistral.path)
    assert vocabulary.entries == mistral.vocabulary.entries
    assert (vocabulary.size, vocabulary.family, vocabulary.model) == (32_000, Family.SENTENCEPIECE, "BPE")
    for token in vocabulary:
        assert token.content == library.id_to_piece(token.id)
        assert token.score == library.get_score(token.id)
        assert (token.kind is Kind.BYTE) == library.is_byte(token.id)
        special = library.is_control(token.id) or library.is_unknown(token.id)
        assert (token.kind is Kind.SPECIAL) == special
    assert Counter(token.kind for token in vocabulary) == {Kind.TEXT: 31_741, Kind.BYTE: 256, Kind.SPECIAL: 3}


def test_that_types_of_pieces_become_kinds_and_marks_spaces(small: Tokenizer) -> None:
    kinds = [token.kind for token in small.vocabulary]
    assert kinds == [*[Kind.SPECIAL] * 3, *[Kind.TEXT] * 5, Kind.UNUSED, Kind.UNUSED]
    assert [token.bytes for token in small.vocabulary][3:7] == [b" a", b"a", b"b", b" "]
    assert [token.score for token in small.vocabulary][3:6] == [-1.0, -2.0, -3.5]
    assert small.vocabulary.model == "Unigram"
    assert small.vocabulary.roles == {"unk": (0,), "bos": (1,), "eos": (2,), "sep": (7,)}
    assert small.is_unknown(0)
    assert not small.is_unknown(3)


def test_that_the_model_says_which_tokens_begin_and_end(tmp_path: Path) -> None:
    pieces = (
        ("[unk]", 0.0, UNKNOWN),
        ("[begin]", 0.0, CONTROL),
        ("[end]", 0.0, CONTROL),
        ("a", -1.0, NORMAL),
    )
    data = model(*pieces, trainer=message((45, "[unk]"), (46, "[begin]"), (47, "[end]")))
    assert read_vocabulary(laid(tmp_path, data)).roles == {"unk": (0,), "bos": (1,), "eos": (2,)}


def test_that_a_configuration_beside_it_names_more(tmp_path: Path) -> None:
    file = laid(tmp_path, model(*SMALL))
    config = {"add_bos_token": True, "pad_token": "</s>"}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    tokenizer = open_tokenizer(file)
    assert tokenizer.prefix == (1,)
    assert tokenizer.vocabulary.role("pad") == 2


def test_that_folded_case_is_known_by_the_normalizers_name(tmp_path: Path) -> None:
    data = model(*SMALL, normalizer=message((1, "nmt_nfkc_cf")))
    assert read_vocabulary(laid(tmp_path, data)).lowercased
    assert not read_vocabulary(laid(tmp_path, model(*SMALL))).lowercased


# Text


def test_that_mistral_cuts_the_known_sentence_as_published(mistral: Tokenizer) -> None:
    text = " naïve  日本🙂\n\tx"
    ids, spans = mistral.encode(text)
    contents = [token.content for id in ids if (token := mistral.vocabulary.entries[id])]
    assert contents == ["▁", "▁na", "ï", "ve", "▁▁", "日", "本", "🙂", "<0x0A>", "<0x09>", "x"]
    assert spans == [
        *((0, 0), (0, 3), (3, 5), (5, 7), (7, 9), (9, 12), (12, 15), (15, 19), (19, 20), (20, 21), (21, 22))
    ]
    assert mistral.decode(ids) == text
    wide = mistral.encode("Ａ")
    assert [mistral.is_byte(id) for id in wide.ids] == [False, True, True, True]
    assert wide.spans == [(0, 0), (0, 1), (1, 2), (2, 3)]


def test_that_an_unknown_run_is_one_token_that_spans_it(small: Tokenizer) -> None:
    assert small.encode("a日本b").ids == [3, 0, 5]
    assert small.encode("a日本b").spans == [(0, 1), (1, 7), (7, 8)]


def test_that_what_the_normalizer_takes_away_belongs_to_the_token_after(tmp_path: Path) -> None:
    data = model(*SMALL, normalizer=message((1, "identity"), (3, True), (4, True)))
    tokenizer = open_tokenizer(laid(tmp_path, data))
    assert tokenizer.encode("  a   b  ") == ([3, 6, 5], [(0, 3), (3, 6), (6, 9)])
    assert tokenizer.encode("   ") == ([], [])


def test_that_steps_show_the_normalised_text(small: Tokenizer, mistral: Tokenizer) -> None:
    assert small.steps("a b") == [Step("identity", "▁a▁b")]
    assert mistral.steps("") == []


def test_that_special_tokens_are_read_only_when_asked(small: Tokenizer) -> None:
    assert 1 not in small.encode("<s>a").ids
    assert small.encode("<s>ab</s>a", specials=True) == (
        [1, 4, 5, 2, 4],
        [(0, 3), (3, 4), (4, 5), (5, 9), (9, 10)],
    )
    assert small.encode("a b", specials=True) == small.encode("a b")
    assert small.decode([1, 3, 2]) == "a"


def test_that_pieces_have_no_space_before_and_keep_their_own(mistral: Tokenizer, small: Tokenizer) -> None:
    hello = next(token.id for token in mistral.vocabulary if token.content == "▁Hello")
    assert mistral.pieces(b" Hello") == [hello]
    assert mistral.pieces(b"Hello") != [hello]
    assert mistral.pieces("🙂".encode()[1:]) == [mistral.vocabulary.byte_ids[b] for b in b"\x9f\x99\x82"]
    assert small.pieces(b" a") == [3]
    assert small.pieces("日a\xff".encode("latin-1", "ignore") or b"") == [4]


def test_that_half_a_surrogate_pair_is_no_text(small: Tokenizer) -> None:
    for ask in (lambda: small.encode("a\ud800"), lambda: small.ids(["a", "\udc00"])):
        with pytest.raises(UnicodeEncodeError):
            ask()


def test_that_a_number_beyond_the_vocabulary_cannot_be_decoded(small: Tokenizer) -> None:
    with pytest.raises(UserError, match="cannot decode these tokens"):
        small.decode([99])


def test_that_nothing_cuts_before_the_model(small: Tokenizer) -> None:
    assert small.patterns == ()
    assert small.ids([]) == []


# Files that are damaged


WHOLE = model(*SMALL)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (WHOLE[:40], "it ends [0-9]+ bytes too early"),
        (model(*SMALL)[: -len(message((3, message((1, "identity")))))], "ends before it says how"),
        (b"\n\xff\xff\xff\xff\xff\xff\xff\xff\x7f" + WHOLE, "too early"),
        (b"\xff" * 4_000, "begins no number"),
        (b"\x0b\x0c" + WHOLE, "begins no field"),
        (message((2, message((3, BPE)))), "it has no pieces"),
        (message((1, 7)), "field 1 should hold a message"),
        (model(("a", 0.0, NORMAL)), "one piece for what is unknown, but has 0"),
        (model(*SMALL, ("<unk>2", 0.0, UNKNOWN)), "one piece for what is unknown, but has 2"),
        (model(*SMALL, ("a", 0.0, NORMAL)), "the pieces 4 and 10 are both 'a'"),
        (model(*SMALL, ("", 0.0, NORMAL)), "piece 10 is empty"),
        (model(*SMALL, ("x", 0.0, 9)), "piece 10 is of an unknown type"),
        (model(*SMALL, ("<0x1>", 0.0, BYTE)), "piece 10 should be a byte"),
        (model(*SMALL, ("x" * 70_000, 0.0, NORMAL)), "piece 10 has 70,000 bytes"),
        (model(*SMALL, kind=7), "unknown kind"),
        (message((1, message((1, b"\xff\xfe"), (2, 0.0)))) + WHOLE, "piece 0 is no UTF-8 text"),
        (message((1, message((1, "a"), (2, b"abc")))) + WHOLE, "piece 0 is damaged"),
        (
            model(*SMALL, normalizer=message((1, "x"), (2, b"\x10\0\0\0junk"))),
            "cannot be read by SentencePiece",
        ),
    ],
)
def test_that_a_damaged_model_is_named_with_what_is_wrong(tmp_path: Path, data: bytes, reason: str) -> None:
    file = laid(tmp_path, data)
    with pytest.raises(UserError, match=reason) as caught:
        FORMATS["SentencePiece"].open(file, field="tokenizer")
    assert str(file) in caught.value.message
    assert caught.value.field == "tokenizer"
    assert caught.value.message.count("\n") == 0


def test_that_any_cut_of_a_model_is_refused_or_opens(tmp_path: Path, shared_data: Path) -> None:
    whole = (shared_data / "tokenizers" / "mistral-v1-sentencepiece" / "tokenizer.model").read_bytes()
    for size in (1, 2, 3, 17, 1_000, 65_537, len(whole) - 1):
        with pytest.raises(UserError):
            open_tokenizer(laid(tmp_path, whole[:size]))


def test_that_models_with_random_bytes_in_them_never_end_the_process(tmp_path: Path) -> None:
    data = model(*SMALL, *BYTES, kind=BPE, normalizer=message((1, "identity"), (3, True)))
    source = random.Random(1)
    ends: Counter[str] = Counter()
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(source.randint(1, 2)):
            damaged[source.randrange(len(data))] = source.randrange(256)
        try:
            tokenizer = FORMATS["SentencePiece"].open(laid(tmp_path, bytes(damaged)))
            tokenizer.encode("a b 日本 <sep>")
            ends["opened"] += 1
        except UserError:
            ends["refused"] += 1
    assert ends["refused"] > 20
    assert ends["opened"] > 20


def test_that_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    file = laid(tmp_path, b"\n")
    os.truncate(file, 2**30)
    with pytest.raises(UserError, match="is too large"):
        FORMATS["SentencePiece"].open(file)


def test_that_a_score_that_is_no_number_is_taken_as_it_is(tmp_path: Path) -> None:
    odd = message((1, message((1, "x"), (2, struct.pack("<f", float("-inf"))), (3, NORMAL))))
    assert read_vocabulary(laid(tmp_path, odd + WHOLE)).entries[0].score == float("-inf")  # type: ignore[union-attr]
