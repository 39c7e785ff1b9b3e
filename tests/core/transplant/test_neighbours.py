"""Nearest anchors in tiles, and the systems that mix them, against brute force in float64."""

from __future__ import annotations

import pytest
import torch

from core.transplant.neighbours import Metric, Search, barycentric, least_squares
from core.transplant.pursuit import Dictionary
from tests.core.transplant.methods.tasks import normal


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("tile", [7, 64, 300])
def test_that_tiles_of_any_width_find_the_nearest(
    tile: int, metric: Metric, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.transplant.neighbours._TILE", tile)
    atoms, targets = normal(300, 24), normal(50, 24, seed=1)
    found = Search(Dictionary(atoms), metric).nearest(targets, 9)
    if metric == "euclidean":
        distances = torch.cdist(targets.double(), atoms.double())
    else:
        unit = torch.nn.functional.normalize
        distances = 1 - unit(targets.double()) @ unit(atoms.double()).T
    values, places = distances.sort(dim=1)
    assert torch.equal(found.places, places[:, :9])
    torch.testing.assert_close(found.distances, values[:, :9])
    assert torch.equal(found.points, atoms[found.places].double())


def test_that_of_equal_distances_the_lowest_index_comes_first() -> None:
    atoms = torch.eye(4).repeat(3, 1)
    found = Search(Dictionary(atoms), "euclidean").nearest(torch.tensor([[0.0, 0, 1, 0]]), 5)
    assert found.places.tolist() == [[2, 6, 10, 0, 1]]


def test_that_a_distance_near_zero_keeps_its_digits() -> None:
    atoms = normal(100, 16) + 100
    found = Search(Dictionary(atoms), "euclidean").nearest(atoms[[7]] + 1e-3, 1)
    assert found.places.item() == 7
    expected = (atoms[7].double() - (atoms[7] + 1e-3).double()).norm().item()
    assert found.distances.item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("k", "width"), [(4, 9), (9, 4)])
def test_that_least_squares_is_the_shortest_answer(k: int, width: int) -> None:
    points, targets = normal(5 * k, width).double().view(5, k, width), normal(5, width, seed=1).double()
    expected = (torch.linalg.pinv(points.mT) @ targets[:, :, None])[:, :, 0]
    torch.testing.assert_close(least_squares(points, targets), expected, atol=1e-9, rtol=1e-7)


@pytest.mark.parametrize(("k", "width"), [(4, 9), (9, 4)])
def test_that_barycentric_weights_solve_the_bordered_system(k: int, width: int) -> None:
    points, targets = normal(5 * k, width).double().view(5, k, width), normal(5, width, seed=1).double()
    border = torch.ones(5, k, 1, dtype=torch.float64)
    corner = torch.zeros(5, 1, 1, dtype=torch.float64)
    system = torch.cat([torch.cat([points @ points.mT, border], 2), torch.cat([border.mT, corner], 2)], dim=1)
    right = torch.cat([points @ targets[:, :, None], torch.ones(5, 1, 1, dtype=torch.float64)], dim=1)
    expected = (torch.linalg.pinv(system) @ right)[:, :k, 0]
    found = barycentric(points, targets)
    torch.testing.assert_close(found, expected, atol=1e-8, rtol=1e-6)
    torch.testing.assert_close(found.sum(dim=1), torch.ones(5, dtype=torch.float64))
