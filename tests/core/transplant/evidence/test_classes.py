"""What class a token belongs to."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.tokenizers.canonical import Boundary, Kind, Token
from core.transplant.evaluate import Passage, Scored
from core.transplant.evidence.classes import class_figures, token_class
from core.transplant.figures import TokenCosts
from core.transplant.graft import Graft
from core.transplant.rows import Rows
from core.transplant.texts import Slice


def token(data: bytes, boundary: Boundary = Boundary.NONE, kind: Kind = Kind.TEXT, id: int = 0) -> Token:
    return Token(id, data.decode(errors="replace"), kind, data, boundary)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" house", "word"), ("\tthat", "word"), (" don't", "word"), (" a", "word"), (" café", "word"),
        ("ing", "continuation"), ("The", "continuation"), ("'s", "continuation"), ("ª", "continuation"),
        ("ﬁn", "continuation"), ("ｆｕｌｌ", "continuation"),
        (" ", "whitespace"), ("\n\n", "whitespace"), ("\t \u3000", "whitespace"),
        ("123", "digits"), (" 7", "digits"), ("٣", "digits"), ("1,000", "digits"), ("3.", "digits"),
        (".", "punctuation"), (' "', "punctuation"), ("?!", "punctuation"), ("--", "punctuation"),
        (").", "punctuation"), ("…", "punctuation"), ("🙂", "punctuation"), ("€", "punctuation"),
        ("%", "punctuation"), ("\n\n(", "punctuation"),
        (" ==", "code"), ("();", "code"), ("_name", "code"), ("getElement", "code"), ("{", "code"),
        ("://", "code"), (".append", "code"), ("->", "code"), ("x[0]", "code"), ("*/", "code"),
        (" привет", "Cyrillic"), ("ει", "Greek"), ("漢字", "Han"), ("ではなく", "Hiragana"),
        ("カ", "Katakana"), ("ｶ", "Katakana"), ("한글", "Hangul"), (" مرحبا", "Arabic"),
        ("ा", "Devanagari"), ("ไทย", "Thai"), ("µ", "Greek"), ("Ⰰ", "other scripts"),
    ],
)  # fmt: skip
def test_that_a_token_has_the_class_of_what_it_spells(text: str, name: str) -> None:
    assert token_class(token(text.encode())) == name


def test_that_half_a_character_is_neither_text_nor_script() -> None:
    assert token_class(token(b"\xe6")) == "half character"
    assert token_class(token(b" \xe6\x97")) == "half character"
    assert token_class(token("日".encode() + b"\xe6")) == "half character"


def test_that_a_word_of_wordpiece_begins_with_a_space_that_is_not_stored() -> None:
    assert token_class(token(b"house", Boundary.IMPLIED)) == "word"
    assert token_class(token(b"house")) == "continuation"


def test_that_special_tokens_are_a_class() -> None:
    assert token_class(token(b"<s>", kind=Kind.SPECIAL)) == "special"


def test_that_classes_are_summed_and_the_dearest_comes_first() -> None:
    tokens = [token(data, id=id) for id, data in enumerate((b" old", b" a", b" b", b"12", b"ing"))]
    residual = torch.tensor([0.2, 0.4, 0.5, torch.nan])
    rows = Rows(residual, torch.ones(4, dtype=torch.bool))
    targets = np.array([1, 2, 3, 4])
    graft = Graft.__new__(Graft)  # only these two are looked at
    object.__setattr__(graft, "rows", {"input": rows})
    object.__setattr__(graft, "targets", targets)
    before = Scored(Passage.cut([0] * 6, [1, 2, 3, 4, 5, 6], 6), np.ones(6))
    after = Scored(Passage.cut([1, 2, 3], [2, 4, 6], 6), np.array([3.0, 4.0, 9.0]))
    costs = TokenCosts([Slice("x", (" a b12",))], [[before]], [[after]], 5)
    found = class_figures(graft, tokens, costs)
    assert [(each.token_class, each.tokens, each.occurs, each.added_bits) for each in found] == [
        ("digits", 1, 1, 7.0), ("word", 2, 2, 3.0), ("continuation", 1, 0, 0.0),
    ]  # fmt: skip
    assert found[1].mean_residual == pytest.approx(0.3)
    assert found[2].mean_residual is None
    untold = class_figures(graft, tokens, None)
    assert [each.token_class for each in untold] == ["word", "continuation", "digits"]
    assert untold[0].added_bits is None
