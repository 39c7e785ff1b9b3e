"""The special tokens by which a model that learnt to fill gaps is told of one."""

from __future__ import annotations

from typing import NamedTuple

from core.generation.language.language_model import LanguageModel

_NAMES = (
    ("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    ("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),
    ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
    ("<PRE>", "<SUF>", "<MID>"),
    ("▁<PRE>", "▁<SUF>", "▁<MID>"),
    ("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),
)
"""As StarCoder, SantaCoder, Qwen and CodeGemma, CodeLlama and DeepSeek write them.

DeepSeek's hole stands where the gap is, and its end behind what follows: the same three places.
"""


class Sentinels(NamedTuple):
    """Ids, and the tokens as they are written."""

    prefix: int
    suffix: int
    middle: int
    names: tuple[str, str, str]


def sentinels(language: LanguageModel) -> Sentinels | None:
    """Those of a model; None for one that has none."""
    known = {
        token.content: id
        for id, token in enumerate(language.tokenizer.vocabulary.entries)
        if token is not None and id < language.vocab_size
    }
    for names in _NAMES:
        if all(name in known for name in names):
            prefix, suffix, middle = (known[name] for name in names)
            return Sentinels(prefix, suffix, middle, names)
    return None


def prompt(language: LanguageModel, found: Sentinels, prefix: str, suffix: str, order: str) -> list[int]:
    """The tokens before the middle (*psm*), or before the prefix that the middle goes on from (*spm*)."""

    def ids(text: str) -> list[int]:
        return list(language.tokenizer.encode(text).ids) if text else []

    if order == "psm":
        return [
            *language.begin, found.prefix, *ids(prefix), found.suffix, *ids(suffix), found.middle,
        ]  # fmt: skip
    return [*language.begin, found.prefix, found.suffix, *ids(suffix), found.middle]
