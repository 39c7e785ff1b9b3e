"""Drafts beside plain decoding, and an index beside all rows compared: ratios, side by side in one run.

Run it on an idle machine: ``make bench ARGS='-k bench_across -s'``. A draft pays when it is much smaller than
its target; here both are small, so that what is saved are calls, seldom seconds.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from core.folders import resources_folder
from core.generation.draft.run import draft
from core.generation.language.loaded import load
from core.jobs.context import Context
from core.merged.embedded import EmbeddedModel
from core.merged.request import IndexKind
from core.merged.row_index import Best, RowIndex, build, exact, recall
from core.merged.writing import hidden_states
from tests.core.generation.stories260k import write_stories260k

STARTERS = resources_folder() / "starter"
PROMPT = "It was the best of tim"
ROUNDS = 3
ROWS, QUERIES = 200_000, 50
RECALL = {"ivf": 0.9, "hnsw": 0.9}
"""Of the best row, at least."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("verify", ["auto", "shared"])
@pytest.mark.parametrize("drafting", ["prose-bpe", "prose-unigram", "stories260K", None])
def test_that_drafts_save_calls(drafting: str | None, verify: str, shared_data: Path, tmp_path: Path) -> None:
    if drafting is None and verify != "auto":
        pytest.skip("what is looked up has one vocabulary")
    place = None if drafting is None else STARTERS / drafting
    if drafting == "stories260K":
        place = write_stories260k(shared_data, tmp_path / drafting)
    found = [
        draft(model=STARTERS / "prose-bpe", draft=place, prompt=PROMPT, verify=verify, adaptive=adaptive)
        for adaptive in (False, True)
        for _ in range(ROUNDS)
    ]
    for adaptive, some in ((False, found[:ROUNDS]), (True, found[ROUNDS:])):
        speed = statistics.median(result.speed_up for result in some)
        result = some[0]
        print(
            f"\n{drafting or 'look-up':14} {result.method:7}{' adaptive' if adaptive else '':10} accepted "
            f"{result.acceptance:4.0%} of those looked at, {result.mean_accepted:.2f} a round; "
            f"{result.calls_saved:.2f} times fewer calls, {speed:.2f} times the speed"
        )
        assert result.same_as_plain
        assert result.calls_saved >= 1


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["ivf", "hnsw"])
def test_that_an_index_is_much_faster_than_all_rows(kind: IndexKind, tmp_path: Path) -> None:
    """Rows are means of three of a starter's, and what its head sees in a text asks for them."""
    loaded = load(STARTERS / "prose-bpe", dtype=torch.float32, device="cpu", field="model")
    model, language = EmbeddedModel(loaded), loaded.opened()
    random = np.random.default_rng(0)
    pieces = random.integers(300, len(model.head), (ROWS, 3))
    rows = model.head.numpy()[pieces].mean(axis=1).astype(np.float16)
    ids = language.encode((STARTERS / "texts" / "prose.txt").read_text(encoding="utf-8")[:6_000])[1:]
    passages = [ids[first : first + 120] for first in range(0, len(ids), 120)]
    queries = hidden_states(model, passages, language.begin, QUERIES)
    began = time.perf_counter()
    index = RowIndex(rows, build(rows, kind, Context(workdir=tmp_path)))
    built = time.perf_counter() - began
    began = time.perf_counter()
    found = [index.search(query[None], 200) for query in queries]
    searched = (time.perf_counter() - began) / QUERIES
    began = time.perf_counter()
    exact(rows, queries[:1], 200)
    compared = time.perf_counter() - began
    best = exact(rows, queries, 200).best
    together = Best(np.concatenate([f.places for f in found]), np.concatenate([f.scores for f in found]))
    print(
        f"\n{kind}: {ROWS:,} rows in {built:.1f} s, {index.bytes / 1e6:.0f} MB; one search "
        f"{1000 * searched:.2f} ms, all rows {1000 * compared:.1f} ms; "
        f"recall@1 {recall(together, best, 1):.3f}, @10 {recall(together, best, 10):.3f}"
    )
    assert compared / searched > 5
    assert recall(together, best, 1) >= RECALL[kind]
