"""What holds for every code: found by being there, spelt, searched as brute force would, counted, saved."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from core.collections.order import ordered
from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.retrieval.compress.codecs import CODECS, codec_of
from core.retrieval.compress.compressed import opened, squared_error
from core.retrieval.compress.spelt import usual
from tests.core.retrieval.compress.spaces import asked, clustered, context

WIDTH, COUNT = 32, 700
VECTORS = clustered(COUNT, WIDTH)
QUERIES = asked(VECTORS, 20)
LINES = [codec.line for codec in usual(WIDTH, COUNT)]
RESCORED = ("binary", "hash", "lfq", "bsq")


def test_that_every_codec_is_among_the_usual_ones() -> None:
    assert {line.split()[0] for line in LINES} | {"float32"} == set(CODECS)


def test_that_naming_codecs_loads_nothing_heavy() -> None:
    said = "import sys, core.retrieval.compress.codecs, core.retrieval.compress.job; " + (
        "print([name for name in ('numpy', 'torch', 'faiss', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("line", LINES)
def test_that_a_line_is_spelt_as_it_is_read(line: str) -> None:
    assert codec_of(codec_of(line).line) == codec_of(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("int9", "there is no 'int9'"),
        ("pq mm=4", "'mm=4' is no parameter of pq, which takes m, bits"),
        ("int8 scale=none", "scale"),
        ("pca then=int9", "there is no 'int9'"),
    ],
)
def test_that_what_is_no_codec_is_said_in_a_sentence(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        codec_of(line)


@pytest.mark.parametrize("line", ["float32", *LINES])
def test_that_scores_are_products_with_what_the_codes_decode_to(line: str, tmp_path: Path) -> None:
    index = codec_of(line).compressed(VECTORS, context(tmp_path))
    assert (index.count, index.width) == (COUNT, WIDTH)
    places, scores = index.search(QUERIES, 10, context(tmp_path))
    decoded = index.decoded(slice(0, COUNT))
    assert decoded.shape == VECTORS.shape
    np.testing.assert_allclose(index.decoded(np.array([5, 3])), decoded[[5, 3]], atol=1e-6)
    if line.startswith("truncate"):
        cut = QUERIES[:, : WIDTH // 2]
        products = (cut / np.linalg.norm(cut, axis=1, keepdims=True)) @ decoded[:, : WIDTH // 2].T
    elif line == "binary rescore=int8":
        kept = codec_of("int8").compressed(VECTORS, context(tmp_path)).decoded(slice(0, COUNT))
        products = QUERIES @ kept.T
    else:
        products = QUERIES @ decoded.T
    np.testing.assert_allclose(scores, np.take_along_axis(products, places, 1), atol=3e-6)
    if line.split()[0] not in RESCORED:
        every = np.broadcast_to(np.arange(COUNT), products.shape)
        _, best = ordered(every, products.astype(np.float64), np.arange(COUNT), 10)
        np.testing.assert_allclose(scores, best, atol=3e-6)


@pytest.mark.parametrize("line", ["float32", *LINES])
def test_that_one_query_finds_what_it_finds_among_others(line: str, tmp_path: Path) -> None:
    index = codec_of(line).compressed(VECTORS, context(tmp_path))
    together, scores = index.search(QUERIES, 10, context(tmp_path))
    alone = [index.search(QUERIES[row : row + 1], 10, context(tmp_path)) for row in range(3)]
    np.testing.assert_allclose(np.concatenate([one[1] for one in alone]), scores[:3], atol=3e-6)
    same = np.concatenate([one[0] for one in alone]) == together[:3]
    assert same.mean() > 0.95  # last digits may tell two apart that all but tie


@pytest.mark.parametrize("line", ["float32", *LINES])
def test_that_the_saved_file_is_as_large_as_said_and_finds_the_same(line: str, tmp_path: Path) -> None:
    index = codec_of(line).compressed(VECTORS, context(tmp_path))
    index.save(tmp_path / "index")
    assert (tmp_path / "index").stat().st_size == index.nbytes
    assert index.nbytes >= sum(part.nbytes for part in index.parts.values())
    again = opened(tmp_path / "index")
    assert again.line == index.line == codec_of(line).line
    for one, other in zip(
        index.search(QUERIES, 10, context(tmp_path)),
        again.search(QUERIES, 10, context(tmp_path)),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", ["normal", "zero", "same"])
def test_that_few_and_odd_vectors_are_coded_or_refused_but_never_end_the_process(
    kind: str, tmp_path: Path
) -> None:
    odd = (
        "pq m=2 bits=2",
        "fsq dimensions=1 levels=256",
        "prune keep=0.01",
        "dedup tolerance=2",
        "int4 scale=row",
    )
    for count, width in ((1, 1), (2, 5), (20, 3), (20, 50)):
        drawn = np.random.default_rng(0).normal(size=(count, width))
        vectors = {"normal": drawn, "zero": 0 * drawn, "same": 0 * drawn + 1}[kind].astype(np.float32)
        for line in [*(codec.line for codec in usual(width, count)), *odd]:
            with suppress(UserError):
                index = codec_of(line).compressed(vectors, context(tmp_path))
                places, scores = index.search(vectors, 7, context(tmp_path))
                assert ((places >= 0).sum(axis=1) == min(count, 7)).all(), line
                assert np.isfinite(scores[places >= 0]).all(), line
                assert np.isfinite(squared_error(index, vectors, context(tmp_path))), line
                index.diagnostics()


@pytest.mark.parametrize("line", LINES)
def test_that_the_same_seed_gives_the_same_codes(line: str, tmp_path: Path) -> None:
    one, other = (codec_of(line).compressed(VECTORS, context(tmp_path, seed=3)) for _ in range(2))
    for name, part in one.parts.items():
        np.testing.assert_array_equal(part, other.parts[name], err_msg=name)


@pytest.mark.parametrize("line", ["int8", "pq m=8 bits=6", "binary", "pca dimensions=8", "prune"])
def test_that_barred_documents_are_not_found_and_fewer_than_k_are_marked(line: str, tmp_path: Path) -> None:
    index = codec_of(line).compressed(VECTORS, context(tmp_path))
    first = index.search(QUERIES, 1, context(tmp_path))[0][:, 0]
    places, _ = index.search(QUERIES, 5, context(tmp_path), barred=first)
    assert not (places == first[:, None]).any()
    places, scores = index.search(QUERIES, COUNT + 3, context(tmp_path), barred=first)
    assert (places[:, COUNT - 1 :] == -1).all()
    assert np.isneginf(scores[:, COUNT - 1 :]).all()
    assert (np.sort(places[0, : COUNT - 1]) == np.delete(np.arange(COUNT), first[0])).all()


@pytest.mark.parametrize("line", ["float32", "int8", "pq m=8 bits=6", "pca dimensions=31", "prune keep=0.9"])
def test_that_distances_order_where_they_are_asked_for(line: str, tmp_path: Path) -> None:
    vectors = VECTORS * np.random.default_rng(5).uniform(0.2, 3, (COUNT, 1)).astype(np.float32)
    index = codec_of(line).compressed(vectors, context(tmp_path))
    places, scores = index.search(QUERIES, 5, context(tmp_path), euclidean=True)
    decoded = index.decoded(slice(0, COUNT))
    gaps = np.linalg.norm(QUERIES[:, None] - decoded[None], axis=2)
    np.testing.assert_allclose(-scores, np.sort(gaps, axis=1)[:, :5], atol=1e-4)
    np.testing.assert_allclose(-scores, np.take_along_axis(gaps, places, 1), atol=1e-4)


@pytest.mark.parametrize("line", ["float32", "float16", "vq bits=3", "pq m=1 bits=2", "binary rescore=none"])
def test_that_all_ties_are_ordered_by_the_rank_given(line: str, tmp_path: Path) -> None:
    vectors = np.concatenate([VECTORS[:8]] * 60)  # 60 of each: more than are kept beside k
    ranks = np.random.default_rng(0).permutation(len(vectors))
    index = codec_of(line).compressed(vectors, context(tmp_path))
    decoded = index.decoded(slice(0, len(vectors))).astype(np.float64)
    for queries in (QUERIES, QUERIES[:1]):
        places, scores = index.search(queries, 7, context(tmp_path), ranks=ranks)
        assert (scores == scores[:, :1]).all()
        held = np.where(queries > 0, 1, -1) if line.endswith("none") else queries
        for row, products in enumerate(held @ decoded.T):
            tied = np.flatnonzero(products > products.max() - 2e-6)
            assert len(tied) >= 60
            assert places[row].tolist() == tied[np.argsort(ranks[tied])][:7].tolist()


def test_that_a_larger_code_of_the_same_kind_is_nearer(tmp_path: Path) -> None:
    kinds = (
        "pq m={} bits=6",
        "opq m={} bits=6",
        "rq m={} bits=6",
        "pca dimensions={}",
        "fsq dimensions={}",
        "hash bits={}",
    )
    for kind in kinds:
        errors = [
            squared_error(
                codec_of(kind.format(size)).compressed(VECTORS, context(tmp_path)),
                VECTORS,
                context(tmp_path),
            )
            for size in (8, 16, 32)
        ]
        assert errors == sorted(errors, reverse=True), kind
        assert errors[-1] < errors[0], kind


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("pq m=4", "256 codewords needs as many vectors, and there are 100"),
        ("pq m=64 bits=4", "cannot be cut into 64 parts"),
        ("pca dimensions=40", "no 40 principal directions"),
        ("truncate dimensions=40", "no first 40"),
        ("opq m=4 bits=3", "rotation of 32 numbers needs as many vectors to be learned of, and there are 24"),
        ("dedup m=64", "cannot be cut into 64 parts"),
    ],
)
def test_that_vectors_that_do_not_fit_are_refused_in_a_sentence(line: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said) as refused:
        codec_of(line).compressed(VECTORS[: 24 if line.startswith("opq") else 100], context(tmp_path))
    assert refused.value.field == "codec"


def test_that_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index").write_bytes(b"PK nothing")
    with pytest.raises(UserError, match="no compressed index"):
        opened(tmp_path / "index")


@pytest.mark.parametrize("line", ["opq m=8 bits=6", "aq m=4 bits=6", "hash bits=16", "rq m=4 bits=6"])
def test_that_a_stop_is_heard_while_a_code_is_learned(line: str, tmp_path: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        codec_of(line).compressed(VECTORS, Context(workdir=tmp_path, control=control))
