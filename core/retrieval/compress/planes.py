"""Directions that vectors are laid onto before their numbers become a few bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.compress.compressed import sample

_SAMPLE = 50_000
_TURNED = 8192
"""Vectors that a rotation is fitted to; more if there are many directions."""
_ROUNDS = 50
_STEPS, _BATCH, _RATE = 600, 256, 5e-3
Arrays = dict[str, NDArray[Any]]


def fitted(vectors: NDArray[np.float32], bits: int, how: str, ctx: Context) -> Arrays:
    """``mean`` (d,), ``directions`` (d, bits): the sign of ``(v - mean) @ directions`` is the code c; and
    ``length``, of all numbers the one with which ``mean + length · c @ directions.T`` is nearest to v.

    Args:
        how: ``hyperplanes`` drawn at random; ``pca``; ``itq``, these turned; ``sphere``, turned to fit what
            has length 1 in them (BSQ); ``autoencoder``.

    Raises:
        UserError: more bits than principal directions.
    """
    some = sample(vectors, _SAMPLE, ctx.seed)
    mean = some.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = some - mean
    if how == "hyperplanes":
        drawn = np.random.default_rng(ctx.seed).standard_normal((vectors.shape[1], bits))
        directions = (drawn / np.linalg.norm(drawn, axis=0)).astype(np.float32)
    elif how == "autoencoder":
        directions = _trained(centred, bits, ctx)
    else:
        directions = principal(centred, bits, ctx)
    if how in ("itq", "sphere"):
        laid = centred @ directions
        if how == "sphere":
            laid /= np.maximum(np.linalg.norm(laid, axis=1, keepdims=True), 1e-12)
        directions = directions @ turned(laid, ctx)
    return {"mean": mean, "directions": directions, "length": _length(centred, directions)}


def _length(centred: NDArray[np.float32], directions: NDArray[np.float32]) -> NDArray[np.float32]:
    some = centred[:4096]
    corners = np.where(some @ directions > 0, np.float32(1), np.float32(-1)) @ directions.T
    squares = float(np.einsum("nd,nd->", corners, corners, dtype=np.float64))
    return np.array(
        [float(np.einsum("nd,nd->", corners, some, dtype=np.float64)) / (squares or 1.0)], np.float32
    )


def principal(centred: NDArray[np.float32], most: int, ctx: Context) -> NDArray[np.float32]:
    """(d, most): the directions of the greatest variance, the greatest first.

    Raises:
        UserError: there are fewer.
    """
    width = centred.shape[1]
    if most > width:
        raise UserError(f"Vectors of {width} numbers have no {most} principal directions.", field="codec")
    ctx.progress(0, 1, "Learning directions")
    covariance = np.zeros((width, width))
    for first in range(0, len(centred), 8192):
        ctx.progress(first, len(centred), "Learning directions")
        block = centred[first : first + 8192].astype(np.float64)
        covariance += block.T @ block
    _, directions = np.linalg.eigh(covariance)
    found = directions[:, ::-1][:, :most]
    signs = np.sign(found[np.abs(found).argmax(axis=0), np.arange(most)])
    return np.asarray(found * signs, np.float32)


def turned(laid: NDArray[np.float32], ctx: Context) -> NDArray[np.float32]:
    """(p, p) orthogonal: ITQ, which brings the vectors near to the corners of a cube: signs and the rotation
    that fits them best in turn, from a random rotation on."""
    width = laid.shape[1]
    laid = sample(laid, max(_TURNED, 16 * width), ctx.seed)
    rotation, _ = np.linalg.qr(np.random.default_rng(ctx.seed).standard_normal((width, width)))
    rotation = rotation.astype(np.float32)
    for number in range(_ROUNDS):
        ctx.progress(number, _ROUNDS, "Turning")
        signs = np.where(laid @ rotation > 0, np.float32(1), np.float32(-1))
        left, _, right = np.linalg.svd(laid.T @ signs)
        rotation = left @ right
    return np.asarray(rotation, np.float32)


def _trained(centred: NDArray[np.float32], bits: int, ctx: Context) -> NDArray[np.float32]:
    """Of an autoencoder whose code is a sigmoid, rounded on the way forward and passed through on the way
    back (as in Binary Paragraph Vector, arXiv 1611.01116), linear on both sides."""
    generator = torch.Generator().manual_seed(ctx.seed)
    width = centred.shape[1]
    inwards = (torch.randn(width, bits, generator=generator) / width**0.5).requires_grad_()
    outwards = (torch.randn(bits, width, generator=generator) / bits**0.5).requires_grad_()
    held = torch.from_numpy(centred)
    held = held / held.square().mean().sqrt().clamp_min(1e-12)
    adam = torch.optim.Adam([inwards, outwards], lr=_RATE)
    for step in range(_STEPS):
        ctx.progress(step, _STEPS, "Training the code")
        batch = held[torch.randint(len(held), (min(_BATCH, len(held)),), generator=generator)]
        soft = torch.sigmoid(batch @ inwards)
        hard = soft + (soft.round() - soft).detach()
        loss = ((2 * hard - 1) @ outwards - batch).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    found: NDArray[np.float32] = inwards.detach().numpy()
    return found
