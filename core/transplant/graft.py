"""The vocabulary's new matrices, by one method or by many."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context
from core.jobs.request import input_paths
from core.models.tensors import read_tensor
from core.tokenizers.canonical import Kind
from core.transplant.anchors import AnchorCounts
from core.transplant.checkpoint import Checkpoint
from core.transplant.inputs import Inputs
from core.transplant.matching import Matching, Source
from core.transplant.materials import Materials, file_mark
from core.transplant.methods.fvt import Fvt
from core.transplant.methods.method import Method
from core.transplant.new_matrix import NewMatrix
from core.transplant.rows import Matrix, Rows, Shared, Task, merged
from core.transplant.sizes import padded_rows
from core.transplant.spelt import Candidate
from core.transplant.tables import lengths

LIKE_COPIED: Literal["like copied"] = "like copied"


@dataclass(frozen=True)
class Graft:
    """What is put in place of the base's tensors, and how it came about. It holds rows, no matrices.

    Args:
        matrices: name of a tensor → how it is made; a tied head that has a tensor of its own is the same
            object as the input embedding. Empty where nothing changes.
        biases: name of a head's bias → the new one, (padded,).
        targets: (m,) ids that the method made, in its order.
        rows: the method's answer for each matrix it was asked for (one, where the head takes the same
            weights).
        sources: by the target's ids; `padded` rows in all.
        base_lengths, all_lengths: of the base's used rows, (R',), and of all, (R_b,) float32.
        input: how the input embedding is made, also where nothing changes.
        untied: the tied head of the base is a matrix of its own now, under this name.
        seconds: what making the rows took. Settings of one method that were made together share their time
            in equal parts; reading and matching are not in it.
    """

    matrices: Mapping[str, NewMatrix]
    biases: Mapping[str, torch.Tensor]
    targets: NDArray[np.int64]
    rows: Mapping[Matrix, Rows]
    sources: list[Source]
    padded: int
    anchors: Mapping[Matrix, AnchorCounts]
    base_lengths: torch.Tensor
    all_lengths: torch.Tensor
    input: NewMatrix
    untied: str | None = None
    seconds: float = 0.0

    @property
    def replacements(self) -> dict[str, torch.Tensor]:
        """Name of a tensor → the new one, whole in memory, for a model that is open; made at each call.

        Tensors that are one in the model are one here.
        """
        whole = {id(matrix): matrix.whole() for matrix in self.matrices.values()}
        return {name: whole[id(matrix)] for name, matrix in self.matrices.items()} | dict(self.biases)

    @property
    def new_lengths(self) -> torch.Tensor:
        """(padded,) float32: of the new input embedding's rows. At hand once that has been written."""
        return self.input.lengths if self.matrices else self.all_lengths


def make_graft(
    inputs: Inputs,
    matching: Matching,
    method: Method,
    *,
    order: NDArray[np.int64],
    pad_to: int,
    ctx: Context,
    head: Method | None = None,
    untie: bool = False,
    norms: str = "as made",
    corpus: Sequence[Path] = (),
    shared: Shared | None = None,
) -> Graft:
    """One graft; see `make_grafts`."""
    materials = Materials(inputs, matching, order, corpus=corpus, shared=shared)
    (made,) = make_grafts(
        materials, [Candidate(method, head)], pad_to=pad_to, ctx=ctx, untie=untie, norms=norms
    )
    return made


def make_grafts(
    materials: Materials,
    candidates: Sequence[Candidate],
    *,
    pad_to: int,
    ctx: Context,
    seed: int | None = None,
    untie: bool = False,
    norms: str = "as made",
    done: Callable[[int, Graft], None] = lambda place, graft: None,
) -> list[Graft]:
    """Make the new rows of the vocabulary's matrices in several ways.

    Tables, anchors and whatever methods put into ``materials.shared`` are read and found once; settings of
    one method are made together (`Method.several`), and what several candidates have in common, such as a
    method for the head, is made once. A sweep keeps one `Materials` and may call this again, for other
    candidates or another seed.

    A head that is the input embedding stays that, unless its candidate has a method for the head or `untie`
    is asked for. Another head has rows of its own: by its own method, from the donor's head where the donor
    has one apart, else by the weights found for the input.

    Args:
        materials: of one pair of models, one matching and one order of targets.
        seed: the context's by default.
        norms: ``like copied``: new rows are scaled to the median length of those copied.
        done: called with the place of a candidate and its graft as soon as its rows are made; candidates of
            one method follow each other, otherwise in their order.

    Returns:
        in the order of `candidates`.

    Raises:
        UserError: a matrix is damaged, or a method cannot work on these.
    """
    workshop = _Workshop(materials, pad_to, ctx.seed if seed is None else seed, untie, norms, ctx)
    found: dict[int, Graft] = {}
    by_class: dict[type[Method], list[int]] = {}
    for place, candidate in enumerate(candidates):
        by_class.setdefault(type(candidate.method), []).append(place)
    for places in by_class.values():
        workshop.prepare([candidates[place] for place in places])
        for place in places:
            found[place] = workshop.graft(candidates[place])
            done(place, found[place])
    return [found[place] for place in range(len(candidates))]


