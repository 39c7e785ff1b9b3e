"""Greedy continuations: by our language models, and by transformers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from core.generation.language.language_model import LanguageModel


def ours(model: LanguageModel, prompts: Sequence[Sequence[int]], count: int) -> list[list[int]]:
    """`count` ids after each prompt, all prompts together."""
    states, law, _ = model.advance([model.start() for _ in prompts], prompts)
    found: list[list[int]] = [[] for _ in prompts]
    for step in range(count):
        likeliest = law.argmax(dim=-1).tolist()
        for ids, id in zip(found, likeliest, strict=True):
            ids.append(id)
        if step + 1 < count:
            states, law, _ = model.advance(states, [[id] for id in likeliest])
    return found


def theirs(module: Any, prompts: Sequence[Sequence[int]], count: int) -> list[list[int]]:
    """The same by ``generate``, shorter prompts padded on the left."""
    longest = max(map(len, prompts))
    ids = torch.tensor([[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts])
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    with torch.inference_mode():
        out = module.generate(
            ids, attention_mask=mask, do_sample=False, max_new_tokens=count, min_new_tokens=count,
            pad_token_id=0, eos_token_id=None,
        )  # fmt: skip
    found: list[list[int]] = out[:, longest:].tolist()
    return found


def ties(module: Any, prompt: Sequence[int], one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two continuations part where the two best logits nearly tie (1e-4)."""
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b), None)
    if same is None:
        return True
    with torch.inference_mode():
        row = module(input_ids=torch.tensor([[*prompt, *one[:same]]])).logits[0, -1]
    best, second = row.topk(2).values.tolist()
    return bool(best - second < 1e-4)
