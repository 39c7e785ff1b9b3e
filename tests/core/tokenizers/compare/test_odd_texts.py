"""Texts that are no texts: empty, of one sign, of white space, damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UserError
from core.tokenizers.compare.result import CompareTokenizersResult
from core.tokenizers.compare.run import compare_tokenizers
from tests.core.tokenizers.compare.measured import byte_level, word_piece


def compare(folder: Path, *texts: bytes) -> CompareTokenizersResult:
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"text-{number}.txt")
        files[-1].write_bytes(text)
    tokenizers = [byte_level(folder, "a b").path, word_piece(folder, "ab", "c").path]
    return compare_tokenizers(tokenizers=tokenizers, text=files, throughput=False)


def test_that_an_empty_text_has_no_figures_and_spoils_no_others(tmp_path: Path) -> None:
    found = compare(tmp_path, b"ab c\n\nab\n", b"")
    empty = [row for row in found.rows if row.text == "text-1"]
    assert [(row.tokens, row.bytes_per_token, row.parity) for row in empty] == [(0, None, 0), (0, None, 0)]
    alone = compare(tmp_path, b"ab c\n\nab\n")
    together = {row.tokenizer: row for row in found.rows if row.text == "all"}
    for row in alone.rows:
        if row.text == "all":
            assert row.tokens == together[row.tokenizer].tokens
            assert row.bytes_per_token == together[row.tokenizer].bytes_per_token
    agreements = [{pair.text: pair.figures for pair in result.pairs} for result in (found, alone)]
    assert "boundary_f1" not in agreements[0]["text-1"]
    assert agreements[0]["all"]["boundary_f1"] == agreements[1]["all"]["boundary_f1"]


def test_that_nothing_but_empty_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing in the texts") as refusal:
        compare(tmp_path, b"", b"")
    assert refusal.value.field == "text"


def test_that_one_sign_has_no_efficiency_and_no_boundary(tmp_path: Path) -> None:
    found = compare(tmp_path, b"c")
    assert [(row.tokens, row.renyi_efficiency, row.fertility) for row in found.rows[:2]] == [(1, None, 1)] * 2
    assert found.pairs[0].figures["boundary_f1"].value == 1


def test_that_white_space_alone_has_no_fertility(tmp_path: Path) -> None:
    found = compare(tmp_path, b"\n \n\n")
    assert [(row.tokens, row.words, row.fertility) for row in found.rows[:2]] == [(4, 0, None), (0, 0, None)]
    assert [row.round_trip_losses for row in found.rows[:2]] == [0, 1]


def test_that_bytes_that_are_no_text_are_replaced_and_counted(tmp_path: Path) -> None:
    found = compare(tmp_path, b"ab \xff\xfe ab")
    assert found.texts[0].replaced == 2
    assert found.rows[0].bytes == 12  # two U+FFFD are six bytes


def test_that_names_of_special_tokens_are_text(tmp_path: Path) -> None:
    found = compare(tmp_path, b"<|end|> [UNK]")
    assert found.rows[0].tokens == 13
    assert found.rows[0].round_trip_losses == 0


def test_that_the_vocabulary_used_is_where_its_curve_ends(tmp_path: Path) -> None:
    found = compare(tmp_path, b"ab c zz\n\nab a\n")
    for name in {row.tokenizer for row in found.rows}:
        used = next(row for row in found.rows if (row.tokenizer, row.text) == (name, "all"))
        curve = next(curve for curve in found.curves if (curve.tokenizer, curve.key) == (name, "utilisation"))
        assert curve.y[-1] == pytest.approx(used.figures["vocabulary_used"].value)
