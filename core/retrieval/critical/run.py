"""The search: for each width and seed, try numbers of documents; then fit a cubic."""

from __future__ import annotations

import numpy as np

from core.folders import cache_folder
from core.jobs.context import Context
from core.jobs.registry import job
from core.retrieval.critical.embeddings import Settings, attempt
from core.retrieval.critical.job import CRITICAL
from core.retrieval.critical.paper import FITTED
from core.retrieval.critical.request import CriticalRequest
from core.retrieval.critical.result import CriticalPoint, CriticalResult, Cubic, Trial
from core.retrieval.critical.search import by_one, gallop, start
from core.retrieval.critical.trials import Trials

_FIRST_SEED = 42
"""The paper's; the context's seed is added to it."""
_FEWEST = 5
"""Widths from which a cubic is fitted: one more than it has coefficients."""


@job(CRITICAL)
def critical(request: CriticalRequest, ctx: Context) -> CriticalResult:
    """Find the critical n of each width (arXiv 2508.21038). Called again, it goes on at the next trial.

    Raises:
        UserError: a width is too large to be tried here.
    """
    settings = Settings(
        request.k, request.learning_rate, request.temperature, request.most_steps, request.patience
    )
    folder = cache_folder() / "retrieval" if request.cache else ctx.checkpoint()
    points: list[CriticalPoint] = []
    tried = kept = 0
    for width in request.widths():
        for number in range(request.seeds):
            searched = _Search(
                width,
                Trials(folder, settings, _FIRST_SEED + ctx.seed + number, ctx.device),
                settings,
                _FIRST_SEED + ctx.seed + number,
                ctx,
            )
            points.append(searched.point(request.search))
            tried, kept = tried + searched.made, kept + searched.kept
            ctx.emit({"point": points[-1].model_dump()})
    return CriticalResult(
        k=request.k,
        search=request.search,
        points=points,
        fit=_fitted(points),
        tried=tried,
        kept=kept,
        settings={
            "learning rate": settings.learning_rate,
            "temperature": settings.temperature,
            "most steps": settings.most_steps,
            "patience": settings.patience,
        },
    )


class _Search:
    """One width from one seed; each n is tried once."""

    def __init__(self, width: int, trials: Trials, settings: Settings, seed: int, ctx: Context) -> None:
        self._width, self._trials, self._settings, self._seed, self._ctx = width, trials, settings, seed, ctx
        self._asked: dict[int, Trial] = {}
        self.made = self.kept = 0

    def point(self, how: str) -> CriticalPoint:
        k = self._settings.k
        search = by_one if how == "by one" else gallop
        n = search(start(self._width, k), k, self._solved)
        trials = [self._asked[tried] for tried in sorted(self._asked)]
        return CriticalPoint(dimensions=self._width, seed=self._seed, n=n, trials=trials)

    def _solved(self, n: int) -> bool:
        if n <= self._settings.k:  # one set alone is always nearest
            return True
        if n not in self._asked:
            trial = self._trials.get(self._width, n)
            self.kept += trial is not None
            if trial is None:
                stage = f"{self._width} dimensions, {n} documents"
                trial = attempt(n, self._width, self._settings, self._seed, self._ctx, stage)
                self._trials.put(self._width, trial)
                self.made += 1
            self._asked[n] = trial
        return self._asked[n].solved


def _fitted(points: list[CriticalPoint]) -> Cubic | None:
    """Through all seeds' points of the widths that the paper's fit begins with."""
    chosen = [point for point in points if point.dimensions >= FITTED[0]]
    widths = np.array([point.dimensions for point in chosen], dtype=np.float64)
    found = np.array([point.n for point in chosen], dtype=np.float64)
    if len(set(widths.tolist())) < _FEWEST:
        return None
    coefficients = np.polynomial.Polynomial.fit(widths, found, deg=3).convert().coef
    left = found - np.polynomial.polynomial.polyval(widths, coefficients)
    whole = float(((found - found.mean()) ** 2).sum())
    constant, linear, square, cube = (float(c) for c in np.pad(coefficients, (0, 4 - len(coefficients))))
    return Cubic(
        coefficients=(constant, linear, square, cube),
        r2=1 - float((left**2).sum()) / whole if whole else 1.0,
        low=int(widths.min()),
        high=int(widths.max()),
    )
