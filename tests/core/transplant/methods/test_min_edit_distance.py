"""MinED, beside the usual table worked cell by cell."""

from __future__ import annotations

import random

from core.transplant.methods.min_edit_distance import SpellingIndex


def levenshtein(one: bytes, other: bytes) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def test_that_the_nearest_is_found_and_the_lowest_id_of_several() -> None:
    draw = random.Random(0)

    def word() -> bytes:
        return bytes(draw.choice(b"abc") for _ in range(draw.randint(1, 9)))

    words = {id: word() for id in range(120)}
    index = SpellingIndex(words)
    for _ in range(200):
        target = word()
        best = min(words, key=lambda id: (levenshtein(target, words[id]), id))
        assert index.nearest(target) == best


def test_a_few_by_hand() -> None:
    index = SpellingIndex({3: b"kitten", 4: b" the", 7: b"x"})
    assert index.nearest(b"sitting") == 3
    assert index.nearest(b" them") == 4
    assert index.nearest(b"") == 7
    assert SpellingIndex({}).nearest(b"a") == -1
