"""Tokens a second of the whole generation job, all recorded and streamed, beside transformers' generate.

Same weights, prompts and settings, float32, one thread, 64 tokens a text, taking turns in one run. Run on an
idle machine: ``make bench ARGS='-k bench_decoding -s'``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from core.generation.generate.request import GenerateRequest
from core.generation.generate.run import generate
from tests.core.generation.starters import context, opened, reference, starter

COUNT, ROUNDS = 64, 5
PROMPT = "It was the best of times"
WAYS: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
    "greedy": ({}, {"do_sample": False}, 1),
    "greedy, 8 texts": ({"samples": 8}, {"do_sample": False}, 8),
    "sampling": (
        {"strategy": {"kind": "sample"}, "samplers": ["temperature t=0.8", "top-k k=50", "top-p p=0.9"]},
        {"do_sample": True, "temperature": 0.8, "top_k": 50, "top_p": 0.9},
        1,
    ),
    "4 beams": (
        {"strategy": {"kind": "beam", "early_stopping": "never"}},
        {"num_beams": 4, "early_stopping": "never", "do_sample": False},
        1,
    ),
}
"""Name → what our job is asked for, what transformers is, texts."""


@pytest.fixture(autouse=True)
def _one_thread() -> object:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["prose-bpe", "prose-unigram"])
@pytest.mark.parametrize("way", WAYS)
def test_that_texts_are_written_as_fast_as_by_transformers(name: str, way: str, tmp_path: Path) -> None:
    asked, settings, texts = WAYS[way]
    ids = opened(name, tmp_path).encode(PROMPT)
    request = GenerateRequest(
        models=[starter(name)],
        prompt=PROMPT,
        boundary="plain",
        max_bytes=None,
        max_tokens=COUNT,
        **asked,
    )

    def ours() -> int:
        return sum(map(len, generate(request, context(tmp_path)).tokens))

    def theirs() -> int:
        with torch.inference_mode():
            out = reference(name).generate(
                torch.tensor([ids] * texts), max_new_tokens=COUNT, pad_token_id=0, **settings
            )
        return int(out[:, len(ids) :].numel())

    rates: dict[Callable[[], int], list[float]] = {ours: [], theirs: []}
    for write in rates:  # to warm up
        write()
    for _ in range(ROUNDS):
        for write, found in rates.items():
            began = time.perf_counter()
            count = write()
            found.append(count / (time.perf_counter() - began))
    own, other = (statistics.median(found) for found in rates.values())
    print(f"\n{name}, {way}: {own:,.0f} tokens a second, transformers {other:,.0f}, {own / other:.2f} times")
    assert own >= other
