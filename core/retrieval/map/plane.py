"""Vectors laid out on a plane: PCA and UMAP."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import Cancelled
from core.jobs.context import Context
from core.retrieval.search.exact import Exact

Floats = NDArray[np.float32]
REDUCED = 50
"""Dimensions that UMAP is given."""
_ROWS = 2**14
_CANDIDATES, _CELLS = 4096, 256
"""Rows that may be centres of regions, and regions in which density is counted."""
_BESIDE = 3
"""Nearest ones that a document is put beside."""


@dataclass(frozen=True, eq=False)
class Directions:
    """`axes` (width, most) float32 of length 1, the one with the largest variance first; `mean` (width,);
    `shares` (most,) of the variance."""

    axes: Floats
    mean: Floats
    shares: NDArray[np.float64]

    def applied(self, rows: Floats, *, centred: bool) -> Floats:
        """(n, most) float32."""
        made = [
            (rows[first : first + _ROWS] - (self.mean if centred else 0)) @ self.axes
            for first in range(0, len(rows), _ROWS)
        ]
        return np.concatenate(made) if made else np.zeros((0, self.axes.shape[1]), dtype=np.float32)


def directions(rows: Floats, ctx: Context, *, most: int = REDUCED) -> Directions:
    """PCA of (n, width) float32, exact: from the covariance, gathered in blocks. An axis points to where its
    largest number is above 0, so that a map is the same each time."""
    width = rows.shape[1]
    total = np.zeros(width)
    products = np.zeros((width, width))
    for first in range(0, len(rows), _ROWS):
        ctx.progress(first, len(rows), "Finding directions")
        block = np.asarray(rows[first : first + _ROWS], dtype=np.float32)
        total += block.sum(axis=0, dtype=np.float64)
        products += block.T @ block
    mean = total / max(1, len(rows))
    covariance = products / max(1, len(rows)) - np.outer(mean, mean)
    values, axes = np.linalg.eigh(covariance)
    order = np.argsort(-values, kind="stable")[: min(most, width)]
    axes = axes[:, order]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    shares = np.maximum(values[order], 0) / max(float(np.maximum(values, 0).sum()), 1e-30)
    return Directions(axes.astype(np.float32), mean.astype(np.float32), shares)


def sample(rows: Floats, most: int, seed: int, ctx: Context) -> NDArray[np.int64]:
    """Places of `most` rows, ascending: of a region with n of them, in proportion to the root of n, so that
    thin regions are not lost."""
    if len(rows) <= most:
        return np.arange(len(rows))
    random = np.random.default_rng(seed)
    centres = _spread(rows[np.sort(random.choice(len(rows), min(_CANDIDATES, len(rows)), replace=False))])
    region = np.empty(len(rows), dtype=np.int64)
    for first in range(0, len(rows), _ROWS):
        ctx.progress(first, len(rows), "Sampling")
        region[first : first + _ROWS] = (rows[first : first + _ROWS] @ centres.T).argmax(axis=1)
    sizes = np.bincount(region, minlength=len(centres))
    weights = 1 / np.sqrt(sizes[region])
    keys = random.exponential(size=len(rows)) / weights  # the smallest: drawn without repeats by weight
    return np.sort(np.argpartition(keys, most)[:most])


def _spread(rows: Floats) -> Floats:
    """Some of the rows (of length 1), each as far from those before it as there is one."""
    chosen = [0]
    nearest = rows @ rows[0]
    for _ in range(min(_CELLS, len(rows)) - 1):
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, rows @ rows[chosen[-1]])
    return rows[chosen]


def umap(rows: Floats, start: Floats, neighbours: int, min_dist: float, ctx: Context) -> Floats:
    """(n, 2) float32 of rows of length 1 (Euclidean distances then order as cosines do).

    Its nearest neighbours are found here, exactly: that is as fast, reports progress, and is the same each
    time.

    Args:
        start: (n, 2) where documents are at first.
    """
    count = min(neighbours, len(rows) - 1)
    if count < 2:
        return start
    places, scores = Exact(rows, np.arange(len(rows))).search(
        rows, count + 1, ctx, stage="Finding neighbours"
    )
    places, scores = _itself_first(places, scores)
    heard = _Heard()

    def lay_out() -> Floats:
        import umap as library

        layout = library.UMAP(
            n_neighbors=count + 1,
            min_dist=min_dist,
            metric="cosine",
            random_state=ctx.seed,
            init=start / max(float(np.abs(start).max()), 1e-12) * 10,
            precomputed_knn=(places, np.maximum(1 - scores, 0).astype(np.float32)),
            tqdm_kwds={"file": heard, "disable": False, "mininterval": 0.2, "ncols": 80},
        )
        return np.asarray(layout.fit_transform(rows), dtype=np.float32)

    return _watched(lay_out, heard, ctx)


def _watched(work: Callable[[], Floats], heard: _Heard, ctx: Context) -> Floats:
    """What `work` gives, in a thread of its own, so that progress is told and a stop is heard even while the
    library compiles itself, which takes longer than to lay out a small collection."""
    found: list[Floats] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            failed.append(error)
            _let_go_of_bars()

    thread = threading.Thread(target=run, daemon=True, name="layout")
    thread.start()
    try:
        while thread.is_alive():
            ctx.progress(heard.percent, 100, "Laying out")
            thread.join(0.2)
        ctx.check()
    except Cancelled:
        heard.stopped = True
        raise
    if failed:
        raise failed[0]
    return found[0]


def beside(rows: Floats, laid_out: Floats, points: Floats, ctx: Context, stage: str) -> Floats:
    """(n, 2) float32: where rows belong among others that have their points, by the nearest of them; the
    nearer, the more it weighs. A row of zeros is put into the middle.

    Args:
        rows: (n, d) and `laid_out` (m, d), of length 1.
        points: (m, 2).
    """
    if not len(rows) or not len(points):
        return np.zeros((len(rows), 2), dtype=np.float32)
    places, scores = Exact(laid_out, np.arange(len(laid_out))).search(rows, _BESIDE, ctx, stage=stage)
    there = places >= 0
    best = np.where(there[:, :1], scores[:, :1], 0)
    weights = np.where(there, np.exp(20 * np.where(there, scores - best, 0)), 0)
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    found = (points[np.maximum(places, 0)] * weights[:, :, None]).sum(axis=1)
    return np.asarray(np.where(there[:, :1], found, points.mean(axis=0)), dtype=np.float32)


def unit(rows: Floats) -> Floats:
    """Of length 1; zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


def _itself_first(
    places: NDArray[np.int64], scores: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """UMAP takes the first neighbour for the document itself; of equal texts another may have come first."""
    for row, own in enumerate(places):
        others = np.flatnonzero(own != row)[: places.shape[1] - 1]
        places[row], scores[row] = [row, *own[others]], [1.0, *scores[row, others]]
    return places, scores


def _let_go_of_bars() -> None:
    """A progress bar whose writing fails keeps the lock that all bars share, also those of other threads."""
    from tqdm import tqdm

    with suppress(AssertionError, RuntimeError):  # this thread does not hold it
        tqdm.get_lock().release()


class _Heard(io.TextIOBase):
    """Takes what UMAP's progress bar writes: how far it is, and the moment at which it can be stopped."""

    def __init__(self) -> None:
        self.percent = 0
        self.stopped = False

    def write(self, text: str) -> int:
        if self.stopped:
            raise Cancelled
        head, percent, _ = text.rpartition("%")
        digits = "".join(head[-3:].split()[-1:])
        if percent and digits.isdigit():
            self.percent = int(digits)
        return len(text)
