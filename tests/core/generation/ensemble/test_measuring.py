"""What members foretell of a text in windows, and what a Bayesian mixture makes of it, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.generation.ensemble.measuring import Foretold, bits, foretell
from core.generation.ensemble.rules.bayes import Bayes
from core.generation.ensemble.windows import Window
from core.jobs.context import Context
from tests.core.generation.table_bytes import TableBytes, letters

MEMBERS = [TableBytes(lambda data: letters(a=0.75, b=0.25)), TableBytes(lambda data: letters(a=0.25, b=0.75))]
TEXT = b"aaba"


def in_windows(windows: list[Window], folder: Path) -> list[Foretold]:
    found: list[Foretold] = []
    before = np.zeros(2)
    for window in windows:
        found.append(foretell(MEMBERS, TEXT, window, before, Context(workdir=folder)))
        before = found[-1].after
    return found


def test_that_evidence_goes_on_over_windows_and_context_counts_once(tmp_path: Path) -> None:
    second = in_windows([Window(0, 0, 2), Window(1, 2, 4)], tmp_path)[1]
    assert np.exp(second.evidence) == pytest.approx(
        np.array([[0.75**2, 0.25**2], [0.75**2 * 0.25, 0.25**2 * 0.75]])
    )
    even = np.array([0.5, 0.5])
    assert Bayes().shares(second.laws, even, second.evidence) == pytest.approx(
        np.array([[0.9, 0.1], [0.75, 0.25]])
    )
    law = np.exp(Bayes().law(second.laws, even, second.evidence))
    assert law[0, ord("b")] == pytest.approx(0.9 * 0.25 + 0.1 * 0.75)
    assert law[1, ord("a")] == pytest.approx(0.75 * 0.75 + 0.25 * 0.25)


@pytest.mark.parametrize(
    "windows",
    [
        [Window(0, 0, 4)],
        [Window(0, 0, 2), Window(1, 2, 4)],
        [Window(0, 0, 1), Window(0, 1, 3), Window(3, 3, 4)],
    ],
)
def test_that_a_bayesian_mixture_gives_the_whole_text_the_mean_of_what_its_members_do(
    windows: list[Window], tmp_path: Path
) -> None:
    """However it is cut: ½ · 27/256 + ½ · 3/256 = 15/256, as the members look at no context."""
    found = in_windows(windows, tmp_path)
    together = sum(
        float(bits(Bayes().law(one.laws, np.array([0.5, 0.5]), one.evidence), one.truth).sum())
        for one in found
    )
    assert together == pytest.approx(np.log2(256 / 15))
