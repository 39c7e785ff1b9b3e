"""OMP: each new token as a sparse sum of anchors (arXiv 2506.06607).

A pursuit's first choices are those of a shorter one, and what the ridge changes comes after it. So settings
that differ in k and in the ridge share one pursuit, as far as the largest k.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from functools import cache, partial
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from typing import Self

    import torch

    from core.jobs.context import Context
    from core.transplant.pursuit import Dictionary, Pursuit
    from core.transplant.rows import Rows, Task


@method
class Omp(Method):
    title = "OMP, orthogonal matching pursuit"
    source = "arXiv 2506.06607"
    sentence = "Each new token as a sparse sum of tokens that both vocabularies share."
    needs_donor = True

    name: Literal["omp"] = "omp"
    k: int = Field(
        default=64,
        ge=1,
        le=1024,
        title="Anchors per token, k",
        description="How many anchors make up one token.",
    )
    normalise: bool = Field(
        default=False,
        title="Normalise anchors",
        description="Choose anchors by direction alone, as in the textbook; otherwise long anchors are "
        "preferred, as in the paper's program.",
        json_schema_extra={"advanced": True},
    )
    centre: bool = Field(
        default=False,
        title="Centre",
        description="Take the anchors' mean off first and put the base's on again: for tables whose rows "
        "have much in common.",
        json_schema_extra={"advanced": True},
    )
    ridge: float = Field(
        default=0.0,
        ge=0,
        le=1,
        title="Ridge",
        description="How strongly anchors that nearly cancel are held back when their weights are worked "
        "out; 0.0001 to 0.01 is usual.",
        json_schema_extra={"advanced": True},
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        return self.several([self], task, ctx)[0]

    @classmethod
    def several(cls, methods: Sequence[Self], task: Task, ctx: Context) -> list[Rows]:
        """One pursuit for all settings that choose alike. Each setting's rows are kept apart, as if those of
        the second setting began where those of the first end."""
        for setting in methods:
            setting.check(len(task.anchors))
        made: dict[int, Rows] = {}
        alike: dict[tuple[bool, bool], list[int]] = defaultdict(list)
        for place, setting in enumerate(methods):
            alike[setting.normalise, setting.centre].append(place)
        for places in alike.values():
            some = [methods[place] for place in places]
            kept = [place * len(task) for place in places]
            key = ("omp", tuple(some), _of(task))
            found = task.shared.once(key, partial(_pursued, some, kept, task, ctx))
            made |= zip(places, found, strict=True)
        return [methods[place].finished(made[place], task, ctx) for place in sorted(made)]

    def finished(self, rows: Rows, task: Task, ctx: Context) -> Rows:
        """With the base's mean on again, where the mean was taken off: Σ w (h - h̄) + h̄, which is no longer a
        sum of few rows."""
        if not self.centre:
            return rows
        from core.transplant.rows import Rows, apply, mean_row

        assert rows.weights is not None
        mean = mean_row(task.table, task.anchors.base)
        rest = 1 - rows.weights.sum(dim=1, keepdim=True)
        dense = apply(rows, task.table, ctx).addcmul_(rest, mean)
        return Rows(rows.residual, rows.made, rows.indices, rows.weights, dense)

    def check(self, anchors: int) -> None:
        if anchors < self.k:
            raise UserError(
                f"OMP with k = {self.k} needs at least {self.k} anchors, but the two vocabularies share "
                f"{anchors:,} that can serve; choose a smaller k.",
                field="method",
            )

    def operations(self, targets: int, anchors: int, width: int) -> float:
        # What is kept of the chosen anchors is read again at each step, at the speed of the memory.
        return 2.0 * targets * width * self.k * (anchors + 30 * self.k)

    def warn(self, anchors: int, width: int, ctx: Context) -> None:
        if anchors < 4 * self.k:
            ctx.warn(
                f"Only {anchors:,} anchors for k = {self.k}: each token is made of much of what there is; "
                "a smaller k is safer."
            )
        if self.k >= width:
            ctx.warn(
                f"k = {self.k} is not below the donor's hidden size, {width}: any token is then matched "
                "exactly, whatever it means; choose a smaller k."
            )


def _pursued(settings: Sequence[Omp], kept: Sequence[int], task: Task, ctx: Context) -> list[Rows]:
    """The rows of settings that choose alike, as combinations; `kept` says where each begins to be kept."""
    import torch

    from core.transplant.pursuit import chunk_rows, full_precision
    from core.transplant.rows import Rows

    assert task.donor is not None
    width = task.donor.shape[1]
    for setting in settings:
        setting.warn(len(task.anchors), width, ctx)
    most = max(setting.k for setting in settings)
    atoms = cache(partial(_dictionary, settings[0], task, ctx))
    parts: list[list[Rows]] = [[] for _ in settings]
    independence: list[list[torch.Tensor]] = [[] for _ in settings]
    stage = "Approximating tokens" if task.matrix == "input" else "Approximating tokens, head"

    def pursue(first: int, targets: torch.Tensor) -> Pursuit:
        rows = task.donor[targets]  # type: ignore[index]
        return atoms().pursue(rows, most, step=lambda done: ctx.progress(first + done, len(task), stage))

    def fitted(pursuit: Callable[[], Pursuit], place: int) -> Rows:
        found, setting = pursuit(), settings[place]
        fit = found.fit(setting.k, ridge=setting.ridge)
        independence[place].append(fit.independence)
        support = found.support[:, : setting.k].long()
        ids = torch.where(support >= 0, task.anchors.base[support.clamp_min(0)], -1)
        return Rows.combined(ids, fit.weights, residual=fit.residual)

    size = chunk_rows(most, width, ctx.device)
    with full_precision():
        for first in range(0, len(task), size):
            targets = task.targets[first : first + size]
            pursuit = cache(partial(pursue, first, targets))
            for place, rows in enumerate(parts):
                rows.append(task.keep(kept[place] + first, partial(fitted, pursuit, place)))
            ctx.progress(first + len(targets), len(task), stage)
    for setting, found in zip(settings, independence, strict=True):
        if found and float((torch.cat(found) < 1e-3).float().mean()) > 0.01:
            ctx.warn(
                "More than one token in a hundred is made of anchors that nearly cancel; choose a smaller k "
                f"than {setting.k}, or a ridge."
            )
    return [Rows.joined(part) for part in parts]


def _dictionary(setting: Omp, task: Task, ctx: Context) -> Dictionary:
    from core.transplant.pursuit import Dictionary

    assert task.donor is not None
    return Dictionary(
        task.donor,
        task.anchors.donor,
        normalise=setting.normalise,
        centre=setting.centre,
        device=ctx.device,
    )


def _of(task: Task) -> Hashable:
    """What a pursuit depends on beside its settings: the donor's matrix, the anchors and the targets."""
    donor = task.inputs.donor if task.inputs is not None else None
    shared_head = donor is not None and donor.tied
    said = hashlib.sha256()
    for ids in (task.anchors.base, task.anchors.donor, task.targets):
        said.update(ids.numpy().tobytes())
        said.update(b"/")
    return ("input" if shared_head else task.matrix), said.hexdigest()
