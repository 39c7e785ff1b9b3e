"""OMP as a method: from a task to rows over base ids, in chunks that are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from core.errors import UserError
from core.jobs.context import Context
from core.transplant.methods.omp import Omp
from core.transplant.pursuit import Dictionary, Pursuit, matching_pursuit
from core.transplant.rows import Anchors, Rows
from tests.core.transplant.methods.tasks import made, normal, task


def test_that_rows_are_the_pursuits_combinations_over_base_ids(tmp_path: Path) -> None:
    given = task()
    rows, values = made(Omp(k=3), given, tmp_path)
    assert given.donor is not None
    found = matching_pursuit(given.donor[20:], given.donor[:12], 3)
    assert rows.indices is not None
    assert torch.equal(rows.indices, given.anchors.base[found.support.long()].int())
    assert torch.equal(rows.residual, found.residual)
    expected = (found.weights[:, None] @ given.table[11 - found.support.long()])[:, 0]
    assert torch.allclose(values, expected, atol=1e-6)


def test_that_a_base_that_is_the_donor_gets_its_own_rows_back(tmp_path: Path) -> None:
    table = normal(40, 16)
    weights = torch.zeros(5, 12)
    weights[:, :3] = normal(5, 3, seed=2)
    donor = torch.cat([table[:12], weights @ table[:12]])
    given = task(
        table=table, donor=donor, targets=torch.arange(12, 17), target_bytes=[b""] * 5,
        anchors=Anchors(torch.arange(12), torch.arange(12)),
    )  # fmt: skip
    _, values = made(Omp(k=12), given, tmp_path)
    assert torch.allclose(values, donor[12:], atol=1e-4)


def test_that_anchors_are_chosen_by_direction_alone_when_asked(tmp_path: Path) -> None:
    donor = torch.tensor([[1.0, 1.0], [-9.0, 1.5], [2.0, 1.9]])
    given = task(
        donor=donor,
        targets=torch.tensor([2]),
        target_bytes=[b""],
        anchors=Anchors(torch.arange(2), torch.arange(2)),
    )
    raw, _ = made(Omp(k=1), given, tmp_path)
    plain, _ = made(Omp(k=1, normalise=True), given, tmp_path)
    assert raw.indices is not None
    assert plain.indices is not None
    assert (raw.indices.tolist(), plain.indices.tolist()) == ([[1]], [[0]])


def test_that_a_target_without_a_donor_vector_is_not_made(tmp_path: Path) -> None:
    donor = normal(30, 8)
    donor[25] = 0
    rows, _ = made(Omp(k=3), task(donor=donor), tmp_path)
    assert rows.made.tolist() == [True] * 5 + [False] + [True] * 4


def test_that_centring_takes_one_mean_off_and_puts_the_other_on(tmp_path: Path) -> None:
    given = task(table=normal(20, 6) + 2, donor=normal(30, 8, seed=1) + 3)
    rows, values = made(Omp(k=3, centre=True), given, tmp_path)
    assert given.donor is not None
    base, donor = given.table[given.anchors.base], given.donor[given.anchors.donor]
    found = matching_pursuit(given.donor[20:] - donor.mean(dim=0), donor - donor.mean(dim=0), 3)
    chosen = (base - base.mean(dim=0))[found.support.long()]
    expected = (found.weights[:, None] @ chosen)[:, 0] + base.mean(dim=0)
    assert torch.allclose(values, expected, atol=1e-5)
    assert torch.allclose(rows.residual, found.residual, atol=1e-5)
    assert rows.indices is not None
    assert torch.equal(rows.indices, given.anchors.base[found.support.long()].int())


def test_that_a_ridge_keeps_the_choice_and_shrinks_the_weights(tmp_path: Path) -> None:
    plain, _ = made(Omp(k=4), task(), tmp_path)
    held, _ = made(Omp(k=4, ridge=0.01), task(), tmp_path)
    assert plain.indices is not None
    assert held.indices is not None
    assert plain.weights is not None
    assert held.weights is not None
    assert torch.equal(held.indices, plain.indices)
    assert 0 < (held.weights - plain.weights).norm() < 0.2 * plain.weights.norm()
    assert held.weights.norm() < plain.weights.norm()


SETTINGS = [
    Omp(k=2),
    Omp(k=5),
    Omp(k=5, ridge=0.01),
    Omp(k=3, centre=True),
    Omp(k=4),
    Omp(k=2, normalise=True),
]


def test_that_several_settings_give_what_each_gives_alone(tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    for setting, rows in zip(SETTINGS, Omp.several(SETTINGS, task(), ctx), strict=True):
        alone = setting.rows(task(), ctx)
        assert rows.indices is not None
        assert alone.indices is not None
        assert torch.equal(rows.indices, alone.indices)
        for name in ("weights", "residual", "dense"):
            one, other = getattr(rows, name), getattr(alone, name)
            assert (one is None) == (other is None)
            assert one is None or torch.allclose(one, other, atol=1e-5)


def test_that_settings_that_differ_in_k_and_ridge_share_one_pursuit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = counted(monkeypatch)
    Omp.several(SETTINGS, task(), Context(workdir=tmp_path))
    assert sorted(asked) == [2, 3, 5]


def test_that_several_settings_go_on_where_they_were_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.transplant.pursuit.CHUNK", 4)
    kept: dict[int, Rows] = {}

    def keep(first: int, make: Callable[[], Rows]) -> Rows:
        if first not in kept:
            kept[first] = make()
        return kept[first]

    ctx = Context(workdir=tmp_path)
    settings = [Omp(k=2), Omp(k=5)]
    before = Omp.several(settings, task(keep=keep), ctx)
    assert sorted(kept) == [0, 4, 8, 10, 14, 18]
    del kept[14]
    asked = counted(monkeypatch)
    after = Omp.several(settings, task(keep=keep), ctx)
    assert asked == [5]
    for one, other in zip(before, after, strict=True):
        assert one.weights is not None
        assert other.weights is not None
        assert torch.equal(one.weights, other.weights)


def test_that_a_head_that_learns_from_the_same_donor_shares_the_pursuit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = counted(monkeypatch)
    tied: Any = SimpleNamespace(donor=SimpleNamespace(tied=True))
    one = task(inputs=tied)
    head = task(inputs=tied, matrix="head", table=normal(20, 6, seed=9), shared=one.shared)
    ctx = Context(workdir=tmp_path)
    setting = Omp(k=3, centre=True)
    first, second = setting.rows(one, ctx), setting.rows(head, ctx)
    assert asked == [3]
    assert first.dense is not None
    assert second.dense is not None
    assert not torch.allclose(first.dense, second.dense)
    own = task(matrix="head", shared=one.shared, inputs=SimpleNamespace(donor=SimpleNamespace(tied=False)))
    setting.rows(own, ctx)
    assert asked == [3, 3]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The k of every pursuit from now on."""
    asked: list[int] = []
    pursue = Dictionary.pursue

    def count(self: Dictionary, targets: torch.Tensor, k: int, **options: Any) -> Pursuit:
        asked.append(k)
        return pursue(self, targets, k, **options)

    monkeypatch.setattr(Dictionary, "pursue", count)
    return asked


