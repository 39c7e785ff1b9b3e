"""Random normal: new rows drawn with the base's mean and deviation in each dimension."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    import torch

    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task


@method
class RandomNormal(Method):
    title = "Random normal"
    source = "baseline; moments over the whole vocabulary, population deviation"
    sentence = "Each new token drawn at random, with the mean and the spread of the base's tokens."
    random = True
    dense = True

    name: Literal["random"] = "random"

    def rows(self, task: Task, ctx: Context) -> Rows:
        from core.transplant.rows import Rows, moments

        mean, deviation = moments(task.table, task.used)
        return Rows.given(drawn(task, ctx) * deviation + mean)


def drawn(task: Task, ctx: Context) -> torch.Tensor:
    """(m, h) float32, standard normal, each row from the stream of its own target."""
    import numpy as np
    import torch

    rows = torch.empty(len(task), task.table.shape[1])
    for row, target in enumerate(task.targets.tolist()):
        if row % 512 == 0:
            ctx.progress(row, len(task), "Drawing rows")
        stream = np.random.Generator(np.random.Philox(key=stream_key(task.seed, task.matrix, target)))
        rows[row] = torch.from_numpy(stream.standard_normal(rows.shape[1], dtype=np.float32))
    return rows


def stream_key(seed: int, matrix: str, row: int) -> int:
    """64 bits that name one row's random stream, so that neither order nor batches change what it draws."""
    said = f"{seed}/{matrix}/{row}".encode()
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "little")
