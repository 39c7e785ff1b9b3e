"""Rope-aware pursuit: turns are found again, and a base that is the donor gets its own rows."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from core.errors import UserError
from core.jobs.context import Context
from core.transplant.methods.rope_pursuit import RopePursuit, Turn, turned_pursuit
from core.transplant.pursuit import Dictionary
from core.transplant.rows import Anchors
from tests.core.transplant.methods.tasks import made, normal, task

TURN = Turn(heads=2, base=100.0)


def models(**config: Any) -> Any:
    said = {"num_attention_heads": 2, "rope_theta": 100.0} | config
    model = SimpleNamespace(text_config=said, hidden_size=8, path=Path("model"))
    return SimpleNamespace(base=model, donor=model)


def test_that_a_turn_is_the_one_of_rotary_positions() -> None:
    frequencies = torch.tensor([1.0, 0.1])
    rows = normal(1, 8)
    pairs = rows.view(2, 2, 2).mT  # head, pair, its two
    plane = torch.view_as_complex(pairs.contiguous()) * torch.polar(torch.ones(2), 0.7 * frequencies)
    expected = torch.view_as_real(plane).mT.reshape(1, 8)
    torch.testing.assert_close(TURN.turned(rows, torch.tensor([0.7])), expected)


def test_that_a_position_is_found_again_and_so_is_that_of_what_points_the_other_way() -> None:
    rows, positions = normal(5, 8), torch.tensor([0.0, 0.3, -0.4, 1.0, 0.2])
    goal = TURN.turned(rows, positions)
    torch.testing.assert_close(TURN.position(rows, goal), positions)
    torch.testing.assert_close(TURN.position(rows, -goal), positions)


def test_that_a_turned_anchor_is_found_again() -> None:
    atoms = torch.nn.functional.normalize(normal(30, 8), dim=1)
    targets = 2 * TURN.turned(atoms[[3, 9]], torch.tensor([0.1, -0.1]))
    found = turned_pursuit(targets, Dictionary(atoms), 1, TURN)
    assert found.support.tolist() == [[3], [9]]
    assert found.positions.flatten().tolist() == pytest.approx([0.1, -0.1], abs=1e-5)
    assert found.weights.flatten().tolist() == pytest.approx([2, 2], abs=1e-5)
    assert (found.residual < 1e-5).all()


def test_that_a_base_that_is_the_donor_gets_what_was_fitted(tmp_path: Path) -> None:
    table = normal(30, 8)
    given = task(
        table=table, donor=table, anchors=Anchors(torch.arange(12), torch.arange(12)), inputs=models()
    )
    rows, values = made(RopePursuit(k=3), given, tmp_path)
    left = (values - table[20:]).norm(dim=1) / table[20:].norm(dim=1)
    torch.testing.assert_close(left, rows.residual, atol=1e-5, rtol=1e-4)
    more, _ = made(RopePursuit(k=6), given, tmp_path)
    assert more.residual.mean() < rows.residual.mean()


@pytest.mark.parametrize(
    "config", [{"rope_theta": None}, {"num_attention_heads": None}, {"num_attention_heads": 3}]
)
def test_that_models_without_rotary_positions_are_refused(tmp_path: Path, config: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="needs models with rotary positions"):
        RopePursuit().rows(task(inputs=models(**config)), Context(workdir=tmp_path))


def test_that_newer_configurations_are_read(tmp_path: Path) -> None:
    said = models(rope_theta=None, rope_parameters={"rope_theta": 500.0, "rope_type": "default"})
    assert Turn.of(said.base, "base") == Turn(2, 500.0)
