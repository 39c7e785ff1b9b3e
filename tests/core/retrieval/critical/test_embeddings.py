"""Free embeddings: the gradient that is written out, the steps, and what is solved."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.retrieval.critical.embeddings import Problem, Settings, attempt

PAIRS = Settings(k=2)


@pytest.mark.parametrize(("n", "width", "k", "temperature"), [(5, 3, 2, 0.1), (6, 4, 3, 0.1), (5, 2, 2, 1.0)])
def test_that_the_gradient_is_what_differentiation_gives(
    n: int, width: int, k: int, temperature: float
) -> None:
    problem = Problem(n, width, Settings(k, temperature=temperature), 7, "cpu")
    loss = problem.loss_and_gradient()
    vectors = problem.vectors.clone().requires_grad_()
    queries, documents = vectors[: len(problem.sets)], vectors[len(problem.sets) :]
    told = torch.log_softmax(queries @ documents.T / temperature, dim=1).gather(1, problem.sets)
    expected = -told.mean()
    expected.backward()
    assert loss == pytest.approx(float(expected.detach()), rel=1e-5)
    torch.testing.assert_close(problem.gradient, vectors.grad, rtol=1e-4, atol=1e-7)


def test_that_a_step_is_adams_and_then_makes_rows_length_1() -> None:
    problem = Problem(6, 3, PAIRS, 42, "cpu")
    vectors = torch.nn.Parameter(problem.vectors.clone())
    adam = torch.optim.Adam([vectors], lr=0.01)
    for _ in range(20):
        problem.step()
        adam.zero_grad()
        queries, documents = vectors[: len(problem.sets)], vectors[len(problem.sets) :]
        (-torch.log_softmax(queries @ documents.T / 0.1, dim=1).gather(1, problem.sets).mean()).backward()
        adam.step()
        with torch.no_grad():
            vectors /= vectors.norm(dim=1, keepdim=True)
    torch.testing.assert_close(problem.vectors, vectors.detach(), rtol=1e-3, atol=1e-4)


def test_that_accuracy_is_the_share_of_relevant_documents_among_the_nearest() -> None:
    problem = Problem(3, 2, PAIRS, 0, "cpu")
    problem.documents.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]))
    problem.queries.copy_(torch.tensor([[0.6, 0.8], [0.6, 0.8], [-0.6, 0.8]]))  # for {0,1}, {0,2}, {1,2}
    assert problem.accuracy() == pytest.approx(5 / 6)


def test_that_a_trial_ends_when_the_loss_no_longer_falls(tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    solved = attempt(3, 2, PAIRS, 42, ctx, "")
    assert solved.solved
    assert solved.steps % 50 == 0
    failed = attempt(6, 2, PAIRS, 42, ctx, "")
    assert not failed.solved
    assert 1_000 < failed.steps < 100_000
    assert attempt(6, 2, Settings(2, most_steps=120), 42, ctx, "").steps == 120


def test_that_it_hears_a_stop_and_refuses_what_does_not_fit(tmp_path: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        attempt(5, 2, PAIRS, 42, Context(workdir=tmp_path, control=control), "")
    with pytest.raises(UserError, match="too many to optimise here; ask for fewer dimensions") as caught:
        attempt(2_000, 90, PAIRS, 42, Context(workdir=tmp_path), "")
    assert caught.value.field == "dimensions"
