"""The new matrices: rows copied, rows made by the method, and the mean where neither can be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context
from core.jobs.machine import versions
from core.models.folder import ModelFolder
from core.models.tensors import read_tensor
from core.tokenizers.canonical import Kind
from core.transplant.anchors import AnchorCounts, usable_anchors
from core.transplant.checkpoint import Checkpoint
from core.transplant.inputs import Inputs
from core.transplant.matching import Matching, Source
from core.transplant.methods.method import Method
from core.transplant.rows import Anchors, Matrix, Rows, Shared, Task, apply, mean_row
from core.transplant.tables import Table, read_table

_HALF_LARGEST = 65_504.0


@dataclass(frozen=True)
class Graft:
    """What is put in place of the base's tensors, and how it came about.

    `rows`: the method's answer for each matrix it was asked for (one, where the head takes the same weights),
    in the order of `targets` (m,). `sources` by the target's ids, `padded` rows in all. `lengths`: of the
    base's used rows and of all written ones, (R',) and (padded,) float32.
    """

    replacements: Mapping[str, torch.Tensor]
    targets: NDArray[np.int64]
    rows: Mapping[Matrix, Rows]
    sources: list[Source]
    padded: int
    anchors: Mapping[Matrix, AnchorCounts]
    base_lengths: torch.Tensor
    new_lengths: torch.Tensor


def make_graft(
    inputs: Inputs,
    matching: Matching,
    method: Method,
    *,
    order: NDArray[np.int64],
    pad_to: int,
    ctx: Context,
    corpus: Sequence[Path] = (),
    shared: Shared | None = None,
) -> Graft:
    """Make every matrix of the vocabulary anew.

    A head that is the input embedding stays that. Another head has rows of its own: from the donor's head
    where the donor has one apart, else by the weights found for the input.

    Args:
        order: (m,) the ids that the method makes, in the order in which it makes them.
        corpus: text to learn from.
        shared: what earlier grafts of the same models have made; a sweep's.

    Raises:
        UserError: a matrix is damaged, or the method cannot work on these.
    """
    base = inputs.base
    vocabulary = inputs.base_tokenizer.vocabulary
    table = read_table(base, base.input_embedding, vocabulary, ctx, "base")
    _warn_of_zeros(inputs, matching, table, ctx)
    used = _used(inputs)
    if matching.same:
        lengths = _lengths(table.rows)
        return Graft({}, order, {}, list(matching.sources), base.vocab_size, {}, lengths[used], lengths)
    padded = _rounded(len(matching.sources), pad_to)
    plan = _Plan(inputs, matching, method, order, used, padded, corpus, shared or Shared())
    keep = Checkpoint(ctx.checkpoint(), _digest(inputs, method, order, ctx)).keep
    made: dict[Matrix, Rows] = {}
    counts: dict[Matrix, AnchorCounts] = {}
    sources = list(matching.sources)
    if len(order):
        made["input"], counts["input"] = plan.rows("input", table, partial(keep, "input"), ctx)
        for id in order[~made["input"].made.numpy()].tolist():
            sources[id] = Source.FALLBACK
    new = plan.matrix(table, made.get("input"), ctx)
    replacements = {table.name: new}
    base_lengths, new_lengths = _lengths(table.rows)[used], _lengths(new)
    if base.tied and base.head is not None:
        replacements[base.head] = new
    elif base.head is not None:
        table = read_table(base, base.head, vocabulary, ctx, "base")
        if made and (made["input"].dense is not None or plan.head_apart or method.apart):
            made["head"], counts["head"] = plan.rows("head", table, partial(keep, "head"), ctx)
        replacements[base.head] = plan.matrix(table, made.get("head", made.get("input")), ctx)
    for name in base.head_biases:
        replacements[name] = plan.bias(read_tensor(base, name), made.get("head", made.get("input")))
    return Graft(replacements, order, made, sources, plan.padded, counts, base_lengths, new_lengths)


class _Plan:
    def __init__(
        self,
        inputs: Inputs,
        matching: Matching,
        method: Method,
        order: NDArray[np.int64],
        used: torch.Tensor,
        padded: int,
        corpus: Sequence[Path],
        shared: Shared,
    ) -> None:
        self._corpus = corpus
        self._shared = shared
        self._inputs = inputs
        self._matching = matching
        self._method = method
        self._targets = torch.from_numpy(order)
        self._used = used
        self.padded = padded

    @property
    def head_apart(self) -> bool:
        """Whether the donor has a head of its own to learn the base's from."""
        donor = self._inputs.donor
        return donor is not None and not donor.tied

    def rows(
        self, matrix: Matrix, table: Table, keep: Callable[[int, Callable[[], Rows]], Rows], ctx: Context
    ) -> tuple[Rows, AnchorCounts]:
        """The method's rows for one matrix, and how many anchors there were for them."""
        donor = self._donor(matrix, ctx)
        pairs = torch.from_numpy(self._matching.anchors)
        anchors, counts = Anchors(pairs[:, 0], pairs[:, 1]), AnchorCounts(len(pairs), 0, 0, 0)
        if donor is not None:
            anchors, counts = usable_anchors(anchors, table.rows, donor)
        entries = self._inputs.target.vocabulary.entries
        task = Task(
            matrix=matrix,
            table=table.rows,
            used=self._used,
            targets=self._targets,
            target_bytes=[entries[id].bytes for id in self._targets.tolist()],  # type: ignore[union-attr]
            donor=donor,
            anchors=anchors,
            pieces=self._pieces,
            seed=ctx.seed,
            keep=keep,
            tokens=[entries[id] for id in self._targets.tolist()],  # type: ignore[misc]
            inputs=self._inputs,
            corpus=self._corpus,
            shared=self._shared,
        )
        return self._method.rows(task, ctx), counts

    def matrix(self, table: Table, made: Rows | None, ctx: Context) -> torch.Tensor:
        """(padded, h) in the table's number type. Copied rows keep their bits."""
        old = table.rows
        new = torch.empty((self.padded, *old.shape[1:]), dtype=old.dtype)
        new[:] = self._cast(mean_row(old, self._used), old.dtype)
        if len(lonely := self._lonely) and len(special := self._special):
            new[lonely] = self._cast(mean_row(old, special), old.dtype)
        copied = np.flatnonzero(self._matching.base_ids >= 0)
        new[torch.from_numpy(copied)] = old[torch.from_numpy(self._matching.base_ids[copied])]
        if made is not None:
            values = apply(made, old, ctx)
            new[self._targets[made.made]] = self._cast(values[made.made], old.dtype)
        return new

    def bias(self, old: torch.Tensor, made: Rows | None) -> torch.Tensor:
        """(padded,): copied; Σ w β where the weights are a mixture, else the mean; the least for padding."""
        new = torch.empty(self.padded, dtype=old.dtype)
        used = old[self._used].double()
        new[:] = used.min().to(old.dtype)
        matching = self._matching
        tokens = [i for i, source in enumerate(matching.sources) if source is not Source.PADDING]
        new[tokens] = used.mean().to(old.dtype)
        copied = np.flatnonzero(matching.base_ids >= 0)
        new[torch.from_numpy(copied)] = old[torch.from_numpy(matching.base_ids[copied])]
        if made is not None and made.weights is not None and made.indices is not None:
            weights = made.weights
            mixture = (weights >= 0).all(dim=1) & ((weights.sum(dim=1) - 1).abs() < 1e-4)
            values = (weights * old[made.indices.long().clamp_min(0)].float()).sum(dim=1)
            new[self._targets[mixture]] = values[mixture].to(old.dtype)
        return new

    @property
    def _lonely(self) -> torch.Tensor:
        return torch.tensor(self._matching.lonely, dtype=torch.long)

    @property
    def _special(self) -> torch.Tensor:
        entries = self._inputs.base_tokenizer.vocabulary.entries
        ids = [id for id in self._used.tolist() if entries[id].kind is Kind.SPECIAL]  # type: ignore[union-attr]
        return torch.tensor(ids, dtype=torch.long)

    def _pieces(self, data: bytes) -> list[int]:
        rows = self._inputs.base.vocab_size
        return [id for id in self._inputs.base_tokenizer.pieces(data) if id < rows]

    def _donor(self, matrix: Matrix, ctx: Context) -> torch.Tensor | None:
        donor = self._inputs.donor
        if donor is None:
            return None
        name = donor.head if matrix == "head" and not donor.tied else donor.input_embedding
        assert name is not None
        return read_table(donor, name, self._inputs.target.vocabulary, ctx, "donor").rows

    def _cast(self, values: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
        """To the nearest number that the matrix can hold."""
        if dtype is torch.float16 and bool((values.abs() > _HALF_LARGEST).any()):
            raise UserError(
                "A new row has numbers too large for 16-bit floats (float16), which the base stores. "
                "Save the base in float32 or bfloat16, or choose a smaller k.",
                field="base",
            )
        return values.to(dtype)


def _used(inputs: Inputs) -> torch.Tensor:
    """(R',) ids of the base whose rows stand for tokens."""
    tokens = inputs.base_tokenizer.vocabulary
    rows = inputs.base.vocab_size
    return torch.tensor([token.id for token in tokens if token.kind is not Kind.UNUSED and token.id < rows])


def _lengths(rows: torch.Tensor) -> torch.Tensor:
    """(R,) float32."""
    return torch.cat([torch.linalg.vector_norm(block.float(), dim=1) for block in rows.split(8192)])


def _rounded(count: int, multiple: int) -> int:
    return -(-count // multiple) * multiple


def _warn_of_zeros(inputs: Inputs, matching: Matching, table: Table, ctx: Context) -> None:
    """Zero rows of text tokens: copied as they are, but no anchors."""
    entries = inputs.base_tokenizer.vocabulary.entries
    copied = set(matching.base_ids.tolist())
    tokens = [entries[id] for id in table.zeros if id in copied and id < len(entries)]
    found = [token for token in tokens if token is not None and token.kind is Kind.TEXT]
    if found:
        named = ", ".join(f"{token.id} ({token.content!r})" for token in found[:5])
        more = f" and {len(found) - 5:,} more" if len(found) > 5 else ""
        ctx.warn(
            f"The base's rows of some tokens are zeros: {named}{more}. They are copied, but serve no other."
        )


def _digest(inputs: Inputs, method: Method, order: NDArray[np.int64], ctx: Context) -> str:
    """Of everything that the method's rows depend on."""
    said = {
        "method": method.model_dump(mode="json"),
        "seed": ctx.seed,
        "device": ctx.device,
        "versions": versions(),
        "base": _mark(inputs.base),
        "donor": _mark(inputs.donor) if inputs.donor else None,
        "tokenizers": [
            hashlib.sha256(tokenizer.path.read_bytes()).hexdigest()
            for tokenizer in (inputs.base_tokenizer, inputs.target)
        ],
        "targets": hashlib.sha256(order.tobytes()).hexdigest(),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _mark(model: ModelFolder) -> list[tuple[str, int, int]]:
    return [(str(file.path), file.size, file.path.stat().st_mtime_ns) for file in model.files]
