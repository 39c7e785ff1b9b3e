"""What is worked out, and what is asked behind a wall only, against encoding whole texts anew."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.generation.covers.byte_trie import ByteTrie
from core.generation.covers.spelling import Spelling, Tail, is_text
from core.tokenizers.canonical import Kind
from core.tokenizers.files import find_tokenizer
from core.tokenizers.open import Tokenizer, open_tokenizer
from tests.core.generation.covers.test_enumeration import random_bpe, random_unigram
from tests.real_tokenizers import real_tokenizer

STARTER = Path(__file__).parents[4] / "resources" / "starter"
TEXTS = (
    "It was the best of times, it was the worst of times",
    " wonderfully unbelievable",
    "don't they'll HTTPServer snake_case camelCase",
    "x = foo(bar[1234567], 'baz')\n    return 3.14159 * r ** 2\n\n",
    "naïve café déjà-vu, Straße und Äpfel",
    "Привет, мир! Как дела сегодня?",
    "漢字かな交じり文。 12,345円",
    "one  two   three\t\tfour \n five",
)


def opened(name: str) -> Tokenizer:
    if name.startswith("prose"):
        return open_tokenizer(find_tokenizer(STARTER / name))
    path = real_tokenizer(name)
    return open_tokenizer(find_tokenizer(path) if path.is_dir() else path)


def spelling_of(tokenizer: Tokenizer) -> tuple[Spelling, ByteTrie]:
    entries = tokenizer.vocabulary.entries
    pieces = [t.bytes if t is not None and t.kind in (Kind.TEXT, Kind.BYTE) else None for t in entries]
    first = b"".join(pieces[id] or b"" for id in tokenizer.encode("a").ids)
    trie = ByteTrie(pieces)
    return Spelling(tokenizer, trie, puts_space=first == b" a"), trie


def compared(tokenizer: Tokenizer, texts: tuple[str, ...], seed: int, most: int = 1500) -> int:
    """How many answers were compared with encoding all of the text anew; fails where one is another."""
    spelling, trie = spelling_of(tokenizer)
    hidden = b" " if spelling._puts_space else b""
    rng = np.random.default_rng(seed)
    count = 0
    for text in texts:
        ids = tokenizer.encode(text).ids
        tail, read = spelling.start, b""
        for length, id in enumerate(ids):
            if id not in trie.place:
                break
            tail, read = spelling.after(tail, trie.place[id]), read + trie.pieces[trie.place[id]]
            if not is_text(read) or rng.integers(3) != 0:
                continue
            assert read.endswith(tail.data)
            if tokenizer.encode(read[len(hidden) :].decode()).ids != ids[: length + 1]:
                break  # what follows changes what stands before: spaces before a word
            wanted = np.zeros(len(trie), dtype=bool)
            wanted[rng.integers(0, len(trie), most)] = True
            told = spelling.valid(tail, 0, len(trie), wanted)
            asked = [int(place) for place in np.flatnonzero(wanted) if is_text(trie.pieces[int(place)])]
            anew = tokenizer.ids([(read + trie.pieces[place])[len(hidden) :].decode() for place in asked])
            for place, found in zip(asked, anew, strict=True):
                own = found == [*ids[: length + 1], int(trie.ids[place])]
                assert told[place] == own, (read, tail.data, trie.pieces[place], found[-4:])
            count += len(asked)
    return count


@pytest.mark.parametrize("name", ["prose-bpe", "prose-unigram"])
def test_that_starters_are_told_as_they_encode(name: str) -> None:
    assert compared(opened(name), TEXTS, 1, most=600) > 5_000


@pytest.mark.parametrize("name", ["llama3", "qwen3", "gptoss", "deepseek", "claude", "gemma3"])
def test_that_real_tokenizers_are_told_as_they_encode(name: str) -> None:
    assert compared(opened(name), TEXTS, 2, most=300) > 500


@pytest.mark.parametrize("seed", range(8))
def test_that_merges_are_worked_out_as_the_library_merges(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.generation.covers.spelling._WORTH_WORKING_OUT", 1)
    rng = random.Random(seed)
    texts = tuple("".join(rng.choices("abc", k=12)) for _ in range(12))
    assert compared(random_bpe(tmp_path, seed), texts, seed) > 50


@pytest.mark.parametrize("seed", range(8))
def test_that_scores_are_worked_out_as_the_library_adds_them(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.generation.covers.spelling._WORTH_WORKING_OUT", 1)
    rng = random.Random(seed)
    texts = tuple("".join(rng.choices("abc", k=12)) for _ in range(12))
    assert compared(random_unigram(tmp_path, seed), texts, seed) > 50


@pytest.mark.parametrize("name", ["prose-bpe", "prose-unigram"])
def test_that_few_are_asked_about(name: str) -> None:
    spelling, trie = spelling_of(opened(name))
    every = np.ones(len(trie), dtype=bool)
    tail = Tail(b"", (), True)
    for word in (" times", " things"):  # the first also asks what stands by itself, once
        (id,) = spelling._tokenizer.encode(word.removeprefix(" ") if name == "prose-unigram" else word).ids
        before = spelling.asked
        spelling.valid(spelling.after(Tail(b"", (), False), trie.place[id]), 0, len(trie), every)
    assert spelling.asked - before < len(trie) / 10
    asked = spelling.asked
    spelling.valid(tail, 0, 0, every[:0])
    assert spelling.asked == asked


def walls_of(spelling: Spelling) -> Callable[[str], list[str]]:
    def split(text: str) -> list[str]:
        data, parts = text.encode(), []
        while at := spelling.last_wall(data):
            parts.append(data[at:].decode())
            data = data[:at]
        return [data.decode(), *reversed(parts)]

    return split


def test_where_walls_stand() -> None:
    spelling, _ = spelling_of(opened("prose-bpe"))
    split = walls_of(spelling)
    assert split("It was, at 9 a clock") == ["It", " was", ",", " at", " 9", " a", " clock"]
    assert split("don't") == ["don't"]
    assert split("one  two") == ["one", "  two"]
    assert spelling.last_wall("é a".encode()) == 2
    assert spelling.last_wall(b"\xc3 a") == 0
