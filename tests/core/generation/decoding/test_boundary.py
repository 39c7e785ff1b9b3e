"""Where a prompt ends: texts after "ab" of independent bytes a .5, b .3, c .2, whatever the tokens."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from core.generation.covers.opened import byte_model
from core.generation.decoding.boundary import Beginning, Exact, healed, plain, replaced
from core.generation.decoding.draw import chance
from core.generation.decoding.text import Text
from core.generation.decoding.writing import Decoding, Writing
from core.generation.strategies.sample import Sample
from core.tokenizers.shown import Labels
from tests.core.generation.covers.test_known_answers import independent
from tests.core.generation.covers.toys import model_of
from tests.core.generation.starters import STARTERS, context, opened
from tests.core.generation.table_model import TableModel, toy_bpe

DRAWS = 3_000


@pytest.fixture
def triple(tmp_path: Path) -> TableModel:
    return model_of(toy_bpe(tmp_path / "toy", "abc", [("b", "c"), ("a", "bc")]), independent)


def texts(language: TableModel, beginnings: list[Beginning], folder: Path, size: int) -> list[str]:
    """The first `size` bytes that follow each beginning, drawn."""
    decoding = Decoding(context(folder), alternatives=0)
    writings = [
        Writing(
            language,
            Labels(language.tokenizer.vocabulary),
            begin.prefix,
            text=Text(skip=begin.skip, max_bytes=size),
            decoding=decoding,
            random=chance(0, number, 0),
            forced=begin.forced,
            first=begin.first,
        )
        for number, begin in enumerate(beginnings)
    ]
    for _ in Sample().write(language, writings, decoding):
        pass
    for writing in writings:
        writing.fresh()
    return [writing.text.text[:size] for writing in writings]


def chi_square(found: Counter[str], expected: dict[str, float], count: int) -> float:
    assert set(found) <= set(expected)
    return sum((found[text] - count * p) ** 2 / (count * p) for text, p in expected.items())


def exactly(language: TableModel, prompt: str, folder: Path, count: int) -> list[Beginning]:
    exact = Exact(language, byte_model(language), prompt, context(folder))
    return [exact.begin(seed=(0, number, 0), samplers=[], most=None) for number in range(count)]


@pytest.mark.parametrize("prompt", ["ab", "abab", "b", "c"])
def test_that_texts_have_their_law_whatever_the_prompts_end(
    prompt: str, triple: TableModel, tmp_path: Path
) -> None:
    found = Counter(texts(triple, exactly(triple, prompt, tmp_path, DRAWS), tmp_path, 2))
    law = {"a": 0.5, "b": 0.3, "c": 0.2}
    expected = {one + other: p * q for one, p in law.items() for other, q in law.items()}
    assert chi_square(found, expected, DRAWS) < 26.1  # 8 degrees of freedom, p = 0.001


def test_that_plain_and_healing_miss_what_a_longer_token_hides(triple: TableModel, tmp_path: Path) -> None:
    for begin in (plain(triple, "ab"), healed(triple, "ab")):
        assert begin is not None
        found = Counter(texts(triple, [begin] * DRAWS, tmp_path, 1))
        assert chi_square(found, {"a": 0.625, "b": 0.375}, DRAWS) < 10.9  # p = 0.001


def test_that_samplers_of_laws_are_asked_about_bytes(triple: TableModel, tmp_path: Path) -> None:
    from core.generation.samplers.frequency import Frequency
    from core.generation.samplers.top_k import TopK

    exact = Exact(triple, byte_model(triple), "ab", context(tmp_path))
    samplers = [Frequency(f=1), TopK(k=1)]
    begins = [exact.begin(seed=(0, number, 0), samplers=samplers, most=None) for number in range(30)]
    likeliest = exact.begin(seed=None, samplers=[], most=None)
    assert {begin[:3] for begin in begins} == {likeliest[:3]}


@pytest.mark.parametrize("name", STARTERS)
@pytest.mark.parametrize(
    "prompt",
    ["It was the best of tim", "the ", "wonder", "Hello,", "in 1,9", "naïv", " two  spaces", "世界 and"],
)
def test_that_a_beginning_spells_the_prompt(name: str, prompt: str, tmp_path: Path) -> None:
    language = opened(name, tmp_path)
    said = b"".join(language.pieces[id] or b"" for id in language.encode(prompt))
    exact = Exact(language, byte_model(language), prompt, context(tmp_path))
    for begin in (
        plain(language, prompt),
        healed(language, prompt),
        exact.begin(seed=None, samplers=[], most=40),
        exact.begin(seed=(1, 0, 0), samplers=[], most=40),
    ):
        if begin is None:
            continue
        spelt = b"".join(language.pieces[id] or b"" for id in begin.prefix)
        more = b"".join(language.pieces[id] or b"" for id in begin.forced)
        assert spelt + begin.skip == said
        assert more.startswith(begin.skip) or begin.skip.startswith(more)
        if len(more) < len(begin.skip):
            assert begin.first is not None
            rest = begin.skip[len(more) :]
            firsts: list[Any] = [language.pieces[id] for id in begin.first.nonzero().squeeze(1).tolist()]
            assert firsts
            assert all(piece is not None and piece.startswith(rest) for piece in firsts)


def test_that_given_tokens_replace_the_prompts(tmp_path: Path) -> None:
    language = opened("prose-bpe", tmp_path)
    ids = language.encode("It was the best of time")
    begin = replaced(language, "It was the best of tim", ids[:-1], ids[-1:])
    assert begin == Beginning(tuple(ids[:-1]), b" tim", tuple(ids[-1:]))
    with pytest.raises(ValueError, match="does not read"):
        replaced(language, "It was the worst of tim", ids[:-1], ids[-1:])
