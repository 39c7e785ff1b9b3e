"""Interpolation between nearest anchors, on the specification's known answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import UserError
from core.jobs.context import Context
from core.transplant.methods.interpolation import Interpolation
from core.transplant.rows import Anchors, Rows, Task
from tests.core.transplant.methods.tasks import made, normal, task

ATOMS = torch.tensor([[0.0, 0], [2, 0], [0, 2], [5, 5]])


def known(anchors: list[int]) -> Task:
    """The target (1, 0.5), the donor's last row, among some of the atoms; the base has the same ones."""
    ids = torch.tensor(anchors)
    return task(
        table=ATOMS,
        donor=torch.cat([ATOMS, torch.tensor([[1.0, 0.5]])]),
        targets=torch.tensor([4]),
        target_bytes=[b"x"],
        anchors=Anchors(ids, ids),
    )


def weights(rows: Rows) -> dict[int, float]:
    assert rows.indices is not None
    assert rows.weights is not None
    pairs = zip(rows.indices[0].tolist(), rows.weights[0].tolist(), strict=True)
    return {index: weight for index, weight in pairs if index >= 0}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("proportional", {0: 0.38165409, 1: 0.38165409, 2: 0.23669182}),
        ("barycentric", {0: 0.25, 1: 0.5, 2: 0.25}),
        ("least-squares", {1: 0.5, 2: 0.25}),
    ],
)
def test_that_distances_give_the_known_weights(tmp_path: Path, kind: Any, expected: dict[int, float]) -> None:
    rows, _ = made(Interpolation(k=3, weights=kind), known([0, 1, 2, 3]), tmp_path)
    assert weights(rows) == pytest.approx(expected, abs=1e-7)


def test_that_cosines_give_the_known_weights(tmp_path: Path) -> None:
    rows, values = made(Interpolation(k=3, metric="cosine"), known([1, 2, 3]), tmp_path)
    expected = {1: 0.39052429, 2: 0.19526215, 3: 0.41421356}
    assert weights(rows) == pytest.approx(expected, abs=1e-7)
    assert rows.indices is not None
    assert rows.indices[0].tolist() == [3, 1, 2]
    assert values[0].tolist() == pytest.approx(
        (0.39052429 * ATOMS[1] + 0.19526215 * ATOMS[2] + 0.41421356 * ATOMS[3]).tolist()
    )


def test_that_a_softmax_of_cosines_has_a_temperature(tmp_path: Path) -> None:
    sharp, _ = made(Interpolation(k=3, metric="cosine", weights="softmax"), known([1, 2, 3]), tmp_path)
    cosines = torch.tensor([0.89442719, 0.4472136, 0.9486833])
    assert list(weights(sharp).items()) == [
        (id, pytest.approx(share, abs=1e-6))
        for id, share in zip([3, 1, 2], (cosines / 0.1).softmax(0)[[2, 0, 1]].tolist(), strict=True)
    ]


def test_that_a_softmax_of_distances_is_in_the_nearest_ones_measure(tmp_path: Path) -> None:
    method = Interpolation(k=3, weights="softmax", temperature=1)
    rows, _ = made(method, known([0, 1, 2]), tmp_path)
    expected = (-torch.tensor([1, 1, 1.80277564 / 1.11803399])).softmax(0).tolist()
    assert list(weights(rows).values()) == pytest.approx(expected, abs=1e-6)


def test_that_negative_cosines_have_no_part_and_the_nearest_stays(tmp_path: Path) -> None:
    donor = torch.tensor([[1.0, 0], [-1, 0.1], [-1, 0.3], [-1, 0.2]])
    given = task(
        donor=donor,
        targets=torch.tensor([0, 3]),
        target_bytes=[b"x"] * 2,
        anchors=Anchors(torch.tensor([1, 2]), torch.tensor([1, 2])),
    )
    rows, _ = made(Interpolation(k=2, metric="cosine"), given, tmp_path)
    assert weights(rows) == {2: 1.0}


def test_that_the_residual_is_the_share_not_explained(tmp_path: Path) -> None:
    rows, _ = made(Interpolation(k=1), known([0, 1, 3]), tmp_path)
    assert rows.residual.item() == pytest.approx(1.0)
    exact, _ = made(Interpolation(k=3, weights="barycentric"), known([0, 1, 2]), tmp_path)
    assert exact.residual.item() == pytest.approx(0, abs=1e-6)


def test_that_a_target_without_a_donor_vector_is_not_made(tmp_path: Path) -> None:
    donor = normal(30, 8)
    donor[25] = 0
    for kind in ("proportional", "softmax", "barycentric", "least-squares"):
        rows, _ = made(Interpolation(k=3, weights=kind), task(donor=donor), tmp_path)
        assert rows.made.tolist() == [True] * 5 + [False] + [True] * 4


def test_that_more_neighbours_than_anchors_are_told_and_none_are_refused(tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    rows = Interpolation(k=64).rows(task(), ctx)
    assert rows.indices is not None
    assert rows.indices.shape == (10, 12)
    assert ctx.warnings == ["Each token is a mixture of all 12 anchors, as k = 64."]
    none = torch.zeros(0, dtype=torch.long)
    with pytest.raises(UserError, match="share no token that can serve"):
        Interpolation().rows(task(anchors=Anchors(none, none)), ctx)
