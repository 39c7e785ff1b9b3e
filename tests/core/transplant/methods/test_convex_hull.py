"""Convex-hull barycentric: the nearest mixture, against every face of the hull."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import torch

from core.errors import UserError
from core.jobs.context import Context
from core.transplant.methods.convex_hull import ConvexHull, nearest_mixture
from core.transplant.rows import Anchors
from tests.core.transplant.methods.tasks import made, normal, task


def nearest_by_faces(points: torch.Tensor) -> float:
    """The distance of the origin from the hull of (k, d): the least over all faces that hold their foot."""
    best = float("inf")
    for size in range(1, len(points) + 1):
        for face in itertools.combinations(range(len(points)), size):
            some = points[list(face)]
            weights = torch.linalg.pinv(some @ some.T + 1) @ torch.ones(size, dtype=torch.float64)
            weights /= weights.sum()
            if (weights > -1e-9).all():
                best = min(best, float((weights @ some).norm()))
    return best


@pytest.mark.parametrize(("k", "width"), [(6, 4), (6, 2), (4, 8), (1, 3)])
def test_that_no_face_of_the_hull_comes_nearer(k: int, width: int) -> None:
    points = normal(20 * k, width).double().view(20, k, width) + normal(20, width, seed=1)[:, None] / 2
    order = points.norm(dim=2).argsort(dim=1)
    points = points.gather(1, order[:, :, None].expand_as(points))
    weights = nearest_mixture(points)
    assert (weights >= 0).all()
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(20, dtype=torch.float64))
    found = (weights[:, None] @ points)[:, 0].norm(dim=1).tolist()
    assert found == pytest.approx([nearest_by_faces(some) for some in points], abs=1e-6)


def test_that_a_point_within_has_its_barycentric_coordinates(tmp_path: Path) -> None:
    donor = torch.tensor([[0.0, 0], [2, 0], [0, 2], [1, 0.5], [3, -1]])
    given = task(
        donor=donor,
        targets=torch.tensor([3, 4]),
        target_bytes=[b"x"] * 2,
        anchors=Anchors(torch.tensor([7, 8, 9]), torch.arange(3)),
    )
    rows, values = made(ConvexHull(), given, tmp_path)
    assert rows.indices is not None
    assert rows.weights is not None
    pairs = zip(rows.indices[0].tolist(), rows.weights[0].tolist(), strict=True)
    assert dict(pairs) == pytest.approx({7: 0.25, 8: 0.5, 9: 0.25}, abs=1e-6)
    assert rows.residual[0].item() == pytest.approx(0, abs=1e-6)
    assert torch.equal(values[1], given.table[8])
    assert rows.indices[1].tolist() == [8, -1, -1]
    assert rows.residual[1].item() == pytest.approx((2 / 10) ** 0.5)


def test_that_rows_stay_within_their_sources(tmp_path: Path) -> None:
    given = task()
    _, values = made(ConvexHull(), given, tmp_path)
    sources = given.table[given.anchors.base]
    assert (values <= sources.amax(dim=0) + 1e-5).all()
    assert (values >= sources.amin(dim=0) - 1e-5).all()


def test_that_an_anchor_itself_is_that_anchor(tmp_path: Path) -> None:
    given = task(targets=torch.tensor([3]), target_bytes=[b"x"])
    _, values = made(ConvexHull(), given, tmp_path)
    torch.testing.assert_close(values[0], given.table[given.anchors.base[3]])


def test_that_no_anchors_are_refused(tmp_path: Path) -> None:
    none = torch.zeros(0, dtype=torch.long)
    with pytest.raises(UserError, match="share no token that can serve"):
        ConvexHull().rows(task(anchors=Anchors(none, none)), Context(workdir=tmp_path))
