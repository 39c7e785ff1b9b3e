"""The recipe of small Llamas."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from core.errors import UserError
from core.jobs.context import Context
from core.training.order import sequences
from core.training.recipes.causal_lm import CausalLm


@pytest.mark.parametrize(
    "settings",
    [
        {"hidden_size": 16, "layers": 2, "heads": 2, "context": 8},
        {"hidden_size": 24, "layers": 1, "heads": 3, "context": 8, "intermediate_size": 40},
    ],
)
def test_that_the_network_has_as_many_weights_as_foretold(settings: dict[str, int]) -> None:
    recipe = CausalLm(**settings)
    network = recipe.network(SimpleNamespace(size=50, bos=0, eos=1))
    assert sum(weight.numel() for weight in network.parameters()) == recipe.parameters(50)
    assert network.config.tie_word_embeddings


def test_that_the_starters_size_is_5_1_million() -> None:
    assert CausalLm().parameters(8192) == pytest.approx(5.1e6, rel=0.05)


def test_that_the_parts_of_a_batch_add_up_to_its_mean_loss() -> None:
    recipe = CausalLm(hidden_size=16, layers=1, heads=2, context=512, batch=5)  # two sequences at a time
    torch.manual_seed(0)
    network = recipe.network(SimpleNamespace(size=50, bos=0, eos=0))
    tokens = torch.randint(50, (4000,))
    parts = [float(loss.detach()) for loss in recipe.losses(network, tokens, step=2, seed=7)]
    rows = sequences(tokens, 513, 5, 2, 7)
    logits = network(input_ids=rows[:, :-1]).logits
    whole = torch.nn.functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())
    assert len(parts) == 3
    assert sum(parts) == pytest.approx(float(whole.detach()), rel=1e-5)


def test_that_a_text_shorter_than_a_sequence_is_refused(tmp_path: Path) -> None:
    class Counting:
        def documents(self, passages: list[str], ctx: Context) -> torch.Tensor:
            return torch.zeros(sum(map(len, passages)), dtype=torch.long)

    recipe, ctx = CausalLm(context=128), Context(workdir=tmp_path)
    assert len(recipe.material(["a" * 129], Counting(), ctx)) == 129
    with pytest.raises(UserError, match="128 tokens long, and one sequence needs 129"):
        recipe.material(["a" * 128], Counting(), ctx)
