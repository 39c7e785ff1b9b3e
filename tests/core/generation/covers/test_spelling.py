"""What is worked out, and what is asked behind a wall only, against encoding whole texts anew."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable
from pathlib import Path
from weakref import ref

import numpy as np
import pytest

from core.generation.covers.byte_trie import ByteTrie
from core.generation.covers.spelling import Spelling, Tail, is_text
from core.generation.covers.spelling import spelling_of as kept_spelling
from core.generation.language.opened import open_language_model
from core.jobs.context import Context
from core.tokenizers.canonical import Kind
from core.tokenizers.files import find_tokenizer
from core.tokenizers.open import Tokenizer, open_tokenizer
from tests.core.generation.covers.test_enumeration import random_bpe, random_unigram
from tests.core.generation.table_model import TableModel
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
    "\n\none\n\n\ttwo  3   (4)    5\t\t6",
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


def compared(
    tokenizer: Tokenizer, texts: tuple[str, ...], seed: int, *, most: int = 1500, share: float = 1 / 3
) -> int:
    """How many answers were compared with encoding all of the text anew; fails where one is another.

    Each text's own tokens have to pass, too, one after the other.

    Args:
        most: tokens tried at a place.
        share: of the places that are tried.
    """
    spelling, trie = spelling_of(tokenizer)
    hidden = len(b" " if spelling._puts_space else b"")
    rng = np.random.default_rng(seed)
    count = 0
    for text in texts:
        ids = tokenizer.encode(text).ids
        tail, read = spelling.start, b""
        for length, id in enumerate(ids):
            if id not in trie.place:
                break
            place = trie.place[id]
            assert spelling.valid(tail, place, place + 1, np.ones(1, bool)).all(), (text, read, tail)
            tail, read = spelling.after(tail, trie.place[id]), read + trie.pieces[trie.place[id]]
            if not is_text(read) or rng.random() >= share:
                continue
            assert read.endswith(tail.data)
            whole = tokenizer.encode(read[hidden:].decode()).ids == ids[: length + 1]
            assert spelling.may_end(tail) == whole
            wanted = np.zeros(len(trie), dtype=bool)
            wanted[rng.integers(0, len(trie), most)] = True
            told = spelling.valid(tail, 0, len(trie), wanted)
            asked = [int(place) for place in np.flatnonzero(wanted) if is_text(trie.pieces[int(place)])]
            joined = [(read + trie.pieces[place])[hidden:].decode() for place in asked]
            for place, more, found in zip(asked, joined, tokenizer.ids(joined), strict=True):
                own = [*ids[: length + 1], int(trie.ids[place])]
                right = found == own or (more[-1:].isspace() and is_begun(tokenizer, more, own))
                assert told[place] == right, (read, tail.data, trie.pieces[place], found[-4:])
            count += len(asked)
    return count


def is_begun(tokenizer: Tokenizer, text: str, ids: list[int]) -> bool:
    """Whether something that begins so is written in tokens that begin so."""
    longer = [
        text + more
        for more in (" ", "  ", "\n", "\t", "x", "É", "7", "(", ".", "漢", " x", " 7", "ア", "५", "∎")
    ]
    return any(found[: len(ids)] == ids for found in tokenizer.ids(longer))


@pytest.mark.parametrize("name", ["prose-bpe", "prose-unigram"])
def test_that_starters_are_told_as_they_encode(name: str) -> None:
    assert compared(opened(name), TEXTS, 1, most=300) > 3_000


def test_that_a_real_tokenizer_is_told_as_it_encodes() -> None:
    """tests/benchmarks/bench_bytes.py has larger ones, and more places."""
    assert compared(opened("claude"), TEXTS, 2, most=70, share=1 / 10) > 400


def test_that_own_tokens_pass_whatever_cuts_them_off() -> None:
    """White space before letters that have no token together with a space."""
    compared(opened("claude"), (" \n \t  اة", "do.🇪  字な", "a  ५", "b   ∎"), 3, most=0)


def random_texts(tokenizer: Tokenizer, seed: int, count: int) -> tuple[str, ...]:
    """Of characters of all kinds, runs of a kind side by side, that the tokenizer writes as they stand."""
    kinds = (
        "abcdefghijklmnopqrstuvwxyz", "ABCDEF etaoin", "0123456789", " \t\n\r", "!\"#$%&()*+,-./:;<=>?@[]_",
        "éàüßñçøåÉÀÜ", "漢字かなカナ東京", "привет ПРИВЕТ", "👍😀🇩🇪👩\u200d💻", "e\u0301a\u0308", "العربية",
        "हिन्दी कि",
        "'s't'll\u2019", "\u00a0\u3000\u200b\u2003", "²½Å\ufb01", "\u200d\x01\xad",
    )  # fmt: skip
    rng = random.Random(seed)
    spelling, trie = spelling_of(tokenizer)
    found: list[str] = []
    while len(found) < count:
        runs = [rng.choices(rng.choice(kinds), k=rng.randint(1, 6)) for _ in range(rng.randint(2, 6))]
        text = "".join(letter for run in runs for letter in run)
        ids = tokenizer.encode(text).ids
        written = b"".join(trie.pieces[trie.place[id]] if id in trie.place else b"?" for id in ids)
        if written.removeprefix(b" " if spelling._puts_space else b"") == text.encode():
            found.append(text)
    return tuple(found)


@pytest.mark.parametrize("name", ["prose-bpe", "prose-unigram", "claude"])
def test_that_texts_of_all_kinds_are_told_as_they_encode(name: str) -> None:
    tokenizer = opened(name)
    assert compared(tokenizer, random_texts(tokenizer, 5, 40), 5, most=30) > 500


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
    tokenizer = opened(name)
    spelling, trie = spelling_of(tokenizer)
    every = np.ones(len(trie), dtype=bool)
    tail = Tail(b"", (), True)
    for word in (" times", " things"):  # the first also asks what stands by itself, once
        (id,) = tokenizer.encode(word.removeprefix(" ") if name == "prose-unigram" else word).ids
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


def test_that_white_space_may_be_cut_by_what_follows_it() -> None:
    """Of two spaces one token is written at the end of a text, and two before a digit."""
    tokenizer = opened("prose-bpe")
    spelling, trie = spelling_of(tokenizer)
    (one,), (two,) = tokenizer.encode(" ").ids, tokenizer.encode("  ").ids
    assert tokenizer.encode("a  1").ids[1:3] == [one, one]
    tail = spelling.after(Tail(b"", (), False), trie.place[one])
    assert spelling.may_end(tail)
    place = trie.place[one]
    assert spelling.valid(tail, place, place + 1, np.ones(1, bool)).all()
    assert not spelling.may_end(spelling.after(tail, place))
    assert spelling.may_end(spelling.after(Tail(b"", (), False), trie.place[two]))


def test_that_a_space_before_a_text_may_be_a_token() -> None:
    tokenizer = opened("prose-unigram")
    spelling, trie = spelling_of(tokenizer)
    place = trie.place[tokenizer.encode("1").ids[0]]
    assert trie.pieces[place] == b" "
    assert spelling.valid(spelling.start, place, place + 1, np.ones(1, bool)).all()
    assert not spelling.may_end(spelling.after(spelling.start, place))


def test_that_what_is_known_of_a_tokenizer_goes_with_it() -> None:
    model = open_language_model(STARTER / "prose-bpe", Context(workdir=STARTER))
    kept = kept_spelling(model)
    again = open_language_model(STARTER / "prose-bpe", Context(workdir=STARTER))
    assert again is not model
    assert kept_spelling(again)[1] is kept[1]
    tokenizer = opened("prose-bpe")
    toy = TableModel(tokenizer, lambda ids: {})
    gone = ref(kept_spelling(toy)[1])
    del toy, tokenizer
    gc.collect()
    assert gone() is None
