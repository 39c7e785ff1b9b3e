"""Offset alignment: what lies over a new token's bytes in a text."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.transplant.methods.offset_alignment import OffsetAlignment, cut_by, overlaps
from core.transplant.rows import Shared, Task
from tests.core.transplant.methods.tasks import made
from tests.core.transplant.methods.texts import dense, prose_task, written


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Task:
    return prose_task(tmp_path_factory.mktemp("offset"))


def cut(*lengths: int, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(first, first + len(lengths)), np.cumsum(lengths)


def test_the_known_answer() -> None:
    new, old, shares = overlaps(cut(3, 1), cut(2, 2, first=10))  # [abc][d] over [ab][cd]
    assert list(zip(new.tolist(), old.tolist(), strict=True)) == [(0, 10), (0, 11), (1, 11)]
    assert shares.tolist() == pytest.approx([2 / 3, 1 / 3, 1])


def test_that_tokens_without_bytes_lie_over_nothing() -> None:
    new, old, shares = overlaps(cut(0, 2, 0, 1), cut(0, 1, 2, first=10))
    assert list(zip(new.tolist(), old.tolist(), strict=True)) == [(1, 11), (1, 12), (3, 12)]
    assert shares.tolist() == [0.5, 0.5, 1]
    assert len(overlaps(cut(), cut(1))[0]) == 0


def test_that_the_weights_are_the_shares_of_all_places(given: Task, tmp_path: Path) -> None:
    """Byte by byte: each byte of the text belongs to one token of either."""
    rows, _ = made(OffsetAlignment(mass=1.0), given, tmp_path)
    from core.vectors.texts import passages

    counts: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for passage in passages(given.corpus, 10**7):
        new_ids, new_ends = cut_by(given.inputs.target, passage)
        old_ids, old_ends = cut_by(given.inputs.base_tokenizer, passage)
        begin = 0
        for id, end in zip(new_ids.tolist(), new_ends.tolist(), strict=True):
            for byte in range(begin, end):
                under = old_ids[np.searchsorted(old_ends, byte, side="right")]
                counts[id][int(under)] += 1 / (end - begin)
            begin = end
    weights = dense(rows, len(given.table))
    unknown = given.inputs.base_tokenizer.vocabulary.role("unk")
    for row, id in enumerate(given.targets.tolist()):
        expected = np.zeros(len(given.table))
        for old, count in counts.get(id, {}).items():
            expected[old] = 0 if old == unknown else count
        if expected.any():
            assert np.allclose(weights[row], expected / expected.sum(), atol=1e-5)


def test_that_rare_overlaps_are_left_out(given: Task, tmp_path: Path) -> None:
    all_of_it, most = (made(OffsetAlignment(mass=mass), given, tmp_path)[0] for mass in (1.0, 0.5))
    assert (all_of_it.indices >= 0).sum() > (most.indices >= 0).sum()
    for rows in (all_of_it, most):
        assert np.allclose(rows.weights.sum(dim=1)[rows.made], 1, atol=1e-5)


def test_that_a_token_that_does_not_occur_is_laid_over_its_pieces(given: Task, tmp_path: Path) -> None:
    task = prose_task(tmp_path, corpus=[written(tmp_path, "short.txt", "Ω")])
    rows, _ = made(OffsetAlignment(), task, tmp_path)
    entries = task.inputs.base_tokenizer.vocabulary.entries
    weights = dense(rows, len(task.table))
    for row, text in enumerate(task.target_bytes):
        pieces = task.pieces(text)
        if pieces:
            lengths = [len(entries[id].bytes) for id in pieces]
            for id in set(pieces):
                share = sum(n for p, n in zip(pieces, lengths, strict=True) if p == id) / sum(lengths)
                assert weights[row, id] == pytest.approx(share, abs=0.06)  # the smallest may be left out


def test_that_a_missing_text_is_refused(given: Task, tmp_path: Path) -> None:
    for corpus in ([], [tmp_path / "nowhere.txt"]):
        with pytest.raises(UserError) as caught:
            made(OffsetAlignment(), replace(given, corpus=corpus, shared=Shared()), tmp_path)
        assert caught.value.field == "corpus"
