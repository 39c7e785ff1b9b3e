"""How many threads a token is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from core.models.folder import open_model

SMALL = 50_000_000
"""Parameters below which a second thread gains nothing measurable for one token, and takes the core that the
window draws with."""


@contextmanager
def fitting_threads(paths: Sequence[Path]) -> Iterator[None]:
    """One thread while only small models write; as many as before otherwise, and afterwards."""
    before = torch.get_num_threads()
    if max(open_model(path).parameters for path in paths) < SMALL:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
