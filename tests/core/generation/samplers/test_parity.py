"""Each sampler beside the processor or warper of transformers that has its name, on random logits."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
import torch
from transformers.generation import GenerationMixin
from transformers.generation import logits_process as reference

from core.generation.sampled import Drawn
from core.generation.samplers import PLACES
from core.generation.samplers.epsilon import Epsilon
from core.generation.samplers.eta import Eta
from core.generation.samplers.logit_bias import LogitBias
from core.generation.samplers.min_length import MinLength
from core.generation.samplers.min_p import MinP
from core.generation.samplers.no_repeat import NoRepeat
from core.generation.samplers.repetition import Repetition
from core.generation.samplers.sampler import Sampler
from core.generation.samplers.temperature import Temperature
from core.generation.samplers.top_k import TopK
from core.generation.samplers.top_p import TopP
from core.generation.samplers.typical import Typical

SIZE = 3_000

PAIRS: list[tuple[Sampler, Any]] = [
    (Temperature(t=0.7), reference.TemperatureLogitsWarper(0.7)),
    (TopK(k=40), reference.TopKLogitsWarper(40)),
    (TopP(p=0.3), reference.TopPLogitsWarper(0.3)),
    (TopP(p=0.95), reference.TopPLogitsWarper(0.95)),
    (MinP(m=0.03), reference.MinPLogitsWarper(0.03)),
    (Typical(mass=0.3), reference.TypicalLogitsWarper(0.3)),
    (Typical(mass=0.95), reference.TypicalLogitsWarper(0.95)),
    (Epsilon(e=0.001), reference.EpsilonLogitsWarper(0.001)),
    (Eta(e=0.001), reference.EtaLogitsWarper(0.001)),
    (Repetition(r=1.3), reference.RepetitionPenaltyLogitsProcessor(1.3)),
    (NoRepeat(n=1), reference.NoRepeatNGramLogitsProcessor(1)),
    (NoRepeat(n=3), reference.NoRepeatNGramLogitsProcessor(3)),
    (MinLength(n=9), reference.MinNewTokensLengthLogitsProcessor(30, 9, [5, 7])),
    (MinLength(n=5), reference.MinNewTokensLengthLogitsProcessor(30, 5, [5, 7])),
    (LogitBias(of=["#3", "#9"], by=-2.5), reference.SequenceBiasLogitsProcessor({(3,): -2.5, (9,): -2.5})),
]


@pytest.mark.parity
@pytest.mark.parametrize(("sampler", "other"), PAIRS, ids=lambda value: str(value)[:24])
def test_that_a_sampler_leaves_the_law_that_transformers_leaves(sampler: Sampler, other: Any) -> None:
    chance = torch.Generator().manual_seed(7)
    for scale in (1.0, 3.0, 8.0):
        scores = torch.randn(SIZE, generator=chance) * scale
        prompt = torch.randint(0, 6, (30,), generator=chance).tolist()
        ids = torch.randint(0, 6, (6,), generator=chance).tolist()
        drawn = Drawn(prompt, ids, frozenset({5, 7}))
        expected = other(torch.tensor([prompt + ids]), scores[None].clone())[0]
        found = sampler.apply(scores, drawn)
        assert torch.equal(found == float("-inf"), expected == float("-inf"))
        assert torch.allclose(found.softmax(-1), expected.softmax(-1), rtol=0, atol=1e-6)


@pytest.mark.parity
def test_that_a_whole_chain_leaves_the_law_that_transformers_leaves() -> None:
    scores = torch.randn(SIZE, generator=torch.Generator().manual_seed(1)) * 3
    drawn = Drawn([4, 5, 4], [5])
    chain = (Repetition(r=1.2), Temperature(t=0.8), TopK(k=200), TopP(p=0.9), MinP(m=0.02), Typical(mass=0.9))
    others = (
        reference.RepetitionPenaltyLogitsProcessor(1.2),
        reference.TemperatureLogitsWarper(0.8),
        reference.TopKLogitsWarper(200),
        reference.TopPLogitsWarper(0.9),
        reference.MinPLogitsWarper(0.02),
        reference.TypicalLogitsWarper(0.9),
    )
    found, expected = scores, scores[None]
    for sampler, other in zip(chain, others, strict=True):
        found = sampler.apply(found, drawn)
        expected = other(torch.tensor([drawn.prompt + drawn.ids]), expected.clone())
    assert torch.allclose(found.softmax(-1), expected[0].softmax(-1), rtol=0, atol=1e-6)


@pytest.mark.parity
def test_that_the_order_called_hf_is_that_of_transformers() -> None:
    """What of ours is not in transformers, or is no sampler there, aside."""
    source = inspect.getsource(GenerationMixin._get_logits_processor)
    theirs = re.findall(r"(\w+)Logits(?:Processor|Warper)\(", source)
    names = {
        "logit-bias": "SequenceBias",
        "repetition": "RepetitionPenalty",
        "no-repeat": "NoRepeatNGram",
        "min-length": "MinNewTokensLength",
        "temperature": "Temperature",
        "top-k": "TopK",
        "top-p": "TopP",
        "min-p": "MinP",
        "typical": "Typical",
        "epsilon": "Epsilon",
        "eta": "Eta",
    }
    ours = [names[kind] for kind in PLACES["HF order"] if kind in names]
    assert ours == [name for name in theirs if name in names.values()]
