"""Blocks end where both tokenizers have a boundary, and lose nothing."""

from __future__ import annotations

import numpy as np

from core.transplant.evaluate import Passage, Scored
from core.transplant.evidence.blocks import blocks


def scored(ends: list[int], bits: list[float]) -> Scored:
    return Scored(Passage.cut(list(range(len(ends))), ends, ends[-1]), np.array(bits))


def test_that_a_block_ends_at_the_first_common_boundary_after_a_thousand_bytes() -> None:
    one = scored([900, 1_100, 1_300, 2_400], [1, 2, 4, 8])
    other = scored([1_000, 1_200, 1_300, 1_700, 2_400], [1, 2, 4, 8, 16])
    old, new = blocks([one], [other])
    assert old.bytes.tolist() == new.bytes.tolist() == [1_300, 1_100]
    assert old.bits.tolist() == [7, 8]
    assert new.bits.tolist() == [7, 24]
    assert new.tokens.tolist() == [3, 2]


def test_that_a_short_rest_belongs_to_the_block_before() -> None:
    even = scored([500, 1_000, 1_400], [1, 1, 1])
    old, _ = blocks([even], [even])
    assert old.bytes.tolist() == [1_400]
    longer = scored([500, 1_000, 1_600], [1, 1, 1])
    old, _ = blocks([longer], [longer])
    assert old.bytes.tolist() == [1_000, 600]


def test_that_what_was_not_scored_counts_for_neither_bits_nor_bytes() -> None:
    one = scored([400, 1_000, 2_000], [np.nan, 3, 5])
    old, new = blocks([one], [scored([1_000, 2_000], [1, 1])])
    assert old.bytes.tolist() == [600, 1_000]
    assert old.tokens.tolist() == [1, 1]
    assert new.bytes.tolist() == [1_000, 1_000]


def test_that_no_passages_are_no_blocks() -> None:
    old, new = blocks([], [])
    assert len(old.bits) == len(new.bytes) == 0
