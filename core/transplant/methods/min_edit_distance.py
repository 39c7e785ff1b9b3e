"""MinED: the base token that is spelt most alike.

Candidates are sought by length: one whose length differs by more than the best distance so far cannot be
nearer. Distances of one target to all candidates of a length are worked together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task

LONGEST = 32
"""Bytes of a token that are compared."""


@method
class MinEditDistance(Method):
    title = "MinED, nearest spelling"
    source = "baseline; tokenkit maps tokens so (arXiv 2503.20083)"
    sentence = "Each new token as a copy of the base token that is spelt most alike."

    name: Literal["min-edit-distance"] = "min-edit-distance"

    def rows(self, task: Task, ctx: Context) -> Rows:
        import torch

        from core.transplant.rows import Rows

        assert task.inputs is not None
        used = set(task.used.tolist())
        entries = task.inputs.base_tokenizer.vocabulary.entries
        spelt = {id: entry.bytes for id, entry in enumerate(entries) if entry is not None and id in used}
        index = SpellingIndex({id: data for id, data in spelt.items() if data})
        nearest = torch.empty(len(task), 1, dtype=torch.int32)
        for row, text in enumerate(task.target_bytes):
            if row % 16 == 0:
                ctx.progress(row, len(task), "Looking for alike spellings")
            nearest[row] = index.nearest(text)
        return Rows.combined(nearest, torch.where(nearest >= 0, 1.0, 0.0))


class SpellingIndex:
    """Spellings, grouped by their length.

    Args:
        spelt: id → its bytes, of which the first 32 count.
    """

    def __init__(self, spelt: dict[int, bytes]) -> None:
        import numpy as np

        by_length: dict[int, list[tuple[int, bytes]]] = {}
        for id, data in sorted(spelt.items()):
            data = data[:LONGEST]
            by_length.setdefault(len(data), []).append((id, data))
        self._groups = {
            length: (
                np.array([id for id, _ in pairs]),
                np.frombuffer(b"".join(data for _, data in pairs), dtype=np.uint8).reshape(-1, length),
            )
            for length, pairs in by_length.items()
        }

    def nearest(self, text: bytes) -> int:
        """The id nearest by edits of bytes (Levenshtein), the lowest of several; -1 for no spelling."""
        import numpy as np

        target = np.frombuffer(text[:LONGEST], dtype=np.uint8)
        best, found = LONGEST + 1, -1
        for length in sorted(self._groups, key=lambda length: (abs(length - len(target)), length)):
            if abs(length - len(target)) > best:
                break
            ids, letters = self._groups[length]
            distances = _distances(target, letters)
            at = int(distances.argmin())
            if distances[at] < best or (distances[at] == best and ids[at] < found):
                best, found = int(distances[at]), int(ids[at])
        return found


def _distances(target: NDArray[np.uint8], letters: NDArray[np.uint8]) -> NDArray[np.int16]:
    """(n,) distances of `target` (l,) to each row of `letters` (n, length): the usual table, by columns.

    Within a column, a cell reached by leaving letters of the target out is a running minimum.
    """
    import numpy as np

    steps = np.arange(len(target) + 1, dtype=np.int16)
    column = np.repeat(steps[None], len(letters), axis=0)
    for at in range(letters.shape[1]):
        changed = column[:, :-1] + (letters[:, at, None] != target[None])
        first = column[:, :1] + np.int16(1)
        fresh = np.concatenate([first, np.minimum(changed, column[:, 1:] + 1)], axis=1)
        column = np.minimum.accumulate(fresh - steps, axis=1) + steps
    return np.asarray(column[:, -1], dtype=np.int16)
