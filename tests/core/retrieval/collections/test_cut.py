"""Documents in passages."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.retrieval.collections.cut import cutter, token_spans
from core.retrieval.collections.words import words

TEXT = " ".join(f"w{n}" for n in range(95))


def test_that_passages_have_the_size_and_the_overlap() -> None:
    parts = [TEXT[begin:end].split() for begin, end in cutter(40, 10)(TEXT)]
    assert [len(part) for part in parts] == [40, 40, 35]
    assert parts[0][-10:] == parts[1][:10]
    assert parts[-1][-1] == "w94"


def test_that_passages_without_overlap_are_the_whole_text() -> None:
    text = f"  {TEXT.replace('w20 ', 'w20.  ')}\n"
    cut = cutter(30, 0)(text)
    assert " ".join(text[begin:end].strip() for begin, end in cut).split() == text.split()
    assert cut[0][0] == 0


def test_that_a_passage_ends_with_a_sentence_that_is_near() -> None:
    text = TEXT.replace("w36 ", "w36. ").replace("w10 ", "w10. ")
    first = cutter(40, 0)(text)[0]
    assert text[first[0] : first[1]].endswith("w36.")
    far = TEXT.replace("w10 ", "w10. ")
    assert words(far[slice(*cutter(40, 0)(far)[0])])[-1] == "w39"


def test_that_a_short_text_stays_whole() -> None:
    assert cutter(100, 0)("a b c") == [(0, 5)]
    assert cutter(100, 0)("") == [(0, 0)]


def test_that_an_overlap_nearly_as_long_as_the_passage_comes_to_an_end() -> None:
    text = TEXT.replace(" ", ". ")
    cut = cutter(10, 9)(text)
    assert cut[-1][1] == len(text)
    assert [begin for begin, _ in cut] == sorted({begin for begin, _ in cut})


def test_that_passages_may_be_measured_in_tokens(shared_data: Path) -> None:
    tokenizer = shared_data / "tokenizers" / "minilm-wordpiece"
    text = "Überraschend unaffable 日本語 words 😀 " * 20
    spans = token_spans(tokenizer, field="tokenizer")
    found = spans(text)
    assert all(begin < end for begin, end in found)
    assert found[-1][1] <= len(text)
    cut = cutter(16, 0, spans)(text)
    assert all(len(spans(text[begin:end])) <= 18 for begin, end in cut)
    assert "".join(text[begin:end] for begin, end in cut).replace(" ", "") == text.replace(" ", "")


def test_that_no_tokenizer_is_told(tmp_path: Path) -> None:
    from core.errors import UserError

    with pytest.raises(UserError):
        token_spans(tmp_path / "nowhere", field="tokenizer")
