"""Zero rows."""

from __future__ import annotations

from pathlib import Path

from core.transplant.methods.zero import Zero
from tests.core.transplant.methods.tasks import made, task


def test_that_every_row_is_zero_and_counts_as_made(tmp_path: Path) -> None:
    rows, values = made(Zero(), task(), tmp_path)
    assert values.shape == (10, 6)
    assert not values.any()
    assert rows.made.all()
