"""Which shared tokens can serve as anchors."""

from __future__ import annotations

import numpy as np
import torch

from core.transplant.anchors import near_duplicates, usable_anchors
from core.transplant.rows import Anchors


def normal(count: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((count, width), dtype=np.float32))


def test_that_each_rule_leaves_out_what_it_should_and_counts_it() -> None:
    base, donor = normal(10, 4), normal(12, 6, seed=1)
    base[2] = 0
    donor[7] = 1e-9
    donor[9] = donor[4] * 3
    pairs = [(0, 0), (1, 1), (2, 2), (3, 4), (4, 7), (5, 9), (10, 10), (6, 12), (7, 11)]
    shared = Anchors(torch.tensor([b for b, _ in pairs]), torch.tensor([d for _, d in pairs]))
    kept, counts = usable_anchors(shared, base, donor)
    assert kept.base.tolist() == [0, 1, 3, 7]
    assert kept.donor.tolist() == [0, 1, 4, 11]
    assert (counts.shared, counts.out_of_range, counts.faint, counts.duplicates) == (9, 2, 2, 1)
    assert counts.kept == len(kept) == 4


def test_that_near_duplicates_are_those_that_comparing_all_pairs_finds() -> None:
    rows = normal(3000, 16)
    copies = torch.from_numpy(np.random.default_rng(1).permutation(3000)[:900])
    rows[copies[:300]] = rows[copies[300:600]] * 2 + 1e-5 * normal(300, 16, seed=2)
    unit = torch.nn.functional.normalize(rows.double(), dim=1)
    same = unit @ unit.T > 1 - 1e-6
    expected = same.tril(-1).any(dim=1)
    found = near_duplicates(rows)
    unsure = ((unit @ unit.T - (1 - 1e-6)).abs() < 1e-7).any(dim=1)
    assert torch.equal(found[~unsure], expected[~unsure])
    assert int(found.sum()) >= 300


def test_that_short_numbers_make_no_duplicates() -> None:
    """Rows of bfloat16 are compared in float32: their products in bfloat16 are too coarse."""
    donor = (10 + normal(200, 16)).bfloat16()
    everything = Anchors(torch.arange(200), torch.arange(200))
    _, counts = usable_anchors(everything, donor, donor)
    assert counts.duplicates == 0


def test_that_no_anchors_stay_none() -> None:
    none = Anchors(torch.empty(0, dtype=torch.long), torch.empty(0, dtype=torch.long))
    kept, counts = usable_anchors(none, normal(3, 2), normal(3, 2))
    assert len(kept) == counts.kept == 0
