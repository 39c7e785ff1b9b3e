"""Leave anchors out: tokens that both vocabularies share, hidden from a method and made by it.

Their true rows are known, so that this says without any text how well a method makes rows on these models.
The same tokens are hidden from every method, whatever its seed: of each class of tokens as many as its share
of the anchors, those whose ids have the lowest hashes. A token of a single byte is never hidden: it has no
pieces, and every method needs its bytes.

A hidden token is no anchor, no token of the base in use, and none of the pieces that another is cut into:
where the base's tokenizer would give the token itself, it is cut in two where both parts give fewest pieces.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import torch

from core.errors import UserError
from core.jobs.context import Context
from core.tokenizers.canonical import Token
from core.transplant.evidence.classes import token_class
from core.transplant.evidence.nearest import nearest, overlap
from core.transplant.methods.method import Method
from core.transplant.result import AnchorTest
from core.transplant.rows import Anchors, Rows, Shared, Task, apply, mean_row

_T = TypeVar("_T")

HIDDEN = 500
FEWEST = 20
"""Hidden tokens below which the figures would say nothing."""
_VECTORS = "vectors"
"""How keys of `Shared` begin that hold static vectors of words or tokens."""
_SHARE = 5
"""At most every fifth anchor is hidden, so that the methods still have what they need."""


@dataclass(frozen=True)
class Hidden:
    """`task`: what a method is given, the hidden tokens its targets. `ids`: (m,) their rows in the base."""

    task: Task
    ids: torch.Tensor


def run_anchor_test(method: Method, task: Task, ctx: Context) -> AnchorTest | str:
    """One method's figures for one matrix, or a sentence why there are none.

    Args:
        task: as the method gets it for its graft; what it is asked to make there is not made here.
    """
    hidden = hide(task, method)
    if hidden is None:
        return f"Too few shared tokens ({len(task.anchors):,}) to hide some of them from the method."
    try:
        method.check(len(hidden.task.anchors))
        return anchor_test(hidden, method.rows(hidden.task, _Quiet(ctx)), ctx)
    except UserError as error:
        return str(error)


class _Quiet(Context):
    """The same context, but for warnings: what there is to warn of was said of the graft itself."""

    def __init__(self, ctx: Context) -> None:
        self.__dict__ = ctx.__dict__

    def warn(self, sentence: str) -> None:
        pass


class _Lent(Shared):
    """What was made for the graft and does not depend on which tokens are anchors: static vectors. Anything
    else is made anew, unless that would be to learn from the whole text again."""

    def __init__(self, whole: Shared, method: Method) -> None:
        super().__init__()
        self._whole = whole
        self._method = method

    def once(self, key: Hashable, make: Callable[[], _T]) -> _T:
        if isinstance(key, tuple) and key[0] == _VECTORS:
            return self._whole.once(key, make)
        if self._method.needs_corpus:
            name = self._method.title.partition(",")[0]
            raise UserError(f"{name} learns rows from text, and would have to learn it all again.")
        return super().once(key, make)


def hide(task: Task, method: Method, count: int = HIDDEN) -> Hidden | None:
    """The task of making up to `count` of the anchors from the others; None where there are too few.

    Args:
        method: one of the class that is to make them. Where it would have to learn from all of the text
            again, it raises `UserError` as soon as it begins to.
    """
    assert task.inputs is not None
    entries = task.inputs.target.vocabulary.entries
    places = _chosen(task.anchors, entries, min(count, len(task.anchors) // _SHARE))
    if len(places) < FEWEST:
        return None
    left = torch.ones(len(task.anchors), dtype=torch.bool)
    left[places] = False
    base, donor = task.anchors.base[places], task.anchors.donor[places]
    tokens = [token for token in (entries[id] for id in donor.tolist()) if token is not None]
    as_seen = replace(
        task,
        used=task.used[~torch.isin(task.used, base)],
        targets=donor,
        target_bytes=[token.bytes for token in tokens],
        tokens=tokens,
        anchors=Anchors(task.anchors.base[left], task.anchors.donor[left]),
        pieces=_pieces_without(frozenset(base.tolist()), task.pieces),
        keep=lambda first, make: make(),
        shared=_Lent(task.shared, method),
    )
    return Hidden(as_seen, base)


def anchor_test(hidden: Hidden, rows: Rows, ctx: Context) -> AnchorTest:
    """How near the rows that a method made are to the true ones.

    Raises:
        UserError: a row is built from the hidden token itself, so that the test would say nothing.
    """
    task = hidden.task
    if rows.indices is not None and bool((rows.indices == hidden.ids[:, None]).any()):
        raise UserError("The method finds the hidden tokens all the same, so that hiding them tests nothing.")
    stage = "Testing on hidden anchors"
    made = apply(rows, task.table, ctx, stage)
    if not bool(rows.made.all()):
        made = torch.where(rows.made[:, None], made, mean_row(task.table, task.used))
    true = task.table[hidden.ids].float()
    everything = torch.cat([task.used, hidden.ids]).sort().values
    of_made = nearest(made, task.table, everything, hidden.ids, ctx, stage)
    of_true = nearest(true, task.table, everything, hidden.ids, ctx, stage)
    lengths = true.norm(dim=1).clamp_min(torch.finfo(torch.float32).tiny)
    return AnchorTest(
        matrix=task.matrix,
        anchors=len(true),
        cosine=float(torch.nn.functional.cosine_similarity(made, true).double().mean()),
        error=float(((made - true).norm(dim=1) / lengths).double().mean()),
        neighbours=float(overlap(of_true, of_made).mean()),
    )


def _chosen(anchors: Anchors, entries: Sequence[Token | None], count: int) -> torch.Tensor:
    """(≤ count,) places among the anchors, ascending; every class by its share (largest remainders)."""
    by_class: dict[str, list[int]] = {}
    for place, id in enumerate(anchors.donor.tolist()):
        token = entries[id] if id < len(entries) else None
        if token is not None and len(token.bytes) > 1:
            by_class.setdefault(token_class(token), []).append(place)
    total = sum(map(len, by_class.values()))
    quotas = {name: min(count, total) * len(places) / total for name, places in by_class.items()}
    given = {name: int(quota) for name, quota in quotas.items()}
    for name in sorted(quotas, key=lambda name: (given[name] - quotas[name], name)):
        if sum(given.values()) < min(count, total):
            given[name] += 1
    ids = anchors.donor.tolist()
    found = [
        place
        for name, places in by_class.items()
        for place in sorted(places, key=lambda place: _hash(ids[place]))[: given[name]]
    ]
    return torch.tensor(sorted(found), dtype=torch.long)


def _hash(id: int) -> bytes:
    return hashlib.blake2b(f"anchor test/{id}".encode(), digest_size=8).digest()


def _pieces_without(
    hidden: frozenset[int], pieces: Callable[[bytes], list[int]]
) -> Callable[[bytes], list[int]]:
    """Cuts bytes as `pieces` does, but without the hidden tokens."""

    def without(data: bytes) -> list[int]:
        ids = pieces(data)
        if hidden.isdisjoint(ids):
            return ids
        halves: Iterable[list[int]] = (
            pieces(data[:cut]) + pieces(data[cut:]) for cut in range(len(data) - 1, 0, -1)
        )
        allowed = [ids for ids in halves if ids and hidden.isdisjoint(ids)]
        if allowed:
            return min(allowed, key=len)
        single = [id for at in range(len(data)) for id in pieces(data[at : at + 1])]
        return [id for id in single if id not in hidden]

    return without
