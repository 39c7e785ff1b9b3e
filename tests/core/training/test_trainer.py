"""The trainer's rate, and what it does when the loss runs away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import UserError
from core.jobs.context import Context
from core.training.recipes.causal_lm import CausalLm
from core.training.request import TrainRequest
from core.training.run import train
from core.training.trainer import learning_rate


def test_that_the_rate_rises_evenly_and_falls_along_a_cosine() -> None:
    recipe = CausalLm(steps=110, warmup=10 / 110, learning_rate=0.4, final_rate=0.25)
    rates = [learning_rate(recipe, step) for step in range(111)]
    assert rates[:10] == pytest.approx([0.04 * (step + 1) for step in range(10)])
    assert rates[10] == pytest.approx(0.4)
    assert rates[60] == pytest.approx(0.25)  # half way between the peak and a quarter of it
    assert rates[110] == pytest.approx(0.1)


def test_that_without_a_warm_up_the_first_step_has_the_peak_rate() -> None:
    assert learning_rate(CausalLm(warmup=0), 0) == CausalLm().learning_rate


def test_that_a_loss_that_is_no_number_ends_in_a_sentence(
    tiny: Callable[..., TrainRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = CausalLm.losses

    def running_away(self: CausalLm, network, tokens, step, seed):  # type: ignore[no-untyped-def]
        for loss in losses(self, network, tokens, step, seed):
            yield loss * float("nan") if step == 3 else loss

    monkeypatch.setattr(CausalLm, "losses", running_away)
    request = tiny()
    with pytest.raises(UserError, match=r"no longer a number at step 4: lower the learning rate \(0\.01\)"):
        train(request, Context(workdir=tmp_path / "work"))
    assert not request.out.exists()