class _Workshop:
    """Makes rows, each only once: `prepare` for several candidates of one method, then `graft` for each."""

    def __init__(
        self, materials: Materials, pad_to: int, seed: int, untie: bool, norms: str, ctx: Context
    ) -> None:
        self._materials = materials
        self._inputs = materials.inputs
        self._matching = materials.matching
        self._seed = seed
        self._untie = untie
        self._like_copied = norms == LIKE_COPIED
        self._ctx = ctx
        self._table = materials.table("input", ctx)
        materials.shared.once(
            ("warned of zeros",),
            lambda: _warn_of_zeros(self._inputs, self._matching, self._table.zeros, ctx),
        )
        self._checkpoint = Checkpoint(ctx.checkpoint(), materials.digest(ctx))
        self._rows: dict[tuple[Matrix, str], tuple[Rows, AnchorCounts, float]] = {}
        self._copied, self.padded = self._layout(pad_to)

    def _layout(self, pad_to: int) -> tuple[torch.Tensor, int]:
        """The base row of each new row, -1 where there is none, and how many rows there are."""
        rows = self._inputs.base.vocab_size
        size = len(self._matching.sources)
        if self._matching.same or (self._matching.expands and size <= rows):
            padded = rows
        else:
            padded = padded_rows(size, pad_to)
        copied = torch.full((padded,), -1, dtype=torch.long)
        known = min(size, padded)
        copied[:known] = torch.from_numpy(self._matching.base_ids[:known])
        if self._matching.expands:  # what no token has stays what it is
            ids = torch.arange(min(rows, padded))
            named = torch.tensor([source is not Source.PADDING for source in self._matching.sources])
            empty = ids >= size
            empty[: len(named)] |= ~named[: len(empty)]
            copied[ids[empty]] = ids[empty]
        if self._matching.same:
            copied = torch.arange(rows)
        return copied, padded

    # Rows

    def prepare(self, candidates: Sequence[Candidate]) -> None:
        """Make the rows that these need and that are not made yet. Their methods are of one class."""
        if not len(self._materials.order):
            return
        self._make([candidate.method for candidate in candidates], "input")
        apart = [method for c in candidates if (method := self._method_of_head(c)) is not None]
        for cls in dict.fromkeys(type(method) for method in apart):
            self._make([method for method in apart if type(method) is cls], "head")

    def _method_of_head(self, candidate: Candidate) -> Method | None:
        """The method that makes rows for the head alone; None where it has the input's rows or weights."""
        if not self._head_apart(candidate):
            return None
        if candidate.head is not None:
            return candidate.head
        method, donor = candidate.method, self._inputs.donor
        learns = method.needs_donor and donor is not None and not donor.tied
        dense = self._rows["input", _key(method)][0].dense is not None
        return method if learns or method.apart or dense else None

    def _head_apart(self, candidate: Candidate) -> bool:
        """Whether the new model has a head that is not its input embedding."""
        base = self._inputs.base
        return not base.tied or candidate.head is not None or self._untie

    def _make(self, methods: Sequence[Method], matrix: Matrix) -> None:
        wanted = {_key(method): method for method in methods}
        wanted = {key: method for key, method in wanted.items() if (matrix, key) not in self._rows}
        names = {key: f"{matrix}-{_short(f'{key} {self._seed}')}" for key in wanted}
        left: dict[str, Method] = {}
        for key, method in wanted.items():
            kept = self._checkpoint.found(f"all-{names[key]}", 0)
            if kept is None:
                left[key] = method
            else:
                counts = self._materials.counts(method, matrix, self._ctx)
                self._rows[matrix, key] = kept, counts, 0.0
        if not left:
            return
        together = f"{matrix}-{_short(f'{sorted(left)} {self._seed}')}"
        began = time.perf_counter()
        some = list(left.values())
        keep = partial(self._checkpoint.keep, together)
        task = self._materials.task(some[0], matrix, self._ctx, seed=self._seed, keep=keep)
        counts = self._materials.counts(some[0], matrix, self._ctx)
        made = type(some[0]).several(some, task, self._ctx) if len(task) else []
        if len(task) < len(self._materials.order):
            made = self._with_the_others(made or [None] * len(some), task, matrix)
        seconds = (time.perf_counter() - began) / len(some)
        for key, rows in zip(left, made, strict=True):
            kept = self._checkpoint.put(f"all-{names[key]}", 0, rows)
            self._rows[matrix, key] = kept, counts, seconds

    def _with_the_others(self, made: Sequence[Rows | None], task: Task, matrix: Matrix) -> list[Rows]:
        """The rows of all targets: those that the donor knows, as made, and by FVT those it does not know."""
        materials = self._materials
        everything = materials.task(Fvt(), matrix, self._ctx, seed=self._seed)
        known = torch.isin(everything.targets, task.targets)
        others = replace(
            everything,
            targets=everything.targets[~known],
            target_bytes=[everything.target_bytes[i] for i in (~known).nonzero()[:, 0].tolist()],
            tokens=[everything.tokens[i] for i in (~known).nonzero()[:, 0].tolist()],
        )
        rest = Fvt().rows(others, self._ctx)
        table = everything.table
        return [rest if rows is None else merged(known, rows, rest, table, self._ctx) for rows in made]

    # Matrices

    def graft(self, candidate: Candidate) -> Graft:
        """Once `prepare` has been called for it."""
        base, matching, materials = self._inputs.base, self._matching, self._materials
        made: dict[Matrix, Rows] = {}
        counts: dict[Matrix, AnchorCounts] = {}
        sources = list(matching.sources)
        seconds = 0.0
        if len(materials.order):
            made["input"], counts["input"], seconds = self._rows["input", _key(candidate.method)]
            for id in materials.order[~made["input"].made.numpy()].tolist():
                sources[id] = Source.FALLBACK
            if (method := self._method_of_head(candidate)) is not None:
                made["head"], counts["head"], more = self._rows["head", _key(method)]
                seconds += more
        matrices: dict[str, NewMatrix] = {}
        biases: dict[str, torch.Tensor] = {}
        input = self._matrix("input", made.get("input"))
        changes = not matching.same
        if changes:
            matrices[base.input_embedding] = input
        untied = None
        if self._head_apart(candidate):
            untied = _name_of_head(self._inputs) if base.tied else None
            name = base.head or untied
            if name is not None and (changes or untied):
                matrices[name] = self._matrix("head", made.get("head", made.get("input")))
        elif base.head is not None and changes:
            matrices[base.head] = input
        for name in base.head_biases if changes else ():
            biases[name] = self._bias(read_tensor(base, name), made.get("head", made.get("input")))
        return Graft(
            matrices=matrices,
            biases=biases,
            targets=materials.order,
            rows=made,
            sources=sources,
            padded=self.padded,
            anchors=counts,
            base_lengths=self._lengths[materials.used],
            all_lengths=self._lengths,
            input=input,
            untied=untied,
            seconds=seconds,
        )

    @property
    def _lengths(self) -> torch.Tensor:
        return self._materials.shared.once(
            ("lengths of rows",), lambda: lengths(self._table.rows, ctx=self._ctx)
        )

    def _matrix(self, matrix: Matrix, made: Rows | None) -> NewMatrix:
        materials = self._materials
        mean, special = materials.means(matrix, self._ctx)
        return NewMatrix(
            table=materials.table(matrix, self._ctx).rows,
            copied=self._copied,
            targets=torch.from_numpy(materials.order),
            rows=made,
            mean=mean,
            lonely=torch.tensor(self._matching.lonely, dtype=torch.long),
            special_mean=special,
            like_copied=self._like_copied,
        )

    def _bias(self, old: torch.Tensor, made: Rows | None) -> torch.Tensor:
        """(padded,): copied; Σ w β where the weights are a mixture, else the mean; the least for padding."""
        new = torch.empty(self.padded, dtype=old.dtype)
        used = old[self._materials.used].double()
        new[:] = used.min().to(old.dtype)
        tokens = [i for i, source in enumerate(self._matching.sources) if source is not Source.PADDING]
        new[tokens] = used.mean().to(old.dtype)
        there = self._copied >= 0
        new[there] = old[self._copied[there]]
        if made is not None and made.weights is not None and made.indices is not None:
            weights = made.weights
            mixture = (weights >= 0).all(dim=1) & ((weights.sum(dim=1) - 1).abs() < 1e-4)
            values = (weights * old[made.indices.long().clamp_min(0)].float()).sum(dim=1)
            new[torch.from_numpy(self._materials.order)[mixture]] = values[mixture].to(old.dtype)
        return new


