"""What stands before texts, and what is said where that, or the merges of whole words, are missing."""

from __future__ import annotations

import json
from math import exp
from pathlib import Path

import pytest

from core.errors import UserError
from core.generation.covers.opened import byte_model, what_is_not_counted
from core.generation.covers.token_covers import Convention
from core.tokenizers.open import open_tokenizer
from tests.core.generation.covers.test_known_answers import independent
from tests.core.generation.covers.toys import model_of
from tests.core.generation.table_model import TableModel, toy_bpe


def without_beginning(folder: Path) -> TableModel:
    """Independent bytes a .5, b .3, c .2, in tokens; its texts begin with nothing."""
    tokenizer = toy_bpe(folder, "abc", [("b", "c"), ("a", "bc")])
    names = [token.content for token in tokenizer.vocabulary]
    ids = {name: id for id, name in enumerate(names)}
    return TableModel(
        tokenizer,
        lambda read: {ids[name]: p for name, p in independent(tuple(names[id] for id in read)).items()},
    )


def test_that_the_first_token_is_granted_where_nothing_stands_before_texts(tmp_path: Path) -> None:
    warnings: list[str] = []
    model = byte_model(without_beginning(tmp_path), warn=warnings.append)
    assert ["taken for granted" in words for words in warnings] == [True]
    state = model.read(model.start(), b"c")
    assert state.log_probability == pytest.approx(0)
    state = model.read(state, b"abab")
    assert exp(state.log_probability) == pytest.approx(0.0225)
    law = model.law(state).log_probabilities
    assert [exp(law[byte]) for byte in b"abc"] == pytest.approx([0.5, 0.3, 0.2])
    at_once = model.read(model.start(), b"cabab")
    assert at_once.log_probability == pytest.approx(state.log_probability)
    start = model.start_of(b"cabab")
    assert exp(model.law(start).log_probabilities[ord("c")]) == pytest.approx(1)
    assert model.push(start, ord("c")).log_probability == pytest.approx(0)


def test_that_nothing_is_said_of_how_texts_begin_where_nothing_tells(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="stands before a text"):
        byte_model(without_beginning(tmp_path))
    model = byte_model(without_beginning(tmp_path), warn=lambda words: None)
    assert model.read(model.start(), b"") is model.start()
    for ask in (model.law, model.aligned, lambda state: model.push(state, ord("a"))):
        with pytest.raises(UserError, match="at least one token"):
            ask(model.start())


def test_that_words_beside_the_merges_are_told(tmp_path: Path) -> None:
    """“abc” is a token that no merge makes: alone it is written so, but “abcb” is cut a·bc·b."""
    tokenizer = toy_bpe(tmp_path, "abc", [("b", "c"), ("a", "b")])
    model = byte_model(model_of(tokenizer, independent))
    assert what_is_not_counted(model) is None
    data = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))
    data["model"]["vocab"]["abc"] = len(data["model"]["vocab"])
    data["added_tokens"][0]["id"] += 1
    data["model"]["ignore_merges"] = True
    (tmp_path / "tokenizer.json").write_text(json.dumps(data), encoding="utf-8")
    tokenizer = open_tokenizer(tmp_path / "tokenizer.json")
    names = [token.content for token in tokenizer.vocabulary]
    assert [names[id] for id in tokenizer.encode("abc").ids] == ["abc"]
    assert [names[id] for id in tokenizer.encode("abcb").ids] == ["a", "bc", "b"]
    words = what_is_not_counted(byte_model(model_of(tokenizer, independent)))
    assert words is not None
    assert "1 token for whole words" in words
    assert what_is_not_counted(byte_model(model_of(tokenizer, independent), convention="all")) is None


def test_that_what_the_merges_never_make_is_never_valid(tmp_path: Path) -> None:
    """b+c goes before ab+c, so that “abc” is written a·bc: its own token only leaks."""
    tokenizer = toy_bpe(tmp_path, "abc", [("b", "c"), ("a", "b"), ("ab", "c")])
    model = byte_model(model_of(tokenizer, lambda read: {"abc": 0.5, "a": 0.2, "bc": 0.2, "c": 0.1}))
    assert what_is_not_counted(model) is None
    assert model.law(model.start()).leaked == pytest.approx(0.5)
    assert exp(model.read(model.start(), b"abc").log_probability) == pytest.approx(0.04)


@pytest.mark.parametrize(("convention", "leaked"), [("valid", 0.5), ("all", 0.3)])
def test_that_mass_on_tokens_that_are_no_text_is_told_apart(
    tmp_path: Path, convention: Convention, leaked: float
) -> None:
    """A special token that ends nothing has 0.3, and “abc”, which its merges never make, 0.2."""
    tokenizer = toy_bpe(tmp_path, "abc", [("b", "c"), ("a", "b"), ("ab", "c")])
    language = model_of(tokenizer, lambda read: {"": 0.3, "abc": 0.2, "a": 0.4, "bc": 0.1})
    language.ends = frozenset()
    model = byte_model(language, convention=convention)
    law = model.law(model.start())
    assert law.leaked == pytest.approx(leaked)
    assert law.special == pytest.approx(0.3)
