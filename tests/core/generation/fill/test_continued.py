"""Laws after fixed tokens, against what can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log2
from pathlib import Path

import pytest

from core.errors import UserError
from core.generation.byte_model import END
from core.generation.covers.byte_trie import ByteTrie
from core.generation.covers.opened import byte_model
from core.generation.fill.continued import Continued, Prompt
from core.generation.fill.study import foretold_after, foretold_exactly, prompt_of
from core.generation.language.language_model import LanguageModel
from core.jobs.context import Context
from tests.core.generation.covers.test_known_answers import independent, leaking, two_state_chain
from tests.core.generation.covers.toys import Law, begun, model_of
from tests.core.generation.table_model import toy_bpe


def three(folder: Path, law: Law = independent) -> LanguageModel:
    """Bytes a, b, c with the merges b+c and a+bc."""
    return model_of(toy_bpe(folder, "abc", [("b", "c"), ("a", "bc")]), law)


def continued(model: LanguageModel, beam: int = 1_000) -> Continued:
    return Continued(model, ByteTrie(model.pieces), beam=beam)


def chances(model: LanguageModel, prompt: Prompt, *bytes: int) -> list[float]:
    law = continued(model)
    found = law.law(law.after([prompt])[0]).log_probabilities
    return [exp(found[byte]) for byte in bytes]


@pytest.mark.parametrize("method", ["plain", "healing"])
def test_that_after_tokens_a_letter_is_impossible_that_is_not(tmp_path: Path, method: str) -> None:
    """Case B2: after "ab" the exact law has c with .2; the plain prompt and token healing never see it."""
    model = three(tmp_path)
    found = chances(model, prompt_of(method, model, "ab"), *b"abc")  # type: ignore[arg-type]
    assert found == pytest.approx([0.625, 0.375, 0])


def test_that_healing_is_right_where_one_token_goes_back_far_enough(tmp_path: Path) -> None:
    """Case B1 under the merge a+a: after "ba" the plain prompt says a 0; healing is exact."""
    model = model_of(toy_bpe(tmp_path, "ab", [("a", "a")]), two_state_chain)
    assert chances(model, prompt_of("plain", model, "ba"), *b"ab") == pytest.approx([0, 1])
    assert chances(model, prompt_of("healing", model, "ba"), *b"ab") == pytest.approx([0.7, 0.3])


def test_that_all_ways_to_go_on_count(tmp_path: Path) -> None:
    """Independent tokens: what follows a prompt is what a text begins with."""
    model = three(tmp_path, leaking)
    law = continued(model)
    start = law.after([prompt_of("plain", model, "c")])[0]
    for text in ("a", "ab", "abc", "bab", "abcab"):
        state = law.read(start, text.encode())
        assert exp(state.log_probability) == pytest.approx(begun(leaking, text), abs=1e-9)
    assert exp(law.law(start).log_probabilities[END]) == pytest.approx(0.15)


def test_that_healing_has_the_mean_of_the_tokens_that_begin_so(tmp_path: Path) -> None:
    model = three(tmp_path, leaking)
    found = chances(model, Prompt((*model.begin,), b"b"), *b"abc", END)
    one, longer = 0.2 / 0.35, 0.15 / 0.35
    assert found == pytest.approx([one * 0.4, one * 0.35, one * 0.1 + longer, one * 0.15])


def test_that_a_beam_tells_what_it_drops_and_prompts_stand_side_by_side(tmp_path: Path) -> None:
    model = three(tmp_path, leaking)
    narrow = continued(model, beam=1)
    one, other = narrow.after([prompt_of("plain", model, "c"), prompt_of("plain", model, "cc")])
    calls = model.calls
    narrow.grow([one, other])
    assert model.calls <= calls + 1
    assert narrow.law(narrow.read(one, b"abca")).pruned > 0.1
    assert narrow.law(one).log_probabilities.tolist() == narrow.law(other).log_probabilities.tolist()


def test_that_no_token_begins_like_that(tmp_path: Path) -> None:
    model = three(tmp_path)
    with pytest.raises(UserError, match="no token that begins"):
        continued(model).after([Prompt(model.begin, b"x")])


def test_that_the_exact_law_is_best_where_the_model_is_exact(tmp_path: Path) -> None:
    """Over all continuations, weighed by their true chances, no law has fewer bits than the true one."""
    model = three(tmp_path)
    ctx = Context(workdir=tmp_path)
    exact, law = byte_model(model), continued(model)
    truth: Mapping[str, float] = {"a": 0.5, "b": 0.3, "c": 0.2}
    pairs = [(one, two) for one in truth for two in truth]
    followings = [f"{one}{two}".encode() for one, two in pairs]
    weights = [truth[one] * truth[two] for one, two in pairs]
    entropy = -2 * sum(p * log2(p) for p in truth.values())
    exactly = [foretold_exactly(exact, "ab", data, 1, ctx) for data in followings]
    assert sum(w * one.bits for w, one in zip(weights, exactly, strict=True)) == pytest.approx(entropy)
    assert not any(one.impossible for one in exactly)
    for method in ("healing", "plain"):
        prompt = prompt_of(method, model, "ab")  # type: ignore[arg-type]
        others = foretold_after(law, [prompt] * len(pairs), followings, 1, ctx)
        assert sum(w * one.bits for w, one in zip(weights, others, strict=True)) > entropy + 1
        assert [one.impossible for one in others] == [one == "c" for one, _ in pairs]


def test_that_guesses_and_greedy_texts_are_compared(tmp_path: Path) -> None:
    model = three(tmp_path)
    ctx = Context(workdir=tmp_path)
    right = foretold_exactly(byte_model(model), "ab", b"aab", 2, ctx)
    assert (right.first, right.greedy, right.guess) == (True, True, ord("a"))
    wrong = foretold_exactly(byte_model(model), "ab", b"aba", 2, ctx)
    assert (wrong.first, wrong.greedy) == (True, False)
    assert wrong.bits == pytest.approx(-log2(0.5 * 0.3 * 0.5))
