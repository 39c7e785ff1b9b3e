"""Where texts are cut."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.generation.fill.cuts import (
    AFTER_SPACE,
    AFTER_WORD,
    AT_BORDER,
    ELSEWHERE,
    INSIDE_NUMBER,
    INSIDE_TOKEN,
    INSIDE_WORD,
    Place,
    cut,
)
from core.generation.language.language_model import LanguageModel
from tests.core.generation.starters import STARTERS, opened

TEXT = "In 1921 the ferryman’s lantern, by Matthew’s clock, cost 38 crowns — “no more”. " * 6


@pytest.fixture(params=STARTERS)
def language(request: pytest.FixtureRequest, tmp_path: Path) -> LanguageModel:
    return opened(request.param, tmp_path)


def places(language: LanguageModel, text: str = TEXT, cuts: int = 120, **more: int) -> list[Place]:
    given = {"ahead": 12, "context": 60, **more}
    return cut([text], language, cuts=cuts, source=np.random.default_rng(0), **given)


def test_that_cuts_are_where_they_are_said_to_be(language: LanguageModel) -> None:
    data = TEXT.encode()
    for one in places(language):
        prompt, following = one.prompt.encode(), one.following.encode()
        assert data[: one.place].endswith(prompt)
        assert data[one.place :].startswith(following)
        assert len(following) >= 12
        assert len(prompt) <= 60
        ids = language.tokenizer.encode(one.prompt + one.following).ids
        ends = np.cumsum([len(language.pieces[id] or b"") for id in ids]) - language.puts_space
        assert (AT_BORDER if len(prompt) in ends else INSIDE_TOKEN) == one.kinds[0]
        assert (one.token is None) == (one.kinds[0] == AT_BORDER)


def test_that_places_are_told_apart_by_their_characters(language: LanguageModel) -> None:
    found = {(one.prompt[-1], one.following[0]): one.kinds[1] for one in places(language, cuts=300)}
    assert found["1", "9"] == INSIDE_NUMBER
    assert found["f", "e"] == INSIDE_WORD
    assert found[" ", "t"] == AFTER_SPACE
    assert found["n", ","] == AFTER_WORD
    assert found[",", " "] == ELSEWHERE


def test_that_prompts_are_as_long_as_the_model_takes(language: LanguageModel) -> None:
    language.context = 40
    for one in places(language, cuts=20, context=400):
        assert len(language.encode(one.prompt)) <= 40 - 12


def test_that_a_text_that_is_too_short_is_told(language: LanguageModel) -> None:
    with pytest.raises(UserError, match="too short for 5 cuts, 12 bytes behind each"):
        places(language, "Once upon a time", 5)
