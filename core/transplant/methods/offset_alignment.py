"""Offset alignment: both tokenizers cut the same text, and a new token is made of the base's tokens that lie
over the same bytes.

The cheap form of Trans-Tokenization for two tokenizers of one language: no dictionary, no donor, one pass
over some text. How much a base token weighs is the share of the new token's bytes that it covers, over all
places where the new token occurs; unlike FVT, which cuts each token by itself, this sees how it is cut in
context.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method
from core.vectors.parameters import Megabytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.jobs.context import Context
    from core.tokenizers.open import Tokenizer
    from core.transplant.rows import Rows, Task

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

_AT_ONCE = 2_000_000
"""Overlaps that are counted together."""


@method
class OffsetAlignment(Method):
    title = "Offset alignment"
    source = "Trans-Tokenization, arXiv 2408.04303, with offsets in one text for the word alignment"
    sentence = "Each new token as a mixture of the base's tokens that lie over it in your text."
    needs_corpus = True

    name: Literal["offset-alignment"] = "offset-alignment"
    mass: float = Field(
        default=0.95,
        gt=0,
        le=1,
        title="Share that is kept",
        description="The rarest overlaps, beyond this share of all, are left out.",
        json_schema_extra={"advanced": True},
    )
    megabytes: Megabytes = 20.0

    def rows(self, task: Task, ctx: Context) -> Rows:
        return task.keep(0, lambda: self._rows(task, ctx))

    def _rows(self, task: Task, ctx: Context) -> Rows:
        from core.transplant.auxiliary import inputs_of
        from core.transplant.weights import Weighed

        inputs = inputs_of(task)
        key = ("offset alignment", self.megabytes, tuple(task.targets.tolist()))
        new, old, weights = task.shared.once(key, lambda: self._counted(task, ctx))
        found = Weighed(len(task))
        found.add(new, old, weights)
        entries = inputs.base_tokenizer.vocabulary.entries
        for row in found.empty():  # it does not occur: laid over its own pieces
            pieces = task.pieces(task.target_bytes[row])
            found.set(row, pieces, [len(entries[id].bytes) for id in pieces])  # type: ignore[union-attr]
        return found.rows(mass=self.mass)

    def _counted(self, task: Task, ctx: Context) -> tuple[Ints, Ints, Floats]:
        """Rows of targets, base ids and weights: each pair once."""
        import numpy as np

        from core.transplant.auxiliary import inputs_of
        from core.vectors.texts import corpus_bytes, passages, warn_of_rest

        inputs = inputs_of(task)
        base, target = inputs.base_tokenizer, inputs.target
        row_of = np.full(target.vocabulary.size, -1, dtype=np.int64)
        row_of[task.targets.numpy()] = np.arange(len(task))
        most = round(self.megabytes * 1_000_000)
        warn_of_rest(task.corpus, most, ctx)
        total = corpus_bytes(task.corpus, most)
        unknown = {id for id in range(base.vocabulary.size) if base.is_unknown(id)}
        usable = np.array([id not in unknown and id < len(task.table) for id in range(base.vocabulary.size)])
        counts = _Counts(base.vocabulary.size)
        done = read = 0
        for passage in passages(task.corpus, most):
            ctx.progress(min(done, total), total, "Laying the tokens over each other")
            done += len(passage)
            try:
                cut, other = cut_by(target, passage), cut_by(base, passage)
            except UserError:  # a tokenizer without an unknown token cannot read all texts
                continue
            read += 1
            new, old, shares = overlaps(cut, other)
            rows = row_of[new]
            kept = (rows >= 0) & usable[old]
            counts.add(rows[kept], old[kept], shares[kept])
        if not read:
            raise UserError("One of the tokenizers can read none of the texts to learn from.", field="corpus")
        return counts.found()


def cut_by(tokenizer: Tokenizer, passage: str) -> tuple[Ints, Ints]:
    """The tokens of a passage: ids (n,) and where each ends, in bytes, (n,)."""
    import numpy as np

    encoding = tokenizer.encode(passage)
    ends = np.array([end for _, end in encoding.spans], dtype=np.int64)
    return np.array(encoding.ids, dtype=np.int64), ends


def overlaps(new: tuple[Ints, Ints], old: tuple[Ints, Ints]) -> tuple[Ints, Ints, Floats]:
    """Which tokens of two cuts share bytes, (n,) each: the new one's ids, the old one's, and what share of
    the new token's bytes lies in the old.
    """
    import numpy as np

    new_ids, new_ends = new
    old_ids, old_ends = old
    if not len(new_ids) or not len(old_ids):
        return new_ids[:0], old_ids[:0], np.empty(0)
    ends = np.union1d(new_ends, old_ends)
    ends = ends[(ends > 0) & (ends <= min(new_ends[-1], old_ends[-1]))]
    lengths = np.diff(ends, prepend=0)
    at, other = np.searchsorted(new_ends, ends), np.searchsorted(old_ends, ends)
    sizes = np.diff(new_ends, prepend=0)
    return new_ids[at], old_ids[other], lengths / sizes[at]


class _Counts:
    """Sums over pairs, with a bound on how many wait to be summed."""

    def __init__(self, width: int) -> None:
        import numpy as np

        self._width = width
        self._keys, self._sums = np.empty(0, dtype=np.int64), np.empty(0)
        self._waiting: list[tuple[Ints, Floats]] = []
        self._many = 0

    def add(self, rows: Ints, ids: Ints, weights: Floats) -> None:
        self._waiting.append((rows * self._width + ids, weights))
        self._many += len(rows)
        if self._many >= _AT_ONCE:
            self._sum()

    def found(self) -> tuple[Ints, Ints, Floats]:
        self._sum()
        return self._keys // self._width, self._keys % self._width, self._sums

    def _sum(self) -> None:
        import numpy as np

        keys = np.concatenate([self._keys, *(keys for keys, _ in self._waiting)])
        sums = np.concatenate([self._sums, *(weights for _, weights in self._waiting)])
        self._keys, at = np.unique(keys, return_inverse=True)
        self._sums = np.asarray(np.bincount(at, sums, minlength=len(self._keys)), np.float64)
        self._waiting, self._many = [], 0
