"""The input side: a text's commonest pairs are merged, and the model reads vectors made for them.

What is compared: the token of the model that comes first after each merged token is foretold both ways, after
the same text; only how that text was cut differs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from core.jobs.context import Context
from core.merged.candidates import may_join
from core.merged.embedded import EmbeddedModel
from core.merged.made_rows import MadeRows, MergedToken
from core.merged.request import Boundary
from core.merged.result import Point, Reading, WrittenPiece
from core.tokenizers.dynamic.merging import Batch
from core.tokenizers.shown import shown

_LOOKS = 4
"""Budgets of merges at which it is measured, the last one with all."""
_SHOWN = 400
"""Merged tokens of the text that are told."""


@dataclass(frozen=True)
class Cut:
    """A passage that fits into the context: tokens of the model, and how they are merged now."""

    ids: list[int]
    ends: list[int]
    """After how many of `ids` each merged token ends."""

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Of each merged token, where in `ids` it begins and ends."""
        return list(pairwise([0, *self.ends]))


def read_both_ways(
    model: EmbeddedModel,
    passages: Sequence[Sequence[int]],
    spelt: Sequence[bytes | None],
    rows: MadeRows,
    *,
    begin: Sequence[int],
    merges: int | None,
    boundary: Boundary,
    ctx: Context,
) -> tuple[Reading, list[WrittenPiece]]:
    """
    Args:
        passages: token ids, each so many that they fit into the context with `begin` before them.
        spelt: the bytes of the model's tokens.
    """
    began = time.perf_counter()
    plain: list[NDArray[np.float64]] = []
    for done, ids in enumerate(passages):
        ctx.progress(done, len(passages), "Reading plainly")
        plain.append(_bits(model, _plain_vectors(model, [*begin, *ids]), ids, len(begin)))
    seconds_plain = time.perf_counter() - began
    batch = Batch([[spelt[id] for id in ids] for ids in passages], lambda data: may_join(data, boundary))
    budgets = _budgets(passages, spelt, merges, boundary)
    points: list[Point] = []
    done = 0
    cuts: list[Cut] = []
    seconds = 0.0
    for look, budget in enumerate(budgets):
        while done < budget:
            ctx.check()
            if batch.merge() is None:
                break
            done += 1
        cuts = [_cut(ids, tokens, spelt) for ids, tokens in zip(passages, batch.documents(), strict=True)]
        began = time.perf_counter()
        point = _measured(model, cuts, plain, spelt, rows, begin, done, (look, len(budgets)), ctx)
        seconds = time.perf_counter() - began
        points.append(point)
    total = sum(len(spelt[id] or b"") for ids in passages for id in ids)
    known = sum(float(np.nansum(bits)) for bits in plain)
    counted = sum(
        len(spelt[id] or b"")
        for bits, ids in zip(plain, passages, strict=True)
        for id, b in zip(ids, bits, strict=True)
        if not math.isnan(b)
    )
    last = points[-1]
    distinct = {tuple(cut.ids[start:end]) for cut in cuts for start, end in cut.spans if end - start > 1}
    reading = Reading(
        bytes=total,
        tokens=sum(map(len, passages)),
        merged_tokens=last.tokens,
        distinct=len(distinct),
        targets=last.tokens - (0 if begin else len(cuts)),
        plain_bits_per_byte=known / max(1, counted),
        bits_plain=last.bits_plain,
        bits_merged=last.bits_merged,
        seconds_plain=seconds_plain,
        seconds_merged=seconds,
        points=points,
    )
    return reading, _pieces(cuts, spelt)


