"""Learning the masks of one penalty, from its checkpoint on."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from core.errors import UserError
from core.generation.inside.decoder import Decoder
from core.generation.subnetwork.bigrams import Bigrams
from core.generation.subnetwork.masks import SoftMasks
from core.generation.subnetwork.request import SubnetworkRequest
from core.generation.subnetwork.result import MaskPoint
from core.jobs.context import Context

CURVE_POINTS = 100
_EPSILON = 1e-15
"""AdamW's: gradients of single masks are far smaller than its usual one."""
_LOGITS = 2**23
"""At once, in a part of a batch."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """`learnt`: (M,) ids. `digest`: of all that the masks follow from but their penalty."""

    decoder: Decoder
    weights: dict[str, torch.Tensor]
    bigrams: Bigrams
    learnt: torch.Tensor
    request: SubnetworkRequest
    digest: str


@dataclass
class _State:
    done: int = 0
    curve: list[MaskPoint] = field(default_factory=list)
    since: list[float] = field(default_factory=list)


def learn(
    lesson: Lesson, penalty: float, ctx: Context, tell: Callable[[MaskPoint], None], part: tuple[int, int]
) -> tuple[dict[str, torch.Tensor], list[MaskPoint]]:
    """Masks for a bigram's law (arXiv 2504.15471).

    ``CE(model, q) + λ · mean σ(β m)`` by AdamW, β growing from 1 to `hardness` by the same factor each step.

    Args:
        part: which penalty of how many this is, for the progress that is reported.

    Returns:
        which weights are kept, and the curve, that of earlier sittings included.

    Raises:
        UserError: the loss is no longer a number.
    """
    request = lesson.request
    masks = SoftMasks(lesson.weights)
    optimizer = torch.optim.AdamW(
        masks.masks.values(), lr=request.learning_rate, eps=_EPSILON, weight_decay=0.0
    )
    file = ctx.checkpoint() / f"penalty-{penalty:g}.safetensors"
    state = _load(file, lesson.digest, masks, optimizer)
    for point in state.curve:
        tell(point)
    every = -(-request.steps // CURVE_POINTS)
    saved = time.monotonic()
    for step in range(state.done, request.steps):
        ctx.progress(
            part[0] * request.steps + step, part[1] * request.steps, f"Learning, penalty {penalty:g}"
        )
        hardness = request.hardness ** (step / max(1, request.steps - 1))
        state.since.append(_step(lesson, masks, optimizer, penalty, hardness, step, ctx))
        state.done = step + 1
        if state.done % every == 0 or state.done == request.steps:
            bits = fmean(state.since) / math.log(2)
            point = MaskPoint(penalty=penalty, step=state.done, divergence=bits, kept=masks.share())
            state.curve.append(point)
            state.since.clear()
            tell(point)
        if time.monotonic() - saved >= request.checkpoint_every:
            _save(file, lesson.digest, state, masks, optimizer)
            saved = time.monotonic()
    file.unlink(missing_ok=True)
    return masks.kept(), state.curve


def _step(
    lesson: Lesson,
    masks: SoftMasks,
    optimizer: torch.optim.Optimizer,
    penalty: float,
    hardness: float,
    step: int,
    ctx: Context,
) -> float:
    """One change of the masks; returns the divergence in nats a token, before it."""
    weights, open_ = masks.at(hardness)
    leaves = {name: weight.detach().requires_grad_() for name, weight in weights.items()}
    for leaf in leaves.values():
        leaf.register_hook(lambda _: ctx.check())  # on the way back, too
    divergence = 0.0
    parts = list(_batch(lesson, step, ctx.seed))
    for ids in parts:
        ctx.check()
        out = lesson.decoder.read(ids, leaves)
        contexts = ids.reshape(-1)
        logits = out.logits.float().reshape(len(contexts), -1)
        crossed = lesson.bigrams.cross_entropy(logits, contexts).mean()
        crossed.backward()  # type: ignore[no-untyped-call]
        divergence += float(crossed.detach()) - float(lesson.bigrams.entropy(contexts).mean())
    names = [name for name in leaves if leaves[name].grad is not None]
    torch.autograd.backward(
        [*(weights[name] for name in names), open_],
        [*(leaves[name].grad / len(parts) for name in names), torch.full_like(open_, penalty)],  # type: ignore[operator]
    )
    if not math.isfinite(divergence):
        raise UserError(
            f"The loss was no longer a number at step {step + 1:,}: lower the learning rate "
            f"({lesson.request.learning_rate:g}).",
            field="learning_rate",
        )
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return divergence / len(parts)


def _batch(lesson: Lesson, step: int, seed: int) -> Iterator[torch.Tensor]:
    """The windows of a step, which follow from the seed and the step alone, in parts."""
    request, learnt = lesson.request, lesson.learnt
    length = min(request.window, lesson.decoder.context or request.window, len(learnt))
    generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
    starts = torch.randint(0, len(learnt) - length + 1, (request.batch,), generator=generator)
    ids = torch.stack([learnt[start : start + length] for start in starts.tolist()])
    at_once = max(1, _LOGITS // (length * lesson.decoder.folder.vocab_size))
    equal = -(-request.batch // -(-request.batch // at_once))
    while request.batch % equal:  # parts of one size weigh the same
        equal -= 1
    yield from ids.to(lesson.decoder.device).split(equal)


def _save(file: Path, digest: str, state: _State, masks: SoftMasks, optimizer: torch.optim.Optimizer) -> None:
    """In one file, renamed into place when whole."""
    tensors: dict[str, torch.Tensor] = {}
    for name, mask in masks.masks.items():
        tensors[f"mask/{name}"] = mask.detach().contiguous()
        for moment, value in optimizer.state[mask].items():
            tensors[f"{moment}/{name}"] = value.detach().contiguous()
    kept: dict[str, Any] = {
        "digest": digest,
        "done": state.done,
        "curve": [point.model_dump() for point in state.curve],
        "since": state.since,
    }
    aside = file.with_suffix(".partial")
    save_file(tensors, aside, metadata={"state": json.dumps(kept)})
    with aside.open("rb+") as opened:
        os.fsync(opened.fileno())
    aside.replace(file)


def _load(file: Path, digest: str, masks: SoftMasks, optimizer: torch.optim.Optimizer) -> _State:
    """Put what was saved into `masks` and `optimizer`; a new state if there is none of this search."""
    if not file.is_file():
        return _State()
    try:
        with safe_open(file, framework="pt") as saved:
            kept = json.loads((saved.metadata() or {})["state"])
            if kept["digest"] != digest:
                return _State()
            curve = [MaskPoint.model_validate(point) for point in kept["curve"]]
            state = _State(int(kept["done"]), curve, list(kept["since"]))
            tensors = {name: saved.get_tensor(name) for name in saved.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError):
        return _State()
    with torch.no_grad():
        for name, mask in masks.masks.items():
            mask.copy_(tensors[f"mask/{name}"])
            optimizer.state[mask] = {
                key.partition("/")[0]: value.to("cpu" if value.ndim == 0 else mask.device)
                for key, value in tensors.items()
                if key.partition("/")[2] == name and not key.startswith("mask/")
            }
    return state
