"""TokenAdapt: pieces by meaning and length, neighbours by meaning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import UserError
from core.jobs.context import Context
from core.transplant.methods.token_adapt import TokenAdapt, global_weights, local_weights
from core.transplant.rows import Task
from core.vectors.neighbours import softmax_mixtures
from tests.core.transplant.methods.tasks import made
from tests.core.transplant.methods.texts import dense, prose_task, written

MINILM = Path(__file__).parents[4] / ".real-models" / "minilm"


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Task:
    return prose_task(tmp_path_factory.mktemp("adapt"))


def test_the_known_answer_for_pieces() -> None:
    found = local_weights(np.array([0.8, 0.4]), [4, 2], 6, 0.3)
    assert found.tolist() == pytest.approx([0.70775075, 0.29224925], abs=1e-8)
    assert len(local_weights(np.empty(0), [], 3, 0.3)) == 0


def test_the_known_answer_for_neighbours(tmp_path: Path) -> None:
    similarities = [0.7, 0.5, 0.2]
    keys = torch.tensor([[s, (1 - s * s) ** 0.5] for s in similarities])
    near = softmax_mixtures(
        torch.tensor([[1.0, 0.0]]), keys, 3, 0.3 + 1e-5, Context(workdir=tmp_path), "Looking"
    )
    plain = global_weights(near.weights[0].double().numpy(), np.array(similarities), 0.0)
    assert plain.tolist() == pytest.approx([0.58743548, 0.30160613, 0.11095839], abs=1e-6)
    some = global_weights(near.weights[0].double().numpy(), np.array(similarities), 0.3)
    assert some.tolist() == pytest.approx([0.66075139, 0.33924861, 0], abs=1e-6)
    assert global_weights(np.array([0.6, 0.4]), np.array([0.1, 0.1]), 0.3).tolist() == [0, 0]


def test_that_a_row_is_shared_between_pieces_and_neighbours(given: Task, tmp_path: Path) -> None:
    pieces_alone, _ = made(TokenAdapt(share=0, dimensions=16), given, tmp_path)
    neighbours_alone, _ = made(TokenAdapt(share=1, dimensions=16), given, tmp_path)
    both, _ = made(TokenAdapt(dimensions=16), given, tmp_path)
    local, wide, hybrid = (dense(rows, 500) for rows in (pieces_alone, neighbours_alone, both))
    has_both = [row for row, text in enumerate(given.target_bytes) if given.pieces(text) and wide[row].any()]
    mixed = [row for row in has_both if not np.allclose(local[row], wide[row])]
    assert len(mixed) > 100
    assert np.allclose(hybrid[mixed], 0.7 * local[mixed] + 0.3 * wide[mixed], atol=1e-5)
    for row in has_both:
        assert set(np.flatnonzero(local[row])) == set(given.pieces(given.target_bytes[row]))
        assert 0 < (wide[row] > 0).sum() <= 3


def test_that_a_threshold_leaves_the_pieces_alone(given: Task, tmp_path: Path) -> None:
    pieces_alone, _ = made(TokenAdapt(share=0, dimensions=16), given, tmp_path)
    none_near, _ = made(TokenAdapt(threshold=1.0, dimensions=16), given, tmp_path)
    local, rest = dense(pieces_alone, 500), dense(none_near, 500)
    assert np.mean(np.abs(local - rest).max(axis=1) < 1e-5) > 0.5


def test_that_what_is_no_encoder_is_refused(given: Task, tmp_path: Path) -> None:
    written(tmp_path, "config.json", "{}")
    with pytest.raises(UserError) as caught:
        made(TokenAdapt(encoder=tmp_path), given, tmp_path)
    assert caught.value.field == "method"
    assert str(tmp_path) in caught.value.message


@pytest.mark.skipif(not MINILM.is_dir(), reason="all-MiniLM-L6-v2 is not there")
def test_that_a_real_encoder_finds_what_means_alike(given: Task, tmp_path: Path) -> None:
    from core.vectors.encoder import EncoderVectors

    encoder = EncoderVectors(MINILM, Context(workdir=tmp_path), field="method")
    ship, boat, tax, nothing = encoder.of(["ship", "boat", "tax", ""])
    assert encoder.width == 384
    assert not nothing.any()
    assert ship @ boat / np.linalg.norm(boat) > ship @ tax / np.linalg.norm(tax) + 0.1
    rows, _ = made(TokenAdapt(encoder=MINILM), given, tmp_path)
    assert all(
        made or not given.pieces(text) for made, text in zip(rows.made, given.target_bytes, strict=True)
    )
    assert torch.allclose(rows.weights.sum(dim=1)[rows.made], torch.tensor(1.0), atol=1e-5)
