"""Vocabularies in canonical form, the roles of special tokens, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import UserError
from core.tokenizers.canonical import Boundary, Family, Kind
from core.tokenizers.vocabulary import read_vocabulary
from tests.core.tokenizers.files import (
    BERT,
    BYTE_LEVEL,
    added,
    base_of_the_matching_example,
    bpe,
    donor_of_the_matching_example,
    tokenizer,
    write,
)


def refused(file: Path, data: Any) -> str:
    write(file, data)
    with pytest.raises(UserError) as error:
        read_vocabulary(file, field="target_tokenizer")
    assert error.value.field == "target_tokenizer"
    assert str(file) in error.value.message
    return error.value.message


def test_that_the_two_vocabularies_of_the_matching_example_are_read_alike(tmp_path: Path) -> None:
    base = read_vocabulary(base_of_the_matching_example(tmp_path / "base"))
    donor = read_vocabulary(donor_of_the_matching_example(tmp_path / "donor"))
    assert (base.family, donor.family) == (Family.SENTENCEPIECE, Family.BYTE_LEVEL)
    assert [token.bytes for token in base][:4] == [b" the", "é".encode(), b"\n", b"  "]
    assert [token.bytes for token in donor] == [b" the", "é".encode(), b"\n", b"  ", b"<|bos|>", b" cat"]
    assert [token.kind for token in base] == [Kind.TEXT, Kind.TEXT, Kind.BYTE, Kind.TEXT, Kind.SPECIAL]
    assert [token.kind for token in donor][2:5] == [Kind.TEXT, Kind.TEXT, Kind.SPECIAL]
    assert base.roles == {"bos": (4,)}
    assert donor.roles == {"bos": (4,)}
    assert base.byte_ids == {0x0A: 2}
    assert donor.byte_ids == {0x0A: 2}


def test_that_minilm_is_a_lower_casing_wordpiece(shared_data: Path) -> None:
    vocabulary = read_vocabulary(shared_data / "tokenizers" / "minilm-wordpiece")
    assert (vocabulary.family, vocabulary.model) == (Family.WORDPIECE, "WordPiece")
    assert vocabulary.lowercased
    assert vocabulary.size == vocabulary.count == 30_522
    assert vocabulary.roles == {"pad": (0,), "unk": (100,), "cls": (101,), "sep": (102,), "mask": (103,)}
    kinds = [token.kind for token in vocabulary]
    assert (kinds.count(Kind.UNUSED), kinds.count(Kind.SPECIAL), kinds.count(Kind.BYTE)) == (994, 5, 0)
    by_content = {token.content: token for token in vocabulary}
    assert by_content["the"].boundary is Boundary.IMPLIED
    assert by_content["##ing"].bytes == b"ing"
    assert by_content["?"].boundary is Boundary.NONE


def test_that_a_hole_is_none_and_counts_in_the_size_alone(tmp_path: Path) -> None:
    file = write(tmp_path / "tokenizer.json", tokenizer(bpe({"a": 0, "b": 3}), pre_tokenizer=BYTE_LEVEL))
    vocabulary = read_vocabulary(file)
    assert [entry and entry.content for entry in vocabulary.entries] == ["a", None, None, "b"]
    assert (vocabulary.size, vocabulary.count) == (4, 2)


def test_that_added_tokens_come_after_the_models(tmp_path: Path) -> None:
    data = tokenizer(
        bpe({"a": 0}), added(1, "<think>", special=False), added(2, "<|end|>"), decoder=BYTE_LEVEL
    )
    vocabulary = read_vocabulary(write(tmp_path / "tokenizer.json", data))
    assert [token.kind for token in vocabulary] == [Kind.TEXT, Kind.TEXT, Kind.SPECIAL]
    assert vocabulary.role("think_start") == 1


def test_that_tokens_outside_the_byte_alphabet_are_listed_unless_they_were_added(tmp_path: Path) -> None:
    vocab = {"a": 0, "Ġa": 1, "two words": 2, "<|end of text|>": 3}
    data = tokenizer(bpe(vocab), added(3, "<|end of text|>"), decoder=BYTE_LEVEL)
    vocabulary = read_vocabulary(write(tmp_path / "tokenizer.json", data))
    assert vocabulary.literal == ("two words",)
    assert [token.bytes for token in vocabulary] == [b"a", b" a", b"two words", b"<|end of text|>"]


def test_that_the_unknown_piece_of_unigram_is_special(tmp_path: Path) -> None:
    model = {"type": "Unigram", "unk_id": 1, "vocab": [["▁a", -1.0], ["<unk>", 0.0]], "byte_fallback": False}
    vocabulary = read_vocabulary(write(tmp_path / "tokenizer.json", tokenizer(model)))
    assert [token.kind for token in vocabulary] == [Kind.TEXT, Kind.SPECIAL]
    assert vocabulary.roles == {"unk": (1,)}


def test_that_lower_case_is_seen_inside_a_sequence(tmp_path: Path) -> None:
    for number, (normalizer, lowercased) in enumerate(
        [
            (BERT, True),
            (BERT | {"lowercase": False}, False),
            ({"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]}, True),
            (None, False),
        ]
    ):
        data = tokenizer(bpe({"a": 0}), normalizer=normalizer)
        file = write(tmp_path / str(number) / "tokenizer.json", data)
        assert read_vocabulary(file).lowercased is lowercased


# Roles


SPECIALS = ("<s>", "</s>", "<|im_end|>", "<pad>", "<|x|>", "<|y|>")


def with_specials(folder: Path, **files: Any) -> dict[str, tuple[int, ...]]:
    """Roles of a tokenizer with the tokens above as 0 … 5, and the files beside it."""
    listed = [added(id, content) for id, content in enumerate(SPECIALS)]
    vocab = {content: id for id, content in enumerate((*SPECIALS, "a"))}
    write(folder / "tokenizer.json", tokenizer(bpe(vocab), *listed, decoder=BYTE_LEVEL))
    for name, data in files.items():
        write(folder / f"{name}.json", data)
    return dict(read_vocabulary(folder).roles)


def test_that_names_alone_give_the_usual_roles(tmp_path: Path) -> None:
    assert with_specials(tmp_path) == {"bos": (0,), "eos": (1,), "turn_end": (2,), "pad": (3,)}


def test_that_the_tokenizers_configuration_goes_before_the_map_and_the_models_configuration(
    tmp_path: Path,
) -> None:
    roles = with_specials(
        tmp_path,
        tokenizer_config={"bos_token": "<|x|>", "eos_token": {"content": "<|y|>"}, "pad_token": None},
        special_tokens_map={"bos_token": "<s>", "pad_token": "<|y|>"},
        config={"bos_token_id": 1, "pad_token_id": 2},
    )
    assert (roles["bos"], roles["eos"], roles["pad"]) == ((4,), (5,), (5,))


def test_that_a_model_may_end_in_several_ways(tmp_path: Path) -> None:
    roles = with_specials(
        tmp_path,
        tokenizer_config={"eos_token": "<|im_end|>"},
        generation_config={"eos_token_id": [1, 2]},
    )
    assert roles["eos"] == (2, 1)


def test_that_numbers_beyond_the_vocabulary_and_unknown_names_have_no_role(tmp_path: Path) -> None:
    roles = with_specials(
        tmp_path,
        tokenizer_config={"bos_token": "<missing>"},
        generation_config={"pad_token_id": 99, "eos_token_id": [-1, 1, True, "2"]},
    )
    assert (roles["bos"], roles["eos"], roles["pad"]) == ((0,), (1,), (3,))


def test_that_extra_special_tokens_have_their_role(tmp_path: Path) -> None:
    roles = with_specials(tmp_path, tokenizer_config={"extra_special_tokens": {"image_token": "<|x|>"}})
    assert roles["image"] == (4,)


def test_that_files_beside_a_tokenizer_of_another_name_are_not_its_own(tmp_path: Path) -> None:
    with_specials(tmp_path, tokenizer_config={"bos_token": "<|x|>"})
    other = (tmp_path / "tokenizer.json").rename(tmp_path / "mine.json")
    assert read_vocabulary(other).roles["bos"] == (0,)


def test_that_a_damaged_file_beside_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokenizer_config.json").write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match=r"tokenizer_config\.json is no valid JSON"):
        with_specials(tmp_path)


# What is refused


def test_that_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no .*nowhere"):
        read_vocabulary(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is no valid JSON: .* in line 1"),
        ("[]", "should hold a JSON object"),
        ('{"a": 1}', r"is no tokenizer\.json"),
        ('{"model": {"type": "BPE", "vocab": 3}}', r"is no tokenizer\.json"),
        ("[" * 200_000, "nested too deeply"),
        ('{"model": {"vocab": {"a": 0}}, "decoder": ' + "[" * 100 + "]" * 100 + "}", "nested too deeply"),
        ("\xff", "it is not UTF-8 text"),
        ('{"model": {"vocab": {"a": ' + "9" * 5000 + "}}}", "a number that is too long"),
    ],
)
def test_that_what_is_no_tokenizer_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "tökenizer.json"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(UserError, match=rf"tökenizer\.json .*{reason}"):
        read_vocabulary(file)


def test_that_two_tokens_of_one_number_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    assert "'a' and 'b' have the same number, 0" in refused(file, tokenizer(bpe({"a": 0, "b": 0})))
    assert "which is also that of 'a'" in refused(file, tokenizer(bpe({"a": 0}), added(0, "<s>")))
    twice = tokenizer(bpe({"a": 0}), added(1, "<s>"), added(1, "</s>"))
    assert "'<s>' and '</s>' have the same number" in refused(file, twice)


@pytest.mark.parametrize("number", [-1, 1.5, "0", None, True, 10**12])
def test_that_an_impossible_number_is_refused(tmp_path: Path, number: Any) -> None:
    file = tmp_path / "tokenizer.json"
    assert "'a' has no proper number" in refused(file, tokenizer(bpe({"a": number})))
    assert "'<s>' has no proper number" in refused(file, tokenizer(bpe({"a": 0}), added(number, "<s>")))


@pytest.mark.parametrize("piece", ["a", ["a"], [1, 2.0], {"a": 0}])
def test_that_a_malformed_piece_is_refused(tmp_path: Path, piece: Any) -> None:
    data = tokenizer({"type": "Unigram", "vocab": [["a", 0.0], piece]})
    assert "token 1 is no pair of text and score" in refused(tmp_path / "tokenizer.json", data)


def test_that_an_empty_vocabulary_and_malformed_added_tokens_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    assert "has an empty vocabulary" in refused(file, tokenizer(bpe({})))
    assert "added_tokens are no list" in refused(file, tokenizer(bpe({"a": 0}), added_tokens={"a": 1}))
    assert "an added token has no content" in refused(file, tokenizer(bpe({"a": 0}), {"id": 1}))


def test_that_too_large_a_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    with file.open("wb") as opened:
        opened.truncate(2**30)  # takes no room on the disk
    with pytest.raises(UserError, match="too large"):
        read_vocabulary(file)


def test_that_an_older_file_without_a_model_type_is_read(tmp_path: Path) -> None:
    data = tokenizer({"vocab": {"a": 0}, "merges": []}, pre_tokenizer=BYTE_LEVEL)
    assert read_vocabulary(write(tmp_path / "tokenizer.json", json.loads(json.dumps(data)))).model == "BPE"
