"""What the methods of a run are given: tables, anchors and tasks, each read or found once for all of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.jobs.context import Context
from core.jobs.machine import versions
from core.models.folder import ModelFolder
from core.tokenizers.canonical import Kind
from core.transplant.anchors import AnchorCounts, usable_anchors
from core.transplant.inputs import Inputs
from core.transplant.matching import Matching
from core.transplant.methods.method import Method
from core.transplant.rows import Anchors, Matrix, Rows, Shared, Task, mean_row
from core.transplant.tables import Table, read_table, reordered


class Materials:
    """Of one pair of models and tokenizers.

    Args:
        order: (m,) the ids that a method makes, in the order in which it makes them.
        corpus: text to learn from.
        shared: where everything is kept that is read or found; with that of an earlier call for the same
            models it is not read again.
    """

    def __init__(
        self,
        inputs: Inputs,
        matching: Matching,
        order: NDArray[np.int64],
        *,
        corpus: Sequence[Path] = (),
        shared: Shared | None = None,
    ) -> None:
        self.inputs = inputs
        self.matching = matching
        self.order = order
        self.corpus = corpus
        self.shared = shared or Shared()

    def table(self, matrix: Matrix, ctx: Context) -> Table:
        """The base's; for the head, the input embedding where the two are one."""
        base = self.inputs.base
        name = base.head if matrix == "head" and base.head and not base.tied else base.input_embedding
        return self._read(base, name, "base", ctx)

    def donor_table(self, matrix: Matrix, ctx: Context) -> torch.Tensor:
        """(R_d, d), by the target's ids. Those that the donor does not know have rows of zeros."""
        donor, ids = self.inputs.donor, self.inputs.donor_ids
        assert donor is not None
        name = donor.head if matrix == "head" and donor.head and not donor.tied else donor.input_embedding
        rows = self._read(donor, name, "donor", ctx).rows
        if ids is None:
            return rows
        place = ctx.checkpoint() / f"donor-{matrix}.bin"
        return self.shared.once(
            ("donor by target", name), lambda: reordered(rows, torch.from_numpy(ids), place, ctx)
        )

    def anchors(self, matrix: Matrix, ctx: Context) -> tuple[Anchors, AnchorCounts]:
        """Those that a method with a donor builds on, and how many each rule left out."""

        def find() -> tuple[Anchors, AnchorCounts]:
            pairs, ids = self._pairs, self.inputs.donor_ids
            if ids is not None:
                known = torch.from_numpy(ids[self.matching.anchors[:, 1]] >= 0)
                pairs = Anchors(pairs.base[known], pairs.donor[known])
            return usable_anchors(pairs, self.table(matrix, ctx).rows, self.donor_table(matrix, ctx))

        return self.shared.once(("anchors", matrix, self._head_of_donor(matrix)), find)

    def task(
        self,
        method: Method,
        matrix: Matrix,
        ctx: Context,
        *,
        seed: int | None = None,
        keep: Callable[[int, Callable[[], Rows]], Rows] = lambda first, make: make(),
    ) -> Task:
        """What `method` is given to make all new rows of one matrix; where the donor has another tokenizer,
        all that it knows.

        Args:
            seed: the context's by default.
        """
        anchors, donor, order = self._pairs, None, self.order
        if method.needs_donor:
            donor = self.donor_table(matrix, ctx)
            anchors, _ = self.anchors(matrix, ctx)
            if self.inputs.donor_ids is not None:
                order = order[self.inputs.donor_ids[order] >= 0]
        entries = self.inputs.target.vocabulary.entries
        tokens = [token for token in (entries[id] for id in order.tolist()) if token is not None]
        return Task(
            matrix=matrix,
            table=self.table(matrix, ctx).rows,
            used=self.used,
            targets=torch.from_numpy(order),
            target_bytes=[token.bytes for token in tokens],
            donor=donor,
            anchors=anchors,
            pieces=self.pieces,
            seed=ctx.seed if seed is None else seed,
            keep=keep,
            tokens=tokens,
            inputs=self.inputs,
            corpus=self.corpus,
            shared=self.shared,
        )

    def counts(self, method: Method, matrix: Matrix, ctx: Context) -> AnchorCounts:
        """How many anchors `method` has for a matrix, and how many each rule left out."""
        if method.needs_donor:
            return self.anchors(matrix, ctx)[1]
        return AnchorCounts(len(self.matching.anchors), 0, 0, 0)

    @property
    def used(self) -> torch.Tensor:
        """(R',) ids of the base whose rows stand for tokens."""
        return self.shared.once(("used rows",), self._used)

    def means(self, matrix: Matrix, ctx: Context) -> tuple[torch.Tensor, torch.Tensor]:
        """(h,) float32 each: the mean of the used rows, and of those of special tokens (else the same)."""

        def find() -> tuple[torch.Tensor, torch.Tensor]:
            rows = self.table(matrix, ctx).rows
            mean = mean_row(rows, self.used)
            entries = self.inputs.base_tokenizer.vocabulary.entries
            ids = [id for id in self.used.tolist() if (token := entries[id]) and token.kind is Kind.SPECIAL]
            return mean, mean_row(rows, torch.tensor(ids)) if ids else mean

        return self.shared.once(("means", matrix, self.inputs.base.tied), find)

    def pieces(self, data: bytes) -> list[int]:
        """Base ids of the tokens that `data` is cut into; those without a row left out."""
        rows = self.inputs.base.vocab_size
        return [id for id in self.inputs.base_tokenizer.pieces(data) if id < rows]

    def digest(self, ctx: Context) -> str:
        """Of everything that a method's rows depend on, beside the method and the seed."""
        ids = self.inputs.donor_ids
        said = {
            "device": ctx.device,
            "versions": versions(),
            "base": _mark(self.inputs.base),
            "donor": _mark(self.inputs.donor) if self.inputs.donor else None,
            "tokenizers": [
                hashlib.sha256(tokenizer.path.read_bytes()).hexdigest()
                for tokenizer in (self.inputs.base_tokenizer, self.inputs.target)
            ],
            "corpus": [file_mark(path) for path in self.corpus],
            "donor ids": None if ids is None else hashlib.sha256(ids.tobytes()).hexdigest(),
            "matching": hashlib.sha256(self.matching.base_ids.tobytes()).hexdigest(),
            "targets": hashlib.sha256(self.order.tobytes()).hexdigest(),
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    @property
    def _pairs(self) -> Anchors:
        pairs = torch.from_numpy(self.matching.anchors)
        return Anchors(pairs[:, 0], pairs[:, 1])

    def _head_of_donor(self, matrix: Matrix) -> bool:
        return matrix == "head" and self.inputs.donor is not None and not self.inputs.donor.tied

    def _read(self, model: ModelFolder, name: str, field: str, ctx: Context) -> Table:
        tokenizer = self.inputs.base_tokenizer if field == "base" else self.inputs.target
        return self.shared.once(
            ("table", field, name), lambda: read_table(model, name, tokenizer.vocabulary, ctx, field)
        )

    def _used(self) -> torch.Tensor:
        rows = self.inputs.base.vocab_size
        tokens = self.inputs.base_tokenizer.vocabulary
        return torch.tensor([t.id for t in tokens if t.kind is not Kind.UNUSED and t.id < rows])


def _mark(model: ModelFolder) -> list[tuple[str, int, int]]:
    return [file_mark(file.path) for file in model.files]


def file_mark(path: Path) -> tuple[str, int, int]:
    """What tells a file from another one, or from what it was."""
    status = path.stat()
    return str(path), status.st_size, status.st_mtime_ns
