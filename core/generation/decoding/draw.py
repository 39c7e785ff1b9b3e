"""Drawing a token: by inverse CDF, with a source of chance for each text."""

from __future__ import annotations

import math
import random

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import UserError


def chance(seed: int, prompt: int, sample: int, use: str = "tokens") -> random.Random:
    """The source for one text: the same whatever is written beside it, on any machine (strings are
    hashed by SHA-512)."""
    return random.Random(f"{seed} {prompt} {sample} {use}")


def draw(scores: torch.Tensor, u: float) -> tuple[int, float]:
    """The token at which the summed probabilities, in the order of ids, pass `u`, and its log-probability.

    In float64, so that the same scores give the same token on any device.

    Args:
        scores: (V,) log-probabilities up to a constant.
        u: from [0, 1).

    Raises:
        UserError: the samplers left nothing.
    """
    some = scores.numpy()
    ids = (some > -math.inf).nonzero()[0]
    if not len(ids):
        raise nothing_left()
    values = some[ids].astype(np.float64)
    best = values.max()
    summed = np.exp(values - best).cumsum()
    place = inverse_cdf(summed, u)
    return int(ids[place]), float(values[place] - best - math.log(summed[-1]))


def inverse_cdf(summed: NDArray[np.float64], u: float) -> int:
    """The place at which summed masses pass the share `u` of all.

    Args:
        summed: (n,) rising; the last above 0.
        u: from [0, 1).
    """
    place = int(summed.searchsorted(u * summed[-1], side="right"))
    if place == len(summed):  # the product was rounded up
        place = int(summed.searchsorted(summed[-1]))
    return place


def nothing_left() -> UserError:
    return UserError(
        "The samplers leave no token to draw: each was forbidden by one of them. Take one out.",
        field="samplers",
    )
