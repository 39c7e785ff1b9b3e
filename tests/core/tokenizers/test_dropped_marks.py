"""Marks that a tokenizer composes with their letter, or strips: whose bytes they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.tokenizers.canonical import CHARACTER_OF
from core.tokenizers.open import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from tests.core.tokenizers.files import BYTE_LEVEL, bpe, tokenizer, write


def cut(found: Tokenizer, text: str) -> list[str]:
    data = text.encode()
    return [data[begin:end].decode() for begin, end in found.encode(text).spans]


@pytest.fixture
def composing(tmp_path: Path) -> Tokenizer:
    """Byte-level after NFC, with tokens for ``é`` and `` b``."""
    contents = [*CHARACTER_OF.values(), "Ã©", "Ġb"]
    model = bpe({content: id for id, content in enumerate(contents)}, "Ã ©", "Ġ b")
    parts = {"normalizer": {"type": "NFC"}, "pre_tokenizer": BYTE_LEVEL, "decoder": BYTE_LEVEL}
    return open_tokenizer(write(tmp_path / "tokenizer.json", tokenizer(model, **parts)))


def test_that_a_composed_mark_belongs_to_its_letter(composing: Tokenizer) -> None:
    assert cut(composing, "xe\u0301 b") == ["x", "e\u0301", " b"]
    assert cut(composing, "e\u0301") == ["e\u0301"]


def test_that_a_mark_with_tokens_of_its_own_keeps_them(composing: Tokenizer) -> None:
    spans = composing.encode("e\u0301x\u0324").spans  # no letter is composed of x and U+0324
    assert [end - begin for begin, end in spans] == [3, 1, 1, 1]


def test_that_a_stripped_mark_belongs_to_the_word_that_it_was_on(shared_data: Path) -> None:
    found = open_tokenizer(shared_data / "tokenizers" / "minilm-wordpiece")
    assert cut(found, "the\u0301 va\u0300  the") == ["the\u0301", " va\u0300", "  the"]
