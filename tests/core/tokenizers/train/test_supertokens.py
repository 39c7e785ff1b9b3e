"""Supertokens: chunks of random length, and how text is cut when it is encoded."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from tokenizers import Tokenizer, models, trainers

from core.tokenizers.train.algorithms.bpe import Bpe
from core.tokenizers.train.algorithms.supertokens import Supertokens
from core.tokenizers.train.byte_level import alphabet, in_bytes, words
from core.tokenizers.train.chunks import SEPARATOR, Lengths, chunked
from tests.core.tokenizers.train.texts import CTX, TEXTS

LINES = [line for text in TEXTS for line in text.splitlines(keepends=True) if line.strip()]
SIZE = Supertokens().least() + 150


def learnt(tokenizer: Tokenizer) -> object:
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], model["merges"]


def test_that_one_huge_length_gives_bpe_without_pre_tokenization() -> None:
    plain = Tokenizer(models.BPE())
    plain.pre_tokenizer = in_bytes()
    plain.train_from_iterator(
        LINES,
        trainers.BpeTrainer(
            vocab_size=SIZE,
            min_frequency=2,
            special_tokens=["<|endoftext|>"],
            initial_alphabet=alphabet(),
            max_token_length=65,
            show_progress=False,
        ),
    )
    ours = Supertokens(mean=100_000, spread=0, short_share=0).train(LINES, SIZE, [], CTX)
    assert learnt(ours) == learnt(plain)


def test_that_cuts_at_the_starts_of_words_give_bpe_within_words(monkeypatch: pytest.MonkeyPatch) -> None:
    bounded = Bpe().train(LINES, SIZE, [], CTX)

    def at_words(texts, lengths, longest):  # type: ignore[no-untyped-def]
        for text in texts:
            yield (
                SEPARATOR.join(part for part, _ in bounded.pre_tokenizer.pre_tokenize_str(text))
                .replace("Ġ", " ")
                .replace("Ċ", "\n")
            )

    monkeypatch.setattr("core.tokenizers.train.chunks.chunked", at_words)
    assert learnt(Supertokens().train(LINES, SIZE, [], CTX)) == learnt(bounded)
    assert "isn't" not in words("left")


def test_that_tokens_of_several_words_come_about_and_save_tokens() -> None:
    ours, plain = Supertokens().train(TEXTS, 600, [], CTX), Bpe().train(TEXTS, 600, [], CTX)
    assert any("Ġ" in token.strip("Ġ") for token in ours.get_vocab())
    text = "".join(TEXTS[:20])
    assert len(ours.encode(text).ids) < len(plain.encode(text).ids)


def test_that_chunks_make_up_the_text_and_end_where_text_is_cut_when_encoded() -> None:
    lengths = Lengths(8, 3, 0.2, seed=5)
    text = "".join(TEXTS)
    [found] = chunked([text], lengths, 32)
    chunks = found.split(SEPARATOR)
    assert "".join(chunks) == text
    assert not [chunk for chunk in chunks if "\n" in chunk.rstrip("\n")]
    assert max(len(chunk.rstrip("\n")) for chunk in chunks) <= 20  # the mean and four standard deviations


def test_that_lengths_follow_the_distribution() -> None:
    places = [0, *Lengths(12, 3, 0.25, seed=1).cuts(400_000)]
    lengths = np.diff(places)
    short = (lengths <= 3).mean()
    assert short == pytest.approx(0.25, abs=0.01)
    long = lengths[lengths > 3]
    assert long.mean() == pytest.approx(12, abs=0.1)
    assert long.std() == pytest.approx(3, abs=0.1)
    three = Counter(lengths[lengths <= 3].tolist())
    assert min(three.values()) > 0.9 * max(three.values())
    assert set(Lengths(4, 0, 0, seed=1).cuts(20)) == {4, 8, 12, 16}


def test_that_long_lines_are_cut_before_a_space_when_encoded() -> None:
    tokenizer = Supertokens(cut_after=16).train(TEXTS, 600, [], CTX)

    def parts(text: str) -> list[str]:
        cut = [span for _, span in tokenizer.pre_tokenizer.pre_tokenize_str(text)]
        return [text[begin:end] for begin, end in cut]

    assert parts("one\n\ntwo three\r\nfour") == ["one\n\n", "two three\r\n", "four"]
    assert parts("a river of words that goes on") == ["a river of words", " that goes on"]
    assert parts("x" * 40) == ["x" * 16, "x" * 16, "x" * 8]
    assert parts("x" * 16 + "\n") == ["x" * 16 + "\n"]


def test_that_a_sample_is_learnt_from_where_there_is_too_much_text() -> None:
    whole = Supertokens().train(TEXTS, 300, [], CTX)
    sampled = Supertokens(sample=0.01).train(TEXTS, 300, [], CTX)
    assert learnt(whole) != learnt(sampled)
    assert sampled.get_vocab_size() == 300
