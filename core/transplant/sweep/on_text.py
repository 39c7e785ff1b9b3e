"""Candidates measured on texts: bits per byte, what copied and made rows add to them, and intervals."""

from __future__ import annotations

from collections.abc import Sequence
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
from core.transplant.matching import Source
from core.transplant.sweep.trial import Trials
from core.transplant.texts import ALL, Slice

Interval = tuple[float, float]


class OnText:
    """The texts as both tokenizers cut them; the base is measured on them once."""

    def __init__(self, inputs: Inputs, slices: list[Slice], before: Read, after: Read, ctx: Context) -> None:
        self._inputs, self._ctx = inputs, ctx
        self._slices, self._before, self._after = slices, before, after
        limit = inputs.base.context
        self._contexts = windows((limit, limit), (bytes_per_token(before), bytes_per_token(after)))
        self._base: list[list[Scored]] = []
        self._blocks: list[tuple[Blocks, Blocks]] = []
        """Slice → the base's blocks, and those of a candidate that has no bits yet."""
        self.bytes: dict[str, int] = {}

    def measure_base(self, model: torch.nn.Module, trials: Trials) -> dict[str, float]:
        """Slice → the base's bits per byte. Those that an interrupted run has left are taken."""
        kept = trials.base()
        if kept is not None and len(kept) == sum(map(len, self._before)):
            bits = iter(kept)
            self._base = [[Scored(passage, next(bits)) for passage in cut] for cut in self._before]
        else:
            tokens = self._inputs.base_tokenizer.vocabulary
            self._base = self._scored(model, "before", tokens, self._before, self._contexts[0])
            trials.put_base([scored.bits for of_slice in self._base for scored in of_slice])
        unscored = prefix_of(self._inputs.target.vocabulary) is None
        for old, cut in zip(self._base, self._after, strict=True):
            empty = [Scored(passage, np.zeros(len(passage.ids))) for passage in cut]
            for scored in empty if unscored else ():
                scored.bits[:1] = np.nan
            self._blocks.append(blocks(old, empty))
        rates, _, self.bytes = compared(self._slices, self._base, self._base)
        return rates.before

    def measure(self, model: torch.nn.Module, graft: Graft) -> dict[str, Any]:
        """A `Trial`'s fields; `model` has the rows of `graft`.

        Raises:
            UserError: its answers are no numbers.
        """
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

    def over_base(self, bits: list[list[float]], seed: int) -> Interval | None:
        """95 % of a candidate's bits per byte minus the base's, from the bits of its blocks."""
        pairs = [(old, _with(new, of_slice)) for (old, new), of_slice in zip(self._blocks, bits, strict=True)]
        return self._interval(pairs, seed)

    def apart(self, bits: list[list[float]], others: list[list[float]], seed: int) -> Interval | None:
        """95 % of a candidate's bits per byte minus another's, drawn from the same blocks."""
        pairs = [
            (_with(new, theirs), _with(new, ours))
            for (_, new), ours, theirs in zip(self._blocks, bits, others, strict=True)
        ]
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
