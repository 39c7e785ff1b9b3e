"""What is written with a draft is what the target would have written, whatever the vocabularies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from core.generation.decoding.draw import chance
from core.generation.draft.byte_rounds import ByteRounds
from core.generation.draft.laws import Laws
from core.generation.draft.proposals.lookup import Lookup
from core.generation.draft.proposals.nothing import Nothing
from core.generation.draft.proposals.proposer import Proposer
from core.generation.draft.proposals.same import Same
from core.generation.draft.proposals.shared import SharedTokens
from core.generation.draft.proposals.string import String
from core.generation.draft.token_rounds import TokenRounds
from core.jobs.context import Context
from core.tokenizers.tokenizer import Tokenizer
from tests.core.generation.table_model import TableModel, toy_bpe

CHANCE = 1e-3
"""How often a test by χ² may fail where all is well; draws are seeded, so it does not."""


def law_of(salt: int, size: int) -> Callable[[tuple[int, ...]], Mapping[int, float]]:
    """Some law of the next token that looks at the last two; ids below `size`, the last the end."""

    def law(ids: tuple[int, ...]) -> Mapping[int, float]:
        random = np.random.default_rng([salt, *ids[-2:]])
        mass = random.dirichlet([*[1.0] * (size - 1), 0.1])
        return dict(enumerate(mass.tolist()))

    return law


def model(folder: Path, merges: list[tuple[str, str]], salt: int) -> TableModel:
    tokenizer: Tokenizer = toy_bpe(folder, "abc", merges)
    size = tokenizer.vocabulary.size
    return TableModel(tokenizer, law_of(salt, size), ends=frozenset((size - 1,)))


@pytest.fixture
def target(tmp_path: Path) -> TableModel:
    return model(tmp_path / "target", [("a", "b"), ("c", "ab")], 1)


@pytest.fixture
def other(tmp_path: Path) -> TableModel:
    """Another vocabulary."""
    return model(tmp_path / "other", [("b", "a"), ("a", "a"), ("ba", "ba")], 2)


def proposers(
    target: TableModel, other: TableModel, alike: TableModel, laws: Laws, uniform: Callable[[], float]
) -> Iterator[tuple[str, Proposer]]:
    yield "same", Same(target, alike, laws, uniform)
    yield "string", String(target, other, laws, uniform)
    yield "shared", SharedTokens(target, other, laws, uniform)
    yield "lookup", Lookup()


def written(
    target: TableModel, proposer: Proposer, laws: Laws, uniform: Callable[[], float], count: int, ctx: Context
) -> list[int]:
    rounds = TokenRounds(target, [0], proposer, laws, uniform, ctx)
    while len(rounds.ids) <= count and not rounds.ended:
        rounds.go(min(4, count - len(rounds.ids)))
    return rounds.ids[1 : count + 1]


def test_that_greedy_writes_the_same_tokens(target: TableModel, other: TableModel, tmp_path: Path) -> None:
    laws, ctx = Laws((), greedy=True), Context(workdir=tmp_path)
    uniform = chance(0, 0, 0).random
    alike = model(tmp_path / "alike", [("a", "b"), ("c", "ab")], 3)
    plain = written(target, Nothing(), laws, uniform, 60, ctx)
    assert len(plain) > 10
    for name, proposer in proposers(target, other, alike, laws, uniform):
        assert written(target, proposer, laws, uniform, 60, ctx) == plain, name


def test_that_sampling_follows_the_targets_law(target: TableModel, other: TableModel, tmp_path: Path) -> None:
    """χ² of the first two tokens against the products of the target's own probabilities."""
    ctx, laws = Context(workdir=tmp_path), Laws((), greedy=False)
    alike = model(tmp_path / "alike", [("a", "b"), ("c", "ab")], 3)
    for known in (target, alike, other):
        known._law = _remembered(known._law)
        known.row = _remembered(known.row)  # type: ignore[method-assign]
    expected = _pairs(target)
    uniform = chance(5, 0, 0).random
    draws = 4_000
    for name, proposer in proposers(target, other, alike, laws, uniform):
        counts = Counter(tuple(written(target, proposer, laws, uniform, 2, ctx)) for _ in range(draws))
        assert set(counts) <= set(expected), name
        assert _chi_square_fits(counts, expected, draws), name


def test_that_bytes_keep_the_law_too(target: TableModel, other: TableModel, tmp_path: Path) -> None:
    from tests.core.generation.draft.table_bytes import TableBytes

    first, second = TableBytes(1), TableBytes(2)
    ctx = Context(workdir=tmp_path)

    def some(draft: TableBytes | None, laws: Laws, uniform: Callable[[], float], count: int) -> list[int]:
        rounds = ByteRounds(first, draft, b"a", laws, uniform, ctx)
        found: list[int] = []
        while len(found) < count and not rounds.ended:
            found += [piece.id for piece in rounds.go(min(3, count - len(found) - 1)).pieces]
        return found

    greedy = Laws((), greedy=True)
    uniform = chance(0, 0, 0).random
    assert some(second, greedy, uniform, 30) == some(None, greedy, uniform, 30)
    sampling = Laws((), greedy=False)
    draws = 4_000
    counts = Counter(tuple(some(second, sampling, uniform, 2)) for _ in range(draws))
    assert _chi_square_fits(counts, first.pairs(b"a"), draws)


def test_that_the_same_seed_writes_the_same(target: TableModel, other: TableModel, tmp_path: Path) -> None:
    ctx, laws = Context(workdir=tmp_path), Laws((), greedy=False)

    def run(seed: int) -> list[int]:
        uniform = chance(seed, 0, 0).random
        return written(target, SharedTokens(target, other, laws, uniform), laws, uniform, 30, ctx)

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_that_all_proposals_of_a_round_are_verified_in_one_call(target: TableModel, tmp_path: Path) -> None:
    laws, uniform = Laws((), greedy=True), chance(0, 0, 0).random
    rounds = TokenRounds(
        target, [0, 1], Same(target, target, laws, uniform), laws, uniform, Context(workdir=tmp_path)
    )
    before = target.calls
    done = rounds.go(4)
    draft_calls = rounds.draft_calls
    assert target.calls - before - draft_calls == rounds.target_calls == 1
    assert done.accepted == done.proposed == done.looked_at


def _remembered(function: Callable[..., object]) -> Callable[..., object]:
    known: dict[object, object] = {}

    def ask(key: object) -> object:
        if key not in known:
            known[key] = function(key)
        return known[key]

    return ask


def _pairs(target: TableModel) -> dict[tuple[int, ...], float]:
    """The probability of each pair of tokens after token 0; of the end alone, where it is first."""
    found: dict[tuple[int, ...], float] = {}
    for one, p in target._law((0,)).items():
        if one in target.ends:
            found[(one,)] = p
            continue
        for two, q in target._law((0, one)).items():
            found[one, two] = p * q
    return found


def _chi_square_fits(
    counts: Mapping[tuple[int, ...], int], expected: Mapping[tuple[int, ...], float], draws: int
) -> bool:
    """Outcomes that are rare are counted as one."""
    from scipy.stats import chisquare

    common = [key for key, p in expected.items() if p * draws >= 5]
    seen = [counts.get(key, 0) for key in common]
    wanted = [expected[key] * draws for key in common]
    if draws - sum(wanted) >= 1:
        seen, wanted = [*seen, draws - sum(seen)], [*wanted, draws - sum(wanted)]
    else:
        wanted = [mass * sum(seen) / sum(wanted) for mass in wanted]
    return bool(chisquare(seen, wanted).pvalue > CHANCE)
