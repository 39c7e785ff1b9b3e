"""How many decimals the ticks of an axis are written with."""

from __future__ import annotations

import pytest

from app.widgets.scale import tick_places


@pytest.mark.parametrize(
    ("values", "places"),
    [([0.4], 1), ([0.25], 2), ([2.0], 0), ([], 0), ([0.0, 0.5, 1.0], 1), ([0.0, 20.0], 0)],
)
def test_that_ticks_have_the_decimals_that_tell_them(values: list[float], places: int) -> None:
    assert tick_places(values) == places
