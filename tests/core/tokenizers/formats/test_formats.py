"""What all formats have in common: found by being there, light to import, known by content."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.tokenizers.formats import FORMATS, HEAD
from core.tokenizers.open import open_tokenizer


def test_that_importing_the_formats_loads_no_library() -> None:
    code = (
        "import core.tokenizers.formats, sys;"
        "heavy = ('tokenizers', 'tiktoken', 'sentencepiece', 'numpy', 'regex');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("path", "format"),
    [
        ("tokenizers/minilm-wordpiece/tokenizer.json", "tokenizer.json"),
        ("tokenizers/minilm-wordpiece/vocab.txt", "vocab.txt"),
        ("tokenizers/mistral-v1-sentencepiece/tokenizer.model", "SentencePiece"),
        ("tokenizers/gpt2-tiktoken/gpt2.tiktoken", "tiktoken"),
        ("gguf/ggml-vocab-gpt-2.gguf", "GGUF"),
        ("gguf/ggml-vocab-bert-bge.gguf", "GGUF"),
        ("gguf/ggml-vocab-llama-spm.gguf", "GGUF"),
    ],
)
def test_that_each_file_is_known_by_one_format_alone(shared_data: Path, path: str, format: str) -> None:
    file = shared_data / path
    with file.open("rb") as opened:
        head = opened.read(HEAD)
    nameless = Path("somewhere")
    assert [name for name, found in FORMATS.items() if found.recognises(nameless, head)] == [format]
    assert not any(found.recognises(nameless, b"") for found in FORMATS.values())


# Tokens of the whole declaration of human rights, as the specification's KAT-7 has them


def test_that_the_declaration_of_human_rights_takes_the_known_number_of_tokens(shared_data: Path) -> None:
    folder = shared_data / "multilingual" / "udhr"
    texts = [(folder / f"{language}.txt").read_text(encoding="utf-8") for language in ("eng", "tha", "kor")]
    r50k = open_tokenizer(shared_data / "tokenizers" / "gpt2-tiktoken" / "gpt2.tiktoken")
    english, thai, korean = map(len, r50k.ids(texts))
    assert english == 3627
    assert round(thai / english, 3) == 5.258
    assert round(korean / english, 3) == 3.185
    mistral = open_tokenizer(shared_data / "tokenizers" / "mistral-v1-sentencepiece")
    english, thai, korean = map(len, mistral.ids(texts))
    assert english == 2542
    assert round(thai / english, 3) == 3.838
    assert round(korean / english, 3) == 2.092
