"""Which tokens a step sees: a function of the step and the seed alone."""

from __future__ import annotations

import torch


def sequences(tokens: torch.Tensor, length: int, batch: int, step: int, seed: int) -> torch.Tensor:
    """(batch, length) int64: the sequences of step `step`.

    Each pass over the text cuts it into neighbouring sequences, from another start than the pass before, and
    goes through them in random order. They overlap by one token, which is the last to be told in one and the
    first to be given in the next, so that every token is told once a pass. A batch may reach into the next.

    Args:
        tokens: (n,) with n >= `length`.
    """
    stride = length - 1
    per_pass = max(1, (len(tokens) - length - stride) // stride + 1)
    picked: list[torch.Tensor] = []
    position = step * batch
    while len(picked) < batch:
        which, within = divmod(position, per_pass)
        starts = _starts(len(tokens), length, per_pass, which, seed)
        taken = starts[within : within + batch - len(picked)].tolist()
        picked += [tokens[start : start + length] for start in taken]
        position += len(taken)
    return torch.stack(picked)


def _starts(size: int, length: int, per_pass: int, which: int, seed: int) -> torch.Tensor:
    """Where the sequences of pass `which` begin, in the order in which they are seen."""
    stride = length - 1
    generator = torch.Generator().manual_seed((seed * 1_000_003 + which) % 2**63)
    slack = size - length - (per_pass - 1) * stride
    offset = int(torch.randint(min(stride, slack) + 1, (1,), generator=generator))
    return offset + stride * torch.randperm(per_pass, generator=generator)
