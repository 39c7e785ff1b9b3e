"""What a teacher, an encoder, says of texts: kept as it is told, so that an interruption costs little."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from core.encoders.encoder import Encoder
from core.encoders.opened import open_encoder
from core.encoders.request import EncoderFields
from core.errors import UserError
from core.jobs.context import Context
from core.tokenizers.vocabulary import Kind, Token, Vocabulary
from core.training.blocks import Block
from core.training.pairs import Bags, Units, picked, stretches

MOST_TOKENS = 128
"""Of a text that a teacher reads; what comes after is cut off. Blocks are seldom longer."""

_AT_ONCE = 2_000
"""Texts in a file of the cache."""
_FITTED = 20_000
"""Texts whose vectors tell the main directions."""
_RARITY = 1e-3
"""SIF's a (Arora and others, 2017): a token of frequency p begins with the weight a / (a + p)."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """`texts` (m, 2) int64: runs of units; `vectors` (m, width) float32: what the teacher makes of them, of
    length 1. `rows` (V, width) float32: where the tokens' rows begin. `digest`: of teacher and texts."""

    texts: torch.Tensor
    vectors: torch.Tensor
    rows: torch.Tensor
    digest: str

    def batch(self, units: Units, size: int, step: int, seed: int) -> tuple[Bags, torch.Tensor]:
        """`size` texts and what the teacher makes of them, the same for the same step and seed."""
        places = picked(len(self.texts), size, step, seed)
        runs = [[(first, end)] for first, end in self.texts[places].tolist()]
        return units.bags(runs), self.vectors[places]


def learn_from(
    teacher: Path,
    blocks: Sequence[Block],
    units: Units,
    vocabulary: Vocabulary,
    *,
    width: int,
    most: int,
    ctx: Context,
) -> Lesson:
    """Have the teacher read `most` texts of the blocks, drawn by the seed, and each token alone.

    Its vectors are turned onto their `width` main directions. A token's row begins as the teacher's vector of
    the token alone, less the mean of all, weighted by how rare it is, as in model2vec.

    Raises:
        UserError: the teacher cannot be opened, or its vectors are shorter than `width`.
    """
    encoder = _opened(teacher, ctx)
    if encoder.width < width:
        raise UserError(
            f"{teacher.name} gives vectors of {encoder.width} numbers; choose a width of at most that.",
            field="recipe",
        )
    candidates = list(stretches(blocks))
    order = torch.randperm(len(candidates), generator=torch.Generator().manual_seed(ctx.seed))[:most].tolist()
    chosen = [candidates[place] for place in order]
    tokens = [_spelt(token) for token in vocabulary.entries]
    vectors, digest = _told(encoder, [*tokens, *(text for text, _, _ in chosen)], ctx)
    own, told = vectors[: len(tokens)], vectors[len(tokens) :]
    turned = _main_directions(told, width)
    centred = torch.nn.functional.normalize((own - own.mean(dim=0)) @ turned, dim=1)
    return Lesson(
        texts=torch.tensor([(first, end) for _, first, end in chosen], dtype=torch.long).reshape(-1, 2),
        vectors=torch.nn.functional.normalize(told @ turned, dim=1),
        rows=centred * _weights(units.ids, len(tokens))[:, None],
        digest=digest,
    )


def _opened(teacher: Path, ctx: Context) -> Encoder:
    encoder = open_encoder(EncoderFields.model_validate({"model": teacher}), ctx, field="recipe")
    if encoder.most_tokens is None or encoder.most_tokens <= MOST_TOKENS:
        return encoder
    fields = EncoderFields.model_validate({"model": teacher, "most_tokens": MOST_TOKENS})
    return open_encoder(fields, ctx, field="recipe")


def _spelt(token: Token | None) -> str:
    """As a text of its own; a special token is none."""
    if token is None or token.kind is not Kind.TEXT:
        return ""
    return token.bytes.decode("utf-8", errors="replace").strip()


def _told(encoder: Encoder, texts: Sequence[str], ctx: Context) -> tuple[torch.Tensor, str]:
    """(n, d) float32 and their digest, from files beside the checkpoint where they are there."""
    digest = hashlib.sha256(json.dumps([encoder.digest, *texts]).encode()).hexdigest()
    folder = ctx.checkpoint() / f"teacher-{digest[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for number, first in enumerate(range(0, len(texts), _AT_ONCE)):
        ctx.progress(first, len(texts), "Asking the teacher")
        file = folder / f"{number:05}.npy"
        if not file.is_file():
            said = encoder.encode(list(texts[first : first + _AT_ONCE]), ctx, stage="Asking the teacher")
            aside = file.with_suffix(".partial.npy")
            np.save(aside, said.astype(np.float16))
            aside.replace(file)
        parts.append(np.load(file).astype(np.float32))
    return torch.from_numpy(np.concatenate(parts)), digest


def _main_directions(vectors: torch.Tensor, width: int) -> torch.Tensor:
    """(d, width) float32, orthonormal: where most of the vectors lies, their mean included."""
    _, directions = torch.linalg.eigh(vectors[:_FITTED].T.double() @ vectors[:_FITTED].double())
    return directions[:, -width:].flip(1).float().contiguous()


def _weights(ids: torch.Tensor, size: int) -> torch.Tensor:
    shares = torch.bincount(ids, minlength=size).float() / max(1, len(ids))
    return _RARITY / (_RARITY + shares)
