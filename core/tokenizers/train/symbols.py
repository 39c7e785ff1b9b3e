"""BPE over any symbols by the library: each symbol is a character of its own while it trains."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from core.jobs.context import Context
from core.tokenizers.train.library import run_trainer

SEPARATOR = "\n"
"""Between sequences of symbols."""

_FIRST = 0x20
_SURROGATES = (0xD800, 0x800)
"""Where they begin, and how many there are: they are no characters."""


def character(symbol: int) -> str:
    """The character that stands for a symbol (a number from 0 on)."""
    code = _FIRST + symbol
    begin, count = _SURROGATES
    return chr(code if code < begin else code + count)


def symbol(character: str) -> int:
    begin, count = _SURROGATES
    code = ord(character)
    return (code if code < begin else code - count) - _FIRST


def learn_merges(
    sequences: Iterable[str], symbols: int, merges: int, ctx: Context, *, min_frequency: int, expected: int
) -> list[tuple[str, str]]:
    """At most `merges` merges of neighbours, in their order, as `characters` of the merged symbols.

    Args:
        sequences: texts of `character`s, with `SEPARATOR` between what is never merged.
        symbols: how many there are.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Split(SEPARATOR, "removed")
    trainer = trainers.BpeTrainer(
        vocab_size=symbols + merges,
        min_frequency=min_frequency,
        initial_alphabet=[character(number) for number in range(symbols)],
        show_progress=False,
    )
    run_trainer(tokenizer, sequences, trainer, ctx, expected=expected)
    return [(left, right) for left, right in json.loads(tokenizer.to_str())["model"]["merges"]]
