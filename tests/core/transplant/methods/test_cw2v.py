"""Constrained word2vec: mixtures that learn from neighbouring tokens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.errors import UserError
from core.jobs.context import Context
from core.transplant import transplant
from core.transplant.constrained_word2vec import Learning, Mixing, learn, neighbouring_pairs
from core.transplant.methods.cw2v import Cw2v
from core.transplant.report import ROWS
from core.transplant.rows import Shared, Task
from tests.core.transplant.methods.tasks import made, normal
from tests.core.transplant.methods.texts import dense, prose_task, written
from tests.core.transplant.toys import ROLES, prose, trained, write_llama, write_tokenizer


def test_the_known_answer() -> None:
    table = torch.tensor([[1.0, 0], [0, 1], [2, 2]])
    mixing = Mixing(table, torch.tensor([[0, 1, 2, -1]]), torch.tensor([[0, np.log(2), np.log(5), 9.0]]))
    assert mixing.weights()[0].tolist() == pytest.approx([0.125, 0.25, 0.625, 0])
    assert mixing.of(torch.tensor([3, 1, 3]))[0].tolist() == pytest.approx([1.375, 1.5])
    assert mixing.of(torch.tensor([3, 1, 3]))[1].tolist() == [0, 1]


def test_that_pairs_stay_within_passages_and_touch_new_tokens() -> None:
    ids = np.array([0, 1, 5, 2, 6, -1, 5, 5, 3])
    pairs = neighbouring_pairs(ids, np.array([0, 4, 9]), 5)
    assert sorted(map(tuple, pairs.tolist())) == sorted(
        [(1, 5), (5, 2), (5, 5), (5, 3), (5, 1), (2, 5), (5, 5), (3, 5)]
    )


def planted(seed: int = 0) -> tuple[torch.Tensor, np.ndarray, np.ndarray]:
    """Twenty base tokens and a new one, 20, with the neighbours that base token 3 would have: they are drawn
    by the softmax of their products with it.
    """
    table = 1.5 * normal(20, 8, seed)
    draw = np.random.default_rng(seed)
    chances = torch.softmax(table @ table.T, dim=1).double().numpy()
    contexts = draw.choice(20, size=20_000, p=chances[3] / chances[3].sum())
    pairs = np.stack([np.full(20_000, 20), contexts], axis=1)
    return table, np.concatenate([pairs, pairs[:, ::-1]]), np.bincount(contexts, minlength=21) + 1.0


def test_that_a_planted_mixture_is_found(tmp_path: Path) -> None:
    table, pairs, frequencies = planted()
    candidates = torch.tensor([[0, 1, 2, 3]])
    start = torch.full((1, 4), 0.25)
    learning = Learning(pairs=60_000, rate=0.02)
    found = learn(table, None, candidates, start, pairs, frequencies, learning, 0, Context(workdir=tmp_path))
    assert found.after < found.before
    assert found.input[0].argmax() == 3
    assert found.input[0, 3] > 0.6
    assert torch.equal(found.input, found.head)


def test_that_a_head_apart_learns_weights_of_its_own(tmp_path: Path) -> None:
    table, pairs, frequencies = planted()
    head = normal(20, 8, 7)
    found = learn(
        table, head, torch.tensor([[0, 1, 2, 3]]), torch.full((1, 4), 0.25), pairs, frequencies,
        Learning(pairs=20_000), 0, Context(workdir=tmp_path),
    )  # fmt: skip
    assert not torch.equal(found.input, found.head)
    assert found.after <= found.before


def test_that_learning_never_ends_worse_than_it_began(tmp_path: Path) -> None:
    table, pairs, frequencies = planted()
    start = torch.tensor([[0.0, 0.0, 0.0, 1.0]])
    learning = Learning(pairs=20_000, rate=1.0)
    candidates = torch.tensor([[0, 1, 2, 3]])
    found = learn(table, None, candidates, start, pairs, frequencies, learning, 0, Context(workdir=tmp_path))
    assert found.after <= found.before


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Task:
    return prose_task(tmp_path_factory.mktemp("cw2v"))


def test_that_rows_are_mixtures_of_pieces_and_near_tokens(given: Task, tmp_path: Path) -> None:
    method = Cw2v(candidates=16, samples=5_000)
    rows, values = made(method, given, tmp_path)
    again, _ = made(method, replace(given, shared=Shared()), tmp_path)
    assert torch.equal(rows.weights, again.weights)
    assert torch.allclose(rows.weights.sum(dim=1)[rows.made], torch.tensor(1.0), atol=1e-5)
    weights = dense(rows, len(given.table))
    pieces = [given.pieces(text) for text in given.target_bytes]
    kept = [weights[row, ids].sum() for row, ids in enumerate(pieces) if ids]
    assert np.mean(kept) > 0.5  # it begins with FVT
    assert values[rows.made].abs().max() <= given.table.abs().max() + 1e-5


def test_that_the_head_is_not_learnt_a_second_time(given: Task, tmp_path: Path) -> None:
    task = replace(given, shared=Shared())
    method = Cw2v(candidates=8, samples=2_000)
    one, _ = made(method, task, tmp_path)
    other, _ = made(method, replace(task, matrix="head"), tmp_path)
    assert torch.equal(one.weights, other.weights)  # tied: one set of weights


def test_that_a_text_without_new_tokens_is_refused(given: Task, tmp_path: Path) -> None:
    nothing_new = [written(tmp_path, "text.txt", "a a a a. " * 40)]
    with pytest.raises(UserError, match="hold hardly any") as caught:
        made(Cw2v(), replace(given, shared=Shared(), corpus=nothing_new), tmp_path)
    assert caught.value.field == "corpus"


def test_that_an_untied_head_gets_weights_of_its_own_in_a_run(tmp_path: Path) -> None:
    base = write_llama(tmp_path / "base", trained("unigram", 500), ROLES["unigram"], tied=False)
    target = write_tokenizer(tmp_path / "target", trained("byte-level", 700), ROLES["byte-level"])
    text = written(tmp_path, "corpus.txt", prose())
    method = {"name": "cw2v", "samples": 3_000, "candidates": 8}
    found = transplant(
        base=base, target_tokenizer=target, method=method, corpus=[text], out=tmp_path / "out", device="cpu"
    )
    assert found.approximated > 100
    before, after = (load_file(folder / "model.safetensors") for folder in (base, tmp_path / "out"))
    for name in ("model.embed_tokens.weight", "lm_head.weight"):
        assert after[name].abs().max() <= before[name].abs().max() + 1e-5
    with np.load(tmp_path / "out" / ROWS) as rows:
        assert {"input", "head"} <= {name.partition("_")[0].partition("/")[0] for name in rows.files}