def test_that_too_few_anchors_are_refused_and_few_are_told(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match="needs at least 13 anchors, but the two vocabularies share 12"
    ) as caught:
        Omp(k=13).rows(task(), Context(workdir=tmp_path))
    assert caught.value.field == "method"
    ctx = Context(workdir=tmp_path)
    Omp(k=4).rows(task(), ctx)
    assert ctx.warnings == [
        "Only 12 anchors for k = 4: each token is made of much of what there is; a smaller k is safer."
    ]
    ctx = Context(workdir=tmp_path)
    Omp(k=3).rows(task(), ctx)
    assert ctx.warnings == []
    Omp(k=9).rows(task(), ctx)
    assert any("not below the donor's hidden size, 8" in warning for warning in ctx.warnings)


def test_that_the_targets_are_worked_in_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.transplant.pursuit.CHUNK", 4)
    asked: list[int] = []

    def keep(first: int, make: Callable[[], Rows]) -> Rows:
        asked.append(first)
        return make()

    rows, _ = made(Omp(k=3), task(keep=keep), tmp_path)
    assert asked == [0, 4, 8]
    assert len(rows) == 10


def test_that_anchors_that_nearly_cancel_are_told(tmp_path: Path) -> None:
    donor = normal(30, 8)
    donor[1:12] = donor[0] + 1e-4 * normal(11, 8, seed=3)
    ctx = Context(workdir=tmp_path)
    Omp(k=2).rows(task(donor=donor), ctx)
    assert any("nearly cancel" in warning for warning in ctx.warnings)
