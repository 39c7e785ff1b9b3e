"""FAISS and torch bring a library for threads each: both are used in one process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_BOTH = """
import threading, {first}, {second}
import numpy as np, torch, faiss
vectors = np.random.default_rng(0).normal(size=(4000, 32)).astype(np.float32)
def work():
    for _ in range(3):
        means = faiss.Kmeans(32, 16, niter=3, seed=1)
        means.train(vectors)
        torch.from_numpy(vectors) @ torch.from_numpy(means.centroids).T
        index = faiss.IndexFlatIP(32)
        index.add(vectors)
        index.search(vectors[:64], 5)
work()
other = threading.Thread(target=work)
other.start()
work()
other.join()
print("through")
"""


@pytest.mark.parametrize(("first", "second"), [("torch", "faiss"), ("faiss", "torch")])
def test_that_both_compute_with_several_threads_in_one_process(first: str, second: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BOTH.format(first=first, second=second)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "OMP_NUM_THREADS": "4"},
    )
    assert (done.returncode, done.stdout.strip()) == (0, "through"), done.stderr
