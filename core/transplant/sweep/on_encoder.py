"""Candidates measured as sentence encoders: nDCG on a collection, judged pairs, similarity itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.encoders.recipe import read_recipe
from core.encoders.transformer import TransformerEncoder, open_transformer
from core.jobs.context import Context
from core.transplant.evidence.intervals import RESAMPLES
from core.transplant.evidence.kept import Encoded, encoded, kept, scores_of_queries
from core.transplant.evidence.kept import Trials as EncoderTrials
from core.transplant.graft import Graft
from core.transplant.inputs import Inputs
from core.transplant.loading import foresee, memory_to_measure
from core.transplant.matching import Matching
from core.transplant.sweep.measurer import Interval
from core.transplant.sweep.open_base import put_rows
from core.transplant.sweep.result import Measure
from core.transplant.sweep.trial import Trial, Trials
from core.transplant.writing import write_graft


class OnEncoder:
    """A `Measurer`: by nDCG@10 where there is a collection, else by the judged pairs, else by similarity.

    The first candidate is written once, to a folder that goes again: an encoder's tokenizer is put together
    while it is written. The others' rows take the place of its own.
    """

    def __init__(self, inputs: Inputs, matching: Matching, trials: EncoderTrials, ctx: Context) -> None:
        self._inputs, self._matching, self._of, self._ctx = inputs, matching, trials, ctx
        self._recipe = read_recipe(inputs.base.path, field="base")
        self._base: Encoded | None = None
        self._base_scores: list[float] = []
        self._encoder: TransformerEncoder | None = None
        self.measure: Measure = (
            "nDCG@10" if trials.collection is not None else "Spearman" if trials.pairs else "similarity kept"
        )
        self.before: dict[str, float] = {}
        self.bytes: dict[str, int] = {}

    def opened(self, trials: Trials, work: Callable[[], None]) -> None:
        base = self._inputs.base
        foresee(
            memory_to_measure(base.parameters),
            self._ctx.device,
            f"Measuring {base.path.name}",
            "Close other programs, or leave out what is measured.",
            "base",
        )
        opened = open_transformer(base.path, self._ctx, recipe=self._recipe)
        self._base = encoded(opened, self._of, self._ctx, "the base")
        del opened
        for figure in kept(self._base, self._base, self._of, self._ctx):
            if figure.name == self.measure:
                self.before = {"all": figure.before}
                break
        self._base_scores = self._scores(self._base)
        try:
            work()
        finally:
            self._encoder = None

    def of(self, graft: Graft) -> dict[str, Any]:
        encoder = self._with_rows(graft)
        assert self._base is not None
        new = encoded(encoder, self._of, self._ctx, "the graft")
        return {"kept": kept(self._base, new, self._of, self._ctx), "scores": self._scores(new)}

    def over_base(self, one: Sequence[Trial], seed: int) -> Interval | None:
        return _interval(_mean_scores(one), np.asarray(self._base_scores), seed)

    def apart(self, one: Sequence[Trial], other: Sequence[Trial], seed: int) -> Interval | None:
        return _interval(_mean_scores(one), _mean_scores(other), seed)

    def _with_rows(self, graft: Graft) -> TransformerEncoder:
        if self._encoder is not None:
            put_rows(self._encoder.model, graft, self._inputs.base)
            return self._encoder
        folder = self._ctx.checkpoint() / "first"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        write_graft(folder, self._inputs, self._matching, graft, self._ctx)
        self._encoder = open_transformer(folder, self._ctx, recipe=self._recipe)
        shutil.rmtree(folder, ignore_errors=True)
        return self._encoder

    def _scores(self, side: Encoded) -> list[float]:
        """nDCG@10 of each query."""
        if self._of.collection is None:
            return []
        found: list[float] = scores_of_queries(self._of.collection, side, self._ctx)[0].tolist()
        return found


def _mean_scores(trials: Sequence[Trial]) -> np.ndarray:
    return np.asarray(np.mean([trial.scores for trial in trials], axis=0))


def _interval(one: np.ndarray, other: np.ndarray, seed: int) -> Interval | None:
    """95 % of the mean difference, by resampling queries."""
    if not len(one):
        return None
    source = np.random.Generator(np.random.Philox(key=[seed, 0]))
    chosen = source.integers(len(one), size=(RESAMPLES, len(one)))
    low, high = np.quantile((one - other)[chosen].mean(axis=1), (0.025, 0.975))
    return float(low), float(high)
