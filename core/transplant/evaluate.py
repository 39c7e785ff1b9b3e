"""What a transplant costs on the user's text: bits per byte before and after, told apart by slice and token.

Both models read the same passages, beginning with their own bos (or, without one, the eos that parts texts)
as context that is not scored. Both see the same context in bytes: the window of the tokenizer with the
shorter tokens is as long as allowed, that of the other covers as much text. Bits per byte count the raw
text's bytes in UTF-8; where there is no bos or eos, the first token of a passage cannot be scored, and its
bytes do not count either. A passage that either tokenizer cannot read without its unknown token is left out
for both.

To say what one token costs, the base's loss on the same bytes is needed though its tokens begin and end
elsewhere: each base token's bits are spread evenly over its bytes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context
from core.models.bits_per_byte import token_losses
from core.tokenizers.open import Tokenizer
from core.tokenizers.vocabulary import Vocabulary
from core.transplant.evidence.foreseen import Foreseen, Places, Watch, first_bytes
from core.transplant.result import BeforeAfter, BeforeAfterTokens, LossPart
from core.transplant.texts import ALL, Slice

MOST_CONTEXT = 1024
"""Tokens in a window: enough that more would gain little, few enough to measure long texts in minutes."""


@dataclass(frozen=True)
class Passage:
    """A passage as one tokenizer cuts it: ids (n,), and where each token's bytes begin and end, (n + 1,).

    The tokens share out all bytes of the passage: one that stands for no byte is empty, and what a normaliser
    drops belongs to the token behind it.
    """

    ids: NDArray[np.int64]
    edges: NDArray[np.int64]

    @staticmethod
    def cut(ids: Sequence[int], ends: Sequence[int], length: int) -> Passage:
        """Args: `ends`: for each token, how many bytes of the passage it and those before it stand for."""
        edges = np.zeros(len(ids) + 1, dtype=np.int64)
        if len(ids):
            edges[1:] = np.maximum.accumulate(np.clip(np.asarray(ends, dtype=np.int64), 0, length))
            edges[-1] = length
        return Passage(np.asarray(ids, dtype=np.int64), edges)

    @property
    def bytes(self) -> int:
        return int(self.edges[-1])


@dataclass(frozen=True)
class Scored:
    """A passage with the bits of each token, (n,) float64; NaN where it could not be scored.

    `foreseen`: what the model foretells at some places of it, where that was asked.
    """

    passage: Passage
    bits: NDArray[np.float64]
    foreseen: Foreseen | None = None

    @property
    def total(self) -> float:
        return float(np.nansum(self.bits))

    @property
    def scored_bytes(self) -> int:
        """Bytes of the tokens that were scored."""
        return self.passage.bytes - int(np.diff(self.passage.edges)[np.isnan(self.bits)].sum())

    def per_byte(self) -> NDArray[np.float64]:
        """(bytes + 1,) float64: the bits up to each byte, each token's spread evenly over its own bytes.

        Those of a token without bytes go with the first byte behind it.
        """
        edges, bits = self.passage.edges, np.nan_to_num(self.bits)
        reached = np.zeros(self.passage.bytes + 1)
        lengths = np.diff(edges)
        at = np.repeat(np.arange(len(bits)), lengths)
        if not len(at):
            return reached
        reached[1:] = np.cumsum(bits[at] / lengths[at])
        empty = lengths == 0
        behind = np.minimum(edges[:-1][empty], self.passage.bytes - 1)
        extra = np.zeros(self.passage.bytes + 1)
        np.add.at(extra, behind + 1, bits[empty])
        return np.asarray(reached + np.cumsum(extra))


Read = list[list[Passage]]
"""Slice → its passages."""


def read(
    slices: Sequence[Slice], base: Tokenizer, target: Tokenizer, ctx: Context
) -> tuple[list[Slice], Read, Read]:
    """The texts as both tokenizers cut them, without the passages that either cannot read.

    Raises:
        UserError: a tokenizer cannot encode a text.
    """
    kept: list[Slice] = []
    before: Read = []
    after: Read = []
    total = sum(len(text.passages) for text in slices)
    done = lost = 0
    for text in slices:
        passages = []
        pairs: list[tuple[Passage, Passage]] = []
        for passage in text.passages:
            ctx.progress(done, total, "Reading the texts")
            done += 1
            one, other = _cut(base, passage), _cut(target, passage)
            if one is None or other is None:
                lost += len(passage.encode())
            else:
                passages.append(passage)
                pairs.append((one, other))
        if pairs:
            kept.append(Slice(text.name, tuple(passages)))
            before.append([one for one, _ in pairs])
            after.append([other for _, other in pairs])
    for name, tokenizer in (("base", base), ("target", target)):
        if any(_loses(tokenizer, text.passages[0]) for text in kept):
            ctx.warn(
                f"The {name}'s tokenizer does not give texts back as they were (spaces, capitals): "
                "what it leaves out costs no bits, so that its bits per byte flatter it."
            )
    if lost:
        ctx.warn(
            f"{lost:,} bytes of the texts were not measured: they hold characters that one of the tokenizers "
            "can only read as unknown."
        )
    return kept, before, after


def _cut(tokenizer: Tokenizer, passage: str) -> Passage | None:
    """None where the tokenizer needs its unknown token."""
    encoding = tokenizer.encode(passage)
    unknown = tokenizer.vocabulary.roles.get("unk", ())
    if not encoding.ids or any(id in unknown for id in encoding.ids):
        return None
    return Passage.cut(encoding.ids, [end for _, end in encoding.spans], len(passage.encode()))


def _loses(tokenizer: Tokenizer, passage: str) -> bool:
    return tokenizer.decode(tokenizer.encode(passage).ids).lstrip(" ") != passage.lstrip(" ")


def prefix_of(vocabulary: Vocabulary) -> int | None:
    """What stands before a text as context: bos, else the eos that parts texts, else nothing."""
    bos = vocabulary.role("bos")
    return vocabulary.role("eos") if bos is None else bos


def windows(limits: tuple[int | None, int | None], bytes_per_token: tuple[float, float]) -> tuple[int, int]:
    """Window lengths in tokens for the base and the target, that cover equally many bytes.

    Args:
        limits: the most tokens that either model takes at once; None: no limit.
        bytes_per_token: of either tokenizer on the measured text.
    """
    most = [min(MOST_CONTEXT, limit or MOST_CONTEXT) for limit in limits]
    covered = min(most[0] * bytes_per_token[0], most[1] * bytes_per_token[1])
    first, second = (
        max(2, min(limit, round(covered / per_token)))
        for limit, per_token in zip(most, bytes_per_token, strict=True)
    )
    return first, second


def bytes_per_token(read: Read) -> float:
    tokens = sum(len(passage.ids) for passages in read for passage in passages)
    return sum(passage.bytes for passages in read for passage in passages) / max(1, tokens)


def score(
    model: torch.nn.Module,
    *,
    slices: Sequence[Slice],
    read: Read,
    prefix: int | None,
    context: int,
    when: Literal["before", "after"],
    ctx: Context,
    at: Places | None = None,
    spelt: Sequence[bytes] = (),
) -> list[list[Scored]]:
    """Every passage of every slice, token by token. Each slice is told as soon as it is measured.

    Args:
        at: places at which to keep what the model foretells.
        spelt: what each token of the model's vocabulary stands for, to sum its answers by bytes.

    Raises:
        UserError: the model's answers are no numbers.
    """
    name = "the base" if when == "before" else "the graft"
    firsts = first_bytes(spelt)
    total = sum(len(passages) for passages in read)
    done = 0
    found = []
    for number, (text, passages) in enumerate(zip(slices, read, strict=True)):
        scored = []
        for place, passage in enumerate(passages):
            watch = None if at is None else Watch(at[number][place], firsts)
            losses = token_losses(
                model,
                passage.ids.tolist(),
                prefix=prefix,
                context=context,
                ctx=ctx,
                stage=f"Measuring {name}",
                part=(done, total),
                watch=watch,
            )
            if losses[0 if prefix is not None else 1 :].isnan().any():
                raise UserError(
                    f"{name} gives no number for some tokens of the texts (NaN): its weights are damaged. "
                    "Use an intact copy.",
                    field="base",
                )
            foreseen = None if watch is None else watch.foreseen
            scored.append(Scored(passage, losses.double().numpy() / math.log(2), foreseen))
            done += 1
        found.append(scored)
        ctx.emit({"bits_per_byte": {when: _rates([text.name], [scored], whole=False)}})
    return found


def compared(
    slices: Sequence[Slice], before: list[list[Scored]], after: list[list[Scored]]
) -> tuple[BeforeAfter, BeforeAfterTokens, dict[str, int]]:
    """Bits per byte, tokens and bytes, by slice and for ``all``; a slice with nothing left is not there."""
    names = [text.name for text in slices]
    size = [sum(scored.passage.bytes for scored in of_slice) for of_slice in after]
    return (
        BeforeAfter(before=_rates(names, before), after=_rates(names, after)),
        BeforeAfterTokens(before=_tokens(names, before), after=_tokens(names, after)),
        _with_all(dict(zip(names, size, strict=True))),
    )


def parts(
    slices: Sequence[Slice],
    before: list[list[Scored]],
    after: list[list[Scored]],
    approximated: NDArray[np.bool_],
    *,
    by_input: bool = False,
) -> list[LossPart]:
    """The loss divided between copied and approximated rows, by slice and for ``all``.

    Args:
        approximated: (vocabulary,) whether a target id's row was made rather than copied.
        by_input: divided by the token that was read last instead of the one that is foretold, and so by the
            input's rows instead of the head's; what a passage begins with counts as copied.
    """
    found = []
    for text, old, new in zip(slices, before, after, strict=True):
        for kind in (False, True):
            tokens, size, bits, bits_before = 0, 0, 0.0, 0.0
            for one, other in zip(old, new, strict=True):
                made = approximated[other.passage.ids]
                if by_input:
                    made = np.concatenate([[False], made[:-1]])
                mask = (made == kind) & ~np.isnan(other.bits)
                edges = other.passage.edges
                tokens += int(mask.sum())
                size += int(np.diff(edges)[mask].sum())
                bits += float(other.bits[mask].sum())
                bits_before += float(np.diff(one.per_byte()[edges])[mask].sum())
            found.append(
                LossPart(
                    slice=text.name,
                    kind="approximated" if kind else "copied",
                    tokens=tokens,
                    bytes=size,
                    bits=bits,
                    bits_before=bits_before,
                )
            )
    for name in ("copied", "approximated"):
        of_kind = [part for part in found if part.kind == name]
        found.append(
            LossPart(
                slice=ALL,
                kind=name,  # type: ignore[arg-type]
                tokens=sum(part.tokens for part in of_kind),
                bytes=sum(part.bytes for part in of_kind),
                bits=sum(part.bits for part in of_kind),
                bits_before=sum(part.bits_before or 0.0 for part in of_kind),
            )
        )
    return found


def _rates(names: Sequence[str], scored: list[list[Scored]], *, whole: bool = True) -> dict[str, float]:
    bits = {name: sum(s.total for s in of_slice) for name, of_slice in zip(names, scored, strict=True)}
    size = {name: sum(s.scored_bytes for s in of_slice) for name, of_slice in zip(names, scored, strict=True)}
    rates = {name: bits[name] / size[name] for name in names if size[name]}
    if rates and whole:
        rates[ALL] = sum(bits.values()) / sum(size.values())
    return rates


def _tokens(names: Sequence[str], scored: list[list[Scored]]) -> dict[str, int]:
    return _with_all(
        {name: sum(len(s.bits) for s in of_slice) for name, of_slice in zip(names, scored, strict=True)}
    )


def _with_all(counts: dict[str, int]) -> dict[str, int]:
    return counts | {ALL: sum(counts.values())} if counts else counts
