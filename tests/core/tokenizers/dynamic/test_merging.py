"""Merging a batch: against the plain way, which counts all pairs anew before each merge."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from core.tokenizers.dynamic.merging import Batch, Merge

Documents = list[list[bytes | None]]


def characters(text: str) -> list[bytes | None]:
    return [character.encode() for character in text]


def is_word(joined: bytes) -> bool:
    return not any(byte in b" \n" for byte in joined[1:]) and len(joined.split()) == 1


def plain_merge(documents: Documents, may_join: Callable[[bytes], bool]) -> tuple[Documents, Merge] | None:
    """One merge as the authors' program does it; a dictionary's order says which pair was met first."""
    counts: Counter[tuple[bytes, bytes]] = Counter()
    for tokens in documents:
        for left, right in itertools.pairwise(tokens):
            if left and right and may_join(left + right):
                counts[left, right] += 1
    if not counts:
        return None
    left, right = max(counts, key=lambda pair: counts[pair])
    merged: Documents = []
    for tokens in documents:
        new: list[bytes | None] = []
        at = 0
        while at < len(tokens):
            if tokens[at : at + 2] == [left, right]:
                new.append(left + right)
                at += 2
            else:
                new.append(tokens[at])
                at += 1
        merged.append(new)
    saved = sum(map(len, documents)) - sum(map(len, merged))
    return merged, Merge(left, right, counts[left, right], saved)


def test_that_the_case_of_the_specification_comes_out() -> None:
    batch = Batch([characters("ab ab"), characters("ab")], is_word)
    assert [len(document) for document in batch.documents()] == [5, 2]
    assert batch.merge() == Merge(b"a", b"b", 3, 3)
    assert [len(document) for document in batch.documents()] == [3, 1]
    assert batch.length == 4


def test_that_overlapping_pairs_are_counted_but_merged_from_the_left() -> None:
    batch = Batch([characters("aaaaa")], lambda joined: True)
    assert batch.merge() == Merge(b"a", b"a", 4, 2)
    assert batch.documents() == [[b"aa", b"aa", b"a"]]


def test_that_of_equally_common_pairs_the_first_one_merges() -> None:
    batch = Batch([characters("xy ab"), characters("ab xy")], is_word)
    assert batch.merge() == Merge(b"x", b"y", 2, 2)


def test_that_nothing_merges_over_a_special_token_or_the_end_of_a_document() -> None:
    batch = Batch([[b"a", None, b"b"], [b"a"], [b"b"]], lambda joined: True)
    assert batch.merge() is None
    assert batch.documents() == [[b"a", None, b"b"], [b"a"], [b"b"]]


def test_that_two_ways_to_the_same_bytes_are_one_token() -> None:
    batch = Batch([[b"ab", b"c"], [b"a", b"bc"], [b"abc", b"d"], [b"abc", b"d"]], lambda joined: True)
    merges = [batch.merge() for _ in range(4)]
    assert merges[0] == Merge(b"abc", b"d", 2, 2)
    assert set(batch.tokens()) == {b"abc", b"abcd"}
    assert merges[3] is None


@given(
    texts=st.lists(st.text(alphabet="ab \n", max_size=30), max_size=5),
    special=st.sampled_from([None, b"\n"]),
    words=st.booleans(),
)
def test_that_each_merge_is_that_of_the_plain_way(
    texts: list[str], special: bytes | None, words: bool
) -> None:
    may_join = is_word if words else lambda joined: len(joined) < 12
    documents: Documents = [
        [None if token == special else token for token in characters(text)] for text in texts
    ]
    batch = Batch(documents, may_join)
    while (step := plain_merge(documents, may_join)) is not None:
        documents, merge = step
        assert batch.merge() == merge
        assert batch.documents() == documents
        assert batch.length == sum(map(len, documents))
    assert batch.merge() is None
