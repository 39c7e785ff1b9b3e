"""What must hold of any model, on the starters: 5 M parameters, 8,192 tokens, BPE over bytes and Unigram."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.generation.byte_model import END
from core.generation.covers.opened import byte_model
from core.generation.covers.spelling import is_text
from core.generation.covers.token_covers import Convention, TokenCovers
from core.generation.language.language_model import LanguageModel
from core.generation.language.opened import open_language_model
from core.jobs.context import Context

STARTER = Path(__file__).parents[4] / "resources" / "starter"
PROMPT = b"It was the best of tim"
NAMES = ("prose-bpe", "prose-unigram")


@cache
def language(name: str) -> LanguageModel:
    return open_language_model(STARTER / name, Context(workdir=STARTER))


@cache
def covers(name: str, convention: Convention = "valid") -> TokenCovers:
    return byte_model(language(name), convention=convention, beam=16)


def log_canonical(name: str, text: bytes) -> float:
    """Of the tokenizer's own tokens."""
    model = language(name)
    ids = model.encode(text.decode())
    laws = model.advance([model.start()], [ids], every=True).logits.double().log_softmax(-1)
    begin = len(model.begin)
    return sum(float(laws[at - 1, ids[at]]) for at in range(begin, len(ids)))


@pytest.mark.parametrize("convention", ["valid", "all"])
@pytest.mark.parametrize("name", NAMES)
def test_that_laws_sum_to_one_and_multiply_to_the_texts_probability(
    name: str, convention: Convention
) -> None:
    model = covers(name, convention)
    state = model.read(model.start(), PROMPT[:-6])
    for byte in PROMPT[-6:]:
        law = model.law(state)
        assert np.exp(law.log_probabilities).sum() == pytest.approx(1, abs=1e-9)
        assert 0 <= law.leaked < 0.2
        assert law.pruned < (1e-8 if convention == "valid" else 1e-4)
        after = model.push(state, byte)
        grown = law.log_probabilities[byte] + np.log1p(-law.leaked)
        assert after.log_probability - state.log_probability == pytest.approx(grown, abs=1e-5)
        state = after
    assert state.log_probability > log_canonical(name, PROMPT)
    assert np.exp(model.law(state).log_probabilities[ord("e")]) > 0.9


@pytest.mark.parametrize("name", NAMES)
def test_that_all_spellings_hold_at_least_the_tokenizers_own(name: str) -> None:
    own, every = (covers(name, convention) for convention in ("valid", "all"))
    text = b"It was the"
    ours = own.read(own.start(), text).log_probability
    assert log_canonical(name, text) <= ours <= every.read(every.start(), text).log_probability + 1e-5


