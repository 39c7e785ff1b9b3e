"""SuperBPE: plain BPE up to the transition, then across words."""

from __future__ import annotations

import json

import pytest
from tokenizers import Tokenizer

from core.errors import UserError
from core.tokenizers.train.algorithms.bpe import Bpe
from core.tokenizers.train.algorithms.superbpe import SuperBpe
from tests.core.tokenizers.train.texts import CTX, TEXTS

SIZE = 600


def merges(tokenizer: Tokenizer) -> list[list[str]]:
    found: list[list[str]] = json.loads(tokenizer.to_str())["model"]["merges"]
    return found


def test_that_a_transition_at_the_end_gives_plain_bpe() -> None:
    assert (
        SuperBpe(transition=1).train(TEXTS, SIZE, [], CTX).to_str()
        == Bpe().train(TEXTS, SIZE, [], CTX).to_str()
    )


def test_that_the_merges_up_to_the_transition_are_those_of_plain_bpe() -> None:
    found = merges(SuperBpe(transition=0.8).train(TEXTS, SIZE, [], CTX))
    within = merges(Bpe().train(TEXTS, 480, [], CTX))
    assert found[: len(within)] == within
    assert [left + right for left, right in found[len(within) :] if "Ġ" in (left + right).strip("Ġ")]


def test_that_merges_after_the_transition_are_the_commonest_of_the_text_as_it_is_cut_by_then() -> None:
    """Within words a+b. Then ab+Ġ (three in a line); then c+Ġ, the first of three pairs that occur twice."""
    texts = ["ab c ab c ab d\n"] * 3
    tokenizer = SuperBpe(transition=258 / 261).train(texts, 261, [], CTX)
    assert merges(tokenizer) == [["a", "b"], ["ab", "Ġ"], ["c", "Ġ"], ["abĠ", "cĠ"]]


def test_that_numbers_and_lines_stay_apart() -> None:
    tokenizer = SuperBpe(transition=0.6).train(TEXTS, SIZE, [], CTX)
    for token in tokenizer.get_vocab():
        digits = sum(character.isdigit() for character in token)
        assert digits in (0, len(token)) or token == "<|endoftext|>"
        assert "Ċ" not in token.rstrip("Ċ")


def test_that_no_token_is_longer_than_asked_for() -> None:
    tokenizer = SuperBpe(transition=0.6, longest=8).train(TEXTS, 500, [], CTX)
    lengths = [len(token) for token in tokenizer.get_vocab() if token != "<|endoftext|>"]
    assert max(lengths) == 8


def test_that_it_saves_tokens() -> None:
    text = "".join(TEXTS[:40])
    ours, plain = (cls().train(TEXTS, SIZE, [], CTX) for cls in (SuperBpe, Bpe))
    assert len(ours.encode(text).ids) < len(plain.encode(text).ids)


def test_that_a_transition_before_the_bytes_are_there_is_refused() -> None:
    with pytest.raises(UserError, match="at least 257 tokens, and there would be 150") as caught:
        SuperBpe(transition=0.5).train(TEXTS, 300, [], CTX)
    assert caught.value.field == "algorithm"


def test_that_too_little_text_for_the_transition_is_said() -> None:
    with pytest.raises(UserError, match=r"Within words the text yields \d+ tokens, fewer than the 9,000"):
        SuperBpe().train(TEXTS[:20], 10_000, [], CTX)
