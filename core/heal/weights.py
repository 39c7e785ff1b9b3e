"""Which weights of a network are trained, and what of the model's files they become.

- Embeddings: the matrices of the vocabulary, input and head; a tied head is the input.
- New rows: of these matrices, or of the head alone, only some rows. The gradient of all others is zero, so
  that AdamW without decay leaves them bit for bit.
- LoRA (arXiv 2106.09685, by way of peft): of each linear layer a low-rank change, merged at the end.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from core.errors import UserError
from core.heal.request import HealRequest
from core.models.folder import ModelFolder
from core.models.tensors import torch_dtype

if TYPE_CHECKING:
    from peft import PeftModel

_EPSILON = 1e-12
"""Under the root, so that the penalty has a gradient where nothing has moved yet (it is zero)."""


@dataclass(frozen=True)
class Trained:
    """A network made ready for the trainer; made by `prepare`.

    `names`: tensor of the model's files → parameter of the network, for all that will be written anew. Two
    names may have one parameter. `rows`: ids (m,) that are trained of the vocabulary's matrices; None: all.
    """

    network: PreTrainedModel
    adapter: PeftModel | None
    matrices: dict[str, torch.nn.Parameter]
    layers: dict[str, str]
    """Module of the network → tensor of the files, of the linear layers that LoRA changes."""
    rows: torch.Tensor | None

    @property
    def count(self) -> int:
        """Weights that are trained."""
        whole: int = sum(weight.numel() for weight in self.network.parameters() if weight.requires_grad)
        frozen = 0
        if self.rows is not None:
            frozen = sum((len(weight) - self.row_count) * weight.shape[1] for weight in self.distinct())
        return whole - frozen

    @property
    def row_count(self) -> int:
        """Rows that are trained in each matrix of the vocabulary."""
        if self.rows is not None:
            return len(self.rows)
        return max((len(weight) for weight in self.matrices.values()), default=0)

    def merge(self, model: ModelFolder) -> None:
        """LoRA's changes become part of the layers, and what was trained is rounded as `model` stores it."""
        if self.adapter is not None:
            self.adapter.merge_and_unload()  # type: ignore[operator]
        with torch.no_grad():
            for name, weight in self._written():
                weight.copy_(weight.to(torch_dtype(model.tensors[name])))

    def replacements(self, model: ModelFolder) -> dict[str, torch.Tensor]:
        """Tensor of the files → what is written there, in the number type it had. Call `merge` first."""
        return {
            name: weight.detach().to("cpu", torch_dtype(model.tensors[name]))
            for name, weight in self._written()
        }

    def _written(self) -> Iterator[tuple[str, torch.nn.Parameter]]:
        yield from self.matrices.items()
        for module, name in self.layers.items():
            yield name, self.network.get_parameter(f"{module}.weight")

    def distinct(self) -> list[torch.nn.Parameter]:
        """The vocabulary's matrices that are trained; a tied one once."""
        return list({id(weight): weight for weight in self.matrices.values()}.values())


class Penalty:
    """``strength · ‖W - W₀‖_F`` over the trained rows of all matrices together (arXiv 2506.14248).

    The norm, not its square, as in the released code. W₀ is W at the moment this is made.

    Args:
        weights: matrices (rows, width).
        rows: ids (m,) of those that count; None: all.
    """

    def __init__(self, weights: Sequence[torch.Tensor], rows: torch.Tensor | None, strength: float) -> None:
        self._weights = weights
        self._rows = rows
        self._strength = strength
        self._start = [self._of(weight).detach().clone() for weight in weights]

    def __call__(self) -> torch.Tensor:
        """A scalar that can be differentiated, also where nothing has moved."""
        moved = [
            (self._of(weight) - start).square().sum()
            for weight, start in zip(self._weights, self._start, strict=True)
        ]
        return self._strength * (torch.stack(moved).sum() + _EPSILON).sqrt()

    def _of(self, weight: torch.Tensor) -> torch.Tensor:
        return weight if self._rows is None else weight[self._rows]


