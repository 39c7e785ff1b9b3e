"""Static vectors for a task's tokens, made once for all matrices and methods of a run."""

from __future__ import annotations

from pathlib import Path

import torch

from core.jobs.context import Context
from core.tokenizers.canonical import Kind
from core.tokenizers.open import Tokenizer
from core.transplant.inputs import Inputs
from core.transplant.rows import Rows, Task
from core.vectors.neighbours import Mixtures
from core.vectors.read import read_vectors
from core.vectors.texts import Words, tokenised, warn_of_rest
from core.vectors.tokens import token_vectors
from core.vectors.training import Training, train
from core.vectors.vectors import Vectors


def inputs_of(task: Task) -> Inputs:
    assert task.inputs is not None
    return task.inputs


def vectors_read(task: Task, path: Path, ctx: Context) -> Vectors:
    """Those in a file. Raises `UserError` where it is damaged."""

    def make() -> Vectors:
        found = read_vectors(path, ctx, field="method")
        for note in found.notes:
            ctx.warn(note)
        return found

    return task.shared.once(("vectors", "read", path), make)


def vectors_of_words(task: Task, training: Training, megabytes: float, ctx: Context) -> Vectors:
    """Those of the words in the task's texts."""
    most = _bytes(megabytes)

    def make() -> Vectors:
        warn_of_rest(task.corpus, most, ctx)
        words = Words(task.corpus, most)
        return train(words, training, task.seed, ctx, "Training vectors of words")

    return task.shared.once(("vectors", "words", training, most, task.seed), make)


def vectors_of_tokens(task: Task, training: Training, megabytes: float, ctx: Context) -> Vectors:
    """Those of the target's tokens in the task's texts, by the tokens' contents."""
    most = _bytes(megabytes)

    def make() -> Vectors:
        target = inputs_of(task).target
        warn_of_rest(task.corpus, most, ctx)
        text = tokenised(target, task.corpus, most, ctx)
        return train(text.named(contents(target)), training, task.seed, ctx, "Training vectors of tokens")

    return task.shared.once(("vectors", "tokens", training, most, task.seed), make)


def tokens_in(task: Task, vectors: Vectors, side: str, ctx: Context) -> torch.Tensor:
    """(size, width) float32: the tokens of one side, ``base`` or ``target``, in a space of words."""
    inputs = inputs_of(task)
    tokenizer = inputs.base_tokenizer if side == "base" else inputs.target
    key = ("vectors", "of tokens", side, id(vectors))  # `Shared` keeps both, so that no other has its id

    def make() -> tuple[torch.Tensor, Vectors]:
        return torch.from_numpy(token_vectors(tokenizer, vectors, ctx)), vectors

    return task.shared.once(key, make)[0]


def contents(tokenizer: Tokenizer) -> list[str]:
    """The tokens as the file spells them, by id."""
    return ["" if token is None else token.content for token in tokenizer.vocabulary.entries]


def base_words(task: Task) -> torch.Tensor:
    """(n,) int64: the base's used tokens of text, ascending."""
    entries = inputs_of(task).base_tokenizer.vocabulary.entries
    return torch.tensor(
        [id for id in task.used.tolist() if id < len(entries) and _is_text(entries[id])], dtype=torch.long
    )


def rows_of(mixtures: Mixtures, sources: torch.Tensor) -> Rows:
    """Rows of the base from weights over `sources` (n,) int64, base ids."""
    chosen = sources[mixtures.indices.clamp_min(0)] if len(sources) else mixtures.indices
    return Rows.combined(torch.where(mixtures.indices >= 0, chosen, -1), mixtures.weights)


def _is_text(token: object) -> bool:
    return getattr(token, "kind", None) is Kind.TEXT


def _bytes(megabytes: float) -> int:
    return max(1, round(megabytes * 1_000_000))
