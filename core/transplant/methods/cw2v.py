"""CW2V, constrained word2vec: new rows that remain mixtures of the base's learn their weights from text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method
from core.vectors.parameters import Megabytes

if TYPE_CHECKING:
    import torch

    from core.jobs.context import Context
    from core.transplant.constrained_word2vec import Learnt
    from core.transplant.rows import Rows, Task


@method
class Cw2v(Method):
    title = "CW2V, constrained word2vec"
    source = "arXiv 2407.05841; over some candidates for each token, not all tokens"
    sentence = "Each new token as a mixture of base tokens whose weights are learnt from your text."
    needs_corpus = True
    random = True
    apart = True

    name: Literal["cw2v"] = "cw2v"
    candidates: int = Field(
        default=64,
        ge=1,
        le=1024,
        title="Candidates per token",
        description="The base's tokens that a new one may be mixed of: its pieces and the nearest by vectors "
        "of words.",
    )
    rate: float = Field(
        default=5e-3,
        gt=0,
        le=1,
        title="Learning rate",
        description="How fast the weights are learnt.",
        json_schema_extra={"advanced": True},
    )
    samples: int = Field(
        default=500_000,
        ge=1_000,
        le=1_000_000_000,
        title="Samples",
        description="How many pairs of neighbouring tokens are learnt from, at most, and each at most three "
        "times.",
        json_schema_extra={"advanced": True},
    )
    megabytes: Megabytes = 50.0

    def rows(self, task: Task, ctx: Context) -> Rows:
        return task.keep(0, lambda: self._rows(task, ctx))

    def _rows(self, task: Task, ctx: Context) -> Rows:
        import torch

        from core.transplant.rows import Rows

        key = ("cw2v", self, task.seed, tuple(task.targets.tolist()))
        candidates, learnt = task.shared.once(key, lambda: self._learnt(task, ctx))
        weights = learnt.input if task.matrix == "input" else learnt.head
        return Rows.combined(candidates, torch.where(candidates >= 0, weights, 0.0))

    def _learnt(self, task: Task, ctx: Context) -> tuple[torch.Tensor, Learnt]:
        """(m, c) base ids, and their weights."""
        import numpy as np

        from core.transplant.auxiliary import inputs_of
        from core.transplant.constrained_word2vec import Learning, learn, neighbouring_pairs
        from core.vectors.texts import tokenised

        candidates, start = self._start(task, ctx)
        table, head = _matrices(task, ctx)
        size = len(table)
        target = inputs_of(task).target
        text = tokenised(target, task.corpus, round(self.megabytes * 1_000_000), ctx)
        extended = np.full(target.vocabulary.size, -1, dtype=np.int64)
        extended[task.anchors.donor.numpy()] = task.anchors.base.numpy()
        extended[task.targets.numpy()] = size + np.arange(len(task))
        ids = extended[text.ids]
        pairs = neighbouring_pairs(ids, text.edges, size)
        if len(pairs) < 100:
            raise UserError(
                "CW2V learns where new tokens occur, and the texts to learn from hold hardly any: give "
                "more text, of the target's language.",
                field="corpus",
            )
        frequencies = np.bincount(ids[ids >= 0], minlength=size + len(task)).astype(np.float64)
        learning = Learning(pairs=self.samples, rate=self.rate)
        learnt = learn(table, head, candidates, start, pairs, frequencies, learning, task.seed, ctx)
        ctx.log(
            f"CW2V: the loss on held-out pairs went from {learnt.before:.4f} to {learnt.after:.4f} nats "
            f"({len(pairs):,} pairs in all)."
        )
        return candidates, learnt

    def _start(self, task: Task, ctx: Context) -> tuple[torch.Tensor, torch.Tensor]:
        """(m, c) candidates, -1 where there are fewer, and the weights of FVT for them."""
        import torch

        from core.transplant.auxiliary import base_words, tokens_in, vectors_of_words
        from core.vectors.neighbours import softmax_mixtures
        from core.vectors.training import Training

        vectors = vectors_of_words(task, Training(), self.megabytes, ctx)
        base, target = tokens_in(task, vectors, "base", ctx), tokens_in(task, vectors, "target", ctx)
        sources = base_words(task)
        near = softmax_mixtures(
            target[task.targets], base[sources], self.candidates, 1.0, ctx, "Looking for the nearest tokens"
        )
        candidates = torch.full((len(task), self.candidates), -1)
        weights = torch.zeros(len(task), self.candidates)
        for row, text in enumerate(task.target_bytes):
            if row % 256 == 0:
                ctx.progress(row, len(task), "Gathering candidates")
            pieces = task.pieces(text)
            others = sources[near.indices[row][near.indices[row] >= 0]].tolist()
            found = list(dict.fromkeys([*pieces, *others]))[: self.candidates]
            candidates[row, : len(found)] = torch.tensor(found, dtype=torch.long)
            for place, id in enumerate(found):
                weights[row, place] = pieces.count(id) / max(1, len(pieces))
        return candidates, weights


def _matrices(task: Task, ctx: Context) -> tuple[torch.Tensor, torch.Tensor | None]:
    """The base's input embedding, and its head where that is another."""
    from core.transplant.auxiliary import inputs_of
    from core.transplant.tables import read_table

    base = inputs_of(task).base
    if base.head is None or base.tied:
        return task.table, None
    other = base.input_embedding if task.matrix == "head" else base.head
    table = read_table(base, other, inputs_of(task).base_tokenizer.vocabulary, ctx, "base").rows
    return (table, task.table) if task.matrix == "head" else (task.table, table)
