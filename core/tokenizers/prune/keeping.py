"""Which tokens stay: what is used, what nothing can do without, and what merges need to make it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context
from core.tokenizers.canonical import Family, Kind
from core.tokenizers.merges import Merges
from core.tokenizers.processors import processor_ids
from core.tokenizers.vocabulary import Vocabulary

_CHECK_EVERY = 1_000


@dataclass(frozen=True)
class Kept:
    """Old ids. `for_merges`: those that are too rare, but that kept ones are made of."""

    ids: frozenset[int]
    for_merges: frozenset[int]


def keep(
    data: dict[str, Any],
    vocabulary: Vocabulary,
    counts: NDArray[np.int64],
    *,
    most: int | None,
    least: int,
    characters: bool,
    ctx: Context,
) -> Kept:
    """What stays of a vocabulary.

    Special and added tokens and single bytes always do; single characters do where no bytes could spell them,
    or with `characters`. Of the others those stay that are used, the most used first, each together with what
    its merges go through. Whatever a text was cut into then, it still is if all of it is kept: a token comes
    about by the same merges wherever it stands.

    Args:
        data: of the tokenizer.json, with its merges.
        counts: (V,) uses of each token.
        most: tokens to keep in all.
        least: uses below which a token goes.

    Raises:
        UserError: fewer tokens were asked for than there must be.
    """
    making = _Making(data, vocabulary)
    always = frozenset(_indispensable(data, vocabulary, characters))
    kept = set(always)
    for id in sorted(always):
        kept |= making.of(id)
    if most is not None and len(kept) > most:
        raise UserError(
            f"At least {len(kept):,} tokens must stay: special ones, bytes and single characters. "
            "Ask for more tokens.",
            field="keep",
        )
    wanted = [id for id in np.argsort(-counts, kind="stable").tolist() if counts[id] >= least]
    for number, id in enumerate(wanted):
        if number % _CHECK_EVERY == 0:
            ctx.progress(number, len(wanted), "Looking what merges need")
        needed = making.of(id) | {id}
        if most is None or len(kept | needed) <= most:
            kept |= needed
        elif len(kept) >= most:
            break
    rare = frozenset(id for id in kept - always if counts[id] < least)
    return Kept(frozenset(kept), rare)


def _indispensable(data: dict[str, Any], vocabulary: Vocabulary, characters: bool) -> Iterator[int]:
    added = {entry["content"] for entry in data.get("added_tokens") or []}
    has_bytes = len(vocabulary.byte_ids) == 256
    letters = vocabulary.family is not Family.BYTE_LEVEL and (characters or not has_bytes)
    marks = [data["model"].get(name) or "" for name in ("continuing_subword_prefix", "end_of_word_suffix")]
    yield from vocabulary.byte_ids.values()
    for id in processor_ids(data.get("post_processor")):
        if id < vocabulary.size and vocabulary.entries[id] is not None:
            yield id
    for ids in vocabulary.roles.values():
        yield from ids
    for token in vocabulary:
        plain = token.content.removeprefix(marks[0]).removesuffix(marks[1])
        alone = letters and token.kind is Kind.TEXT and len(plain) == 1
        if token.content in added or token.kind in (Kind.SPECIAL, Kind.BYTE) or alone:
            yield token.id


class _Making:
    """What the merges of BPE go through to make a token. Nothing, for Unigram."""

    def __init__(self, data: dict[str, Any], vocabulary: Vocabulary) -> None:
        self._merges = Merges(data["model"])
        self._vocabulary = vocabulary
        self._numbers = {token.content: token.id for token in vocabulary} if self._merges.ranks else {}

    def of(self, id: int) -> set[int]:
        """The ids of all tokens on the way, letters among them; none where no merges lead to it."""
        token = self._vocabulary.entries[id]
        if token is None or not self._numbers or token.kind is not Kind.TEXT:
            return set()
        symbols = self._merges.letters(token.content)
        row, used = self._merges.merge(symbols)
        if row != [token.content]:
            return set()
        between = {self._merges.joined(*pair) for pair in used}
        return {self._numbers[content] for content in {*symbols, *between} if content in self._numbers}
