"""Maps between spaces: orthogonal Procrustes and ridge, beside scipy and known answers."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import scipy.linalg
import torch
from sklearn.linear_model import Ridge as SklearnRidge

from core.errors import UserError
from core.transplant.methods.procrustes import Procrustes
from core.transplant.methods.ridge import Ridge
from core.transplant.rows import Anchors, Task
from tests.core.transplant.methods.tasks import made, normal, task

TURN = torch.tensor(
    [[math.cos(0.7), math.sin(0.7), 0], [-math.sin(0.7), math.cos(0.7), 0], [0, 0, 1]], dtype=torch.float64
)


def pair(donor: torch.Tensor, base: torch.Tensor, targets: torch.Tensor) -> Task:
    """Anchors are all of `base`'s rows and as many of `donor`'s."""
    ids = torch.arange(len(base))
    return task(
        table=base,
        used=ids,
        donor=donor,
        anchors=Anchors(ids, ids),
        targets=targets,
        target_bytes=[b"x"] * len(targets),
    )


def test_that_a_turned_and_moved_space_is_found_again(tmp_path: Path) -> None:
    donor = torch.from_numpy(np.random.default_rng(0).standard_normal((60, 3)))
    base = donor @ TURN + torch.tensor([1.0, 2, 3])
    _, values = made(Procrustes(), pair(donor, base[:50], torch.arange(50, 60)), tmp_path)
    torch.testing.assert_close(values, base[50:].float(), atol=1e-5, rtol=1e-5)


def test_that_the_rotation_is_the_one_of_least_error_and_not_its_transpose(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    donor = draw.standard_normal((220, 6))
    turn = np.linalg.qr(draw.standard_normal((6, 6)))[0]
    base = donor @ turn + 0.3 * draw.standard_normal((220, 6))
    given = pair(torch.from_numpy(donor), torch.from_numpy(base[:200]), torch.arange(200))
    _, values = made(Procrustes(), given, tmp_path)
    a, h = donor[:200] - donor[:200].mean(0), base[:200] - base[:200].mean(0)
    best, _ = scipy.linalg.orthogonal_procrustes(a, h)
    np.testing.assert_allclose(values, a @ best + base[:200].mean(0), atol=1e-4)
    error = np.linalg.norm(values.numpy() - base[:200]) / np.linalg.norm(h)
    transposed = np.linalg.norm(a @ best.T - h) / np.linalg.norm(h)
    assert error < 0.35 < transposed


@pytest.mark.parametrize(("width", "base_width"), [(8, 5), (5, 8)])
def test_that_widths_may_differ(width: int, base_width: int, tmp_path: Path) -> None:
    """What lies in the shared directions is kept: anchors that are a turned copy come out as they are."""
    most = min(width, base_width)
    core = normal(40, most)
    donor = core @ torch.linalg.qr(normal(width, most, seed=1)).Q.T
    base = core @ torch.linalg.qr(normal(base_width, most, seed=2)).Q.T
    _, values = made(Procrustes(), pair(donor, base, torch.arange(40)), tmp_path)
    torch.testing.assert_close(values, base, atol=1e-4, rtol=1e-4)


def test_that_a_scale_is_found_if_wanted(tmp_path: Path) -> None:
    donor = normal(50, 3)
    base = 2.5 * donor @ TURN.float()
    _, scaled = made(Procrustes(scaled=True), pair(donor, base, torch.arange(50)), tmp_path)
    torch.testing.assert_close(scaled, base, atol=1e-4, rtol=1e-4)
    _, plain = made(Procrustes(), pair(donor, base, torch.arange(50)), tmp_path)
    assert float((plain - base).norm() / base.norm()) > 0.5


def test_that_the_ridge_map_is_that_of_scikit_learn(tmp_path: Path) -> None:
    donor, base = normal(80, 6), normal(80, 4, seed=1)
    given = pair(donor, base, torch.arange(80))
    _, values = made(Ridge(strength=0.5), given, tmp_path)
    centred = donor - donor.mean(dim=0)
    alpha = 0.5 * float((centred.double() ** 2).sum()) / 6
    reference = SklearnRidge(alpha=alpha).fit(donor.double().numpy(), base.double().numpy())
    np.testing.assert_allclose(values, reference.predict(donor.double().numpy()), atol=1e-5)


@pytest.mark.parametrize("method", [Procrustes(), Ridge()])
def test_that_one_anchor_is_too_few(method: Procrustes | Ridge, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="shared tokens, and there are 1"):
        made(method, pair(normal(3, 4), normal(1, 4), torch.arange(3)), tmp_path)
