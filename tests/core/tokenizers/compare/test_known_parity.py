"""Parity on the Universal Declaration of Human Rights, to three decimals, as it is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.tokenizers.compare.run import compare_tokenizers
from tests.real_tokenizers import real_tokenizer

LANGUAGES = (
    "deu", "fra", "rus", "arb", "hin", "tha", "mya", "khm", "cmn_hans", "jpn", "kor", "amh",
)  # fmt: skip
GPT_2 = (1.703, 1.544, 3.991, 2.554, 5.369, 5.258, 12.373, 8.750, 2.071, 2.265, 3.185, 4.734)
CL100K = (1.569, 1.503, 2.436, 2.489, 5.186, 4.141, 14.060, 7.972, 1.678, 2.300, 2.194, 7.406)
MISTRAL = (1.555, 1.491, 1.809, 2.830, 4.895, 3.838, 9.626, 5.304, 1.437, 2.022, 2.092, 5.668)


def check(udhr: Path, tokenizers: list[Path], english: list[int], known: list[tuple[float, ...]]) -> None:
    found = compare_tokenizers(
        tokenizers=tokenizers,
        text=[udhr / f"{name}.txt" for name in ("eng", *LANGUAGES)],
        documents="file",
        throughput=False,
        resamples=0,
    )
    assert found.pivot == "eng"
    for tokenizer, tokens, parities in zip(found.tokenizers, english, known, strict=True):
        rows = {row.text: row for row in found.rows if row.tokenizer == tokenizer.name}
        assert rows["eng"].tokens == tokens
        assert [rows[language].parity for language in LANGUAGES] == pytest.approx(parities, abs=0.0005)


def test_that_gpt_2_and_mistral_have_the_known_parity(shared_data: Path) -> None:
    folder = shared_data / "tokenizers"
    tokenizers = [folder / "gpt2-tiktoken", folder / "mistral-v1-sentencepiece"]
    check(shared_data / "multilingual" / "udhr", tokenizers, [3627, 2542], [GPT_2, MISTRAL])


def test_that_cl100k_has_the_known_parity(shared_data: Path) -> None:
    tokenizers = [real_tokenizer("cl100k_base.tiktoken")]
    check(shared_data / "multilingual" / "udhr", tokenizers, [2207], [CL100K])
