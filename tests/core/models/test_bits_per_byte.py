"""Bits per byte: each token scored exactly once, under the right context."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from core.errors import Cancelled
from core.jobs.context import Context, Control
from core.models.bits_per_byte import bits_per_byte, token_losses


class Recording(torch.nn.Module):
    """A stand-in for a language model: each logit depends on all tokens before it, and each call is kept."""

    def __init__(self, vocabulary: int = 16) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.table = torch.nn.Parameter(torch.randn(vocabulary, vocabulary, generator=generator))
        self.config = SimpleNamespace(vocab_size=vocabulary)
        self.calls: list[torch.Tensor] = []

    def forward(self, input_ids: torch.Tensor, use_cache: bool = False) -> SimpleNamespace:
        self.calls.append(input_ids)
        return SimpleNamespace(logits=self.table[input_ids].cumsum(dim=1))


class Keeping(Recording):
    """The same, for a model that can leave out logits that nobody asked for."""

    def forward(
        self, input_ids: torch.Tensor, use_cache: bool = False, logits_to_keep: int = 0
    ) -> SimpleNamespace:
        return SimpleNamespace(logits=super().forward(input_ids).logits[:, -logits_to_keep:])


def naive(model: Recording, sequence: list[int], context: int) -> list[float]:
    """One window after the other, each position by hand; NaN for the token at 0."""
    found = [math.nan] * len(sequence)
    for start in range(0, len(sequence), context // 2):
        window = torch.tensor([sequence[start : start + context]])
        logs = torch.log_softmax(model(window).logits[0].detach(), dim=-1)
        for at in range(1, window.shape[1]):
            if math.isnan(found[start + at]):
                found[start + at] = -float(logs[at - 1, sequence[start + at]])
    return found


def test_that_three_losses_of_two_nats_on_ten_bytes_make_0_866_bits_per_byte() -> None:
    assert bits_per_byte(torch.tensor([2.0, 2.0, 2.0]), 10) == pytest.approx(0.8656170245, abs=1e-10)


def test_that_an_unscored_token_adds_nothing() -> None:
    assert bits_per_byte(torch.tensor([math.nan, 2.0, 2.0, 2.0]), 10) == pytest.approx(0.8656170245)


def test_that_no_bytes_have_no_bits_per_byte() -> None:
    with pytest.raises(ValueError, match="no bytes"):
        bits_per_byte(torch.zeros(1), 0)


@pytest.mark.parametrize("kind", [Recording, Keeping])
@pytest.mark.parametrize("context", [2, 3, 4, 7, 8, 100])
@pytest.mark.parametrize("prefix", [None, 3])
@pytest.mark.parametrize("batch", [1, 3])
def test_that_windows_score_what_one_window_after_the_other_does(
    kind: type[Recording], context: int, prefix: int | None, batch: int, tmp_path: Path
) -> None:
    ids = torch.randint(16, (7 if context == 4 else 23,), generator=torch.Generator().manual_seed(1)).tolist()
    losses = token_losses(
        kind(), ids, prefix=prefix, context=context, ctx=Context(workdir=tmp_path), batch=batch
    )
    expected = naive(Recording(), ids if prefix is None else [prefix, *ids], context)[prefix is not None :]
    torch.testing.assert_close(losses, torch.tensor(expected), equal_nan=True, rtol=1e-5, atol=1e-5)
    assert losses.dtype == torch.float32
    assert int(losses.isnan().sum()) == (1 if prefix is None else 0)


def test_that_seven_tokens_in_windows_of_four_give_seven_losses_or_six(tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    with_prefix = token_losses(Recording(), range(7), prefix=0, context=4, ctx=ctx)
    without = token_losses(Recording(), range(7), prefix=None, context=4, ctx=ctx)
    assert int((~with_prefix.isnan()).sum()) == 7
    assert int((~without.isnan()).sum()) == 6


@pytest.mark.parametrize("prefix", [None, 3])
def test_that_the_logits_shown_in_passing_are_those_that_were_scored(
    prefix: int | None, tmp_path: Path
) -> None:
    ids = torch.randint(16, (23,), generator=torch.Generator().manual_seed(1)).tolist()
    seen = torch.full((23,), torch.nan)

    def watch(first: int, logits: torch.Tensor) -> None:
        last = first + len(logits)
        assert seen[first:last].isnan().all()
        seen[first:last] = torch.nn.functional.cross_entropy(
            logits, torch.tensor(ids[first:last]), reduction="none"
        )

    losses = token_losses(
        Recording(), ids, prefix=prefix, context=7, ctx=Context(workdir=tmp_path), watch=watch
    )
    torch.testing.assert_close(seen, losses, equal_nan=True)


def test_that_a_text_of_no_tokens_has_no_losses(tmp_path: Path) -> None:
    assert len(token_losses(Recording(), [], prefix=0, context=4, ctx=Context(workdir=tmp_path))) == 0


def test_that_measuring_leaves_the_model_as_it_was_and_can_be_stopped(tmp_path: Path) -> None:
    control = Control()
    control.cancel()
    model = Recording().train()
    with pytest.raises(Cancelled):
        token_losses(
            model, range(9), prefix=0, context=4, ctx=Context(workdir=tmp_path, control=control), batch=1
        )
    assert model.training
    assert not model.calls
