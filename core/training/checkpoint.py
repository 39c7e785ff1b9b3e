"""The state of a training on disk: written whole or not at all, and taken up by its own training alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from pydantic import BaseModel
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from core.training.result import CurvePoint, Look


class State(BaseModel):
    """`done` steps of the training that has the hash `digest`; `since`: losses after the last point."""

    digest: str
    done: int = 0
    curve: list[CurvePoint] = []
    looks: list[Look] = []
    since: list[float] = []


def save_checkpoint(
    folder: Path, state: State, network: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    """The weights that are trained, AdamW's moments, the generator and `state` in one file, renamed into
    place when whole."""
    tensors = {"generator": torch.get_rng_state()}
    for name, weight in _trained(network):
        tensors[f"weight/{name}"] = weight.detach().contiguous()
        for moment, value in optimizer.state[weight].items():
            tensors[f"{moment}/{name}"] = value.detach().contiguous()
    aside = folder / "state.partial"
    save_file(tensors, aside, metadata={"state": state.model_dump_json()})
    with aside.open("rb+") as file:
        os.fsync(file.fileno())
    aside.replace(folder / "state.safetensors")


def load_checkpoint(
    folder: Path, digest: str, network: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> State:
    """Put the saved state into `network` and `optimizer`; a new state if there is none of this training."""
    file = folder / "state.safetensors"
    if not file.is_file():
        return State(digest=digest)
    try:
        with safe_open(file, framework="pt") as saved:
            state = State.model_validate(json.loads((saved.metadata() or {})["state"]))
            if state.digest != digest:
                return State(digest=digest)
            tensors = {name: saved.get_tensor(name) for name in saved.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError):
        return State(digest=digest)
    with torch.no_grad():
        for name, weight in _trained(network):
            weight.copy_(tensors[f"weight/{name}"])
            moments = {
                key.partition("/")[0]: value
                for key, value in tensors.items()
                if key.partition("/")[2] == name and not key.startswith("weight/")
            }
            optimizer.state[weight] = {moment: value.to(weight.device) for moment, value in moments.items()}
    torch.set_rng_state(tensors["generator"])
    return state


def _trained(network: torch.nn.Module) -> list[tuple[str, torch.nn.Parameter]]:
    return [(name, weight) for name, weight in network.named_parameters() if weight.requires_grad]
