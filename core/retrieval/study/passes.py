"""All texts through the model once, and everything that is wanted made of their states."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.encoders.encoder import Role
from core.encoders.headed import headed
from core.encoders.heads import Head
from core.encoders.layers import LayerStates
from core.encoders.pooling import pool
from core.encoders.transformer import TransformerEncoder
from core.jobs.context import Context
from core.retrieval.study.reader import Reader
from core.retrieval.study.ways import Way

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TrainedHead:
    """`name` is that of its cell; `path` the folder that it was written to."""

    name: str
    head: Head
    network: torch.nn.Module
    path: Path


@dataclass(eq=False)
class Passed:
    """`vectors`: way → (n, its width); `seconds`: way → to make them of the states; `model_seconds`: to make
    the states; `tokens`: that were read."""

    vectors: dict[str, Vectors] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    model_seconds: float = 0.0
    tokens: int = 0

    def put(self, name: str, count: int, some: LayerStates, vectors: torch.Tensor, start: float) -> float:
        """Put some vectors where they belong, among `count`; returns the seconds since `start`."""
        if name not in self.vectors:
            self.vectors[name] = np.zeros((count, vectors.shape[1]), dtype=np.float32)
            self.seconds[name] = 0.0
        self.vectors[name][some.rows] = vectors.cpu().numpy()
        took = time.perf_counter() - start
        self.seconds[name] += took
        return took


def passed(
    reader: Reader,
    texts: Sequence[str],
    ways: Sequence[Way],
    heads: Sequence[TrainedHead],
    ctx: Context,
    *,
    role: Role,
    stage: str,
) -> Passed:
    """Vectors of all texts in every way; zeros for a text without tokens."""
    found, encoder = Passed(), reader.encoder
    began = time.perf_counter()
    made = 0.0
    for some in encoder.layer_states(texts, ctx, role=role, stage=stage):
        found.tokens += int(some.there.sum())
        for way in ways:
            start = time.perf_counter()
            made += found.put(way.name, len(texts), some, _pooled(encoder, way, some), start)
        for each in heads:
            ctx.check()
            start = time.perf_counter()
            vectors = headed(each.network, each.head, some, reader.looks_ahead)
            made += found.put(each.name, len(texts), some, vectors, start)
    found.model_seconds = time.perf_counter() - began - made
    return found


def kept_states(
    reader: Reader,
    texts: Sequence[str],
    reads: Sequence[str],
    ctx: Context,
    *,
    role: Role,
    stage: str,
) -> dict[str, list[torch.Tensor]]:
    """What heads that read ``layers`` or ``tokens`` are given of each text: (layers or tokens, width)."""
    kept = {what: [torch.zeros(0, reader.width)] * len(texts) for what in reads}
    for some in reader.encoder.layer_states(texts, ctx, role=role, stage=stage):
        by_layer = some.by_layer(reader.looks_ahead).cpu() if "layers" in kept else None
        last = some.states[-1].float().cpu()
        pooled = some.pooled.cpu()
        for at, row in enumerate(some.rows.tolist()):
            if by_layer is not None:
                kept["layers"][row] = by_layer[at].clone()
            if "tokens" in kept:
                kept["tokens"][row] = last[at][pooled[at]].clone()
    return kept


def _pooled(encoder: TransformerEncoder, way: Way, some: LayerStates) -> torch.Tensor:
    """(m, width), after the steps that the model's folder asks for."""
    with torch.inference_mode():
        states = some.states[way.layer]
        if way.modes == ("first_last",):
            states = (some.states[1].float() + some.states[-1].float()) / 2
        return encoder.after(pool(states, some.pooled, way.plain, some.there))
