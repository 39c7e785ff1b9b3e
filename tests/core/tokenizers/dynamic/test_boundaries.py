"""What merged tokens may be, under each boundary."""

from __future__ import annotations

from pathlib import Path

import pytest
import tokenizers

from core.errors import UserError
from core.folders import resources_folder
from core.tokenizers.dynamic.boundaries import boundary_rule
from core.tokenizers.open import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from tests.core.tokenizers.files import bpe, tokenizer, write
from tests.real_tokenizers import real_tokenizer


@pytest.fixture(scope="module")
def starter() -> Tokenizer:
    return open_tokenizer(resources_folder() / "starter" / "prose-bpe")


WORDS = [" the", "the", "don't", "state-of", "state-of-the-art", "x,", "日本語", "12345"]
SPACED = ["a b", "the cat", " a b", "a ", "x\ny"]


@pytest.mark.parametrize("boundary", ["pretokens", "word", "word_hyphen", "sentence"])
def test_that_white_space_stands_only_at_the_start(starter: Tokenizer, boundary: str) -> None:
    may_join = boundary_rule(boundary, starter)
    assert [text for text in SPACED if may_join(text.encode())] == []
    assert not may_join(b"\n\n")
    assert may_join(b" the")


@pytest.mark.parametrize("boundary", ["pretokens", "word", "word_hyphen", "sentence"])
def test_that_parts_of_a_character_may_join(starter: Tokenizer, boundary: str) -> None:
    may_join = boundary_rule(boundary, starter)
    assert may_join("日".encode()[:2])
    assert may_join(b" " + "日".encode()[:1])


def test_that_each_boundary_draws_its_own_line(starter: Tokenizer) -> None:
    allowed = {
        boundary: [text for text in [*WORDS, "   "] if boundary_rule(boundary, starter)(text.encode())]
        for boundary in ("word", "word_hyphen", "sentence")
    }
    assert allowed == {
        "word": WORDS,
        "word_hyphen": [text for text in WORDS if text not in ("don't", "x,")],
        "sentence": [*WORDS, "   "],
    }


@pytest.mark.parametrize("name", ["prose-bpe", "prose-unigram", "claude", "deepseek"])
def test_that_pretokens_are_those_of_the_library(name: str) -> None:
    folder = resources_folder() / "starter" / name if name.startswith("prose") else real_tokenizer(name)
    may_join = boundary_rule("pretokens", open_tokenizer(folder))
    library = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    texts = [
        *WORDS,
        " 12",
        "123",
        "1234",
        " café",
        ".txt",
        "\t\t",
        "'s",
        "abc.def",
        "日本",
        "ไทย",
        "...",
        " (",
    ]
    marked = {text: text.replace(" ", "▁") if name == "prose-unigram" else text for text in texts}
    expected = [text for text in texts if len(library.pre_tokenizer.pre_tokenize_str(marked[text])) == 1]
    assert [text for text in texts if may_join(text.encode())] == expected


def test_that_pretokens_need_a_tokenizer_that_says_what_it_keeps_together(
    starter: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(starter), "patterns", None)
    with pytest.raises(UserError, match="choose words") as refused:
        boundary_rule("pretokens", starter)
    assert refused.value.field == "boundary"


def test_that_a_cutter_that_cannot_be_followed_is_refused_by_name(tmp_path: Path) -> None:
    cut = {"type": "UnicodeScripts"}
    file = write(tmp_path / "tokenizer.json", tokenizer(bpe({"a": 0}), pre_tokenizer=cut))
    with pytest.raises(UserError, match=r"UnicodeScripts.*choose words"):
        boundary_rule("pretokens", open_tokenizer(file))
