from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.generation.strategies.contrastive import Contrastive
from core.generation.strategies.greedy import Greedy
from tests.core.generation.starters import STARTERS, opened, passages, reference
from tests.core.generation.strategies.written import written


def by_hand(name: str, ids: list[int], k: int, alpha: float, count: int) -> list[int]:
    """The paper's formula, everything read anew for each candidate."""
    model, new = reference(name), list[int]()
    for _ in range(count):
        with torch.inference_mode():
            out = model(torch.tensor([ids + new]), output_hidden_states=True)
        p = out.logits[0, -1].softmax(-1)
        before = out.hidden_states[-1][0]
        values = {}
        for id in p.topk(k).indices.tolist():
            with torch.inference_mode():
                tried = model(torch.tensor([[*ids, *new, id]]), output_hidden_states=True)
            own = tried.hidden_states[-1][0, -1]
            likeness = torch.cosine_similarity(before, own[None]).max()
            values[id] = float((1 - alpha) * p[id] - alpha * likeness)
        new.append(max(values, key=lambda id: values[id]))
    return new


@pytest.mark.parametrize("name", STARTERS)
def test_that_contrastive_search_follows_its_formula(name: str, tmp_path: Path) -> None:
    language = opened(name, tmp_path)
    prompts = [language.encode(prompt) for prompt in passages(2)]
    texts = written(Contrastive(k=4, alpha=0.6), language, prompts, tmp_path, tokens=12)
    for ids, one in zip(prompts, texts, strict=True):
        assert one.drawn.ids == by_hand(name, ids, 4, 0.6, 12)


def test_that_without_a_penalty_it_is_greedy(tmp_path: Path) -> None:
    language = opened("prose-bpe", tmp_path)
    prompts = [language.encode(prompt) for prompt in passages(3)]
    texts = written(Contrastive(alpha=0), language, prompts, tmp_path, tokens=12)
    others = written(Greedy(), language, prompts, tmp_path, tokens=12)
    assert [one.drawn.ids for one in texts] == [one.drawn.ids for one in others]