def _key(method: Method) -> str:
    """A method and the files that it names, as they are now: other vectors make other rows."""
    files = [file_mark(path) for _, _, path in input_paths(method) if path.is_file()]
    return f"{method.model_dump_json()} {files if files else ''}".strip()


def _short(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _name_of_head(inputs: Inputs) -> str:
    """Of the tensor that a tied base does not have, or has twice."""
    name = inputs.base.head or inputs.base.untied_head
    if name is None:
        raise UserError(
            f"{inputs.base.path} has no output matrix that could be made apart from the input embedding.",
            field="untie",
        )
    return name


def _warn_of_zeros(inputs: Inputs, matching: Matching, zeros: Sequence[int], ctx: Context) -> None:
    """Zero rows of text tokens: copied as they are, but no anchors."""
    entries = inputs.base_tokenizer.vocabulary.entries
    copied = set(matching.base_ids.tolist())
    tokens = [entries[id] for id in zeros if id in copied and id < len(entries)]
    found = [token for token in tokens if token is not None and token.kind is Kind.TEXT]
    if found:
        named = ", ".join(f"{token.id} ({token.content!r})" for token in found[:5])
        more = f" and {len(found) - 5:,} more" if len(found) > 5 else ""
        ctx.warn(
            f"The base's rows of some tokens are zeros: {named}{more}. They are copied, but serve no other."
        )
