"""Exact search beside FAISS flat, in turn in one process; then what IVF and HNSW find, and how fast.

    python tests/benchmarks/bench_search.py [--documents 500000] [--queries 1000] [--threads 2]
        [--vectors FILE] [--quick]

Ratios are the promise, not seconds: run it on a machine that does nothing else. Vectors are of length 1:
Gaussian, where nothing can be left out by luck; and drawn about vectors of texts that MiniLM has encoded
(kept from an evaluation, `--vectors` names their file), with their mean and covariance.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent.parent))
from core.jobs.context import Context
from core.retrieval.search.approximate import Approximate, recall
from core.retrieval.search.exact import Exact
from core.retrieval.systems.dense import Dense
from core.terminal import table

WIDTH, K, ROUNDS = 384, 100, 5


def unit(count: int, seed: int) -> NDArray[np.float32]:
    generator = torch.Generator().manual_seed(seed)
    return torch.nn.functional.normalize(torch.randn(count, WIDTH, generator=generator)).numpy()


def as_texts(base: NDArray[np.float32], count: int, seed: int) -> NDArray[np.float32]:
    """0.7 of a text's vector, 0.3 of the mean, and noise with half of the covariance."""
    random = np.random.default_rng(seed)
    noise = np.linalg.cholesky(np.cov(base.T) + 1e-7 * np.eye(WIDTH)).astype(np.float32).T
    rows = np.float32(0.7) * base[random.integers(0, len(base), count)] + np.float32(0.3) * base.mean(axis=0)
    rows += np.float32(0.7) * (random.standard_normal((count, WIDTH), dtype=np.float32) @ noise)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def clustered(count: int, seed: int) -> NDArray[np.float32]:
    """As vectors of texts are: about themes, so that an index has something to find."""
    random = np.random.default_rng(0)
    themes = random.standard_normal((2000, WIDTH)).astype(np.float32)
    random = np.random.default_rng(seed)
    rows = themes[random.integers(0, len(themes), count)]
    rows += 0.9 * random.standard_normal((count, WIDTH)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def best(alternatives: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The best of several rounds in which each takes its turn."""
    found = dict.fromkeys(alternatives, float("inf"))
    for work in alternatives.values():
        work()
    for _ in range(rounds):
        for name, work in alternatives.items():
            found[name] = min(found[name], timed(work))
    return found


def exact(
    name: str, documents: NDArray[np.float32], queries: NDArray[np.float32], ctx: Context, rounds: int
) -> float:
    ours = Exact(documents, np.arange(len(documents)))
    flat = faiss.IndexFlatIP(WIDTH)
    flat.add(documents)
    held, asked = torch.from_numpy(documents), torch.from_numpy(queries)

    def product() -> None:
        for first in range(0, len(held), 8192):
            asked @ held[first : first + 8192].T

    batch = best(
        {
            "ours": lambda: ours.search(queries, K, ctx),
            "FAISS flat": lambda: flat.search(queries, K),
            "float32 product alone": product,
        },
        rounds,
    )
    single = best(
        {
            "ours": lambda: [ours.search(queries[i : i + 1], K, ctx) for i in range(5)],
            "FAISS flat": lambda: [flat.search(queries[i : i + 1], K) for i in range(5)],
        },
        rounds,
    )
    places, _ = ours.search(queries, K, ctx)
    _, theirs = flat.search(queries, K)
    same = np.mean([len(set(a) & set(b)) / K for a, b in zip(places.tolist(), theirs.tolist(), strict=True)])
    rows = [
        [name, f"{seconds:.3f} s", f"{batch['FAISS flat'] / seconds:.2f}",
         f"{1000 * single[name] / 5:.1f} ms" if name in single else "",
         f"{single['FAISS flat'] / single[name]:.2f}" if name in single else ""]
        for name, seconds in batch.items()
    ]  # fmt: skip
    head = f"{name}: {len(queries):,} queries × {len(documents):,} × {WIDTH}, k = {K}"
    print(table([head, "all", "× FAISS", "one query", "× FAISS"], rows))
    print(f"The same documents as FAISS: {same:.4%}\n")
    assert same > 0.999  # of equals, FAISS takes any
    return batch["FAISS flat"] / batch["ours"]


def curve(count: int, ctx: Context) -> None:
    documents, queries = clustered(count, 1), clustered(500, 2)
    ranks = np.arange(count)
    truth = Exact(documents, ranks).search(queries, 10, ctx)
    rows = []
    settings = [
        *({"index": "ivf", "nprobe": probes} for probes in (1, 4, 16, 64, 256)),
        *({"index": "hnsw", "m": 16, "ef_search": breadth} for breadth in (16, 64, 256, 1024)),
    ]
    built: dict[str, tuple[Approximate, float]] = {}
    for setting in settings:
        system = Dense.model_validate({"model": "-", **setting})
        if system.index not in built:
            began = time.perf_counter()
            built[system.index] = Approximate(system, documents, ranks, ctx), time.perf_counter() - began
        index, building = built[system.index]
        index._system = system
        seconds = best({"it": lambda index=index: index.search(queries, 10, ctx)}, 3)["it"]
        breadth = setting.get("nprobe", setting.get("ef_search"))
        rows.append([system.index, breadth, f"{recall(index.search(queries, 10, ctx), truth):.3f}",
                     f"{len(queries) / seconds:,.0f}", f"{building:.1f} s",
                     f"{index.nbytes / count:,.0f}"])  # fmt: skip
    head = [f"{count:,} in themes", "nprobe / ef", "recall@10", "queries/s", "build", "bytes/doc"]
    print(table(head, rows))


@pytest.mark.timeout(3600)
def test_that_exact_search_is_faster_than_faiss_flat(tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    print()
    ratio = exact("Gaussian", unit(500_000, 0), unit(1000, 1), ctx, ROUNDS)
    curve(100_000, ctx)
    assert ratio > 1


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--documents", type=int, default=500_000)
    arguments.add_argument("--queries", type=int, default=1000)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--vectors", type=Path, help="vectors.f32 of MiniLM in the cache of evaluations")
    arguments.add_argument("--quick", action="store_true", help="a tenth of the documents, one round")
    chosen = arguments.parse_args()
    torch.set_num_threads(chosen.threads)
    faiss.omp_set_num_threads(chosen.threads)
    count = chosen.documents // 10 if chosen.quick else chosen.documents
    with tempfile.TemporaryDirectory() as folder:
        ctx = Context(workdir=Path(folder))
        rounds = 1 if chosen.quick else ROUNDS
        exact("Gaussian", unit(count, 0), unit(chosen.queries, 1), ctx, rounds)
        if chosen.vectors:
            base = np.fromfile(chosen.vectors, dtype=np.float32).reshape(-1, WIDTH)
            base = base[np.any(base, axis=1)]
            exact("As texts", as_texts(base, count, 1), as_texts(base, chosen.queries, 2), ctx, rounds)
        curve(20_000 if chosen.quick else 100_000, ctx)


if __name__ == "__main__":
    main()
