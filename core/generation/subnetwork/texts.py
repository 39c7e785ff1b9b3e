"""What bigrams are counted on, learnt from and measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from core.errors import UserError
from core.generation.inside.decoder import Decoder
from core.generation.subnetwork.request import SubnetworkRequest
from core.generation.subnetwork.written import write
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
    begin = list(decoder.begin)
    if request.text:
        ids = [
            _encoded(decoder, read_text(path, field="text", max_bytes=request.max_bytes), ctx)
            for path in request.text
        ]
    held_out: list[int] = []
    if request.held_out is not None:
        text = read_text(request.held_out, field="held_out", max_bytes=request.max_bytes)
        held_out = _encoded(decoder, text, ctx)
    elif request.text:
        ends = [len(each) - round(_HELD_OUT * len(each)) for each in ids]
        held_out = [id for each, end in zip(ids, ends, strict=True) for id in each[end:]]
        ids = [each[:end] for each, end in zip(ids, ends, strict=True)]
    if request.text:
        texts = [torch.tensor([*begin, *each]) for each in ids]
        pairs = torch.cat([torch.stack((text[:-1], text[1:]), 1) for text in texts])
        learnt = torch.cat(texts)
    else:
        written = write(decoder, request.written, ctx)
        texts, pairs = list(written.texts), written.pairs
        if request.held_out is None:
            count = max(1, round(_HELD_OUT * len(texts)))
            held_out = [id for text in texts[-count:] for id in text.tolist()]
            texts, pairs = texts[:-count], pairs[: len(pairs) * (len(texts) - count) // len(texts)]
        learnt = torch.cat(texts)
    _check(len(learnt), len(held_out), request)
    return Material(pairs, learnt, _windows(decoder, held_out, request.measured), not request.text)


def _encoded(decoder: Decoder, text: str, ctx: Context) -> list[int]:
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
