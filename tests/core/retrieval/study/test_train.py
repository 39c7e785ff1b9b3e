"""Heads trained on states that are there."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.encoders.heads import Head
from core.encoders.heads.last_layer import LastLayer
from core.encoders.heads.multi_layer import MultiLayer
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.study.kept_states import KeptStates
from core.retrieval.study.train import Lesson, Plan, contrast, train

WIDTH, PAIRS = 12, 24


def lesson(head: Head) -> Lesson:
    """Query and positive share a direction, which is in one of their states; the others are noise."""
    generator = torch.Generator().manual_seed(0)
    topics = torch.randn(PAIRS, WIDTH, generator=generator)
    states = []
    for side in range(2):
        for number in range(PAIRS):
            m = 3 if head.reads == "layers" else 2 + (number + side) % 3
            some = 0.25 * torch.randn(m, WIDTH, generator=generator)
            some[1] += topics[number]
            states.append(some)
    places = torch.arange(PAIRS)
    return Lesson(
        KeptStates(states, WIDTH, "cpu"), places, places + PAIRS, torch.full((PAIRS,), -1, dtype=torch.long)
    )


def test_that_the_loss_is_of_the_own_candidate_among_all_that_are_not_the_same() -> None:
    queries = torch.nn.functional.normalize(torch.tensor([[1.0, 0.0], [0.0, 1.0]]), dim=1)
    candidates = torch.nn.functional.normalize(
        torch.tensor([[1.0, 0.1], [0.2, 1.0], [1.0, 1.0], [-1.0, 0.5]]), dim=1
    )
    same = torch.tensor([[True, False, False, False], [False, True, False, True]])
    scores = queries @ candidates.T / 0.5
    first = scores[0, 0] - scores[0].exp().sum().log()
    second = scores[1, 1] - scores[1, :3].exp().sum().log()
    torch.testing.assert_close(contrast(queries, candidates, same, 0.5), -(first + second) / 2)


@pytest.mark.parametrize("head", [LastLayer(latents=4, heads=2), MultiLayer(latents=4, heads=2)])
def test_that_a_head_learns_and_follows_from_the_seed(tmp_path: Path, head: Head) -> None:
    given, ctx = lesson(head), Context(workdir=tmp_path)
    plan = Plan(steps=120, batch=24, learning_rate=5e-3, temperature=0.1)
    before = torch.get_rng_state()
    found = train(head, WIDTH, 3, given, plan, ctx, seed=1, stage="")
    assert torch.equal(torch.get_rng_state(), before)
    assert len(found.losses) == 20
    assert found.losses[-1] < 0.2 * found.losses[0]
    with torch.inference_mode():
        states, there = given.states.some(torch.arange(2 * PAIRS))
        vectors = found.network(states, there)
    nearest = (vectors[:PAIRS] @ vectors[PAIRS:].T).argmax(dim=1)
    assert (nearest == torch.arange(PAIRS)).float().mean() > 0.9
    again = train(head, WIDTH, 3, given, plan, ctx, seed=1, stage="")
    assert again.losses == found.losses
    assert train(head, WIDTH, 3, given, plan, ctx, seed=2, stage="").losses != found.losses


def test_that_negatives_are_candidates_too(tmp_path: Path) -> None:
    head = MultiLayer(latents=2, heads=1)
    given = lesson(head)
    against = Lesson(given.states, given.queries, given.positives, given.positives.roll(1))
    plan, ctx = Plan(steps=1, batch=6), Context(workdir=tmp_path)
    plain = train(head, WIDTH, 3, given, plan, ctx, seed=1, stage="").losses
    assert train(head, WIDTH, 3, against, plan, ctx, seed=1, stage="").losses[0] > plain[0]


def test_that_a_loss_that_is_no_number_ends_in_a_sentence(tmp_path: Path) -> None:
    given = lesson(MultiLayer())
    broken = KeptStates([torch.full((3, WIDTH), torch.nan)] * (2 * PAIRS), WIDTH, "cpu")
    spoiled = Lesson(broken, given.queries, given.positives, given.negatives)
    with pytest.raises(UserError, match="no longer a number at step 1: lower the learning rate") as caught:
        train(MultiLayer(), WIDTH, 3, spoiled, Plan(), Context(workdir=tmp_path), seed=0, stage="")
    assert caught.value.field == "learning_rate"


def test_that_states_of_different_lengths_are_padded() -> None:
    kept = KeptStates([torch.ones(2, 3), torch.zeros(0, 3), 2 * torch.ones(1, 3)], 3, "cpu")
    states, there = kept.some(torch.tensor([2, 1, 0]))
    assert there.tolist() == [[True, False], [False, False], [True, True]]
    assert states[:, :, 0].tolist() == [[2, 0], [0, 0], [1, 1]]
    assert len(kept) == 3
