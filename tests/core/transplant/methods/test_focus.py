"""FOCUS: sparsemax over copied tokens, by vectors of tokens that are trained or read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import UserError
from core.jobs.context import Context
from core.transplant.auxiliary import contents
from core.transplant.methods.focus import Focus, is_symbol
from core.transplant.rows import Task
from core.vectors.read import read_vectors
from core.vectors.texts import tokenised
from core.vectors.tokens import token_vectors
from core.vectors.training import Training, train
from tests.core.transplant.methods.tasks import made
from tests.core.transplant.methods.texts import dense, prose_task, written

SMALL = {"dimensions": 16, "min_count": 3}


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Task:
    return prose_task(tmp_path_factory.mktemp("focus"))


def projected(scores: np.ndarray) -> np.ndarray:
    """Sparsemax in float64, by looking for its threshold."""
    low, high = scores.max() - 1, scores.max()
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(scores - middle, 0).sum() > 1 else (low, middle)
    return np.maximum(scores - low, 0)


@pytest.mark.parametrize("temperature", [1.0, 0.2])
def test_that_it_is_sparsemax_over_the_shared_tokens(given: Task, tmp_path: Path, temperature: float) -> None:
    rows, _ = made(Focus(temperature=temperature, **SMALL), given, tmp_path)
    ctx = Context(workdir=tmp_path)
    target = given.inputs.target
    text = tokenised(target, given.corpus, 10**7, ctx)
    training = Training(dimensions=16, epochs=3, negatives=10, min_count=3)
    vectors = train(text.named(contents(target)), training, 0, ctx, "Training")
    units = {}
    for id, name in enumerate(contents(target)):
        if name in vectors.place:
            vector = vectors.of([name])[0].astype(np.float64)
            units[id] = vector / np.linalg.norm(vector)
    anchors = [
        (b, d)
        for b, d in zip(*(ids.tolist() for ids in (given.anchors.base, given.anchors.donor)), strict=True)
        if d in units
    ]
    weights = dense(rows, len(given.table))
    for row, id in list(enumerate(given.targets.tolist()))[:60]:
        assert bool(rows.made[row]) == (id in units)
        if id in units:
            scores = np.array([units[id] @ units[d] for _, d in anchors]) / temperature
            expected = np.zeros(len(given.table))
            expected[[b for b, _ in anchors]] = projected(scores)
            assert np.abs(weights[row] - expected).max() < 1e-5


def test_that_rare_tokens_are_left_to_the_mean(given: Task, tmp_path: Path) -> None:
    often, _ = made(Focus(dimensions=16, min_count=1), given, tmp_path)
    rarely, _ = made(Focus(dimensions=16, min_count=20), given, tmp_path)
    assert 0 < rarely.made.sum() < often.made.sum()
    assert torch.allclose(often.weights.sum(dim=1)[often.made], torch.tensor(1.0), atol=1e-5)


def test_that_text_is_needed_unless_there_are_vectors() -> None:
    assert Focus.needs_corpus is True
    assert Focus().needs_corpus
    assert not Focus(vectors=Path("glove.txt")).needs_corpus


def test_that_symbols_alone_can_serve(given: Task, tmp_path: Path) -> None:
    rows, _ = made(Focus(sources="symbols", **SMALL), given, tmp_path)
    entries = given.inputs.base_tokenizer.vocabulary.entries
    used = rows.indices[rows.indices >= 0].unique().tolist()
    assert used
    assert all(not any(c.isalpha() for c in entries[id].bytes.decode()) for id in used)


def test_that_vectors_can_be_read_from_a_file(given: Task, tmp_path: Path) -> None:
    words = sorted(set(given.corpus[0].read_text(encoding="utf-8").split()))
    draw = np.random.default_rng(0)
    lines = [f"{word} {' '.join(map(str, draw.standard_normal(5).round(3)))}" for word in words]
    path = written(tmp_path, "glove.txt", "\n".join(lines))
    rows, _ = made(Focus(vectors=path), given, tmp_path)
    ctx = Context(workdir=tmp_path)
    known = token_vectors(given.inputs.target, read_vectors(path, ctx, field="method"), ctx).any(axis=1)
    assert rows.made.tolist() == known[given.targets.numpy()].tolist()
    assert torch.allclose(rows.weights.sum(dim=1)[rows.made], torch.tensor(1.0), atol=1e-5)


def test_that_a_sweep_trains_the_vectors_once(
    given: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.transplant import auxiliary
    from core.transplant.rows import Shared

    trainings = []
    real = auxiliary.train
    monkeypatch.setattr(auxiliary, "train", lambda *given: trainings.append(1) or real(*given))
    task = prose_task(tmp_path, shared=Shared())
    for temperature in (0.5, 1.0, 2.0):
        made(Focus(temperature=temperature, **SMALL), task, tmp_path)
    assert len(trainings) == 1


def test_that_nothing_in_common_is_said(given: Task, tmp_path: Path) -> None:
    path = written(tmp_path, "glove.txt", "the 0 0 0\n")
    with pytest.raises(UserError, match="no token that both vocabularies share") as caught:
        made(Focus(vectors=path), given, tmp_path)
    assert caught.value.field == "method"


def test_that_symbols_have_no_letters() -> None:
    from core.tokenizers.canonical import Kind, Token

    for data, expected in ((b" 12", True), (b"\n", True), (b" --", True), (b"a1", False), (b"\xe6", False)):
        assert is_symbol(Token(0, "", Kind.TEXT, data)) == expected
