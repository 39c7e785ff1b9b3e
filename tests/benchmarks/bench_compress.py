"""Codes of 100,000 vectors of 384 numbers: what each takes, and how much faster codes are compared as such.

Run it on an idle machine, with ``make bench ARGS='-k compress'``. Ratios are of the processor's seconds, side
by side in one run; the table is of the clock.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.jobs.context import Context
from core.retrieval.compress.codecs import codec_of
from core.retrieval.compress.compared import recall
from core.retrieval.compress.compressed import Compressed
from core.retrieval.compress.spelt import usual

COUNT, WIDTH, QUERIES, K = 100_000, 384, 256, 100
LINES = ("float16", "int8", "int4", "pq m=48", "fsq dimensions=192")
AT_LEAST = 4.0
"""How much faster one query is answered by codes than by decoding them; 10 to 40 times was measured."""


def vectors(count: int) -> NDArray[np.float32]:
    """Around 1,000 middles, with less and less spread along the dimensions; of length 1."""
    random = np.random.default_rng(0)
    middles = random.standard_normal((1000, WIDTH), dtype=np.float32)
    found = random.standard_normal((count, WIDTH), dtype=np.float32)
    found += middles[random.integers(1000, size=count)]
    found *= np.arange(1, WIDTH + 1, dtype=np.float32) ** -0.3
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def documents() -> NDArray[np.float32]:
    return vectors(COUNT)


@pytest.fixture(scope="module")
def queries(documents: NDArray[np.float32]) -> NDArray[np.float32]:
    noise = np.random.default_rng(1).standard_normal((QUERIES, WIDTH), dtype=np.float32)
    found = documents[:QUERIES] + 0.5 / WIDTH**0.5 * noise
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The processor's, the median."""
    work()
    taken = []
    for _ in range(times):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("line", LINES)
def test_that_one_query_is_compared_with_codes_faster_than_with_what_they_decode_to(
    line: str, documents: NDArray[np.float32], queries: NDArray[np.float32], ctx: Context
) -> None:
    index = codec_of(line).compressed(documents, ctx)
    barred = np.array([-1])  # asked so, nothing is left out, and everything is decoded
    as_codes = seconds(lambda: index.search(queries[:1], K, ctx))
    decoded = seconds(lambda: index.search(queries[:1], K, ctx, barred=barred))
    print(f"{line}: {1000 * as_codes:.1f} ms by codes, {1000 * decoded:.1f} ms by decoding")
    assert decoded >= AT_LEAST * as_codes


@pytest.mark.timeout(1800)
def test_that_every_code_is_learned_and_searched_in_minutes(
    documents: NDArray[np.float32], queries: NDArray[np.float32], ctx: Context
) -> None:
    exact, _ = codec_of("float32").compressed(documents, ctx).search(queries, K, ctx)
    print(f"\n{'code':30} bytes/doc  R@10 R@100  learn s  encode s/M  queries/s  at once")
    for codec in usual(WIDTH, COUNT):
        began = time.perf_counter()
        learned = codec.fit(documents, ctx)
        fitted = time.perf_counter()
        index = codec.opened({**learned, **codec.encode(documents, learned, ctx)})
        coded = time.perf_counter()
        one = 1 / _clock(lambda index=index: index.search(queries[:1], K, ctx))  # type: ignore[misc]
        began_all = time.perf_counter()
        found, _ = index.search(queries, K, ctx)
        at_once = QUERIES / (time.perf_counter() - began_all)
        _tell(codec.line, index, [recall(exact, found, k) for k in (10, 100)],
              [fitted - began, (coded - fitted) / COUNT * 1e6, one, at_once])  # fmt: skip
        assert coded - began < 300


def _clock(work: Callable[[], object]) -> float:
    work()
    began = time.perf_counter()
    for _ in range(5):
        work()
    return (time.perf_counter() - began) / 5


def _tell(line: str, index: Compressed, recalls: list[float], figures: list[float]) -> None:
    near, far = recalls
    learn, encode, one, at_once = figures
    print(
        f"{line:30} {index.nbytes / COUNT:9.1f} {near:5.3f} {far:5.3f} {learn:8.1f} {encode:11.1f} "
        f"{one:10.0f} {at_once:8.0f}",
        flush=True,
    )
