"""Learning masks on a table in place of a network: what must stay and what must go is known."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch

from core.errors import Cancelled, UserError
from core.generation.inside.decoder import Decoder
from core.generation.subnetwork.bigrams import Bigrams
from core.generation.subnetwork.learn import Lesson, learn
from core.generation.subnetwork.masks import by_matrix, masked_matrices, random_kept, without
from core.generation.subnetwork.request import SubnetworkRequest
from core.generation.subnetwork.result import MaskPoint
from core.jobs.context import Context

V = 8


class Table(torch.nn.Module):
    """Logits of the next token are a row of a matrix; a second matrix only disturbs."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList([torch.nn.Linear(V, V, bias=False) for _ in range(2)])
        useful = 6 * torch.eye(V).roll(1, 0)
        self.layers[0].weight.data = useful + 6 * torch.eye(V).roll(3, 0) + 1e-4
        self.layers[1].weight.data = torch.full((V, V), 1e-4)
        self.requires_grad_(False)

    def forward(self, input_ids: torch.Tensor, use_cache: bool) -> Any:
        one_hot = torch.nn.functional.one_hot(input_ids, V).float()
        return SimpleNamespace(logits=self.layers[0](one_hot) + self.layers[1](one_hot))


def lesson(**asked: Any) -> Lesson:
    module = Table()
    learnt = torch.arange(1_200) % V
    decoder = Decoder(
        language=cast("Any", SimpleNamespace(name="table", begin=(), context=None)),
        folder=cast("Any", SimpleNamespace(vocab_size=V)),
        module=module,
    )
    request = SubnetworkRequest(model=Path("table"), **{"steps": 60, "batch": 2, "window": 16, **asked})
    bigrams = Bigrams(torch.stack((learnt[:-1], learnt[1:]), 1), V)
    return Lesson(decoder, masked_matrices(module, "table"), bigrams, learnt, request, "one")


def test_that_what_must_stay_stays_and_all_else_goes(tmp_path: Path) -> None:
    told: list[MaskPoint] = []
    kept, curve = learn(lesson(), 1.0, Context(workdir=tmp_path), told.append, (0, 1))
    assert (kept["layers.0.weight"] == torch.eye(V, dtype=torch.bool).roll(1, 0)).all()
    assert not kept["layers.1.weight"].any()
    assert told == curve
    assert curve[-1].divergence < curve[0].divergence / 3
    assert curve[-1].kept == V / (2 * V * V)
    found = list(by_matrix(kept))
    assert [(each.layer, each.matrix, each.kept, each.of) for each in found] == [
        (0, "weight", V, V * V),
        (1, "weight", 0, V * V),
    ]


def test_that_a_cancelled_search_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole, curve = learn(lesson(), 2.0, Context(workdir=tmp_path / "a"), lambda point: None, (0, 1))

    class Stopping(Context):
        def progress(self, done: float, total: float, stage: str) -> None:
            if done == 25:
                raise Cancelled

    asked = lesson(checkpoint_every=0)
    with pytest.raises(Cancelled):
        learn(asked, 2.0, Stopping(workdir=tmp_path / "b"), lambda point: None, (0, 1))
    heard: list[MaskPoint] = []
    resumed, again = learn(asked, 2.0, Context(workdir=tmp_path / "b"), heard.append, (0, 1))
    assert again == curve == heard
    assert all((resumed[name] == whole[name]).all() for name in whole)
    assert not list((tmp_path / "b" / "checkpoint").iterdir())


def test_that_a_stop_is_heard_on_the_way_back(tmp_path: Path) -> None:
    class Counting(Context):
        checks = 0

        def check(self) -> None:
            self.checks += 1
            if self.checks == 3:  # one before the step, one before its only part
                raise Cancelled

    with pytest.raises(Cancelled):
        learn(lesson(batch=1), 1.0, Counting(workdir=tmp_path), lambda point: None, (0, 1))


def test_that_a_batch_in_parts_learns_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = lesson(batch=6, steps=20)
    _, curve = learn(asked, 1.0, Context(workdir=tmp_path / "a"), lambda point: None, (0, 1))
    monkeypatch.setattr("core.generation.subnetwork.learn._LOGITS", 4 * 16 * V)
    _, parted = learn(asked, 1.0, Context(workdir=tmp_path / "b"), lambda point: None, (0, 1))
    assert [point.divergence for point in parted] == pytest.approx(
        [point.divergence for point in curve], abs=1e-4
    )


def test_that_no_number_is_told_where_there_is_none(tmp_path: Path) -> None:
    asked = lesson()
    asked.weights["layers.0.weight"][0, 0] = float("nan")
    with pytest.raises(UserError, match="no longer a number at step 1") as error:
        learn(asked, 1.0, Context(workdir=tmp_path), lambda point: None, (0, 1))
    assert error.value.field == "learning_rate"


def test_that_random_masks_are_as_large_and_come_from_the_seed() -> None:
    kept = {"layers.0.weight": torch.rand((9, 7), generator=torch.Generator().manual_seed(1)) < 0.3}
    one, two, other = random_kept(kept, 4), random_kept(kept, 4), random_kept(kept, 5)
    assert one["layers.0.weight"].sum() == kept["layers.0.weight"].sum()
    assert (one["layers.0.weight"] == two["layers.0.weight"]).all()
    assert (one["layers.0.weight"] != other["layers.0.weight"]).any()
    weights = {"layers.0.weight": torch.ones((9, 7))}
    ours, rest = without(weights, kept), without(weights, kept, invert=True)
    assert (ours["layers.0.weight"] + rest["layers.0.weight"] == 1).all()
