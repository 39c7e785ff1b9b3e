"""The tokens of a large vocabulary, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UserError
from core.jobs.context import Context
from core.merged.candidates import Candidates, find_candidates, may_join

SPELT = [b"a", b"b", b" c", b"\n", None, b"ab", b" "]


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def found(documents: list[list[int]], ctx: Context, **how: object) -> dict[bytes, int]:
    given = {"size": 100, "longest": 3, "boundary": "words"} | how
    tokens: Candidates = find_candidates(documents, SPELT, ctx=ctx, **given)  # type: ignore[arg-type]
    return {tokens.bytes(place): int(tokens.counts[place]) for place in range(len(tokens))}


def test_that_runs_within_words_are_counted(ctx: Context) -> None:
    assert found([[0, 0, 1, 2, 1, 1]], ctx) == {b"aa": 1, b" cb": 1, b"bb": 1, b"aab": 1, b" cbb": 1}


def test_that_runs_reach_over_words_but_no_line_end(ctx: Context) -> None:
    assert found([[1, 2, 3, 2, 1]], ctx, boundary="phrases", longest=2) == {b"b c": 1, b" cb": 1}


def test_that_no_run_reaches_into_the_next_document_or_over_a_special_token(ctx: Context) -> None:
    assert found([[1, 1], [0, 4, 0, 0]], ctx) == {b"bb": 1, b"aa": 1}


def test_that_the_commonest_come_first_and_no_bytes_twice(ctx: Context) -> None:
    tokens = find_candidates(
        [[1, 1, 0, 0, 0, 1, 0, 1], [5, 1], [0, 0, 1]], SPELT, size=3, longest=3, boundary="words", ctx=ctx
    )
    # "ab" is a token of the model's already; "aa" three times, then "ba" and "aab" twice
    assert [tokens.bytes(place) for place in range(len(tokens))] == [b"aa", b"ba", b"aab"]
    assert tokens.counts.tolist() == [3, 2, 2]
    assert [tokens.ids(place) for place in range(3)] == [[0, 0], [1, 0], [0, 0, 1]]


def test_that_texts_without_any_are_refused_in_a_sentence(ctx: Context) -> None:
    with pytest.raises(UserError, match="no two tokens that could be merged") as refused:
        found([[0], [2, 2]], ctx)
    assert refused.value.field == "text"
    with pytest.raises(UserError, match="the model's own already"):
        found([[0, 1]], ctx)


@pytest.mark.parametrize(
    ("token", "words", "phrases"),
    [
        (b" the", True, True),
        (b" the lan", False, True),
        (b"the\n", False, False),
        (b" ", True, True),
        (b"\n", False, False),
    ],
)
def test_what_may_be_one_token(token: bytes, words: bool, phrases: bool) -> None:
    assert may_join(token, "words") is words
    assert may_join(token, "phrases") is phrases
