from __future__ import annotations

from pathlib import Path

from app.panels.tokenizers.names import KEPT, more_or_fewer, percent, shortened, texts_name, tokenizer_name


def test_that_tokenizers_are_called_as_a_person_would() -> None:
    assert tokenizer_name("/models/prose-bpe") == "prose-bpe"
    assert tokenizer_name("/models/prose-bpe/tokenizer.json") == "prose-bpe"
    assert tokenizer_name("/files/mistral.model") == "mistral.model"
    assert tokenizer_name("cl100k_base") == "cl100k_base"
    for made in ("tokenizer", "tokenizer/tokenizer.json"):
        assert tokenizer_name(f"/lab/artifacts/12/{made}") == "run 12"


def test_that_texts_are_named_or_counted() -> None:
    assert texts_name([Path("/a/b.txt")]) == "b.txt"
    assert texts_name([Path("a"), Path("b")]) == "2 texts"


def test_that_a_long_name_loses_its_middle() -> None:
    assert shortened("prose-bpe") == "prose-bpe"
    short = shortened("Donaudampfschifffahrtsgesellschaft")
    assert len(short) == 24
    assert short.startswith("Donaudampfsc…")
    assert short.endswith("gesellschaft"[-11:])


def test_that_shares_and_differences_are_said_with_one_decimal() -> None:
    assert percent(0.1234) == f"12.3{KEPT}%"
    assert more_or_fewer(90, 100) == f"10.0{KEPT}% fewer"
    assert more_or_fewer(101, 100) == f"1.0{KEPT}% more"
    assert more_or_fewer(100, 100) == more_or_fewer(5, 0) == "as many"
