"""Texts as the ids of their tokens, flat: four bytes a token, however many texts there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.encoders.encoder import Slices
from core.jobs.context import Context

if TYPE_CHECKING:
    import tokenizers

_TEXTS_AT_ONCE = 1_000
"""A stop is heard between them; more are no faster."""


@dataclass(frozen=True, eq=False)
class Tokens:
    """`ids` (tokens,) int32 of all texts after each other; `starts` (n + 1,) int64 where each begins.

    `pooled` (n, 2) int32: the tokens of each that are pooled, from and to. `cut` (n,) bool: longer than the
    most tokens.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    pooled: NDArray[np.int32]
    cut: NDArray[np.bool_]

    @property
    def lengths(self) -> NDArray[np.int64]:
        return np.diff(self.starts)

    def padded(self, rows: NDArray[np.int64], padding: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """(m, longest) ids of these texts, padded on the right, and which of them are tokens."""
        lengths = self.lengths[rows]
        longest = int(lengths.max())
        there = np.arange(longest) < lengths[:, None]
        at = np.minimum(self.starts[rows][:, None] + np.arange(longest), len(self.ids) - 1)
        return np.where(there, self.ids[at], padding).astype(np.int64), there


def tokenised(
    texts: Slices,
    tokenizer: tokenizers.Tokenizer,
    prompt: str,
    ctx: Context,
    stage: str,
    *,
    skipped: int = 0,
    lower: bool = False,
    blank: bool = False,
) -> Tokens:
    """With special tokens and the prompt, cut as the tokenizer is set; none for a text of white space only.

    Args:
        skipped: tokens at the beginning that are not pooled.
        lower: read in lower case.
        blank: a text of white space has its special tokens; an empty one has none.
    """
    ids: list[NDArray[np.int32]] = []
    lengths: list[int] = []
    cut: list[bool] = []
    for some in some_at_a_time(texts):
        ctx.progress(len(lengths), len(texts), f"{stage}: cutting texts into tokens")
        read = [prompt + text for text in some]
        encodings = tokenizer.encode_batch_fast([text.lower() for text in read] if lower else read)
        found = [
            encoding.ids if text.strip() or (blank and text) else []
            for text, encoding in zip(some, encodings, strict=True)
        ]
        lengths += map(len, found)
        ids.append(np.fromiter(chain.from_iterable(found), dtype=np.int32))
        cut += [
            bool(one) and bool(encoding.overflowing) for one, encoding in zip(found, encodings, strict=True)
        ]
    starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    pooled = np.stack([np.minimum(skipped, np.diff(starts)), np.diff(starts)], axis=1).astype(np.int32)
    flat = np.concatenate(ids) if ids else np.empty(0, dtype=np.int32)
    return Tokens(flat, starts, pooled, np.array(cut, dtype=bool))


def some_at_a_time(texts: Slices) -> Iterator[Sequence[str]]:
    """All of them, in order."""
    for first in range(0, len(texts), _TEXTS_AT_ONCE):
        yield texts[first : first + _TEXTS_AT_ONCE]


def prompt_length(tokenizer: tokenizers.Tokenizer, prompt: str) -> int:
    """Tokens of a prompt with what stands before it, without a special token after it."""
    if not prompt:
        return 0
    encoding = tokenizer.encode(prompt)
    return len(encoding.ids) - int(bool(encoding.special_tokens_mask) and encoding.special_tokens_mask[-1])
