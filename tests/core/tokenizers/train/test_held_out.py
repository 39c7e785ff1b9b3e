"""Figures on held-out text, against values computed by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from core.tokenizers.open import open_tokenizer
from core.tokenizers.train.algorithms.bpe import Bpe
from core.tokenizers.train.algorithms.supertokens import Supertokens
from core.tokenizers.train.folder import write_files
from core.tokenizers.train.held_out import longest_tokens, measure, renyi_efficiency
from core.tokenizers.train.texts import read_portions
from tests.core.tokenizers.train.texts import CTX, TEXTS


def test_that_renyi_efficiency_has_the_values_known_for_it() -> None:
    assert renyi_efficiency(Counter(a=3, b=2, c=1, d=1)) == pytest.approx(0.8265064834, abs=1e-9)
    assert renyi_efficiency(Counter(a=3, b=3, c=2, d=2, e=1)) == pytest.approx(0.9204840242, abs=1e-9)
    assert renyi_efficiency(Counter(a=4, b=2, c=1, d=1)) == pytest.approx(0.7301672212, abs=1e-9)
    assert renyi_efficiency(Counter(a=5)) is None


def test_that_bytes_words_and_tokens_are_counted(tmp_path: Path) -> None:
    """No merge: each byte is a token."""
    write_files(Bpe().train(["x"], 257, [], CTX), Bpe.roles, tmp_path)
    file = tmp_path / "text.txt"
    file.write_text("né 日本\n", encoding="utf-8", newline="")
    texts, _ = read_portions([file], 0, CTX)
    found = measure(open_tokenizer(tmp_path), "Bytes", texts, 1.5, CTX)
    assert (found.tokenizer, found.seconds) == ("Bytes", 1.5)
    assert (found.tokens, found.bytes_per_token, found.fertility) == (11, 1, 5.5)
    assert found.across_spaces == 0


def test_that_tokens_across_spaces_are_told_by_a_space_inside(tmp_path: Path) -> None:
    trained = Supertokens().train(TEXTS, 600, [], CTX)
    write_files(trained, Supertokens.roles, tmp_path)
    tokenizer = open_tokenizer(tmp_path)
    texts, _ = read_portions([_written(tmp_path)], 0, CTX)
    inside = [token for token in trained.get_vocab() if "Ġ" in token.strip("ĠĊĉč")]
    found = measure(tokenizer, "Supertokens", texts, 0, CTX)
    assert found.across_spaces == len(inside) / (600 - 1)
    assert found.bytes_per_token == texts.bytes / len(
        [id for text in texts for id in trained.encode(text).ids]
    )
    assert len(longest_tokens(tokenizer)) == 20
    assert len(longest_tokens(tokenizer)[0]) == max(
        len(token) for token in trained.get_vocab() if "|" not in token
    )


def _written(folder: Path) -> Path:
    file = folder / "text.txt"
    file.write_text("".join(TEXTS), encoding="utf-8", newline="")
    return file
