"""The texts that tokenizers are held against other programs on, and small models trained on some of them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.core.tokenizers.parity.written import train_pieces
from tests.core.tokenizers.texts import random_bytes

LANGUAGES = 38
_LONG = 30_000
"""Characters taken of a program or a technical text."""


@pytest.fixture(scope="session")
def languages(shared_data: Path) -> list[str]:
    """The declaration of human rights in 38 languages, whole."""
    files = sorted((shared_data / "multilingual" / "udhr").glob("*.txt"))
    assert len(files) == LANGUAGES
    return [file.read_text(encoding="utf-8") for file in files]


@pytest.fixture(scope="session")
def texts(shared_data: Path, languages: list[str]) -> list[str]:
    """These, code in six languages, technical texts of East Asia, and random bytes."""
    code = sorted(file for file in (shared_data / "code").rglob("*.*") if file.suffix != ".txt")
    assert len({file.parent for file in code}) == 6
    technical = sorted((shared_data / "multilingual" / "technical").glob("*.gz"))
    return [
        *languages,
        *(file.read_text(encoding="utf-8")[:_LONG] for file in code),
        *(gzip.decompress(file.read_bytes()).decode()[:_LONG] for file in technical),
        *random_bytes(),
        *("", " ", "\n", "a", "  x \t\r\n", "\x00", "\u2581", "<s>", "<|endoftext|>", "e\u0301 Å ﬁ ①"),
    ]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, languages: list[str]) -> dict[str, Path]:
    """SentencePiece models of several makes: they normalise, mark a word's end, take capital letters away."""
    folder = tmp_path_factory.mktemp("pieces")
    lines = [line for text in languages for line in text.splitlines()[:40] if line.strip()]
    makes = {
        "unigram": {"model_type": "unigram", "normalization_rule_name": "nmt_nfkc"},
        "bytes": {"model_type": "bpe", "normalization_rule_name": "nmt_nfkc_cf", "byte_fallback": True},
        "suffix": {
            "model_type": "unigram",
            "treat_whitespace_as_suffix": True,
            "byte_fallback": True,
            "user_defined_symbols": ["<sep>", "foo"],
        },
    }
    return {
        name: train_pieces(folder / f"{name}.model", lines, vocab_size=2_000, **settings)
        for name, settings in makes.items()
    }
