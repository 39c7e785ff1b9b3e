"""What a model foretells for every token of a text, each foretold once, in windows that overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from core.generation.language.language_model import LanguageModel
from core.jobs.context import Context
from core.models.bits_per_byte import windows

MOST_CONTEXT = 1024
"""Tokens of a window where none are asked for: enough that more would gain little."""
_AT_ONCE = 16
_LOGITS_AT_ONCE = 2**23
"""At most so many logits in memory (32 MiB in float32)."""


def window_of(model: LanguageModel, context: int | None, stride: int | None) -> tuple[int, int]:
    """Tokens of a window, and how far it moves.

    Returns:
        What was asked for, no more than the model takes; without a wish, what it takes up to `MOST_CONTEXT`.
    """
    limit = model.context or MOST_CONTEXT
    size = min(context or MOST_CONTEXT, limit)
    size = max(size, len(model.begin) + 1, 2)
    return size, max(1, min(stride or size // 2, size - 1))


def foretold(
    model: LanguageModel, ids: Sequence[int], *, context: int, stride: int, ctx: Context
) -> Iterator[tuple[int, torch.Tensor]]:
    """Logits for the tokens of a text, in order, `LanguageModel.begin` before it.

    Args:
        ids: the text's tokens, without those that stand before it.
        context: tokens of a window, those before the text included; all windows but the first begin anew in
            the middle of the text.
        stride: tokens by which it moves: each token is seen with at least ``context - stride`` before it.

    Yields:
        The place of a token in `ids`, and (n, V) logits that foretell it and the n − 1 tokens behind it.
        Without a token that stands before the text its first token is not foretold.
    """
    before = len(model.begin)
    sequence = [*model.begin, *ids]
    spans = windows(len(sequence), context, stride=stride, first=max(1, before))
    at_once = max(1, min(_AT_ONCE, _LOGITS_AT_ONCE // (stride * model.vocab_size)))
    first, rest = spans[:1], spans[1:]
    for group in filter(None, [first, *(rest[at : at + at_once] for at in range(0, len(rest), at_once))]):
        ctx.check()
        if len(group) == 1:
            for place, rows in _read_in_parts(model, sequence, *group[0]):
                yield place - before, rows
                ctx.check()
        else:
            for (_, scored, _), rows in zip(group, _read(model, sequence, group), strict=True):
                yield scored - before, rows


def _read_in_parts(
    model: LanguageModel, sequence: Sequence[int], first: int, scored: int, end: int
) -> Iterator[tuple[int, torch.Tensor]]:
    """A window, whose logits may be more than shall be in memory at a time: with their places."""
    opened = model.advance([model.start()], [sequence[first:scored]])
    yield scored, opened.logits
    state, step = opened.states[0], max(1, _LOGITS_AT_ONCE // model.vocab_size)
    for at in range(scored, end - 1, step):
        (state,), logits, _ = model.advance([state], [sequence[at : min(at + step, end - 1)]], every=True)
        yield at + 1, logits


def _read(
    model: LanguageModel, sequence: Sequence[int], group: Sequence[tuple[int, int, int]]
) -> list[torch.Tensor]:
    """For each window the logits of the tokens that it scores. What is context only needs no logits."""
    start = model.start()
    opened = model.advance([start] * len(group), [sequence[first:scored] for first, scored, _ in group])
    found = [[row[None]] for row in opened.logits]
    longer = [place for place, (_, scored, end) in enumerate(group) if end - 1 > scored]
    if longer:
        read = [sequence[group[place][1] : group[place][2] - 1] for place in longer]
        rows = model.advance([opened.states[place] for place in longer], read, every=True).logits
        for place, part in zip(longer, rows.split([len(ids) for ids in read]), strict=True):
            found[place].append(part)
    return [torch.cat(parts) for parts in found]
