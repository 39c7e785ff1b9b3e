"""What a job takes in memory at its highest, from models' headers: needs no torch.

The constants were measured on a processor (``make bench ARGS='-k memory'``), as pages that the process holds:
libraries and mapped files count, though the system may take those back.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from core.generation.fields import NumberType
from core.generation.language.preview import cache_bytes
from core.models.folder import ModelFolder

LIBRARIES = 430_000_000
"""torch and transformers, a small model opened with them, and a few calls of it."""
A_RECORD = 1_200
"""Of a token that is told, without what might have stood in its place."""
AN_ALTERNATIVE = 500
_FLOAT = 4
_A_TOKEN = 1_800
"""What a tokenizer holds of each of its tokens."""
_FIRST_SLOTS = 256
_GROWTH = 2
"""A cache grows by doubling."""
_SPELT = 1_500
"""What the exact law holds of each token: the trie of their bytes, which may follow which."""
_COPIES = 7
"""Of the logits of a call: as they come, joined, their logarithms, what entropies are summed of."""


def number_bytes(dtype: NumberType) -> int:
    """Of a number; auto is taken for float32, as it is on a processor."""
    return 2 if dtype in ("bfloat16", "float16") else _FLOAT


def job_memory(
    folders: Sequence[ModelFolder],
    *,
    dtype: NumberType = "float32",
    tokens: int,
    rows: int = 1,
    spelt: bool = False,
    beside: int = 0,
) -> int:
    """Bytes that a job takes with these models, all open at the same time.

    Args:
        folders: a folder that stands there twice is opened once.
        tokens: read at the same time by each, all texts and branches together.
        rows: tokens of one call whose logits are asked for.
        spelt: whether the law of the next byte is asked for.
        beside: what the job keeps besides.
    """
    number = number_bytes(dtype)
    models = list({folder.path: folder for folder in folders}.values())
    kept = [weights_bytes(one, number) + one.vocab_size * (_A_TOKEN + spelt * _SPELT) for one in models]
    # One is opened after the other, and then they work in turn.
    opened = max(
        (so_far + _opening(one, number) for one, so_far in zip(models, accumulate(kept), strict=True)),
        default=0,
    )
    room = max(tokens, _FIRST_SLOTS)
    caches = sum(_GROWTH * cache_bytes(one, room, number) for one in folders)
    working = max((_COPIES * _FLOAT * rows * one.vocab_size for one in models), default=0)
    return LIBRARIES + max(opened, sum(kept) + caches + working) + beside


def records_bytes(tokens: float, alternatives: int) -> int:
    """Of so many tokens, told one by one with so many others that might have stood in each one's place."""
    return round(tokens * (A_RECORD + alternatives * AN_ALTERNATIVE))


def weights_bytes(folder: ModelFolder, number: int) -> int:
    return folder.parameters * number


def _opening(folder: ModelFolder, number: int) -> int:
    """What is only held while a model is opened: the file as it is mapped, where its numbers are of another
    type, or the copy in which the head is turned."""
    if folder.memory_bytes != weights_bytes(folder, number):
        return folder.memory_bytes
    return folder.vocab_size * folder.hidden_size * number
