"""The network: the reference's arithmetic, spellings of any length, and the scalers."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from core.hypernetwork.config import HypernetworkConfig
from core.hypernetwork.network import Hypernetwork, Scaler


def config(**fields: object) -> HypernetworkConfig:
    """Width 16, two layers of two heads, for a base of 20 tokens of width 6 and 4 tokens of its own."""
    given = {
        "width": 16, "feed_forward": 24, "layers": 2, "heads": 2, "base_width": 6, "base_tokens": 20,
        "extra_tokens": 4, "longest": 5, "padding": 23, "scaled": True, "bias": True,
    }  # fmt: skip
    return HypernetworkConfig(**(given | fields))  # type: ignore[arg-type]


def network(**fields: object) -> Hypernetwork:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = Hypernetwork(config(**fields))
        for weight in made.parameters():
            weight.data += torch.randn(weight.shape) * (0.5 if weight.ndim > 1 else 0.1)
    return made.eval()


def source(width: int = 6) -> torch.Tensor:
    return torch.randn(20, width, generator=torch.Generator().manual_seed(1))


FORMS = torch.tensor(
    [[3, 23, 23, 23, 23], [4, 5, 6, 7, 8], [20, 1, 23, 23, 23], [9, 9, 9, 23, 23], [0, 23, 23, 23, 23]]
)


def test_that_the_scaler_gives_the_wanted_mean_and_deviation() -> None:
    rows = torch.tensor([[0.0, 1], [2, 5], [4, 9]])
    wanted = torch.tensor([[1.0, -1], [3, 1], [5, 0]])
    scaler = Scaler(2)
    scaler.fit(rows, wanted.mean(dim=0), wanted.std(dim=0, correction=0))
    assert torch.allclose(scaler.w, torch.tensor([[0.99999999, 0.25]]))
    assert torch.allclose(scaler.b, torch.tensor([[1.00000001, -1.25]]))
    assert torch.allclose(scaler(rows).mean(dim=0), torch.tensor([3.0, 0.0]), atol=1e-6)


def test_that_each_row_is_what_the_encoder_says_of_its_own_pieces() -> None:
    made, rows = network(), source()
    with torch.no_grad():
        found = made(FORMS, rows)
        for number, form in enumerate(FORMS):
            ids = form[form != 23]
            pieces = torch.stack(
                [
                    made.in_scaler(rows[id])[0] if id < 20 else made.fallback_embeddings.weight[id - 20]
                    for id in ids.tolist()
                ]
            )
            dense, block = made.input_projection
            inner = dense(pieces)
            inner = block.ln(
                functional.gelu(
                    block.dense2(functional.gelu(block.dense1(inner), approximate="tanh")), approximate="tanh"
                )
                + inner
            )
            read = made.model(inputs_embeds=inner[None], position_ids=torch.arange(len(ids))[None])
            first = read.last_hidden_state[0, 0]
            block, dense = made.output_projection
            out = functional.gelu(
                block.dense2(functional.gelu(block.dense1(first), approximate="tanh")), approximate="tanh"
            )
            expected = made.scaler(dense(block.ln(out + first)))[0]
            assert torch.allclose(found.input[number], expected, atol=1e-5)
            assert torch.allclose(found.bias[number], made.bias_projection(first)[0], atol=1e-5)
    assert found.head is None


def test_that_a_tokens_row_depends_on_nothing_beside_it() -> None:
    made, rows = network(), source()
    with torch.no_grad():
        together = made(FORMS, rows).input
        alone = torch.cat([made(form[None], rows).input for form in FORMS])
        turned = made(FORMS.flip(0), rows).input.flip(0)
    assert torch.allclose(together, alone, atol=1e-5)
    assert torch.allclose(together, turned, atol=1e-5)


def test_that_what_is_behind_the_padding_and_unused_rows_change_nothing() -> None:
    made, rows = network(), source()
    other = rows.clone()
    other[10:] = 7.0
    with torch.no_grad():
        assert torch.equal(made(FORMS, rows).input, made(FORMS, other).input)
        shorter = made(FORMS[:1, :2], rows).input
        assert torch.allclose(shorter, made(FORMS[:1], rows).input, atol=1e-6)


@pytest.mark.parametrize("together", [False, True])
def test_that_an_untied_head_has_rows_of_its_own(together: bool) -> None:
    made = network(untied=True, one_output=together, bias=False)
    with torch.no_grad():
        found = made(FORMS, source(12))
    assert found.head is not None
    assert found.input.shape == found.head.shape == (5, 6)
    assert not torch.allclose(found.input, found.head)
    assert found.bias is None
    assert ("output_projection_out.1.weight" in made.state_dict()) is not together


def test_that_a_language_changes_what_is_foretold() -> None:
    made, rows = network(by_language=True, languages=3), source()
    with torch.no_grad():
        first, second, again = (made(FORMS, rows, which).input for which in (0, 1, 0))
    assert torch.equal(first, again)
    assert not torch.allclose(first, second)


def test_that_a_language_has_no_place_among_the_pieces() -> None:
    """A spelling is followed by its language at whatever length it is read."""
    made, rows = network(by_language=True, languages=3), source()
    form = torch.tensor([[4, 5, 23, 23, 23], [4, 5, 6, 7, 8]])
    with torch.no_grad():
        assert torch.allclose(made(form, rows, 2).input[0], made(form[:1, :3], rows, 2).input[0], atol=1e-5)
