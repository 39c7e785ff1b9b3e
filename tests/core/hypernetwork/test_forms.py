"""Surface forms: any bytes as pieces of the base, or as bytes of the network's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.hypernetwork.forms import SurfaceForms
from core.tokenizers.open import open_tokenizer
from tests.core.hypernetwork.test_network import config
from tests.core.transplant.toys import byte_level, sentencepiece, write_tokenizer


@pytest.fixture
def forms(tmp_path: Path) -> SurfaceForms:
    tokenizer = open_tokenizer(write_tokenizer(tmp_path, byte_level(["a", "b", "Ġ", "c"])))
    return SurfaceForms(tokenizer, config(base_tokens=20, extra_tokens=257, padding=276, longest=4))


def test_that_bytes_are_cut_by_the_bases_tokenizer(forms: SurfaceForms) -> None:
    assert forms.pieces(b" ab") == [2, 0, 1]


def test_that_long_tokens_are_cut_off(forms: SurfaceForms) -> None:
    assert forms.pieces(b"abcabc") == [0, 1, 3, 0]


def test_that_what_the_base_lacks_is_spelt_in_bytes(forms: SurfaceForms) -> None:
    assert forms.pieces(b"az") == [0, 20 + ord("z")]
    assert forms.pieces("é".encode()) == [20 + 0xC3, 20 + 0xA9]


def test_that_half_a_character_is_spelt(forms: SurfaceForms) -> None:
    assert forms.pieces(b"\xe6\x97") == [20 + 0xE6, 20 + 0x97]


def test_that_spellings_are_filled_up(forms: SurfaceForms) -> None:
    told: list[int] = []
    assert forms.matrix([b"a", b" ab", b""], told.append).tolist() == [
        [0, 276, 276, 276],
        [2, 0, 1, 276],
        [276, 276, 276, 276],
    ]
    assert told == [0]


def test_that_a_published_networks_tokenizer_has_its_own_extra_tokens(tmp_path: Path) -> None:
    tokenizer = open_tokenizer(write_tokenizer(tmp_path, sentencepiece([*"abcdefgh", "▁", "<0xC3>"])))
    shape = config(base_tokens=6, extra_tokens=3, padding=1)
    forms = SurfaceForms(tokenizer, shape, bytes_of_its_own=False)
    assert forms.pieces(b" bag") == [8, 0, 6]  # b is what fills up, and never spells
    assert forms.pieces(b"\xc3") == []
