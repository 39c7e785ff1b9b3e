"""Candidates measured on texts: bits per byte, what copied and made rows add to them, and intervals."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import torch

from core.jobs.context import Context
from core.tokenizers.vocabulary import Vocabulary
from core.transplant.evaluate import (
    Read,
    Scored,
    bytes_per_token,
    compared,
    parts,
    prefix_of,
    score,
    windows,
)
from core.transplant.evidence.blocks import Blocks, blocks
from core.transplant.evidence.intervals import intervals_of
from core.transplant.graft import Graft
from core.transplant.inputs import Inputs
from core.transplant.loading import with_model
from core.transplant.matching import Source
from core.transplant.sweep.measurer import Interval
from core.transplant.sweep.open_base import put_rows
from core.transplant.sweep.result import Measure
from core.transplant.sweep.trial import Trial, Trials
from core.transplant.texts import ALL, Slice


class OnText:
    """A `Measurer` on texts as both tokenizers cut them."""

    measure: Measure = "bits per byte"

    def __init__(self, inputs: Inputs, slices: list[Slice], before: Read, after: Read, ctx: Context) -> None:
        self._inputs, self._ctx = inputs, ctx
        self._slices, self._before, self._after = slices, before, after
        limit = inputs.base.context
        self._contexts = windows((limit, limit), (bytes_per_token(before), bytes_per_token(after)))
        self._base: list[list[Scored]] = []
        self._blocks: list[tuple[Blocks, Blocks]] = []
        """Slice → the base's blocks, and those of a candidate that has no bits yet."""
        self._model: torch.nn.Module | None = None
        self.before: dict[str, float] = {}
        self.bytes: dict[str, int] = {}

    def opened(self, trials: Trials, work: Callable[[], None]) -> None:
        def within(model: torch.nn.Module) -> None:
            self._model = model
            try:
                self._measure_base(model, trials)
                work()
            finally:
                self._model = None

        base = self._inputs.base
        with_model(base.path, base.parameters, self._ctx, within, field="base")

    def _measure_base(self, model: torch.nn.Module, trials: Trials) -> None:
        """What an interrupted run has left is taken."""
        kept = trials.base()
        lengths = [len(passage.ids) for cut in self._before for passage in cut]
        if kept is not None and len(kept) == sum(lengths):
            bits = iter(np.split(kept, np.cumsum(lengths)[:-1]))
            self._base = [[Scored(passage, next(bits)) for passage in cut] for cut in self._before]
        else:
            tokens = self._inputs.base_tokenizer.vocabulary
            self._base = self._scored(model, "before", tokens, self._before, self._contexts[0])
            of_passages = [scored.bits for of_slice in self._base for scored in of_slice]
            trials.put_base(np.concatenate(of_passages))
        unscored = prefix_of(self._inputs.target.vocabulary) is None
        for old, cut in zip(self._base, self._after, strict=True):
            empty = [Scored(passage, np.zeros(len(passage.ids))) for passage in cut]
            for scored in empty if unscored else ():
                scored.bits[:1] = np.nan
            self._blocks.append(blocks(old, empty))
        rates, _, self.bytes = compared(self._slices, self._base, self._base)
        self.before = rates.before

    def of(self, graft: Graft) -> dict[str, Any]:
        model = self._model
        assert model is not None
        put_rows(model, graft, self._inputs.base)
        tokens = self._inputs.target.vocabulary
        after = self._scored(model, "after", tokens, self._after, self._contexts[1])
        rates, _, size = compared(self._slices, self._base, after)
        made = np.array([source in (Source.METHOD, Source.FALLBACK) for source in graft.sources])
        added = {
            part.kind: (part.bits - (part.bits_before or 0.0)) / size[ALL]
            for part in parts(self._slices, self._base, after, made)
            if part.slice == ALL
        }
        of_blocks = [blocks(old, new)[1].bits.tolist() for old, new in zip(self._base, after, strict=True)]
        return {
            "bits_per_byte": rates.after,
            "blocks": of_blocks,
            "added_copied": added["copied"],
            "added_approximated": added["approximated"],
        }

    def over_base(self, one: Sequence[Trial], seed: int) -> Interval | None:
        bits = _mean_blocks(one)
        pairs = [(old, _with(new, of_slice)) for (old, new), of_slice in zip(self._blocks, bits, strict=True)]
        return self._interval(pairs, seed)

    def apart(self, one: Sequence[Trial], other: Sequence[Trial], seed: int) -> Interval | None:
        blocks = zip(self._blocks, _mean_blocks(one), _mean_blocks(other), strict=True)
        pairs = [(_with(new, theirs), _with(new, ours)) for (_, new), ours, theirs in blocks]
        return self._interval(pairs, seed)

    def _interval(self, pairs: Sequence[tuple[Blocks, Blocks]], seed: int) -> Interval | None:
        names = [text.name for text in self._slices]
        return intervals_of(dict(zip(names, pairs, strict=True)), seed).get(ALL)

    def _scored(
        self,
        model: torch.nn.Module,
        when: Literal["before", "after"],
        tokens: Vocabulary,
        cut: Read,
        context: int,
    ) -> list[list[Scored]]:
        return score(
            model,
            slices=self._slices,
            read=cut,
            prefix=prefix_of(tokens),
            context=context,
            when=when,
            ctx=self._ctx,
        )


def _with(of_slice: Blocks, bits: list[float]) -> Blocks:
    return replace(of_slice, bits=np.asarray(bits, dtype=np.float64))


def _mean_blocks(trials: Sequence[Trial]) -> list[list[float]]:
    """Slice → bits of its blocks, the mean over the seeds."""
    of_slices = zip(*(trial.blocks for trial in trials), strict=True)
    return [[statistics.fmean(bits) for bits in zip(*of_slice, strict=True)] for of_slice in of_slices]
