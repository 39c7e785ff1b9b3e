"""Trainable heads: what the paper's equations say must hold, whatever the weights."""

from __future__ import annotations

import pytest
import torch

from core.encoders.heads import HEADS, Head
from core.encoders.heads.last_layer import LastLayer
from core.encoders.heads.multi_layer import MultiLayer
from core.encoders.latents import LatentPooling

WIDTH, LAYERS = 8, 5


def made(head: Head, seed: int = 0) -> LatentPooling:
    torch.manual_seed(seed)
    network = head.network(WIDTH, LAYERS).eval()
    assert isinstance(network, LatentPooling)
    return network


def states(count: int = 3, m: int = LAYERS) -> torch.Tensor:
    return torch.randn(count, m, WIDTH, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("head", [LastLayer(), MultiLayer()])
def test_that_with_zeroed_outputs_every_text_gets_the_mean_of_the_latents(head: Head) -> None:
    network = made(head)
    with torch.no_grad():
        for zeroed in (network.to_out.weight, network.narrow.weight, network.narrow.bias):
            zeroed.zero_()
        expected = torch.nn.functional.normalize(network.latents.mean(dim=0), dim=0)
        found = network(states())
    torch.testing.assert_close(found, expected.expand(3, -1))


def test_that_the_order_of_layers_counts_only_by_what_is_learnt_of_each() -> None:
    network = made(MultiLayer(latents=1))
    order = torch.tensor([3, 0, 4, 1, 2])
    with torch.no_grad():
        assert network.place is not None
        assert not network.place.any()
        torch.testing.assert_close(network(states()), network(states()[:, order]))
        network.place.normal_(generator=torch.Generator().manual_seed(2))
        assert (network(states()) - network(states()[:, order])).abs().max() > 1e-3


def test_that_it_is_the_paper_s_equations_one_after_the_other() -> None:
    network = made(MultiLayer(latents=6, heads=2, head_width=3))
    x = states()
    with torch.no_grad():
        layer_norm = torch.nn.functional.layer_norm
        z = network.latents
        keys, values = (layer_norm(x, (WIDTH,)) @ network.to_keys_and_values.weight.T).split(6, dim=-1)
        queries = layer_norm(z, (WIDTH,)) @ network.to_queries.weight.T
        parts = []
        for at in (slice(0, 3), slice(3, 6)):
            scores = queries[:, at] @ keys[:, :, at].transpose(1, 2) / 3**0.5
            parts.append(scores.softmax(dim=-1) @ values[:, :, at])
        z1 = torch.cat(parts, dim=-1) @ network.to_out.weight.T + z
        value, gate = network.widen(layer_norm(z1, (WIDTH,))).split(4 * WIDTH, dim=-1)
        z2 = network.narrow(value * torch.nn.functional.gelu(gate)) + z1
        expected = torch.nn.functional.normalize(z2.mean(dim=1), dim=1)
        torch.testing.assert_close(network(x), expected)


def test_that_padding_changes_nothing_and_a_text_without_tokens_gets_zeros() -> None:
    network = made(LastLayer())
    x = states(2, 4)
    there = torch.tensor([[True, True, True, False], [False] * 4])
    with torch.no_grad():
        found = network(x, there)
        torch.testing.assert_close(found[0], network(x[:1, :3])[0])
        assert not found[1].any()


@pytest.mark.parametrize("head", [LastLayer(), MultiLayer(latents=7, heads=3, head_width=5)])
def test_that_its_weights_are_counted(head: Head) -> None:
    network = made(head)
    assert head.parameters(WIDTH, LAYERS) == sum(weight.numel() for weight in network.parameters())


def test_that_heads_are_found_by_being_there() -> None:
    assert list(HEADS) == ["last-layer", "multi-layer"]
    assert all(cls.title and cls.sentence and cls.source for cls in HEADS.values())
