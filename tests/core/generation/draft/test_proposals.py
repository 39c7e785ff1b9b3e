"""Where proposals come from, and how they reach the target's vocabulary."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UserError
from core.generation.decoding.draw import chance
from core.generation.draft.ahead import Ahead
from core.generation.draft.laws import Laws
from core.generation.draft.proposals.lookup import followed
from core.generation.draft.proposals.same import Same, same_vocabulary
from core.generation.draft.proposals.shared import SharedTokens, shared_tokens
from core.generation.draft.proposals.string import as_tokens, within_context
from core.generation.draft.reader import Reader
from core.generation.draft.token_rounds import TokenRounds
from core.generation.draft.written_text import text_of, tokens_of
from core.jobs.context import Context
from tests.core.generation.table_model import TableModel, toy_bpe

UNIFORM = chance(0, 0, 0).random
GREEDY = Laws((), greedy=True)


def table(folder: Path, letters: str, *merges: tuple[str, str], context: int | None = None) -> TableModel:
    tokenizer = toy_bpe(folder, letters, merges)
    end = tokenizer.vocabulary.size - 1
    return TableModel(
        tokenizer, lambda ids: {ids[-1] if ids else 0: 1.0}, ends=frozenset((end,)), context=context
    )


def test_that_what_followed_the_same_tokens_is_looked_up() -> None:
    assert followed([1, 2, 3, 4, 1, 2], 3) == [3, 4, 1]
    assert followed([9, 2, 8, 1, 2, 5, 1, 2], 2) == [5, 1], "two alike before one, the latest first"
    assert followed([1, 2, 3], 3) == []
    assert followed([7], 3) == []


def test_that_the_number_adapts() -> None:
    ahead = Ahead(5, adaptive=True)
    ahead.learn(5, 5)
    assert ahead.count == 7
    ahead.learn(7, 3)
    ahead.learn(0, 0)
    assert ahead.count == 6
    fixed = Ahead(5, adaptive=False)
    fixed.learn(5, 0)
    assert fixed.count == 5


def test_that_text_is_encoded_together_with_the_word_under_way(tmp_path: Path) -> None:
    target = table(tmp_path, "abc", ("a", "b"), ("ab", "c"))
    assert [target.pieces[id] for id in as_tokens(target, [0], b"ca")] == [b"c", b"a"]
    assert [target.pieces[id] for id in as_tokens(target, [2], b"abc")] == [b"abc"]
    # "a" stands already: that it would become "ab" changes nothing of it
    assert [target.pieces[id] for id in as_tokens(target, [0], b"bc")] == [b"b", b"c"]
    assert as_tokens(target, [0], b"") == []


def test_that_tokens_of_the_same_bytes_are_shared(tmp_path: Path) -> None:
    target, draft = table(tmp_path / "t", "abc", ("a", "b")), table(tmp_path / "d", "bca", ("b", "c"))
    pairs = {target.pieces[one]: draft.pieces[other] for one, other in shared_tokens(target, draft)}
    assert pairs == {b"a": b"a", b"b": b"b", b"c": b"c", None: None}, "and the ends of a text"
    assert not same_vocabulary(target, draft)
    assert same_vocabulary(target, table(tmp_path / "e", "abc", ("a", "b")))


def test_that_strange_pairs_are_refused_in_a_sentence(tmp_path: Path) -> None:
    target, draft = table(tmp_path / "t", "ab"), table(tmp_path / "d", "cd")
    with pytest.raises(UserError, match="have different vocabularies") as refused:
        Same(target, draft, GREEDY, UNIFORM)
    assert refused.value.field == "verify"
    draft.ends = frozenset()
    with pytest.raises(UserError, match="have no token in common"):
        SharedTokens(target, draft, GREEDY, UNIFORM)


def test_that_only_what_differs_is_read_anew(tmp_path: Path) -> None:
    model = table(tmp_path, "abc")
    reader = Reader(model)
    read: list[int] = []
    advance = model.advance

    def counted(states, ids, **how):  # type: ignore[no-untyped-def]
        read.extend(map(len, ids))
        return advance(states, ids, **how)

    model.advance = counted  # type: ignore[method-assign]
    for ids in ([0, 1, 2], [0, 1, 2], [0, 1, 2, 0], [0, 1, 2, 1], [0]):
        assert (reader.scores(ids) == model.row(tuple(ids))).all()
    assert read == [3, 1, 1, 1]


def test_that_a_draft_whose_context_is_full_keeps_the_latter_part(tmp_path: Path) -> None:
    draft = table(tmp_path, "abc", context=16)
    for length in range(1, 60):
        ids = [number % 3 for number in range(length)]
        kept = within_context(ids, draft, 4)
        assert len(kept) + 4 <= 16 or len(kept) == 1
        assert kept == ids[len(ids) - len(kept) :]
    assert within_context([0] * 10, draft, 20) == []


def test_that_text_and_tokens_are_each_others_inverse(tmp_path: Path) -> None:
    model = table(tmp_path, "abc", ("a", "b"))
    assert text_of(model, [3, 2, 4]) == b"abc"
    assert tokens_of(model, b"abc") == [3, 2]


def test_that_nothing_is_written_past_the_targets_context(tmp_path: Path) -> None:
    target = table(tmp_path, "abc", context=8)
    rounds = TokenRounds(
        target, [0, 1], Same(target, target, GREEDY, UNIFORM), GREEDY, UNIFORM, Context(workdir=tmp_path)
    )
    while rounds.room:
        rounds.go(5)
    assert len(rounds.ids) == 8
    with pytest.raises(UserError, match="takes 8 in all"):
        TokenRounds(
            target, [0] * 8, Same(target, target, GREEDY, UNIFORM), GREEDY, UNIFORM, Context(workdir=tmp_path)
        )


def test_that_a_round_without_a_prompt_says_what_is_missing(tmp_path: Path) -> None:
    target = table(tmp_path, "abc")
    with pytest.raises(UserError, match="give it a prompt"):
        TokenRounds(
            target, [], Same(target, target, GREEDY, UNIFORM), GREEDY, UNIFORM, Context(workdir=tmp_path)
        )
