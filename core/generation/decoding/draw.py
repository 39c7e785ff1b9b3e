"""Drawing a token: by inverse CDF, with a source of chance for each text."""

from __future__ import annotations

import math
import random

import numpy as np
import torch

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
    values = scores.double().numpy()
    best = values.max()
    if best == -math.inf:
        raise nothing_left()
    masses = np.exp(values - best)
    summed = masses.cumsum()
    id = int(summed.searchsorted(u * summed[-1], side="right"))
    if id == len(masses):  # the product was rounded up
        id = int(masses.nonzero()[0][-1])
    return id, float(values[id] - best - math.log(summed[-1]))


def nothing_left() -> UserError:
    return UserError(
        "The samplers leave no token to draw: each was forbidden by one of them. Take one out.",
        field="samplers",
    )