def _budgets(
    passages: Sequence[Sequence[int]],
    spelt: Sequence[bytes | None],
    merges: int | None,
    boundary: Boundary,
) -> list[int]:
    if merges is None:  # how many there are is known once all are done
        trial = Batch([[spelt[id] for id in ids] for ids in passages], lambda data: may_join(data, boundary))
        merges = 0
        while trial.merge() is not None:
            merges += 1
    return sorted({max(1, merges * look // _LOOKS) for look in range(1, _LOOKS + 1)})


def _cut(ids: Sequence[int], tokens: Sequence[bytes | None], spelt: Sequence[bytes | None]) -> Cut:
    """Where the merged tokens end, counted in the model's own."""
    ends: list[int] = []
    at = 0
    for token in tokens:
        left = len(token or b"")
        at += 1
        left -= len(spelt[ids[at - 1]] or b"")
        while left > 0:
            left -= len(spelt[ids[at]] or b"")
            at += 1
        ends.append(at)
    return Cut(list(ids), ends)


def _measured(
    model: EmbeddedModel,
    cuts: Sequence[Cut],
    plain: Sequence[NDArray[np.float64]],
    spelt: Sequence[bytes | None],
    rows: MadeRows,
    begin: Sequence[int],
    merges: int,
    look: tuple[int, int],
    ctx: Context,
) -> Point:
    """Bits of the first token after each merged one, both ways, for each byte of these tokens."""
    before = after = 0.0
    size = 0
    for done, (cut, bits) in enumerate(zip(cuts, plain, strict=True)):
        ctx.progress(look[0] + done / len(cuts), look[1], "Reading merged")
        vectors = [_plain_vectors(model, begin)] if begin else []
        for start, end in cut.spans:
            vectors.append(_vector(model, cut.ids[start:end], spelt, rows, ctx)[None])
        targets = [cut.ids[start] for start, _ in cut.spans]
        found = _bits(model, torch.cat(vectors), targets, len(begin))
        for (start, _), ours in zip(cut.spans, found, strict=True):
            theirs = bits[start]
            if not math.isnan(ours) and not math.isnan(theirs):
                before, after = before + theirs, after + ours
                size += len(spelt[cut.ids[start]] or b"")
    return Point(
        merges=merges,
        tokens=sum(len(cut.ends) for cut in cuts),
        bits_plain=before / max(1, size),
        bits_merged=after / max(1, size),
    )


def _vector(
    model: EmbeddedModel, ids: list[int], spelt: Sequence[bytes | None], rows: MadeRows, ctx: Context
) -> torch.Tensor:
    if len(ids) == 1:
        return model.input[ids[0]]
    token = MergedToken(b"".join(spelt[id] or b"" for id in ids), ids)
    return rows.of(token, ctx).to(model.input)


def _plain_vectors(model: EmbeddedModel, ids: Sequence[int]) -> torch.Tensor:
    return model.input[torch.tensor(list(ids), device=model.device)]


def _bits(
    model: EmbeddedModel, vectors: torch.Tensor, targets: Sequence[int], begun: int
) -> NDArray[np.float64]:
    """(n,) bits of each target, which the vector before it foretells; NaN for one that none stands before.

    Args:
        vectors: (begun + n, h): what stands before all targets, then one for each.
    """
    bits = np.full(len(targets), np.nan)
    first = 0 if begun else 1
    if len(targets) <= first:
        return bits
    hidden = model.read(vectors[:-1])[max(0, begun - 1) :]
    laws = torch.log_softmax(model.scores(hidden), dim=1)
    wanted = torch.tensor(list(targets[first:]), device=laws.device)
    found = laws.gather(1, wanted[:, None])[:, 0]
    bits[first:] = -found.double().cpu().numpy() / math.log(2)
    return bits


def _pieces(cuts: Sequence[Cut], spelt: Sequence[bytes | None]) -> list[WrittenPiece]:
    found: list[WrittenPiece] = []
    at = 0
    for cut in cuts:
        for start, end in cut.spans:
            data = b"".join(spelt[id] or b"" for id in cut.ids[start:end])
            found.append(
                WrittenPiece(
                    text=shown(data), start=at, end=at + len(data), merged=end - start > 1, pieces=end - start
                )
            )
            at += len(data)
            if len(found) == _SHOWN:
                return found
    return found
