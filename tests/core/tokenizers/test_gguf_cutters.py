"""The named ways of cutting are those of the tokenizer.json files that the names stand for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tokenizers

from core.tokenizers.gguf_cutters import Cutter, cutter
from tests.core.tokenizers.texts import many_texts
from tests.real_tokenizers import real_tokenizer


def pieces(patterns: list[str], texts: list[str]) -> list[list[str]]:
    splits = [tokenizers.pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated") for pattern in patterns]
    sequence = tokenizers.pre_tokenizers.Sequence(splits)
    return [[piece for piece, _ in sequence.pre_tokenize_str(text)] for text in texts]


def known(name: str) -> Cutter:
    found = cutter(name)
    assert found is not None
    return found


@pytest.mark.parity
@pytest.mark.parametrize(
    ("pre", "folder"),
    [("llama-bpe", "llama3"), ("qwen2", "qwen3"), ("deepseek-v3", "deepseek"), ("gpt-4o", "gptoss")],
)
def test_that_a_name_cuts_as_its_model_does(shared_data: Path, pre: str, folder: str) -> None:
    data = json.loads((real_tokenizer(folder) / "tokenizer.json").read_text(encoding="utf-8"))
    parts = data["pre_tokenizer"]["pretokenizers"]
    own = [part["pattern"]["Regex"] for part in parts if part["type"] == "Split"]
    texts = many_texts(shared_data)
    assert pieces(list(known(pre).patterns), texts) == pieces(own, texts)
    assert known(pre).whole_words == (folder == "llama3")


@pytest.mark.parity
def test_that_tekken_cuts_as_mistral(shared_data: Path) -> None:
    data = json.loads(real_tokenizer("tekken_240911.json").read_text(encoding="utf-8"))
    texts = many_texts(shared_data)
    assert pieces(list(known("tekken").patterns), texts) == pieces([data["config"]["pattern"]], texts)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("default", "Hi, 12345!\n\n x", ["Hi", ",", " ", "123", "45", "!", "\n\n", " x"]),
        ("gpt-2", "I'll  go 123", ["I", "'ll", " ", " go", " 123"]),
        ("smollm", "go 123", ["go", " ", "1", "2", "3"]),
        ("falcon", "a+b 1234", ["a", "+", "b", " ", "123", "4"]),
        ("deepseek-llm", "naïve 日本 x12\n", ["na", "ï", "ve", " ", "日本", " x", "12", "\n"]),
        ("deepseek-coder", "go! 12", ["go", "!", " ", "1", "2"]),
        ("kimi-k2", "日本go 1234", ["日本", "go", " ", "123", "4"]),
        ("qwen35", "नमस्ते 12", ["नमस्ते", " ", "1", "2"]),
        ("bloom", "one, two", ["one", ",", " two"]),
        ("viking", "one 12", ["one", " ", "1", "2"]),
        ("superbpe", "1234567", ["1", "234", "567"]),
        ("minicpm5", "go 1234", ["go", " ", "123", "4"]),
    ],
)
def test_that_a_name_cuts_as_llama_cpp_says(name: str, text: str, expected: list[str]) -> None:
    assert pieces(list(known(name).patterns), [text]) == [expected]


def test_that_an_unknown_name_is_none() -> None:
    assert cutter("nobody-knows") is None
