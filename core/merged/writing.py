"""The output side: each step, one among the model's own tokens and those of a large vocabulary."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.generation.result_parts import Stopped
from core.jobs.context import Context
from core.merged.candidates import Candidates
from core.merged.choosing import NO_PLACES, Choosing, Scores
from core.merged.embedded import EmbeddedModel
from core.merged.made_rows import MadeRows, MergedToken
from core.merged.result import WrittenPiece
from core.merged.row_index import RowIndex
from core.tokenizers.shown import shown

_EVERY = 0.05
"""Seconds between two partial results."""


@dataclass(frozen=True)
class Large:
    """The vocabulary beside the model's own: what its tokens are, their rows, and how they are found."""

    tokens: Candidates
    index: RowIndex
    input_rows: MadeRows
    candidates: int


@dataclass
class Written:
    data: bytes
    pieces: list[WrittenPiece]
    seconds: float
    in_search: float
    stopped: Stopped


def write(
    model: EmbeddedModel,
    prompt: Sequence[int],
    spelt: Sequence[bytes | None],
    large: Large | None,
    choosing: Choosing,
    *,
    most: int,
    leading: bool,
    tell: Callable[[list[WrittenPiece]], None],
    ctx: Context,
) -> Written:
    """Until there are `most` bytes, the text ends, or the context is full.

    Args:
        choosing: the next token, of this text; greedy or by chance.
        large: None for plain decoding, in the same loop.
        leading: a space at the very start is none of the text: SentencePiece puts it there.
    """
    stage = "Writing plainly" if large is None else "Writing with the large vocabulary"
    cache = model.start()
    hidden = model.read(model.input[torch.tensor(list(prompt), device=model.device)], cache)[-1:]
    length = len(prompt)
    pieces: list[WrittenPiece] = []
    data = bytearray()
    told, when, searching = 0, 0.0, 0.0
    stopped: Stopped = "length"
    began, paused = time.perf_counter(), ctx.paused_seconds
    while len(data) < most:
        ctx.progress(len(data), most, stage)
        own = model.scores(hidden)[0].cpu()
        scores = Scores(own, NO_PLACES)
        if large is not None:
            asked = time.perf_counter()
            seen = hidden[0].float().cpu().numpy()
            scores = choosing.scores(own, seen, large.index, large.candidates)
            searching += time.perf_counter() - asked
        id = choosing.choose(scores)
        if id in choosing.ends:
            stopped = "end"
            break
        ids, merged = [id], False
        if large is not None and id >= len(own):
            place = id - len(own)
            ids, merged = large.tokens.ids(place), True
            vector = large.input_rows.of(MergedToken(large.tokens.bytes(place), ids), ctx).to(model.input)
        else:
            vector = model.input[id]
        some = b"".join(spelt[id] or b"" for id in ids)
        if leading and not pieces:
            some = some.removeprefix(b" ")
        pieces.append(
            WrittenPiece(
                text=shown(some), start=len(data), end=len(data) + len(some), merged=merged, pieces=len(ids)
            )
        )
        data += some
        if time.monotonic() - when >= _EVERY:
            tell(pieces[told:])
            told, when = len(pieces), time.monotonic()
        if model.context is not None and length >= model.context:
            stopped = "context"
            break
        hidden = model.read(vector[None], cache)
        length += 1
    seconds = time.perf_counter() - began - (ctx.paused_seconds - paused)
    tell(pieces[told:])
    return Written(bytes(data), pieces, seconds, searching, stopped)


def hidden_states(
    model: EmbeddedModel, passages: Sequence[Sequence[int]], begin: Sequence[int], count: int
) -> NDArray[np.float32]:
    """(at most `count`, h) float32: what the head sees at places spread over some passages."""
    found = []
    have = 0
    for ids in passages:
        rows = model.read(model.input[torch.tensor([*begin, *ids], device=model.device)])
        found.append(rows.float().cpu())
        have += len(rows)
        if have >= 4 * count:
            break
    together = torch.cat(found)
    places = torch.linspace(0, len(together) - 1, min(count, len(together))).long()
    spread: NDArray[np.float32] = together[places].numpy()
    return spread
