"""The loss of a causal language model on a text: per token in nats, and as bits per byte."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence

import torch

from core.jobs.context import Context

_LOGITS_AT_ONCE = 2**25
"""At most so many logits in memory (128 MiB in float32), whatever batch was asked for."""


def bits_per_byte(losses: torch.Tensor, byte_count: int) -> float:
    """Summed loss in bits over the bytes of the text.

    Args:
        losses: (tokens,) in nats; NaN where a token was not scored, as from `token_losses`.
        byte_count: UTF-8 bytes of the raw text that the scored tokens stand for, before any normaliser.

    Raises:
        ValueError: there are no bytes.
    """
    if byte_count <= 0:
        raise ValueError("bits per byte of no bytes")
    return float(losses.double().nansum()) / (math.log(2) * byte_count)


def token_losses(
    model: torch.nn.Module,
    ids: Sequence[int],
    *,
    prefix: int | None,
    context: int,
    ctx: Context,
    stage: str = "Measuring bits per byte",
    batch: int = 16,
    part: tuple[int, int] = (0, 1),
    watch: Callable[[int, torch.Tensor], None] | None = None,
) -> torch.Tensor:
    """How surprised the model is by each token, every token scored exactly once.

    Windows of `context` tokens move by half their length; each scores the tokens that none before it has
    scored, so that every token but the first few is seen with at least half a window of context.

    Args:
        model: a causal language model of transformers, on its device; it is put into evaluation mode.
        ids: the text's token ids, without special tokens.
        prefix: a token (bos, or the eos that separates documents) that stands before the text as context and
            is not scored. None: there is no such token, so the first token of the text cannot be scored.
        context: window length in tokens, the prefix included; at least 2.
        batch: windows at a time; fewer are taken where the vocabulary is large.
        part: which of how many texts this is, for the progress that is reported.
        watch: shown, in passing, each window's logits (n, V) for the tokens from `first` on, on the device.

    Returns:
        (len(ids),) float32 on the CPU: ``-ln p(token | what stands before it)``. NaN for an unscored first
        token, whose bytes then do not belong into the denominator of bits per byte.
    """
    if context < 2:
        raise ValueError("a window needs at least two tokens")
    sequence = torch.tensor([*([] if prefix is None else [prefix]), *ids], dtype=torch.long)
    losses = torch.full((len(sequence),), torch.nan)
    spans = windows(len(sequence), context)
    device = next(model.parameters()).device
    at_once = max(1, min(batch, _LOGITS_AT_ONCE // (context * _vocabulary(model))))
    offset = 0 if prefix is None else 1

    def see(first: int, logits: torch.Tensor) -> None:
        if watch is not None:
            watch(first - offset, logits)

    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            for first in range(0, len(spans), at_once):
                ctx.progress(part[0] + first / len(spans), part[1], stage)
                _score(model, sequence, spans[first : first + at_once], losses, device, see)
            ctx.progress(part[0] + 1, part[1], stage)
    finally:
        model.train(was_training)
    return losses[offset:]


def windows(
    length: int, context: int, *, stride: int | None = None, first: int = 1
) -> list[tuple[int, int, int]]:
    """(start, first token scored, end) of each window; every token from `first` on is scored once.

    Args:
        stride: tokens by which windows move; half the window where None. Every token behind the first window
            is seen with at least ``context - stride`` tokens before it.
        first: tokens at the beginning that are context only; at least 1, since nothing stands before them.
    """
    step = context // 2 if stride is None else stride
    found = []
    start, scored = 0, first
    while scored < length:
        end = min(start + context, length)
        found.append((start, scored, end))
        start, scored = start + step, end
    return found


def _score(
    model: torch.nn.Module,
    sequence: torch.Tensor,
    spans: list[tuple[int, int, int]],
    losses: torch.Tensor,
    device: torch.device,
    see: Callable[[int, torch.Tensor], None],
) -> None:
    longest = max(end - start for start, _, end in spans)
    # A causal model does not look ahead, so what stands after a short window's end changes nothing in it.
    inputs = torch.zeros((len(spans), longest), dtype=torch.long)
    for row, (start, _, end) in enumerate(spans):
        inputs[row, : end - start] = sequence[start:end]
    needed = min(scored - start for start, scored, _ in spans) - 1
    logits, skipped = _logits(model, inputs.to(device), needed)
    for row, (start, scored, end) in enumerate(spans):
        predicting = logits[row, scored - start - 1 - skipped : end - start - 1 - skipped]
        targets = sequence[scored:end].to(device)
        losses[scored:end] = torch.nn.functional.cross_entropy(
            predicting.float(), targets, reduction="none"
        ).cpu()
        see(scored, predicting)


def _logits(model: torch.nn.Module, inputs: torch.Tensor, skip: int) -> tuple[torch.Tensor, int]:
    """Logits from position `skip` on where the model can leave out the others, and how many it left out."""
    if skip > 0 and "logits_to_keep" in inspect.signature(model.forward).parameters:
        return model(input_ids=inputs, use_cache=False, logits_to_keep=inputs.shape[1] - skip).logits, skip
    return model(input_ids=inputs, use_cache=False).logits, 0


def _vocabulary(model: torch.nn.Module) -> int:
    return int(model.config.vocab_size)  # type: ignore[union-attr, arg-type]
