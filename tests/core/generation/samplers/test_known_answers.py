"""Each sampler on z = (2, 1, 0.5, 0, −1), whose answers were worked out by hand."""

from __future__ import annotations

import pytest
import torch

from core.errors import UserError
from core.generation.decoding.law import BITS, entropy
from core.generation.sampled import Drawn
from core.generation.samplers import PLACES, SAMPLERS
from core.generation.samplers.epsilon import Epsilon
from core.generation.samplers.eta import Eta
from core.generation.samplers.frequency import Frequency
from core.generation.samplers.logit_bias import LogitBias
from core.generation.samplers.min_length import MinLength
from core.generation.samplers.min_p import MinP
from core.generation.samplers.mirostat import Mirostat
from core.generation.samplers.presence import Presence
from core.generation.samplers.repetition import Repetition
from core.generation.samplers.sampler import Sampler
from core.generation.samplers.temperature import Temperature
from core.generation.samplers.top_k import TopK
from core.generation.samplers.top_p import TopP
from core.generation.samplers.typical import Typical
from core.jobs.lines import parsed, spelt

Z = torch.tensor([2.0, 1.0, 0.5, 0.0, -1.0])


def law(*samplers: Sampler, drawn: Drawn | None = None, scores: torch.Tensor = Z) -> list[float]:
    for sampler in samplers:
        scores = sampler.apply(scores, drawn or Drawn([]))
    found: list[float] = scores.double().softmax(-1).tolist()
    return found


@pytest.mark.parametrize(
    ("sampler", "answer"),
    [
        (Temperature(t=1), (0.563021, 0.207124, 0.125627, 0.076197, 0.028031)),
        (Temperature(t=0.5), (0.829245, 0.112226, 0.041286, 0.015188, 0.002055)),
        (Temperature(t=0), (1, 0, 0, 0, 0)),
        (Temperature(t=2), (0.374545, 0.227173, 0.176922, 0.137787, 0.083572)),
        (TopK(k=2), (0.731059, 0.268941, 0, 0, 0)),
        (TopP(p=0.8), (0.628532, 0.231224, 0.140244, 0, 0)),
        (TopP(p=0.9), (0.579259, 0.213097, 0.129250, 0.078394, 0)),
        (MinP(m=0.2), (0.628532, 0.231224, 0.140244, 0, 0)),
        (Typical(mass=0.6), (0.731059, 0.268941, 0, 0, 0)),
        (Epsilon(e=0.1), (0.628532, 0.231224, 0.140244, 0, 0)),
        (Eta(e=0.1), (0.628532, 0.231224, 0.140244, 0, 0)),
        (Mirostat(tau=2), (0.579259, 0.213097, 0.129250, 0.078394, 0)),
    ],
)
def test_that_a_law_is_cut_as_worked_out(sampler: Sampler, answer: tuple[float, ...]) -> None:
    assert law(sampler) == pytest.approx(answer, abs=1e-6)


def test_that_entropy_is_as_worked_out() -> None:
    assert float(entropy(Z.log_softmax(-1))) * BITS == pytest.approx(1.740596, abs=1e-6)


def test_that_penalties_are_as_worked_out() -> None:
    seen = Drawn([0, 4, 0], [0, 0])
    assert law(Repetition(r=1.5), drawn=seen) == pytest.approx(
        (0.404278, 0.289678, 0.175699, 0.106567, 0.023778), abs=1e-6
    )
    both = (Frequency(f=0.5), Presence(g=0.3))
    assert law(*both, drawn=seen) == pytest.approx(
        (0.259885, 0.350808, 0.212776, 0.129055, 0.047477), abs=1e-6
    )
    assert law(*both, drawn=Drawn([0, 4])) == law(), "what stands in the prompt was not written"


@pytest.mark.parametrize(("id", "mu"), [(0, 4.121228), (1, 3.976958)])
def test_that_mirostat_learns_as_worked_out(id: int, mu: float) -> None:
    sampler, drawn = Mirostat(tau=2, eta=0.1), Drawn([])
    logs = sampler.apply(Z, drawn).log_softmax(-1)
    assert logs[4] == float("-inf")
    sampler.drew(id, float(logs[id]), drawn)
    assert drawn.memory["mirostat"] == pytest.approx(mu, abs=1e-6)


def test_that_mirostat_goes_on_from_what_it_learnt() -> None:
    sampler, drawn = Mirostat(tau=2, eta=0.1), Drawn([])
    drawn.memory["mirostat"] = 1.0
    assert law(sampler, drawn=drawn) == [1, 0, 0, 0, 0]
    sampler.drew(0, 0.0, drawn)
    assert drawn.memory["mirostat"] == pytest.approx(1.2)


def test_that_each_sampler_leaves_something_even_at_its_hardest() -> None:
    for sampler in (TopP(p=1e-9), MinP(m=1), Typical(mass=1e-9), Epsilon(e=0.99), Mirostat(tau=1e-3)):
        assert sum(p > 0 for p in law(sampler)) >= 1


def test_that_ties_are_settled_as_documented() -> None:
    flat = torch.zeros(4)
    assert law(TopK(k=2), scores=flat) == [0.25] * 4, "all that tie with the last are kept"
    assert law(TopP(p=0.5), scores=flat) == [0.5, 0.5, 0, 0], "the lower numbers are kept"
    assert law(Temperature(t=0), scores=flat) == [1, 0, 0, 0], "the lowest number is taken"
    assert law(Typical(mass=0.5), scores=flat) == [0.25] * 4, "all that tie with the last are kept"


def test_that_a_text_does_not_end_before_its_minimum() -> None:
    ends = frozenset({4})
    assert law(MinLength(n=2), drawn=Drawn([], [1], ends))[4] == 0
    assert law(MinLength(n=2), drawn=Drawn([], [1, 1], ends))[4] > 0


def test_that_a_bias_is_of_a_word_or_a_number() -> None:
    pieces = [b"he", b" he", b"she", None, b"h"]
    drawn = Drawn([], pieces=pieces)
    changed = LogitBias(of=["he", "#3"], by=-1).apply(Z, drawn)
    assert (changed - Z).tolist() == [-1, -1, 0, -1, 0]
    with pytest.raises(UserError, match="“nobody” is no token"):
        LogitBias(of=["nobody"]).apply(Z, drawn)
    with pytest.raises(UserError, match="“#5” is no token"):
        LogitBias(of=["#5"]).apply(Z, drawn)


def test_that_every_order_places_every_sampler_once() -> None:
    for kinds in PLACES.values():
        assert sorted(kinds) == sorted(SAMPLERS)


def test_that_samplers_are_spelt_in_a_line() -> None:
    for line in ("top-p p=0.8", "logit-bias of=lamp,man by=-7.0", "mirostat", "typical mass=0.5"):
        read = parsed(line, SAMPLERS)
        assert isinstance(read, dict)
        assert spelt(SAMPLERS[read["kind"]].model_validate(read)) == line