def prepare(
    network: PreTrainedModel, model: ModelFolder, request: HealRequest, rows: torch.Tensor | None
) -> Trained:
    """Freeze all but what is trained; LoRA's matrices are drawn from torch's own generator.

    Args:
        model: the folder that `network` was opened from.
        rows: ids that are trained alone, where new rows are asked for.

    Raises:
        UserError: there are no linear layers, or the files name the vocabulary's matrices otherwise.
    """
    network.requires_grad_(False)
    layers = _linear_layers(network, model) if request.trains_lora else {}
    adapter = _adapted(network, layers, request) if layers else None
    matrices = _matrices(network, model) if request.trains_embeddings else {}
    if request.train == "new head rows":
        matrices = {name: weight for name, weight in matrices.items() if name == model.head}
    trained = Trained(network, adapter, matrices, layers, None if rows is None else rows.to(network.device))
    for weight in trained.distinct():
        weight.requires_grad_(True)
        if trained.rows is not None:
            kept = torch.zeros((len(weight), 1), device=weight.device)
            kept[trained.rows] = 1
            weight.register_hook(lambda gradient, kept=kept: gradient * kept)  # type: ignore[misc]
    return trained


def _adapted(network: PreTrainedModel, layers: Iterable[str], request: HealRequest) -> PeftModel:
    """Put LoRA's matrices into these layers of `network` itself; only they require a gradient then."""
    from peft import LoraConfig, get_peft_model  # here, since it takes long to load and others do without

    transposed = any(isinstance(network.get_submodule(name), Conv1D) for name in layers)
    config = LoraConfig(
        r=request.rank,
        lora_alpha=request.alpha,  # type: ignore[arg-type] # peft divides it by the rank
        lora_dropout=0.0,
        target_modules=list(layers),
        fan_in_fan_out=transposed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers by a name on its way out
        return get_peft_model(network, config)  # type: ignore[return-value]


def penalty(trained: Trained, strength: float) -> Penalty | None:
    return Penalty(trained.distinct(), trained.rows, strength) if strength else None


def start_from_mean(
    network: PreTrainedModel, model: ModelFolder, made: torch.Tensor, copied: torch.Tensor
) -> None:
    """Let every row that was made be the mean of those that were copied, in each matrix of the vocabulary."""
    with torch.no_grad():
        for weight in _matrices(network, model).values():
            weight[made] = weight[copied].double().mean(dim=0).to(weight.dtype)


def _matrices(network: PreTrainedModel, model: ModelFolder) -> dict[str, torch.nn.Parameter]:
    """Tensor of the files → parameter; both ends of a tied model are one parameter."""
    found = {model.input_embedding: network.get_input_embeddings().weight}
    head = network.get_output_embeddings()
    if model.head is not None and head is not None:
        found[model.head] = head.weight
    for name, weight in found.items():
        if tuple(weight.shape) != model.tensors[name].shape:
            raise UserError(
                f"transformers opens {name} of {model.path} in another shape than it is stored in, so that "
                "it cannot be trained and written back.",
                field="model",
            )
    return found


def _linear_layers(network: PreTrainedModel, model: ModelFolder) -> dict[str, str]:
    """Module → tensor of its weight in the files, of all linear layers but the head."""
    head = network.get_output_embeddings()
    prefix = f"{network.base_model_prefix}."
    found = {}
    for module, layer in network.named_modules():
        if layer is head or not isinstance(layer, torch.nn.Linear | Conv1D):
            continue
        for name in (f"{module}.weight", f"{module}.weight".removeprefix(prefix), f"{prefix}{module}.weight"):
            if name in model.tensors and model.tensors[name].shape == tuple(layer.weight.shape):
                found[module] = name
                break
    if not found:
        raise UserError(
            f"{model.path} has no linear layers that LoRA could change and that could be written back. Train "
            "the embeddings instead.",
            field="train",
        )
    return found
