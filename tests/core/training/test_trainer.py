"""The trainer's rate, and what it does when the loss runs away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.jobs.events import Partial
from core.tokenizers.open import open_tokenizer
from core.training.encoder import TextEncoder
from core.training.recipes.causal_lm import CausalLm
from core.training.request import TrainRequest
from core.training.run import train
from core.training.trainer import Looks, Work, fit, learning_rate


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


def test_that_only_weights_that_require_a_gradient_are_trained_with_looks_on_the_way(
    tiny: Callable[..., TrainRequest], tmp_path: Path
) -> None:
    model = Path(train(tiny({"steps": 1}), Context(workdir=tmp_path / "made")).out)
    encoder = TextEncoder(open_tokenizer(model))
    plan = CausalLm(hidden_size=16, layers=1, heads=2, context=16, batch=2, steps=9, weight_decay=0.0)
    tokens = encoder.documents(["the old mill town " * 60], Context(workdir=tmp_path))

    def fitted(folder: Path, stop: int | None = None) -> tuple[dict[str, torch.Tensor], list[str]]:
        torch.manual_seed(3)
        network = plan.network(encoder)
        network.requires_grad_(False)
        gain = network.model.norm.weight.requires_grad_(True)
        before = {name: weight.clone() for name, weight in network.named_parameters()}
        control, told = Control(), list[str]()

        def tell(event: object) -> None:
            if isinstance(event, Partial):
                told.append(str(event.data))
                if event.data["step"] == stop:
                    control.cancel()

        work = Work(
            plan=plan,
            material=tokens,
            text_bytes=1080,
            seed=0,
            digest="",
            checkpoint_every=0,
            checkpoint=folder,
            penalty=lambda: 0.01 * (gain - 1).norm(),
            looks=Looks({0, 2, 5}, lambda: {"gain": float(gain.detach().sum())}),
        )
        folder.mkdir(exist_ok=True)
        state = fit(network, work, Context(workdir=tmp_path, send=tell, control=control))
        assert [look.step for look in state.looks] == [0, 2, 5]
        assert state.looks[0].figures == {"gain": 16.0} != state.looks[1].figures
        after = dict(network.named_parameters())
        assert [name for name in after if not torch.equal(before[name], after[name])] == ["model.norm.weight"]
        return after, told

    whole, told = fitted(tmp_path / "whole")
    with pytest.raises(Cancelled):
        fitted(tmp_path / "halved", stop=6)
    resumed, told_again = fitted(tmp_path / "halved")
    assert told_again == told
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    assert not any("embed" in name for name in load_file(tmp_path / "whole" / "state.safetensors"))
