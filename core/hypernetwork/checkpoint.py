"""How far a phase of a training has come, on disk: written whole or not at all, for that training alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from core.hypernetwork.network import Hypernetwork

Phase = Literal["identity", "text"]


class HypernetworkPoint(BaseModel):
    """The mean loss over the steps since the last point.

    Identity: the squared error of foretold rows as a share of the rows' own squared length. Text: nats a
    token and bits a byte among the rows that were foretold (so less than among a whole vocabulary).
    """

    model_config = ConfigDict(frozen=True)

    hypernetwork: Phase
    step: int
    steps: int
    loss: float
    bits_per_byte: float | None = None


class State(BaseModel):
    """`done` steps of the phase that has the hash `digest`; `since`, `bits`: figures after the last point."""

    digest: str
    done: int = 0
    curve: list[HypernetworkPoint] = []
    since: list[float] = []
    bits: list[float] = []


def save_state(file: Path, state: State, network: Hypernetwork, optimizer: torch.optim.Optimizer) -> None:
    """Weights, the optimizer's moments and `state` in one file, renamed into place when whole."""
    tensors: dict[str, torch.Tensor] = {}
    for name, weight in network.named_parameters():
        tensors[f"weight/{name}"] = weight.detach().contiguous()
        for moment, value in optimizer.state.get(weight, {}).items():
            tensors[f"{moment}/{name}"] = value.detach().contiguous()
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".partial")
    save_file(tensors, aside, metadata={"state": state.model_dump_json()})
    with aside.open("rb+") as opened:
        os.fsync(opened.fileno())
    aside.replace(file)


def load_state(file: Path, digest: str, network: Hypernetwork, optimizer: torch.optim.Optimizer) -> State:
    """Put what is saved into `network` and `optimizer`; a new state if there is none of this training."""
    new = State(digest=digest)
    if not file.is_file():
        return new
    try:
        with safe_open(file, framework="pt") as saved:
            state = State.model_validate(json.loads((saved.metadata() or {})["state"]))
            if state.digest != digest:
                return new
            tensors = {name: saved.get_tensor(name) for name in saved.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError):
        return new
    for name, weight in network.named_parameters():
        weight.data.copy_(tensors[f"weight/{name}"])
        moments = {
            kind: value.to(weight.device)
            for key, value in tensors.items()
            if (kind := key.partition("/")[0]) != "weight" and key.partition("/")[2] == name
        }
        if moments:
            optimizer.state[weight] = moments
    return state