@pytest.mark.parametrize("name", NAMES)
def test_that_it_does_not_matter_in_which_calls_a_text_is_read(name: str) -> None:
    model = covers(name)
    before = model.evaluations
    once = model.read(model.start(), PROMPT)
    assert model.evaluations - before <= 3
    split = model.start()
    for part in (b"It wa", b"s", b" the best o", b"f ", b"tim"):
        split = model.read(split, part)
    assert split.length == once.length == len(PROMPT)
    assert split.log_probability == pytest.approx(once.log_probability, abs=1e-5)
    assert model.law(split).log_probabilities == pytest.approx(model.law(once).log_probabilities, abs=1e-3)
    steps = [state.log_probability for state in model.walk(model.start(), PROMPT)]
    assert len(steps) == len(PROMPT)
    assert steps[-1] == pytest.approx(once.log_probability, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_that_a_byte_needs_no_more_than_one_call(name: str) -> None:
    model = covers(name)
    state = model.read(model.start(), PROMPT)
    for byte in b"es, it was":
        before = model.evaluations
        model.law(state)
        state = model.push(state, byte)
        assert model.evaluations - before <= 1


@pytest.mark.parametrize("name", NAMES)
def test_that_a_space_aligns_tokens_and_bytes(name: str) -> None:
    model = covers(name)
    state = model.read(model.start(), PROMPT[:-1])
    assert model.aligned(state) is None
    state = model.read(state, b"mes ")
    found = model.aligned(state)
    assert found is not None
    assert found.pending == 1
    assert list(found.ids) == language(name).encode("It was the best of times")
    laws = np.exp(found.log_next)
    assert laws.sum() == pytest.approx(1)
    pieces = language(name).pieces
    assert all(pieces[id].startswith(b" ") for id in np.flatnonzero(laws))  # type: ignore[union-attr]
    # the next byte, by these tokens: as the covers have it, but for what a space alone may be followed by
    told = np.exp(model.law(state).log_probabilities)
    first = sum(laws[id] for id, piece in enumerate(pieces) if piece and piece.startswith(b" a"))
    assert first == pytest.approx(told[ord("a")], abs=0.02)


@pytest.mark.parametrize("name", NAMES)
def test_that_half_a_character_is_gone_on_from(name: str) -> None:
    model = covers(name)
    text = "a café".encode()
    half = model.read(model.start(), text[:-1])
    law = model.law(half)
    assert np.exp(law.log_probabilities).sum() == pytest.approx(1, abs=1e-9)
    chance = np.exp(law.log_probabilities)
    assert chance[0x80:0xC0].sum() == pytest.approx(1, abs=1e-6)
    whole = model.push(half, text[-1])
    assert whole.log_probability == pytest.approx(model.read(model.start(), text).log_probability, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_that_no_text_has_no_probability(name: str) -> None:
    model = covers(name)
    with pytest.raises(UserError, match="no probability"):
        model.read(model.start(), b"a \xff")


@pytest.mark.parametrize("name", NAMES)
def test_that_the_end_has_its_place_in_the_law(name: str) -> None:
    model = covers(name)
    law = model.law(model.read(model.start(), b"The end.\n"))
    assert law.log_probabilities.shape == (END + 1,)
    assert 0 < np.exp(law.log_probabilities[END]) < 1


BEGINNINGS = (
    *(
        "1,9",
        "(a",
        "\n",
        "\r\n",
        "\n\nChapter",
        "\ta",
        " ",
        "  two",
        "漢字",
        "日本語。",
        "😀",
        "“Well,”",
        "’tis",
    ),
    *(
        '"Yes',
        "'tis",
        "--",
        "—",
        "…",
        "é",
        "É",
        "e\u0301",
        "ﬁ",
        "Привет",
        "שלום",
        "नमस्ते",
        "ไทย",
        "50%",
        "½",
        "™",
    ),
    *(
        "$5",
        "@me",
        "{a}",
        "[1]",
        "<b>",
        "#x",
        "x=1",
        "\x00",
        "\ufeffa",
        "¿Qué?",
        "12345",
        "1,234.5",
        "HTTPServer",
    ),
)
INNER = (
    *(
        "a  1",
        "a   (",
        "a \n b",
        "a\n\nb",
        "a\n\n\nb",
        "a\tb",
        "a\t\tb",
        "x\t\t5",
        "a (b",
        "a 1",
        "a 漢",
        "a 😀",
    ),
    *("a 👨\u200d👩", "don’t we’ll", "I'LL GO", "a\u00a0b", "a\r\nb", "a\x00b", "a\u200bb", "over-and-over"),
    *("a.\n\n   b", "end \n\n", "http://a.b/c?d=e", "naïve  Straße"),
)


@pytest.mark.parametrize("name", NAMES)
def test_that_every_text_is_possible_and_no_less_than_its_own_tokens(name: str) -> None:
    model = covers(name)
    for text in (*BEGINNINGS, *INNER):
        data = text.encode()
        states = [model.start(), *model.walk(model.start(), data)]
        if len(data) == 1 or text in INNER[:6]:
            assert np.exp(model.law(states[-1]).log_probabilities).sum() == pytest.approx(1, abs=1e-9)
        some = range(1 if len(data) <= 6 else len(data), len(data) + 1)
        places = [place for place in some if is_text(data[:place])]
        own = log_of_own_tokens(name, [data[:place].decode() for place in places])
        for place, least in zip(places, own, strict=True):
            assert states[place].log_probability >= least - 1e-4, data[:place]
        if b" " in data[1:]:
            at_once = model.read(model.start(), data).log_probability
            assert at_once == pytest.approx(states[-1].log_probability, abs=1e-4)


def log_of_own_tokens(name: str, texts: list[str]) -> list[float]:
    """As `log_canonical`, in one call."""
    model = language(name)
    every = [model.encode(text) for text in texts]
    laws = model.advance([model.start()] * len(every), every, every=True).logits.double().log_softmax(-1)
    found, begin = [], len(model.begin)
    for ids, rows in zip(every, laws.split([len(ids) for ids in every]), strict=True):
        found.append(sum(float(rows[at - 1, ids[at]]) for at in range(begin, len(ids))))
    return found


def test_that_an_empty_text_has_no_space_before_it() -> None:
    """The tokenizer puts one before others: the end then comes right after what stands before texts."""
    model, tokens = covers("prose-unigram"), language("prose-unigram")
    start = model.start()
    law = tokens.advance([tokens.start()], [tokens.begin]).logits.double().softmax(-1)[0]
    ended = np.exp(model.law(start).log_probabilities[END] + start.log_probability)
    assert ended * (1 - model.law(start).leaked) == pytest.approx(
        float(law[sorted(tokens.ends)].sum()), rel=1e-6
    )
