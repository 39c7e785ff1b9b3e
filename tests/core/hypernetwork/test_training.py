"""Training on a frozen toy: what it learns, that it resumes exactly, and that the base stays as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional
from transformers import LlamaForCausalLM

from core.errors import Cancelled
from core.hypernetwork.body import frozen
from core.hypernetwork.checkpoint import HypernetworkPoint
from core.hypernetwork.config import HypernetworkConfig
from core.hypernetwork.forms import BYTES, SurfaceForms
from core.hypernetwork.network import Hypernetwork
from core.hypernetwork.training import Base, Schedule, fit_scalers, train
from core.hypernetwork.words import read_words
from core.jobs.context import Context, Control
from core.jobs.events import Partial
from core.tokenizers.open import open_tokenizer
from tests.core.transplant.toys import ROLES, prose, trained, write_llama

SIZE = 300


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows in a step, so that a test takes a moment."""
    monkeypatch.setattr("core.hypernetwork.training.IDENTITY_ROWS", 64)
    monkeypatch.setattr("core.hypernetwork.training.PIECES", 400)
    monkeypatch.setattr("core.hypernetwork.training.ROWS", 96)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    place = tmp_path_factory.mktemp("models")
    tokenizer = trained("byte-level", SIZE)
    return {
        tied: write_llama(place / f"tied-{tied}", tokenizer, ROLES["byte-level"], tied=tied)
        for tied in (True, False)
    }


def opened(folder: Path) -> Base:
    model = LlamaForCausalLM.from_pretrained(folder)
    input = model.get_input_embeddings().weight.detach().clone()
    head = model.get_output_embeddings().weight.detach().clone()
    tied = model.config.tie_word_embeddings
    return Base(model, input, None if tied else head, torch.arange(SIZE - 1), model.config.bos_token_id)


def made(base: Base, folder: Path, width: int = 64) -> tuple[Hypernetwork, SurfaceForms]:
    count, base_width = base.input.shape
    config = HypernetworkConfig(
        width=width, feed_forward=2 * width, layers=1, heads=2, base_width=base_width, base_tokens=count,
        extra_tokens=BYTES + 1, longest=6, padding=count + BYTES, untied=base.head is not None,
        scaled=True, bias=False,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = Hypernetwork(config)
    return network, SurfaceForms(open_tokenizer(folder), config)


def learn(
    network: Hypernetwork, base: Base, forms: SurfaceForms, ctx: Context, identity: int, text: int
) -> list[HypernetworkPoint]:
    words = read_words([prose()[:6_000]])
    schedule = Schedule(identity, text, batch=2, length=24, seed=ctx.seed)
    return train(network, base, forms, words, schedule, ctx.checkpoint(), "digest", ctx)


@pytest.mark.parametrize("tied", [True, False])
def test_that_the_bases_own_rows_are_learnt(folders: dict[bool, Path], tmp_path: Path, tied: bool) -> None:
    base = opened(folders[tied])
    network, forms = made(base, folders[tied])
    curve = learn(network, base, forms, Context(workdir=tmp_path), identity=160, text=0)
    with torch.no_grad():
        found = network(base.tokens[:, None], base.source)
    close = functional.cosine_similarity(found.input, base.input[base.tokens])
    assert close.mean() > 0.9
    if base.head is not None:
        assert found.head is not None
        assert functional.cosine_similarity(found.head, base.head[base.tokens]).mean() > 0.9
    assert curve[-1].loss < 0.2 < curve[0].loss
    assert curve[-1].step == 160
    assert curve[-1].bits_per_byte is None


def test_that_an_untrained_network_has_the_spread_of_the_base(folders: dict[bool, Path]) -> None:
    base = opened(folders[False])
    network, _ = made(base, folders[False])
    fit_scalers(network, base, base.source)
    with torch.no_grad():
        found = network(base.tokens[:, None], base.source)
    assert base.head is not None
    assert found.head is not None
    for rows, own in ((found.input, base.input), (found.head, base.head)):
        assert torch.allclose(rows.mean(dim=0), own[base.tokens].mean(dim=0), atol=1e-4)
        assert torch.allclose(rows.std(dim=0), own[base.tokens].std(dim=0), atol=1e-3)


def test_that_text_is_learnt_and_the_base_stays_as_it_was(folders: dict[bool, Path], tmp_path: Path) -> None:
    base = opened(folders[False])
    before = {name: weight.clone() for name, weight in base.model.state_dict().items()}
    network, forms = made(base, folders[False])
    seen: list[Any] = []
    ctx = Context(workdir=tmp_path, send=lambda event: seen.append(event))
    curve = learn(network, base, forms, ctx, identity=5, text=24)
    text = [point for point in curve if point.hypernetwork == "text"]
    assert sum(point.loss for point in text[-6:]) < sum(point.loss for point in text[:6])
    assert all(point.bits_per_byte for point in text)
    after = base.model.state_dict()
    assert all(torch.equal(weight, after[name]) for name, weight in before.items())
    assert all(weight.requires_grad and weight.grad is None for weight in base.model.parameters())
    told = [event.data for event in seen if isinstance(event, Partial)]
    assert [point["step"] for point in told] == [point.step for point in curve]


class _Stops(Context):
    """Stopped at the n-th look."""

    def __init__(self, looks: int, **given: Any) -> None:
        control = Control()
        super().__init__(control=control, **given)
        self._stop, self._left = control, looks

    def check(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._stop.cancel()
        super().check()


def test_that_a_stopped_training_goes_on_as_if_it_had_not_stopped(
    folders: dict[bool, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.hypernetwork.training.CHECKPOINT_EVERY", 0.0)
    base = opened(folders[True])
    whole, forms = made(base, folders[True])
    through = learn(whole, base, forms, Context(workdir=tmp_path / "whole"), identity=4, text=4)
    for looks in (9, 22):  # in the midst of either phase
        stopped, _ = made(base, folders[True])
        with pytest.raises(Cancelled):
            learn(stopped, base, forms, _Stops(looks, workdir=tmp_path / "parts"), identity=4, text=4)
    stopped, _ = made(base, folders[True])
    again = learn(stopped, base, forms, Context(workdir=tmp_path / "parts"), identity=4, text=4)
    assert again == through
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, stopped.state_dict()[name]), name


def test_that_own_rows_give_the_models_own_logits(folders: dict[bool, Path]) -> None:
    for folder in folders.values():
        base = opened(folder)
        ids = torch.arange(2, 22).reshape(2, 10)
        with torch.no_grad():
            own = base.model(input_ids=ids).logits
            with frozen(base.model) as body:
                head = base.input if base.head is None else base.head
                assert torch.equal(body.logits(ids, base.input, head), own)
                rows = base.input[2:22].clone().requires_grad_()
                with torch.enable_grad():
                    body.logits(ids - 2, rows, head[2:22]).sum().backward()
                assert rows.grad is not None
                assert rows.grad.abs().sum() > 0
            assert torch.equal(base.model(input_ids=ids).logits, own)
