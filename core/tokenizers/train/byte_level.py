"""Byte-level BPE tokenizers: what they keep apart, and the merges learnt by the library."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from core.jobs.context import Context
from core.tokenizers.train.library import run_trainer

DIGITS = {
    "left": r"\p{N}{1,3}",
    "right": r"\p{N}{1,3}(?=(?:\p{N}{3}){0,20}(?!\p{N}))|\p{N}{1,3}",
    "single": r"\p{N}",
    "whole": r"\p{N}+",
}
"""How digits are kept together. From the right, numbers of more than 63 digits begin as from the left."""

Merge = tuple[str, str]


def words(digits: str) -> str:
    """Keeps apart words with a sign before them, digits, signs, spaces."""
    return (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{M}\p{N}]?[\p{L}\p{M}]+"
        rf"|{DIGITS[digits]}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )


def lines(longest: int, digits: str | None = None) -> str:
    """Keeps apart lines with their ends, and parts of them of at most `longest` characters; and digits.

    Longer lines are cut before a space where there is one.
    """
    inside = r"[^\r\n]" if digits is None else r"[^\r\n\p{N}]"
    apart = "" if digits is None else f"{DIGITS[digits]}|"
    return (
        rf"{apart}{inside}{{0,{longest}}}[\r\n]+"
        rf"|{inside}{{1,{longest}}}(?!{inside})|{inside}{{1,{longest}}}(?= )|{inside}{{1,{longest}}}"
    )


def special(names: Sequence[str]) -> list[AddedToken]:
    return [AddedToken(name, special=True, normalized=False) for name in names]


def alphabet() -> list[str]:
    """The 256 characters that stand for bytes, in the order of their code points."""
    return sorted(pre_tokenizers.ByteLevel.alphabet())


def apart(pattern: str) -> Any:
    """The pre-tokenizer that cuts text by a regular expression, then spells it in bytes."""
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), in_bytes()])


def in_bytes() -> Any:
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)


def learn(
    texts: Iterable[str],
    pre_tokenizer: Any,
    size: int,
    specials: Sequence[str],
    ctx: Context,
    *,
    min_frequency: int,
    longest: int,
    expected: int,
) -> Tokenizer:
    """A byte-level BPE of at most `size` tokens, learnt within what `pre_tokenizer` keeps apart.

    The commonest pair of neighbours is merged; of equally common ones, that of the smaller ids, the left one
    first. The order of the texts does not matter, nor how many threads the library has.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=min_frequency,
        special_tokens=special(specials),
        initial_alphabet=alphabet(),
        max_token_length=longest + 1,  # that is where the library stops
        show_progress=False,
    )
    run_trainer(tokenizer, texts, trainer, ctx, expected=expected)
    return tokenizer


def model_of(tokenizer: Tokenizer) -> tuple[dict[str, int], list[Merge]]:
    """Content → id, and the merges in their order."""
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [(left, right) for left, right in model["merges"]]


def built(vocabulary: dict[str, int], merges: list[Merge], specials: Sequence[str]) -> Tokenizer:
    """A byte-level BPE of this vocabulary, which has the special tokens in it."""
    tokenizer = Tokenizer(models.BPE(vocabulary, merges))
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(special(specials))
    return tokenizer
