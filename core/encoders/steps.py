"""What is done to pooled vectors: sentence-transformers' modules after the pooling."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import torch

from core.encoders.recipe import Step
from core.errors import UserError
from core.json_files import read_json_object


class Dense(torch.nn.Module):
    """A linear layer and what is done to its output; with `residual` its input is added."""

    def __init__(
        self,
        linear: torch.nn.Linear,
        activation: torch.nn.Module,
        residual: torch.nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.linear, self.activation, self.residual = linear, activation, residual

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.activation(self.linear(vectors))
        return made if self.residual is None else made + self.residual(vectors)


class Normalize(torch.nn.Module):
    """To length 1; zeros stay zeros."""

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.normalize(vectors, dim=1)


def open_steps(steps: Sequence[Step], width: int, *, field: str) -> tuple[torch.nn.Sequential, int]:
    """The steps, and how wide vectors are after them.

    Args:
        width: of pooled vectors.

    Raises:
        UserError: weights are missing, damaged, pickled, or of another width than the vectors they are for.
    """
    opened: list[torch.nn.Module] = []
    for step in steps:
        if step.folder is None:
            opened.append(Normalize())
            continue
        config = read_json_object(step.folder / "config.json", field=field)
        for key in ("module_input_name", "module_output_name"):
            if config.get(key) not in (None, "sentence_embedding"):
                raise UserError(
                    f"{step.folder / 'config.json'} is for {config[key]}, not for whole texts, which is not "
                    "known here.",
                    field=field,
                )
        weights = read_weights(step.folder, field=field)
        try:
            if step.kind == "Dense":
                module, taken, width_after = _dense(config, weights, step.folder, field)
            else:
                taken = width_after = len(weights["norm.weight"])
                module = torch.nn.LayerNorm(taken)
                module.load_state_dict({"weight": weights["norm.weight"], "bias": weights["norm.bias"]})
        except (KeyError, RuntimeError) as error:
            raise UserError(
                f"{step.folder} is damaged: it lacks or misshapes {error}.", field=field
            ) from error
        if taken != width:
            raise UserError(
                f"{step.folder} takes vectors of {taken} numbers, but gets {width}: it belongs to another "
                "model.",
                field=field,
            )
        opened.append(module)
        width = width_after
    return torch.nn.Sequential(*opened).eval(), width


def read_weights(folder: Path, *, field: str) -> dict[str, torch.Tensor]:
    """Of a module's model.safetensors, in float32.

    Raises:
        UserError: there is none (a pickle is not opened), or it is damaged.
    """
    from safetensors.torch import load_file

    file = folder / "model.safetensors"
    if not file.is_file():
        hint = ""
        if (folder / "pytorch_model.bin").is_file():
            hint = (
                " Its pytorch_model.bin is a pickle, which could run a program; save the model again with "
                "sentence-transformers."
            )
        raise UserError(f"There is no {file}.{hint}", field=field)
    try:
        return {
            name: tensor.float() if tensor.is_floating_point() else tensor
            for name, tensor in load_file(file).items()
        }
    except Exception as error:  # the library raises nothing more special
        raise UserError(f"{file} is damaged: {error}", field=field) from error


def _dense(
    config: dict[str, object], weights: dict[str, torch.Tensor], folder: Path, field: str
) -> tuple[Dense, int, int]:
    """The layer, how wide what it takes is, and what it gives."""
    weight, bias = weights["linear.weight"], weights.get("linear.bias")
    given, taken = weight.shape
    linear = torch.nn.Linear(taken, given, bias=bias is not None)
    linear.load_state_dict({"weight": weight} | ({"bias": bias} if bias is not None else {}))
    residual: torch.nn.Module | None = None
    if config.get("use_residual") is True:
        residual = torch.nn.Identity()
        if taken != given:
            residual = torch.nn.Linear(taken, given, bias=False)
            residual.load_state_dict({"weight": weights["residual.weight"]})
    return Dense(linear, _activation(config, folder, field), residual), taken, given


def _activation(config: dict[str, object], folder: Path, field: str) -> torch.nn.Module:
    """One of torch's, by its name; nothing is imported by name from elsewhere."""
    name = str(config.get("activation_function", "torch.nn.modules.activation.Tanh"))
    if re.fullmatch(r"torch\.nn\.modules\.(activation|linear)\.\w+", name):
        found = getattr(torch.nn, name.rpartition(".")[2], None)
        if isinstance(found, type) and issubclass(found, torch.nn.Module):
            try:
                return found()
            except TypeError:
                pass
    raise UserError(
        f"{folder / 'config.json'} asks for the activation {name}, which is not known here.", field=field
    )
