"""Training tokenizers: each text comes back, the same tokenizer each time, stop is heard."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.jobs.events import Progress
from core.tokenizers.open import open_tokenizer
from core.tokenizers.train import library
from core.tokenizers.training import (
    Kind,
    smallest_vocabulary,
    special_tokens,
    train_tokenizer,
    write_tokenizer,
)

KINDS: list[Kind] = ["byte-bpe", "unigram"]
SIZE = 400
CTX = Context(workdir=Path("unused"))
ANIMALS = ["whale", "sparrow", "hedgehog", "crocodile", "swallow", "dormouse", "butterfly", "nightingale"]
PLACES = ["river", "meadow", "harbour", "mountain", "library", "kitchen"]
TEXTS = [
    f'In the {place} a {animal} isn\'t {number} days old; it {verb}s "slowly", sees 17 {animal}s in 2024.\n'
    f"    if {animal}_{number} > 3.5:\n        return {verb}({number})\n\n"
    for number, animal in enumerate(ANIMALS * 3)
    for place in PLACES
    for verb in ("walk", "swallow", "return")
]


@cache
def trained(kind: Kind, size: int = SIZE) -> Tokenizer:
    return train_tokenizer(TEXTS, kind, size, CTX)


def round_trip(tokenizer: Tokenizer, text: str) -> str:
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    decoded: str = tokenizer.decode(ids, skip_special_tokens=False)
    return decoded


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "   leading and  inner   spaces and a last one ",
        "\n\nline ends\r\n\tand tabs\n",
        "def f(x):\n    return {'a': x[1:-1]}  # comment\n",
        "emoji 😀 👩‍👩‍👧 🏳️‍🌈, maths ∑ 𝔸, e\u0301 and é",
        "日本語のテスト。中文测试！한국어",
        "الْعَرَبِيَّة עברית ไทย",
        "<0x0A> is text, and so is <0xFF>",
        "1234567890 3.14 1,000",
        "control \x00 \x1b \x7f, invisible \u200b\u200d\ufeff, spaces \u00a0\u2003\u3000",
    ],
)
def test_that_every_text_comes_back(kind: Kind, text: str) -> None:
    assert round_trip(trained(kind), text) == text


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="▁"), max_size=40))
def test_that_any_text_comes_back(kind: Kind, text: str) -> None:
    for token in special_tokens(kind).values():
        text = text.replace(token, "")
    assert round_trip(trained(kind), text) == text


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text(max_size=40))
def test_that_nothing_is_unknown(kind: Kind, text: str) -> None:
    if kind == "unigram":
        encoding = trained(kind).encode(text.replace("<unk>", ""), add_special_tokens=False)
        assert trained(kind).token_to_id("<unk>") not in encoding.ids


def test_that_the_space_mark_is_a_space_to_the_unigram_alone() -> None:
    assert round_trip(trained("unigram"), "a▁b") == "a b"
    assert round_trip(trained("byte-bpe"), "a▁b") == "a▁b"


@pytest.mark.parametrize("kind", KINDS)
def test_that_the_vocabulary_has_the_size_asked_for_without_holes(kind: Kind) -> None:
    ids = sorted(trained(kind).get_vocab(with_added_tokens=True).values())
    assert ids == list(range(SIZE))


@pytest.mark.parametrize("kind", KINDS)
def test_that_the_same_texts_give_the_same_tokenizer(kind: Kind) -> None:
    assert train_tokenizer(TEXTS, kind, SIZE, CTX).to_str() == trained(kind).to_str()


def test_that_the_two_kinds_are_of_different_families() -> None:
    bpe, unigram = (json.loads(trained(kind).to_str()) for kind in KINDS)
    assert (bpe["model"]["type"], unigram["model"]["type"]) == ("BPE", "Unigram")
    assert "Ġreturn" in bpe["model"]["vocab"]
    pieces = [piece for piece, _ in unigram["model"]["vocab"]]
    assert pieces[:3] == ["<unk>", "<s>", "</s>"]
    assert pieces[3:259] == [f"<0x{byte:02X}>" for byte in range(256)]
    assert "▁return" in pieces
    assert unigram["model"]["byte_fallback"] is True


def test_that_numbers_are_cut_into_threes_or_single_digits() -> None:
    bpe = [token for token in trained("byte-bpe").encode("1234567").tokens]
    assert not any(len(token) > 3 for token in bpe)
    unigram = trained("unigram").encode("1234567", add_special_tokens=False).tokens
    assert unigram == ["▁", *"1234567"]


def test_that_the_unigram_puts_bos_before_a_text_and_the_bpe_nothing() -> None:
    assert trained("unigram").encode("a").tokens[0] == "<s>"
    assert trained("byte-bpe").encode("a").tokens == ["a"]


@pytest.mark.parametrize("kind", KINDS)
def test_that_transformers_opens_what_is_written(kind: Kind, tmp_path: Path) -> None:
    write_tokenizer(trained(kind), kind, tmp_path / "tokenizer")
    assert [path.name for path in tmp_path.iterdir()] == ["tokenizer"]
    opened = AutoTokenizer.from_pretrained(tmp_path / "tokenizer")
    ours = open_tokenizer(tmp_path / "tokenizer")
    text = "The  whale\n returns (42)."
    assert opened(text, add_special_tokens=False).input_ids == ours.encode(text).ids
    assert opened.decode(opened(text).input_ids, skip_special_tokens=True) == text
    for role, token in special_tokens(kind).items():
        assert getattr(opened, role) == token
        assert ours.vocabulary.role(role.removesuffix("_token")) == opened.convert_tokens_to_ids(token)


@pytest.mark.parametrize("kind", KINDS)
def test_that_a_vocabulary_that_the_text_cannot_fill_is_refused(kind: Kind) -> None:
    with pytest.raises(
        UserError, match=r"too short for a vocabulary of 5,000: it yields [\d,]+ tokens"
    ) as caught:
        train_tokenizer(TEXTS[:3], kind, 5000, CTX)
    assert caught.value.field == "vocab_size"


@pytest.mark.parametrize("kind", KINDS)
def test_that_a_vocabulary_below_the_alphabet_is_refused(kind: Kind) -> None:
    least = smallest_vocabulary(kind)
    with pytest.raises(UserError, match=f"at least {least}"):
        train_tokenizer(TEXTS, kind, least - 1, CTX)
    assert train_tokenizer(TEXTS, kind, least, CTX).get_vocab_size() == least


@pytest.mark.parametrize("kind", KINDS)
def test_that_stop_is_heard(kind: Kind) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        train_tokenizer(TEXTS, kind, SIZE, Context(workdir=Path("unused"), control=control))


@pytest.mark.parametrize("kind", KINDS)
def test_that_progress_is_told(kind: Kind) -> None:
    events: list[object] = []
    train_tokenizer(TEXTS, kind, SIZE, Context(workdir=Path("unused"), send=events.append))
    assert any(isinstance(event, Progress) for event in events)


def test_that_stop_is_heard_while_the_library_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's trainer cannot be interrupted: the caller is let go, the thread gets no more text."""
    control = Control()
    fed: list[str] = []

    class Endless(list[str]):
        def __iter__(self):  # type: ignore[no-untyped-def]
            while True:
                fed.append("text")
                control.cancel()
                yield "some more text "

    monkeypatch.setattr(library, "_POLL", 0.01)
    with pytest.raises(Cancelled):
        train_tokenizer(Endless(["x"]), "byte-bpe", SIZE, Context(workdir=Path("unused"), control=control))
    assert fed
