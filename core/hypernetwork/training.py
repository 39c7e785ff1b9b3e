"""Training a hypernetwork on a frozen model: first the base's own rows, then text under drawn tokenizers.

Two phases (arXiv 2405.07883, section 3, and the authors' code). *Identity*: the row of every token of the
base from its own id, by squared error. *Text*: a tokenizer is drawn (`sampler`), a passage is cut by it,
the rows of the tokens in it and of others at random are foretold, and the frozen body foretells the passage
with them; the loss is its cross-entropy and, times `AUXILIARY`, how far rows of tokens that the base has
lie from the base's.

Everything a step draws follows from the seed and the step's number, so that a resumed training goes on as
if it had never stopped.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from core.errors import UserError
from core.hypernetwork.body import FrozenBody, frozen
from core.hypernetwork.checkpoint import HypernetworkPoint, Phase, load_state, save_state
from core.hypernetwork.forms import SurfaceForms
from core.hypernetwork.network import Hypernetwork
from core.hypernetwork.sampler import DrawnTokenizer, TokenizerSampler
from core.hypernetwork.words import Words
from core.jobs.context import Context

AUXILIARY = 0.5
IDENTITY_RATE = 1e-3
TEXT_RATE = 3e-4
BETAS = (0.9, 0.95)
DECAY = 0.01
CLIP = 1.0
WARMUP = 0.05
IDENTITY_ROWS = 512
PIECES = 8192
"""Pieces of a drawn tokenizer."""
ROWS = 1024
"""Rows that are foretold in a step, if the passage does not have more."""
POINTS = 100
"""At most so many points in the curve of a phase."""
CHECKPOINT_EVERY = 20.0
"""Seconds."""


@dataclass(frozen=True)
class Base:
    """The frozen model: `model` of transformers, its rows `input` (V, h) and, untied, `head` (V, h) float32.

    `tokens` (t,) int64: ids that stand for text, from which the network learns their rows. `prefix`: the
    token that stands before a text, whose rows are copied.
    """

    model: Any
    input: torch.Tensor
    head: torch.Tensor | None
    tokens: torch.Tensor
    prefix: int | None

    @property
    def source(self) -> torch.Tensor:
        """(V, h), or (V, 2h) untied: what a piece is given to the network as."""
        return self.input if self.head is None else torch.cat([self.input, self.head], dim=1)


@dataclass(frozen=True)
class Schedule:
    identity_steps: int
    text_steps: int
    batch: int
    """Passages in a step."""
    length: int
    """Tokens of a passage."""
    seed: int


def train(
    network: Hypernetwork,
    base: Base,
    forms: SurfaceForms,
    words: Words,
    schedule: Schedule,
    checkpoint: Path,
    digest: str,
    ctx: Context,
) -> list[HypernetworkPoint]:
    """Train in place, from the checkpoint of the same `digest` if there is one.

    Raises:
        UserError: the loss was no longer a number.
        Cancelled: within a step; the last checkpoint stays.
    """
    source = base.source
    if network.config.scaled:
        fit_scalers(network, base, source)
    curve = _fit(
        network,
        "identity",
        schedule.identity_steps,
        IDENTITY_RATE,
        lambda step: _identity(network, base, source, schedule, step),
        checkpoint,
        digest,
        ctx,
    )
    if not schedule.text_steps:
        return curve
    sampler = TokenizerSampler(words, lambda share: ctx.progress(share, 1, "Counting substrings"))
    with frozen(base.model) as body:
        passages = _Passages(network, base, source, forms, words, sampler, body, schedule, ctx)
        return curve + _fit(
            network, "text", schedule.text_steps, TEXT_RATE, passages.loss, checkpoint, digest, ctx
        )


@dataclass(frozen=True)
class _Loss:
    """`total` has the gradient of what is made smaller; `told` is what the curve shows, for `size` bytes."""

    total: torch.Tensor
    told: float
    tokens: int = 0
    size: int = 0


_STAGES = {
    "identity": "Teaching the hypernetwork the base's tokens",
    "text": "Training the hypernetwork on text",
}


def _fit(
    network: Hypernetwork,
    phase: Phase,
    steps: int,
    rate: float,
    loss_of: Callable[[int], _Loss],
    checkpoint: Path,
    digest: str,
    ctx: Context,
) -> list[HypernetworkPoint]:
    if not steps:
        return []
    file = checkpoint / f"hypernetwork-{phase}.safetensors"
    optimizer = _optimizer(network, rate)
    state = load_state(file, f"{digest}/{phase}/{steps}", network, optimizer)
    for point in state.curve:
        ctx.emit(point)
    every = -(-steps // POINTS)
    saved = time.monotonic()
    network.train()
    for step in range(state.done, steps):
        ctx.progress(step, steps, _STAGES[phase])
        loss = loss_of(step)
        ctx.check()
        optimizer.zero_grad(set_to_none=True)
        loss.total.backward()  # type: ignore[no-untyped-call]
        ctx.check()
        norm = torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
        if not (math.isfinite(loss.told) and math.isfinite(float(norm))):
            raise UserError(
                f"The hypernetwork's loss was no longer a number at step {step + 1:,}; make it narrower or "
                "train it on other text.",
                field="method",
            )
        for group in optimizer.param_groups:
            group["lr"] = rate * _share(step, steps)
        optimizer.step()
        state.done = step + 1
        state.since.append(loss.told)
        if loss.size:
            state.bits.append(loss.told * loss.tokens / loss.size / math.log(2))
        if state.done % every == 0 or state.done == steps:
            point = HypernetworkPoint(
                hypernetwork=phase,
                step=state.done,
                steps=steps,
                loss=fmean(state.since),
                bits_per_byte=fmean(state.bits) if state.bits else None,
            )
            state.curve.append(point)
            state.since.clear()
            state.bits.clear()
            ctx.emit(point)
        if time.monotonic() - saved >= CHECKPOINT_EVERY or state.done == steps:
            save_state(file, state, network, optimizer)
            saved = time.monotonic()
    network.eval()
    return state.curve


def _share(step: int, steps: int) -> float:
    """Of the peak learning rate: rises evenly, then falls along half a cosine to a tenth."""
    rising = max(1, round(WARMUP * steps))
    if step < rising:
        return (step + 1) / rising
    return 0.1 + 0.45 * (1 + math.cos(math.pi * (step - rising) / max(1, steps - rising)))


def _optimizer(network: Hypernetwork, rate: float) -> torch.optim.Optimizer:
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    groups = [
        {"params": [weight for weight in weights if weight.ndim >= 2], "weight_decay": DECAY},
        {"params": [weight for weight in weights if weight.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate, betas=BETAS, eps=1e-8)


def _stream(seed: int, phase: Phase, step: int) -> np.random.Generator:
    """The random stream of one step."""
    said = hashlib.blake2b(json.dumps([seed, phase, step]).encode(), digest_size=8).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(said, "little")))


# The base's own rows


def fit_scalers(network: Hypernetwork, base: Base, source: torch.Tensor) -> None:
    """Standardise what comes in, and give what the untrained network foretells the spread of the base's."""
    tokens = base.tokens[:: max(1, len(base.tokens) // 4096)]
    width = source.shape[1]
    network.in_scaler.fit(source[tokens], source.new_zeros(width), source.new_ones(width))
    for scaler in (network.scaler, *([network.out_scaler] if base.head is not None else [])):
        scaler.reset()
    with torch.no_grad():
        found = network(tokens[:, None], source)
    network.scaler.fit(found.input, *_spread(base.input[tokens]))
    if base.head is not None and found.head is not None:
        network.out_scaler.fit(found.head, *_spread(base.head[tokens]))


def _spread(rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return rows.mean(dim=0), rows.std(dim=0, correction=0)


def _identity(
    network: Hypernetwork, base: Base, source: torch.Tensor, schedule: Schedule, step: int
) -> _Loss:
    rng = _stream(schedule.seed, "identity", step)
    count = min(IDENTITY_ROWS, len(base.tokens))
    drawn = torch.from_numpy(rng.choice(len(base.tokens), count, replace=False))
    ids = base.tokens[drawn.to(base.tokens.device)]
    found = network(ids[:, None], source)
    errors = [_error(found.input, base.input[ids])]
    if base.head is not None and found.head is not None:
        errors.append(_error(found.head, base.head[ids]))
    total = torch.stack(errors).mean()
    return _Loss(total, float(total.detach()))


def _error(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    return (found - wanted).square().sum(dim=1).mean() / wanted.square().sum(dim=1).mean()


# Text


class _Passages:
    """Makes the loss of a step: draws a tokenizer and passages, and has the frozen body read them."""

    def __init__(
        self,
        network: Hypernetwork,
        base: Base,
        source: torch.Tensor,
        forms: SurfaceForms,
        words: Words,
        sampler: TokenizerSampler,
        body: FrozenBody,
        schedule: Schedule,
        ctx: Context,
    ) -> None:
        self._network = network
        self._base = base
        self._source = source
        self._forms = forms
        self._words = words
        self._sampler = sampler
        self._body = body
        self._schedule = schedule
        self._ctx = ctx
        self._special = 0 if base.prefix is None else 1

    def loss(self, step: int) -> _Loss:
        rng = _stream(self._schedule.seed, "text", step)
        drawn = self._sampler.draw(PIECES, rng)
        passages = [self._passage(drawn, rng) for _ in range(self._schedule.batch)]
        present = sorted({id for passage in passages for id in passage})
        others = np.setdiff1d(np.arange(len(drawn.pieces)), present)
        extra = rng.permutation(others)[: max(0, ROWS - len(present))]
        chosen = [*present, *extra.tolist()]
        device = self._source.device
        forms = self._forms.matrix([drawn.pieces[id] for id in chosen]).to(device)
        self._ctx.check()
        found = self._network(forms, self._source)
        self._ctx.check()
        ids, wanted = self._sequences(passages, chosen, device)
        rows = [own.detach().requires_grad_() for own in (found.input, found.head) if own is not None]
        own_head = self._base.input if self._base.head is None else self._base.head
        logits = self._body.logits(
            ids, self._with_prefix(rows[0], self._base.input), self._with_prefix(rows[-1], own_head)
        )
        if len(extra):  # each of the others that were drawn stands for as many that were not
            weight = logits.new_zeros(logits.shape[2])
            weight[len(weight) - len(extra) :] = math.log(len(others) / len(extra))
            logits = logits + weight
        cross = functional.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=-100)
        self._ctx.check()
        cross.backward()  # type: ignore[no-untyped-call]
        tokens = int((wanted >= 0).sum())
        skipped = 0 if self._special else 1
        size = sum(len(drawn.pieces[id]) for passage in passages for id in passage[skipped:])
        total = AUXILIARY * self._auxiliary(found.input, found.head, forms)
        for foretold, leaf in zip((found.input, found.head), rows, strict=False):
            assert foretold is not None
            assert leaf.grad is not None
            total = total + (foretold * leaf.grad).sum()  # the body's gradient, on to the network
        return _Loss(total, float(cross.detach()), tokens, size)

    def _passage(self, drawn: DrawnTokenizer, rng: np.random.Generator) -> list[int]:
        """As many tokens as a passage has, from somewhere in the text."""
        words = self._words
        room = self._schedule.length - self._special
        start = int(rng.integers(max(1, len(words.ids) - room)))
        ids: list[int] = []
        for word in words.ids[start : start + room].tolist():
            ids += drawn.cut(words.distinct[word])
            if len(ids) >= room:
                break
        return ids[:room]

    def _sequences(
        self, passages: list[list[int]], chosen: list[int], device: torch.device
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """(b, n) int64 each: places of the tokens among the rows, and those of the tokens after them."""
        place = {id: self._special + number for number, id in enumerate(chosen)}
        longest = self._special + max(map(len, passages))
        ids = torch.zeros((len(passages), longest), dtype=torch.long)
        wanted = torch.full((len(passages), longest), -100)
        for row, passage in enumerate(passages):
            places = [*([0] * self._special), *(place[id] for id in passage)]
            ids[row, : len(places)] = torch.tensor(places)
            wanted[row, : len(places) - 1] = torch.tensor(places[1:])
        return ids.to(device), wanted.to(device)

    def _with_prefix(self, rows: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        if self._base.prefix is None:
            return rows
        return torch.cat([own[self._base.prefix][None], rows])

    def _auxiliary(self, input: torch.Tensor, head: torch.Tensor | None, forms: torch.Tensor) -> torch.Tensor:
        """How far the rows of tokens that the base has lie from its own, as a share of their mean length."""
        padding, most = self._network.config.padding, self._network.config.base_tokens
        single = (forms[:, 0] < most) & (forms[:, 1:] == padding).all(dim=1)
        if not bool(single.any()):
            return input.new_zeros(())
        ids = forms[single, 0]
        losses = list(_distances(self._base, input[single], None if head is None else head[single], ids))
        return torch.stack(losses).mean()


def _distances(
    base: Base, input: torch.Tensor, head: torch.Tensor | None, ids: torch.Tensor
) -> Iterator[torch.Tensor]:
    for found, own in ((input, base.input), (head, base.head)):
        if found is not None and own is not None:
            wanted = own[ids]
            far = torch.linalg.vector_norm(found - wanted, dim=1).mean()
            yield far / torch.linalg.vector_norm(wanted, dim=1).mean()
