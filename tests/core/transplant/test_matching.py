"""Matching of vocabularies across families: by bytes, by role, by byte; what is an anchor, what is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.tokenizers.canonical import Boundary, Kind
from core.tokenizers.vocabulary import Vocabulary, read_vocabulary
from core.transplant.matching import COPIED, Matching, Source, match
from tests.core.transplant.toys import (
    alphabet,
    byte_level,
    sentencepiece,
    vocabulary,
    wordpiece,
)


def pairs(matching: Matching) -> dict[int, tuple[int, str]]:
    """Target id → base id and source, of what is copied."""
    return {
        target: (int(base), matching.sources[target].value)
        for target, base in enumerate(matching.base_ids)
        if base >= 0
    }


def test_that_sentencepiece_matches_byte_level_by_bytes_roles_and_byte_pieces(tmp_path: Path) -> None:
    base = vocabulary(tmp_path / "b", sentencepiece(["▁the", "é", "<0x0A>", "▁▁"], ["<s>"]), {"bos": "<s>"})
    data = byte_level(["Ġthe", "Ã©", "Ċ", "ĠĠ"], ["<|bos|>"])
    data["model"]["vocab"]["Ġcat"] = 5
    target = vocabulary(tmp_path / "t", data, {"bos": "<|bos|>"})
    found = match(base, target)
    assert pairs(found) == {
        0: (0, "exact"),
        1: (1, "exact"),
        2: (2, "byte"),
        3: (3, "exact"),
        4: (4, "special"),
    }
    assert found.targets.tolist() == [5]
    assert found.anchors.tolist() == [[0, 0], [1, 1], [3, 3]]


@pytest.mark.parametrize("text", [" é", "日", "\n\n", " \t", "ß.", "\U0001d11e"])
def test_that_text_is_one_in_every_alphabet(tmp_path: Path, text: str) -> None:
    level = vocabulary(tmp_path / "l", byte_level(["x", alphabet(text)]))
    pieces = vocabulary(tmp_path / "p", sentencepiece([text.replace(" ", "▁"), "x"]))
    assert pairs(match(level, pieces)) == {0: (1, "exact"), 1: (0, "exact")}
    assert pairs(match(pieces, level)) == {0: (1, "exact"), 1: (0, "exact")}


def test_that_a_word_piece_at_a_words_beginning_is_the_token_with_the_space(tmp_path: Path) -> None:
    pieces = vocabulary(tmp_path / "w", wordpiece(["[UNK]", "the", "##ing", "é", "go", ".", "##s"]))
    level = vocabulary(tmp_path / "l", byte_level(["Ġthe", "the", "ing", "Ġing", "ĠÃ©", "go", ".", "s"]))
    to_pieces = match(level, pieces)
    assert pairs(to_pieces) == {
        1: (0, "exact"), 2: (2, "exact"), 3: (4, "exact"), 4: (5, "exact"), 5: (6, "exact"), 6: (7, "exact"),
    }  # fmt: skip
    assert to_pieces.anchors[:, 1].tolist() == [1, 2, 3, 5, 6]  # "go" has lost its space: no anchor
    to_level = match(pieces, level)
    assert pairs(to_level)[0] == (1, "exact")
    assert pairs(to_level)[5] == (4, "exact")
    assert 5 not in to_level.anchors[:, 1]
    assert to_level.targets.tolist() == [3]  # " ing": no word of the base begins so


def test_that_bytes_match_in_both_directions_and_text_is_preferred(tmp_path: Path) -> None:
    pieces = vocabulary(tmp_path / "p", sentencepiece(["<0x41>", "A", "<0xC3>", "<0x0A>"]))
    level = vocabulary(tmp_path / "l", byte_level(["A", "Ã", "Ċ"]))
    assert pairs(match(pieces, level)) == {0: (1, "exact"), 1: (2, "byte"), 2: (3, "byte")}
    back = match(level, pieces)
    assert pairs(back) == {0: (0, "byte"), 1: (0, "exact"), 2: (1, "byte"), 3: (2, "byte")}
    assert back.anchors.tolist() == [[0, 1]]


def test_that_a_lone_byte_of_a_character_is_copied_but_no_anchor(tmp_path: Path) -> None:
    one = vocabulary(tmp_path / "a", byte_level(["Ã", "Ġa"]))
    other = vocabulary(tmp_path / "b", byte_level(["Ġa", "Ã"]))
    found = match(one, other)
    assert pairs(found) == {0: (1, "exact"), 1: (0, "exact")}
    assert found.anchors.tolist() == [[1, 0]]


def test_that_tokens_with_one_form_share_the_source_and_give_one_anchor(tmp_path: Path) -> None:
    data = byte_level(["Ġcat", "Ġdog"])
    data["added_tokens"] = [
        {**entry, "special": False} for entry in byte_level(["", ""], [" cat"])["added_tokens"]
    ]
    twice = vocabulary(tmp_path / "a", data)
    once = vocabulary(tmp_path / "b", sentencepiece(["▁dog", "▁cat"]))
    found = match(once, twice)
    assert pairs(found) == {0: (1, "exact"), 1: (0, "exact"), 2: (1, "exact")}
    assert found.anchors.tolist() == [[1, 0], [0, 1]]
    assert pairs(match(twice, once)) == {0: (1, "exact"), 1: (0, "exact")}


def special(folder: Path, roles: dict[str, str], more: tuple[str, ...] = (), text: str = "Ġa") -> Vocabulary:
    return vocabulary(folder, byte_level([text], [*dict.fromkeys([*roles.values(), *more])]), roles)


def test_that_roles_match_whatever_the_tokens_are_called(tmp_path: Path) -> None:
    base = special(tmp_path / "a", {"bos": "<s>", "eos": "</s>", "pad": "<pad>"})
    target = special(tmp_path / "b", {"eos": "[E]", "pad": "[P]", "bos": "[B]"})
    assert pairs(match(base, target)) == {
        0: (0, "exact"), 1: (2, "special"), 2: (3, "special"), 3: (1, "special"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "there"),
    [
        ("bos", "cls"), ("eos", "sep"), ("cls", "bos"), ("sep", "eos"), ("mask", "pad"), ("pad", "unk"),
        ("pad", "eos"), ("eos", "bos"), ("mask", "unk"),
    ],
)  # fmt: skip
def test_that_a_missing_role_takes_the_nearest_one(tmp_path: Path, role: str, there: str) -> None:
    found = match(special(tmp_path / "a", {there: "<x>"}), special(tmp_path / "b", {role: "<y>"}))
    assert pairs(found)[1] == (1, "special")
    assert found.lonely == []


def test_that_the_end_of_a_turn_is_the_end_of_a_text_where_there_are_no_turns(tmp_path: Path) -> None:
    base = special(tmp_path / "a", {"eos": "</s>", "bos": "<s>"})
    target = special(tmp_path / "b", {"eos": "<|endoftext|>"}, ("<|im_start|>", "<|im_end|>"))
    found = match(base, target)
    assert pairs(found) == {0: (0, "exact"), 1: (1, "special"), 3: (1, "special")}
    assert found.lonely == [2]
    assert found.sources[2] is Source.FALLBACK


def test_that_a_token_for_begin_and_end_is_the_bases_end(tmp_path: Path) -> None:
    base = special(tmp_path / "a", {"bos": "<s>", "eos": "</s>"})
    target = special(tmp_path / "b", {"bos": "<|endoftext|>", "eos": "<|endoftext|>"})
    assert pairs(match(base, target))[1] == (2, "special")
    back = match(target, base)
    assert pairs(back) == {0: (0, "exact"), 1: (1, "special"), 2: (1, "special")}


def test_that_padding_with_the_end_is_told(tmp_path: Path) -> None:
    one = special(tmp_path / "a", {"eos": "</s>", "pad": "</s>"})
    two = special(tmp_path / "b", {"eos": "</s>", "pad": "<pad>"})
    found = match(one, two)
    assert pairs(found) == {0: (0, "exact"), 1: (1, "special"), 2: (1, "special")}
    assert "one token for the end of a text and for padding" in found.warnings[0]
    assert match(one, special(tmp_path / "c", {"eos": "[E]"})).warnings == []


def test_that_special_tokens_without_a_role_match_by_name(tmp_path: Path) -> None:
    base = special(tmp_path / "a", {"eos": "</s>"}, ("<|a|>", "<|b|>"))
    target = special(tmp_path / "b", {"eos": "</s>"}, ("<|b|>", "<|c|>"))
    found = match(base, target)
    assert pairs(found) == {0: (0, "exact"), 1: (1, "special"), 2: (3, "special")}
    assert found.lonely == [3]


def test_that_unused_tokens_are_no_targets_of_a_method(tmp_path: Path) -> None:
    base = vocabulary(tmp_path / "a", byte_level(["Ġa", "<unused0>"]))
    target = vocabulary(tmp_path / "b", byte_level(["<unused1>", "<unused0>", "Ġa", "Ġb"]))
    found = match(base, target)
    assert [source.value for source in found.sources] == ["fallback", "exact", "exact", "method"]
    assert found.anchors.tolist() == [[0, 2]]
    assert found.lonely == []


def test_that_ids_without_a_token_are_padding(tmp_path: Path) -> None:
    data = byte_level(["Ġa", "Ġb"])
    data["model"]["vocab"] = {"Ġa": 0, "Ġb": 3}
    found = match(vocabulary(tmp_path / "a", byte_level(["Ġb", "Ġa"])), vocabulary(tmp_path / "b", data))
    assert [source.value for source in found.sources] == ["exact", "padding", "padding", "exact"]


def test_that_tokens_beyond_the_bases_rows_are_not_there(tmp_path: Path) -> None:
    base = vocabulary(tmp_path / "a", byte_level(["Ġa", "Ġb", "Ġc"]))
    target = vocabulary(tmp_path / "b", byte_level(["Ġc", "Ġb"]))
    assert pairs(match(base, target, base_rows=2)) == {1: (1, "exact")}
    assert pairs(match(base, base, base_rows=2)) == {0: (0, "exact"), 1: (1, "exact")}


def test_that_a_vocabulary_is_itself_duplicates_and_holes_included(tmp_path: Path) -> None:
    data = sentencepiece(["▁a", "A", "<0x41>", "<unused0>"], ["<s>"])
    data["model"]["vocab"]["x"] = 9
    same = vocabulary(tmp_path / "a", data)
    found = match(same, same)
    assert found.same
    assert found.base_ids.tolist() == list(range(10))
    assert found.count(Source.PADDING) == 4
    assert len(found.targets) == 0


def test_that_every_token_of_a_real_vocabulary_is_found_in_another_alphabet(
    shared_data: Path, tmp_path: Path
) -> None:
    words = read_vocabulary(shared_data / "tokenizers" / "minilm-wordpiece")
    spelt = [
        alphabet(" " + token.content if token.boundary is Boundary.IMPLIED else token.bytes.decode())
        for token in words
        if token.kind is Kind.TEXT
    ]
    level = vocabulary(tmp_path / "l", byte_level(list(dict.fromkeys(spelt))))
    found = match(words, level)
    assert found.count(Source.EXACT) == level.size > 29_000
    back = match(level, words)
    assert len(back.sources) == words.size
    assert all(
        (base >= 0) == (source in COPIED) for base, source in zip(back.base_ids, back.sources, strict=True)
    )
    assert back.count(Source.METHOD) == 0
