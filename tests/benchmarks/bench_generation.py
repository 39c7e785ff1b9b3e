"""Greedy tokens a second: our reading beside transformers' own ``generate``, taking turns in one run.

Same weights (transformers' in its own copy), same prompts, float32, 64 tokens after each prompt, one thread.
Run it on an idle machine: ``make bench ARGS='-k generation'``. The weights of a starter are 21 MB: with one
text at a time, fetching them bounds every loop where other programs are at work in the processor's cache.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from core.folders import resources_folder
from core.generation.language.lean import LeanCache
from core.generation.language.loaded import Loaded, load
from core.generation.language.through_transformers import ModuleCache
from core.models.pretrained import open_pretrained
from tests.core.generation.greedy import ours, theirs
from tests.core.generation.stories260k import write_stories260k

COUNT, ROUNDS = 64, 5
PROMPT = "It was the best of tim"
AT_LEAST = {1: 2.0, 8: 1.3}
"""Times transformers' generate, by how many texts are written at a time."""


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("batch", [1, 8])
@pytest.mark.parametrize("name", ["prose-bpe", "prose-unigram", "stories260K"])
def test_that_greedy_texts_are_written_faster(
    name: str, batch: int, shared_data: Path, tmp_path: Path
) -> None:
    folder = resources_folder() / "starter" / name
    if name == "stories260K":
        folder = write_stories260k(shared_data, tmp_path / name)
    loaded = load(folder, dtype=torch.float32, device="cpu", field="models")
    assert loaded.lean is not None
    apart: Any = open_pretrained(AutoModelForCausalLM, folder, field="models").eval()
    prompts = [loaded.opened().encode(PROMPT)] * batch
    ways: dict[str, Callable[[], list[list[int]]]] = {
        "transformers' generate": lambda: theirs(apart, prompts, COUNT),
        "ours, through transformers": lambda: ours(loaded.around(ModuleCache(apart)), prompts, COUNT),
        "ours": lambda: _lean(loaded, prompts),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    texts = [write() for write in ways.values()]  # also to warm up
    assert texts[0] == texts[1] == texts[2]
    for _ in range(ROUNDS):
        for way, write in ways.items():
            began = time.perf_counter()
            write()
            seconds[way].append(time.perf_counter() - began)
    medians = {way: statistics.median(times) for way, times in seconds.items()}
    print(f"\n{name}, {batch} at a time")
    for way, median in medians.items():
        rate, times = batch * COUNT / median, medians["transformers' generate"] / median
        step = 1000 * median / COUNT
        print(f"  {way:28} {rate:8,.0f} tokens a second, {step:6.2f} ms a step, {times:.2f} times")
    assert medians["transformers' generate"] / medians["ours"] >= AT_LEAST[batch]


def test_that_many_branches_cost_little_more_than_one() -> None:
    loaded = load(
        resources_folder() / "starter" / "prose-bpe", dtype=torch.float32, device="cpu", field="models"
    )
    model = loaded.opened()
    (trunk,), _, _ = model.advance([model.start()], [model.encode(PROMPT)])
    for count in (1, 8, 16, 64):
        times = []
        for _ in range(20):
            began = time.perf_counter()
            model.advance([trunk] * count, [[5 + at] for at in range(count)])
            times.append(time.perf_counter() - began)
        print(f"\n{count} branches: {1000 * statistics.median(times):.2f} ms")


def _lean(loaded: Loaded, prompts: list[list[int]]) -> list[list[int]]:
    assert loaded.lean is not None
    return ours(loaded.around(LeanCache(loaded.lean)), prompts, COUNT)
