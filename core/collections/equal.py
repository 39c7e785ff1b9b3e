"""Which of many values are equal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def equal_groups(values: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The places of values that are there more than once: a group for each value, its places ascending,
    groups by their first place."""
    order = np.argsort(values, kind="stable")
    same = np.flatnonzero(values[order][1:] == values[order][:-1])
    if not len(same):
        return []
    breaks = np.flatnonzero(np.diff(same) > 1) + 1
    groups = [order[run[0] : run[-1] + 2] for run in np.split(same, breaks)]
    return sorted(groups, key=lambda group: int(group[0]))
