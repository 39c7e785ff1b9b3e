"""Encoding with all-MiniLM-L6-v2 beside sentence-transformers' own loop at its defaults, in one run.

Texts of mixed lengths without duplicates; the three loops take turns. Run it on an idle machine, with
``make bench ARGS='-k encoding'``. The processor's seconds are told too: they depend less on what else runs.

What was tried for the fast option, on 150 of these texts, one thread of a Zen 4 (AVX512-BF16, AVX512-VNNI),
torch 2.13, processor's seconds, as a multiple of the speed of our own float32 loop (which is 1.12 to 1.18
times that of sentence-transformers), and the cosine to float32:

=====================================================  ======  ===========  ============
what                                                    times  mean cosine  least cosine
=====================================================  ======  ===========  ============
bfloat16, the whole model                                1.7–1.9   0.99995      0.99993
…, its weights laid out before (oneDNN's own order)          2.0   0.99995      0.99993
bfloat16 in linear layers only, the rest in float32          1.5   0.99999      0.99998
bfloat16 by torch.autocast                                   1.7   0.99998      0.99997
int8: rows of weights, tokens of activations, _int_mm        1.9   0.99737      0.99374
float32, its weights laid out before                        1.15   1.00000      1.00000
=====================================================  ======  ===========  ============

Int8 misses 0.999; torch's dynamic int8 misses it by far (0.888). Weights laid out before gain little and need
functions that torch does not promise to keep. torch.compile needs a compiler, which users have not. ONNX
Runtime was not needed. So the fast option is bfloat16 throughout; norms and the pooling sum in float32.
On cranfield its nDCG@10 is 0.4275 where float32 has 0.4285 (mean cosine 0.99995).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from core.encoders.encoder import Encoder
from core.encoders.fast import fast_type
from core.encoders.opened import open_encoder
from core.encoders.request import EncoderFields
from core.folders import resources_folder
from core.jobs.context import Context
from tests.real_models import real_model

TEXTS, ROUNDS = 400, 3
EXACT_AT_LEAST, FAST_AT_LEAST = 1.05, 1.5
COSINE_AT_LEAST, NDCG_WITHIN = 0.999, 0.002


def mixed_texts() -> list[str]:
    """3 to 400 words, lognormal, the median 43."""
    files = sorted((resources_folder() / "starter" / "texts").glob("*.txt"))
    words = " ".join(file.read_text(encoding="utf-8") for file in files).split()
    source = np.random.default_rng(0)
    lengths = np.clip(np.exp(source.normal(np.log(43), 0.9, TEXTS)), 3, 400).astype(int)
    firsts = source.integers(0, len(words) - 400, TEXTS)
    pairs = zip(firsts.tolist(), lengths.tolist(), strict=True)
    return list(dict.fromkeys(" ".join(words[first : first + length]) for first, length in pairs))


def opened(ctx: Context, precision: str) -> Encoder:
    return open_encoder(EncoderFields(model=real_model("minilm"), precision=precision), ctx)  # type: ignore[arg-type]


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("threads", [1, 2])
def test_that_encoding_is_faster_at_equal_vectors(threads: int, ctx: Context) -> None:
    from sentence_transformers import SentenceTransformer

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    texts = mixed_texts()
    theirs = SentenceTransformer(str(real_model("minilm")), device="cpu")
    exact, fast = opened(ctx, "float32"), opened(ctx, "fast")
    loops: dict[str, Callable[[Sequence[str]], np.ndarray]] = {
        "sentence-transformers": lambda some: np.asarray(theirs.encode(list(some))),
        "float32": lambda some: exact.encode(some, ctx),
        "fast": lambda some: fast.encode(some, ctx),
    }
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in loops}
    vectors: dict[str, np.ndarray] = {}
    try:
        for loop in loops.values():
            loop(texts[:32])
        for _ in range(ROUNDS):
            for name, loop in loops.items():
                wall, processor = time.perf_counter(), time.process_time()
                vectors[name] = loop(texts)
                seconds[name].append((time.perf_counter() - wall, time.process_time() - processor))
    finally:
        torch.set_num_threads(before)

    def times(name: str, clock: int) -> float:
        """How many times as fast: the median over the rounds."""
        pairs = zip(seconds["sentence-transformers"], seconds[name], strict=True)
        return statistics.median(base[clock] / ours[clock] for base, ours in pairs)

    print(f"\n{len(texts)} texts, {threads} threads")
    for name in loops:
        cosines = (vectors["sentence-transformers"] * vectors[name]).sum(axis=1)
        wall, processor = (statistics.median(run[clock] for run in seconds[name]) for clock in (0, 1))
        print(
            f"{name:22} {wall:6.2f} s wall, {processor:6.2f} s processor, {len(texts) / wall:5.0f} texts/s: "
            f"{times(name, 0):.2f} × by the wall, {times(name, 1):.2f} × by the processor; cosine mean "
            f"{cosines.mean():.6f}, least {cosines.min():.6f}"
        )
    same = (vectors["sentence-transformers"] * vectors["float32"]).sum(axis=1)
    assert same.min() >= 0.99999
    assert times("float32", 0) >= EXACT_AT_LEAST
    if fast_type("cpu") is None:
        pytest.skip("this processor does not multiply numbers of 16 bits itself")
    near = (vectors["sentence-transformers"] * vectors["fast"]).sum(axis=1)
    assert near.mean() >= COSINE_AT_LEAST
    assert times("fast", 0) >= FAST_AT_LEAST


@pytest.mark.timeout(1200)
def test_that_fast_vectors_rank_as_well(ctx: Context, shared_data: Path) -> None:
    from core.collections.read import open_collection
    from core.retrieval.measures.judged import judge_places
    from core.retrieval.measures.spelt import measure
    from core.retrieval.measures.values import values

    collection = open_collection(shared_data / "ir" / "cranfield")
    documents = collection.documents.texts(0, len(collection.documents))
    queries = collection.queries.texts(0, len(collection.queries))
    scores: dict[str, float] = {}
    vectors: dict[str, np.ndarray] = {}
    for precision in ("float32", "fast"):
        encoder = opened(ctx, precision).fitted(collection.documents, ctx)
        began = time.perf_counter()
        vectors[precision] = encoder.encode(documents, ctx, role="document")
        wall = time.perf_counter() - began
        likeness = encoder.encode(queries, ctx, role="query") @ vectors[precision].T
        places = np.argsort(-likeness, axis=1, kind="stable")[:, :100].astype(np.int64)
        judged = judge_places(places, collection.documents.ids, collection.queries.ids, collection.judgements)
        scores[precision] = float(values(judged, [measure("nDCG@10")]).mean())
        print(f"\ncranfield, {precision}: nDCG@10 {scores[precision]:.4f}, documents in {wall:.1f} s")
    there = vectors["float32"].any(axis=1)  # two documents are empty
    cosines = (vectors["float32"] * vectors["fast"]).sum(axis=1)[there]
    print(f"cosine mean {cosines.mean():.6f}, least {cosines.min():.6f}")
    assert cosines.mean() >= COSINE_AT_LEAST
    assert abs(scores["fast"] - scores["float32"]) <= NDCG_WITHIN
