from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from core.jobs import seeds
from core.jobs.seeds import seeded

LIBRARY = """
seeds = []
class random:
    seed = seeds.append
def manual_seed(seed):
    seeds.append(seed)
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A library of the kind that needs a seed, not yet imported."""
    (tmp_path / "grainy.py").write_text(LIBRARY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(seeds, "_LIBRARIES", ("grainy",))
    monkeypatch.delitem(sys.modules, "grainy", raising=False)
    return "grainy"


def test_that_a_library_is_seeded_when_a_job_imports_it(library: str) -> None:
    with seeded(5):
        assert library not in sys.modules
        import grainy  # type: ignore[import-not-found]
    assert grainy.seeds == [5]


def test_that_a_library_that_is_there_is_seeded_at_once(library: str) -> None:
    import grainy

    with seeded(5):
        pass
    with seeded(6):
        pass
    assert grainy.seeds == [5, 6]


def test_that_nothing_stays_behind(library: str) -> None:
    before = list(sys.meta_path)
    with pytest.raises(KeyError), seeded(5):
        raise KeyError
    assert sys.meta_path == before
    import grainy

    assert grainy.seeds == []


def test_that_python_and_numpy_draw_the_same_again() -> None:
    import numpy

    draws = []
    for seed in (3, 4, 3, -1, 2**40):
        with seeded(seed):
            draws.append((random.random(), float(numpy.random.rand())))
    assert draws[0] == draws[2]
    assert len({draw[0] for draw in draws}) == len({draw[1] for draw in draws}) == 4
