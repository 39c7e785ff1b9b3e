"""What bigrams are counted on, learnt from and measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from core.errors import UserError
from core.generation.inside.decoder import Decoder
from core.generation.subnetwork.request import SubnetworkRequest
from core.generation.subnetwork.written import Written, write
from core.jobs.context import Context
from core.text_files import read_text
from core.tokenizers.passages import passages

FEWEST = 1_000
"""Tokens to count on."""
FEWEST_MEASURED = 32
_HELD_OUT = 0.1
"""Share of a text's end that is measured on where no other is."""
_PASSAGES = 64
"""Encoded at once, between two looks at whether someone pressed stop."""


@dataclass(frozen=True, eq=False)
class Material:
    """`pairs` (N, 2): each token counted on, and one that follows. `learnt` (M,): token after token, of which
    windows are learnt from. `held_out` (windows, T): measured on, each window as a text of its own.
    """

    pairs: torch.Tensor
    learnt: torch.Tensor
    held_out: torch.Tensor
    written: bool


def material(decoder: Decoder, request: SubnetworkRequest, ctx: Context) -> Material:
    """Read all texts, or let the model write.

    Raises:
        UserError: a file will not do, or there is too little.
    """
    texts = [_read(decoder, path, "text", request, ctx) for path in request.text]
    held_out = None
    if request.held_out is not None:
        held_out = _read(decoder, request.held_out, "held_out", request, ctx)
    share = _HELD_OUT if held_out is None else 0.0
    if texts:
        pairs, learnt, kept_back = _of_texts(decoder, texts, share)
    else:
        pairs, learnt, kept_back = _of_written(write(decoder, request.written, ctx), share)
    held_out = kept_back if held_out is None else held_out
    _check(len(learnt), len(held_out), request)
    return Material(pairs, learnt, _windows(decoder, held_out, request.measured), not request.text)


def _of_texts(
    decoder: Decoder, texts: list[list[int]], share: float
) -> tuple[torch.Tensor, torch.Tensor, list[int]]:
    """Pairs and tokens to learn from, and a share of each text's end that is kept back from them."""
    ends = [len(text) - round(share * len(text)) for text in texts]
    kept_back = [id for text, end in zip(texts, ends, strict=True) for id in text[end:]]
    learnt = [torch.tensor([*decoder.begin, *text[:end]]) for text, end in zip(texts, ends, strict=True)]
    pairs = torch.cat([torch.stack((text[:-1], text[1:]), 1) for text in learnt])
    return pairs, torch.cat(learnt), kept_back


def _of_written(written: Written, share: float) -> tuple[torch.Tensor, torch.Tensor, list[int]]:
    """The same where the model wrote; what is kept back are whole texts, one at least."""
    texts, pairs = written.texts, written.pairs
    first = len(texts) - (max(1, round(share * len(texts))) if share else 0)
    return (
        pairs[: len(pairs) * first // len(texts)],
        texts[:first].flatten(),
        texts[first:].flatten().tolist(),
    )


def _read(decoder: Decoder, path: Path, field: str, request: SubnetworkRequest, ctx: Context) -> list[int]:
    text = read_text(path, field=field, max_bytes=request.max_bytes)
    found: list[int] = []
    pieces = list(passages(text))
    for at in range(0, len(pieces), _PASSAGES):
        ctx.progress(at, len(pieces), "Reading the text")
        found += [id for ids in decoder.tokenizer.ids(pieces[at : at + _PASSAGES]) for id in ids]
    return found


def _check(learnt: int, held_out: int, request: SubnetworkRequest) -> None:
    if learnt < FEWEST:
        raise UserError(
            f"The text has only {learnt:,} tokens; bigrams are counted on {FEWEST:,} or more. "
            "Give more text.",
            field="text" if request.text else "written",
        )
    if held_out < FEWEST_MEASURED:
        where = f"{request.held_out} has" if request.held_out else "The end of the text that is kept back has"
        raise UserError(
            f"{where} only {held_out:,} tokens; at least {FEWEST_MEASURED} are measured on. Give more.",
            field="held_out" if request.held_out else "text",
        )


def _windows(decoder: Decoder, ids: Sequence[int], most: int) -> torch.Tensor:
    """(windows, T): the text in windows of one length, what stands before any text before each."""
    begin = list(decoder.begin)
    length = min(decoder.context or 512, 512) - len(begin)
    length = min(length, len(ids), most)
    count = max(1, min(len(ids), most) // length)
    return torch.tensor([[*begin, *ids[at * length : (at + 1) * length]] for at in range(count)])
