"""Known answers and properties of the single codes."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from core.retrieval.compress.codebooks import product, residual
from core.retrieval.compress.codecs import codec_of
from core.retrieval.compress.compressed import Compressed, squared_error
from core.retrieval.compress.grid import digits, rounded
from core.retrieval.compress.integers import affine
from core.retrieval.compress.planes import fitted
from core.retrieval.compress.signs import packed
from tests.core.retrieval.compress.spaces import asked, clustered, context

VECTORS = clustered(900, 24)
QUERIES = asked(VECTORS, 20)
numbers = arrays(np.float32, (9, 3), elements=st.floats(-100, 100, width=32))


def coded(line: str, folder: Path, vectors: NDArray[np.float32] = VECTORS) -> Compressed:
    return codec_of(line).compressed(vectors, context(folder))


# Numbers of fewer bits


def test_that_int8_codes_are_those_of_sentence_transformers(tmp_path: Path) -> None:
    columns = np.array([[-1, 0.2, 0.6], [0.5, -0.3, 0.9]], np.float32)
    index = coded("int8", tmp_path, columns.T.copy())
    assert index.parts["codes"].tolist() == [[-128, 42], [63, -128], [127, 127]]


@given(numbers)
def test_that_affine_codes_are_half_a_step_from_the_number_at_most(vectors: NDArray[np.float32]) -> None:
    low, high = vectors.min(axis=0), vectors.max(axis=0)
    step = (high - low) / np.float32(255)
    step = np.where(step > 0, step, np.float32(1))
    codes = affine(vectors, low, step, 8).astype(np.float32)
    back = low + (codes + 128.5) * step
    inside = vectors < high
    slack = step * 1e-3 + 1e-4
    assert (np.abs(back - vectors) <= np.where(inside, step / 2, step) + slack).all()


@settings(deadline=None, max_examples=20)
@given(vectors=numbers)
def test_that_a_row_with_its_own_scale_is_within_half_a_step_of_the_range(
    vectors: NDArray[np.float32], tmp_path_factory: pytest.TempPathFactory
) -> None:
    index = coded("int8 scale=row", tmp_path_factory.getbasetemp(), vectors)
    most = np.abs(vectors).max(axis=1, keepdims=True)
    assert (np.abs(index.decoded(slice(0, 9)) - vectors) <= most / 127 + 1e-6).all()


def test_that_the_scale_of_a_row_leaves_less_error_than_the_range_does(tmp_path: Path) -> None:
    most = np.abs(VECTORS).max(axis=1, keepdims=True)
    plain = np.rint(VECTORS / most * 7) * most / 7
    learned = squared_error(coded("int4 scale=row", tmp_path), VECTORS, context(tmp_path))
    assert learned < ((plain - VECTORS) ** 2).mean()


def test_that_two_numbers_of_four_bits_share_a_byte(tmp_path: Path) -> None:
    index = coded("int4", tmp_path, VECTORS[:, :23].copy())
    assert index.parts["codes"].shape == (900, 12)
    whole = coded("int4 range=all", tmp_path)
    step = whole.parts["step"]
    gaps = np.abs(whole.decoded(slice(0, 900)) - VECTORS)
    assert (gaps <= step * 1.001).all()
    assert (gaps <= step * 0.501).mean() > 0.99


def test_that_a_dimension_that_never_changes_is_kept(tmp_path: Path) -> None:
    vectors = VECTORS.copy()
    vectors[:, 3] = 0.25
    assert np.isfinite(coded("int8", tmp_path, vectors).decoded(slice(0, 9))).all()
    assert coded("int8 scale=row", tmp_path, np.zeros((300, 8), np.float32)).decoded(
        slice(0, 3)
    ).tolist() == (np.zeros((3, 8)).tolist())


def test_that_half_precision_rounds_as_torch_does(tmp_path: Path) -> None:
    held = torch.from_numpy(VECTORS)
    every = slice(0, 900)
    np.testing.assert_array_equal(coded("float16", tmp_path).decoded(every), held.half().float().numpy())
    np.testing.assert_array_equal(coded("bfloat16", tmp_path).decoded(every), held.bfloat16().float().numpy())
    large = np.full((2, 2), 1e6, np.float32)
    assert np.isfinite(coded("float16", tmp_path, large).decoded(slice(0, 2))).all()


# Bits


def test_that_bits_are_packed_as_sentence_transformers_packs_them() -> None:
    found = packed(np.array([[0.1, -0.2, 0.3, 0.4, -0.5, 0, 0.7, -0.8]], np.float32))
    assert found.tolist() == [[178]]
    assert (found.astype(np.int16) - 128).tolist() == [[50]]


def test_that_the_nearest_by_hamming_distance_are_rescored(tmp_path: Path) -> None:
    index = coded("binary candidates=3", tmp_path)
    places, scores = index.search(QUERIES, 5, context(tmp_path))
    corners = np.where(VECTORS > 0, 1, -1)
    for row, query in enumerate(QUERIES):
        distances = ((query > 0) != (VECTORS > 0)).sum(axis=1)
        nearest = np.argsort(distances, kind="stable")[:15]
        products = corners[nearest] @ query / 24**0.5
        order = np.lexsort((nearest, -np.round(products, 6)))[:5]
        assert places[row].tolist() == nearest[order].tolist()
        np.testing.assert_allclose(scores[row], products[order], atol=2e-6)


def test_that_all_documents_as_candidates_are_scored_as_brute_force_does(tmp_path: Path) -> None:
    index = coded("binary candidates=1000", tmp_path)
    places, _ = index.search(QUERIES, 10, context(tmp_path))
    products = QUERIES @ np.where(VECTORS > 0, 1, -1).T / np.float32(24**0.5)
    np.testing.assert_array_equal(places, np.argsort(-np.round(products, 6), axis=1, kind="stable")[:, :10])


def test_that_rescoring_finds_more(tmp_path: Path) -> None:
    exact = np.argsort(-(QUERIES @ VECTORS.T), axis=1)[:, :10]

    def share(line: str) -> float:
        found = coded(line, tmp_path).search(QUERIES, 10, context(tmp_path))[0]
        return float(np.mean([np.isin(a, b).mean() for a, b in zip(exact, found, strict=True)]))

    plain, bits, numbers = (share(f"binary rescore={how}") for how in ("none", "bits", "float16"))
    assert plain < bits < numbers


def test_that_itq_turns_the_directions_and_loses_less_than_they_do(tmp_path: Path) -> None:
    turned = fitted(VECTORS, 16, "itq", context(tmp_path))["directions"]
    np.testing.assert_allclose(turned.T @ turned, np.eye(16), atol=1e-5)

    def lost(how: str) -> float:
        learned = fitted(VECTORS, 16, how, context(tmp_path))
        laid = (VECTORS - learned["mean"]) @ learned["directions"]
        return float(((laid - learned["length"] * np.where(laid > 0, 1, -1)) ** 2).mean())

    assert lost("itq") < lost("pca")


def test_that_trained_planes_are_better_than_random_ones(tmp_path: Path) -> None:
    errors = {
        how: squared_error(coded(f"hash bits=16 how={how}", tmp_path), VECTORS, context(tmp_path))
        for how in ("hyperplanes", "itq", "autoencoder")
    }
    assert errors["itq"] < errors["hyperplanes"]
    assert errors["autoencoder"] < errors["hyperplanes"]


def test_that_a_paraphrase_of_bits_may_be_longer_than_the_vector(tmp_path: Path) -> None:
    assert coded("hash bits=96 how=hyperplanes", tmp_path).parts["codes"].shape == (900, 12)


# Levels


def test_that_numbers_come_to_the_levels_of_the_paper() -> None:
    places = rounded(np.array([[-9, -0.6, -0.2, 0, 0.2, 0.6, 9]], np.float32), 5)
    assert places.tolist() == [[0, 1, 2, 2, 2, 3, 4]]
    assert rounded(np.array([[-9.0, 0.0, 9.0]], np.float32), 4).tolist() == [[0, 2, 3]]
    assert rounded(np.array([[-1.0, 0.0, 1.0]], np.float32), 2).tolist() == [[0, 0, 1]]


@pytest.mark.parametrize("levels", [2, 3, 4, 5, 7, 8, 256])
def test_that_levels_survive_the_packing(levels: int, tmp_path: Path) -> None:
    assert levels ** digits(levels) <= 256 < levels ** (digits(levels) + 1)
    index = coded(f"fsq dimensions=24 levels={levels}", tmp_path)
    laid = (VECTORS - index.parts["mean"]) @ index.parts["directions"]
    places = rounded(laid / index.parts["spread"], levels)
    expected = (
        index.parts["values"][np.arange(24), places] @ index.parts["directions"].T + index.parts["mean"]
    )
    gaps = np.abs(index.decoded(slice(0, 900)) - expected)
    assert np.quantile(gaps, 0.999) < 1e-5  # a number at an edge may fall to either side


def test_that_a_byte_holds_as_many_levels_as_it_can(tmp_path: Path) -> None:
    assert (digits(2), digits(5), digits(16)) == (8, 3, 2)
    assert coded("fsq dimensions=24 levels=5", tmp_path).parts["codes"].nbytes == 900 * 8


# Codebooks


def test_that_codebooks_of_parts_are_those_of_faiss(tmp_path: Path) -> None:
    learned = product(VECTORS, 6, 5, context(tmp_path))["codebooks"]
    theirs = faiss.ProductQuantizer(24, 6, 5)
    theirs.cp.seed, theirs.cp.min_points_per_centroid = 1, 1
    theirs.train(VECTORS)
    np.testing.assert_allclose(learned, faiss.vector_to_array(theirs.centroids).reshape(6, 32, 4), atol=1e-6)


@pytest.mark.parametrize("line", ["pq m=6 bits=5", "pq m=6 bits=8", "rq m=3 bits=5", "aq m=3 bits=4"])
def test_that_few_queries_are_looked_up_as_many_are_multiplied(line: str, tmp_path: Path) -> None:
    index = coded(line, tmp_path)
    together, scores = index.search(QUERIES, 10, context(tmp_path))
    few, fewer = index.search(QUERIES[:4], 10, context(tmp_path))
    np.testing.assert_allclose(fewer, scores[:4], atol=2e-6)
    assert (few == together[:4]).mean() > 0.95


def test_that_parts_that_do_not_divide_the_width_are_filled_up(tmp_path: Path) -> None:
    index = coded("pq m=7 bits=5", tmp_path)
    assert index.parts["codebooks"].shape == (7, 32, 4)
    assert index.decoded(slice(0, 5)).shape == (5, 24)


def test_that_opq_turns_and_codes_nearer_than_pq(tmp_path: Path) -> None:
    turned = coded("opq m=4 bits=5", tmp_path)
    rotation = turned.parts["rotation"]
    np.testing.assert_allclose(rotation.T @ rotation, np.eye(24), atol=1e-4)
    plain = coded("pq m=4 bits=5", tmp_path)
    errors = [squared_error(index, VECTORS, context(tmp_path)) for index in (turned, plain)]
    assert errors[0] < errors[1]


def test_that_each_stage_codes_what_the_ones_before_left(tmp_path: Path) -> None:
    learned = residual(VECTORS, 3, 5, context(tmp_path))["codebooks"]
    index = coded("rq m=3 bits=5 beam=1", tmp_path)
    left = VECTORS.copy()
    for codebook in learned:
        nearest = ((left[:, None] - codebook[None]) ** 2).sum(axis=2).argmin(axis=1)
        left -= codebook[nearest]
    np.testing.assert_allclose(VECTORS - left, index.decoded(slice(0, 900)), atol=1e-5)


def test_that_a_wider_beam_is_nearer(tmp_path: Path) -> None:
    errors = [
        squared_error(coded(f"rq m=4 bits=5 beam={beam}", tmp_path), VECTORS, context(tmp_path))
        for beam in (1, 8)
    ]
    assert errors[1] < errors[0]


def test_that_documents_with_the_same_codeword_tie(tmp_path: Path) -> None:
    index = coded("vq bits=3", tmp_path)
    assert len(np.unique(index.decoded(slice(0, 900)), axis=0)) <= 8
    figures = index.diagnostics()
    assert 1 < figures["perplexity"] <= 8
    assert figures["dead"] == 0


def test_that_unused_codewords_are_counted(tmp_path: Path) -> None:
    vectors = np.repeat(VECTORS[:4], 32, axis=0)
    figures = coded("vq bits=4", tmp_path, vectors).diagnostics()
    assert figures["dead"] >= 0.75 - 1e-9
    assert figures["perplexity"] <= 4 + 1e-6


# Fewer numbers


def test_that_truncation_is_that_of_matryoshka_models(tmp_path: Path) -> None:
    index = coded("truncate dimensions=10 then=float32", tmp_path)
    cut = VECTORS[:, :10] / np.linalg.norm(VECTORS[:, :10], axis=1, keepdims=True)
    np.testing.assert_allclose(index.decoded(slice(0, 900))[:, :10], cut, atol=1e-6)
    whole = coded("truncate dimensions=24 then=float32", tmp_path)
    np.testing.assert_allclose(whole.decoded(slice(0, 900)), VECTORS, atol=1e-6)
    longer = coded("truncate dimensions=24 then=float32", tmp_path, VECTORS * 3)
    np.testing.assert_allclose(longer.decoded(slice(0, 900)), VECTORS * 3, atol=1e-6)


def test_that_all_principal_directions_lose_nothing(tmp_path: Path) -> None:
    index = coded("pca dimensions=24 then=float32", tmp_path)
    np.testing.assert_allclose(index.decoded(slice(0, 900)), VECTORS, atol=2e-6)


def test_that_principal_directions_are_those_of_the_singular_values(tmp_path: Path) -> None:
    index = coded("svd ratio=0.25", tmp_path)
    rank = int(900 * 24 * 0.25 / (900 + 24))
    left, values, right = np.linalg.svd(VECTORS.astype(np.float64), full_matrices=False)
    best = (left[:, :rank] * values[:rank]) @ right[:rank]
    np.testing.assert_allclose(index.decoded(slice(0, 900)), best, atol=1e-5)
    assert index.nbytes <= 0.25 * VECTORS.nbytes + 2000


def test_that_codes_can_follow_one_another(tmp_path: Path) -> None:
    index = coded("pca dimensions=12 'then=pq m=3 bits=5'", tmp_path)
    assert index.parts["inner.codes"].shape == (900, 2)
    assert index.diagnostics()["perplexity"] > 1


def test_that_pruning_keeps_the_largest_numbers_with_their_places(tmp_path: Path) -> None:
    index = coded("prune keep=0.3", tmp_path)
    decoded = index.decoded(slice(0, 900))
    there = decoded != 0
    assert there.mean() == pytest.approx(0.3, abs=0.005)
    assert np.abs(VECTORS[there]).min() >= np.abs(VECTORS[~there]).max() - 1e-4
    np.testing.assert_allclose(decoded[there], VECTORS[there], rtol=1e-3)
    assert index.nbytes >= 4 * there.sum()  # two bytes each for number and place


def test_that_equal_documents_are_kept_once(tmp_path: Path) -> None:
    vectors = np.concatenate([VECTORS[:200], VECTORS[:200], VECTORS[:100]])
    index = coded("dedup tolerance=0", tmp_path, vectors)
    assert len(index.parts["kept"]) == 200
    np.testing.assert_array_equal(index.decoded(slice(0, 500)), vectors)


def test_that_what_stands_for_a_part_is_within_the_tolerance(tmp_path: Path) -> None:
    index = coded("dedup m=4 tolerance=0.6 bits=3", tmp_path)
    assert index.diagnostics()["kept"] < 0.9
    gaps = (index.decoded(slice(0, 900)) - VECTORS).reshape(900, 4, 6)
    lengths = np.linalg.norm(VECTORS.reshape(900, 4, 6), axis=2)
    assert (np.linalg.norm(gaps, axis=2) <= 0.6 * lengths + 1e-6).all()
