"""Greedy and beam search token for token as transformers writes them, on the starter models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from core.generation.strategies.beam import Beam
from core.generation.strategies.greedy import Greedy
from tests.core.generation import greedy
from tests.core.generation.starters import STARTERS, opened, passages, reference
from tests.core.generation.strategies.written import written


def theirs(name: str, ids: list[int], **settings: Any) -> list[int]:
    with torch.inference_mode():
        out = reference(name).generate(torch.tensor([ids]), do_sample=False, pad_token_id=0, **settings)
    found: list[int] = out[0, len(ids) :].tolist()
    return found


@pytest.mark.parity
@pytest.mark.parametrize("name", STARTERS)
def test_that_greedy_writes_what_transformers_writes(name: str, tmp_path: Path) -> None:
    language = opened(name, tmp_path)
    prompts = [language.encode(prompt) for prompt in passages(20)]
    expected = greedy.theirs(reference(name), prompts, 64)
    for size in (1, 8):
        ours = []
        for first in range(0, len(prompts), size):
            group = prompts[first : first + size]
            ours += [one.drawn.ids for one in written(Greedy(), language, group, tmp_path, tokens=64)]
        for prompt, found, other in zip(prompts, ours, expected, strict=True):
            assert len(found) == 64 or found[-1] in language.ends
            assert greedy.ties(reference(name), prompt, found, other[: len(found)])


@pytest.mark.parity
@pytest.mark.parametrize("name", STARTERS)
@pytest.mark.parametrize(
    ("strategy", "settings"),
    [
        (Beam(beams=4), {"num_beams": 4}),
        (Beam(beams=3, length_penalty=0.2), {"num_beams": 3, "length_penalty": 0.2}),
        (Beam(beams=2, early_stopping="always"), {"num_beams": 2, "early_stopping": True}),
        (Beam(beams=2, early_stopping="never"), {"num_beams": 2, "early_stopping": "never"}),
    ],
    ids=str,
)
def test_that_beams_lead_where_those_of_transformers_lead(
    name: str, strategy: Beam, settings: dict[str, Any], tmp_path: Path
) -> None:
    language = opened(name, tmp_path)
    # An end of text that often comes, so that ways end at different lengths.
    language.ends = frozenset({*language.ends, language.tokenizer.encode("it, and").ids[-1], comma(language)})
    prompts = [language.encode(prompt) for prompt in passages(2)]
    for ids, one in zip(prompts, written(strategy, language, prompts, tmp_path, tokens=24), strict=True):
        other = theirs(name, ids, max_new_tokens=24, eos_token_id=sorted(language.ends), **settings)
        assert one.drawn.ids == other


def comma(language: Any) -> int:
    found: int = language.tokenizer.encode("it,").ids[-1]
    return found


@pytest.mark.parity
@pytest.mark.parametrize("name", STARTERS)
def test_that_beams_without_an_end_are_those_of_transformers(name: str, tmp_path: Path) -> None:
    language = opened(name, tmp_path)
    prompts = [language.encode(prompt) for prompt in passages(2)]
    for ids, one in zip(prompts, written(Beam(beams=5), language, prompts, tmp_path, tokens=30), strict=True):
        assert one.drawn.ids == theirs(name, ids, max_new_tokens=30, num_beams=5)
