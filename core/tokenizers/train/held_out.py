"""How a trained tokenizer does on text that it was not trained on."""

from __future__ import annotations

import math
from collections import Counter

from core.jobs.context import Context
from core.tokenizers.canonical import Kind, Token
from core.tokenizers.shown import shown
from core.tokenizers.tokenizer import Tokenizer
from core.tokenizers.train.result import HeldOut
from core.tokenizers.train.texts import Portion

_ALPHA = 2.5
"""The order at which Rényi efficiency went best with translation quality (arXiv 2306.16842)."""
_LONGEST = 20


def measure(tokenizer: Tokenizer, title: str, texts: Portion, seconds: float, ctx: Context) -> HeldOut:
    """Encode the held-out texts, special tokens not counted.

    Args:
        seconds: that the training took.
    """
    counts: Counter[int] = Counter()
    words = 0
    for number, text in enumerate(texts):
        ctx.progress(number, len(texts), f"Measuring {title}")
        counts.update(tokenizer.encode(text).ids)
        words += len(text.split())
    tokens = counts.total()
    return HeldOut(
        tokenizer=title,
        tokens=tokens,
        bytes_per_token=texts.bytes / tokens if tokens else 0.0,  # WordPiece has none for spaces
        fertility=tokens / max(1, words),
        across_spaces=_across_spaces(tokenizer),
        renyi_efficiency=renyi_efficiency(counts),
        seconds=seconds,
    )


def renyi_efficiency(counts: Counter[int]) -> float | None:
    """Rényi entropy of the tokens, over the logarithm of how many different ones occur; None for one."""
    if len(counts) < 2:
        return None
    total = counts.total()
    entropy = math.log2(sum((count / total) ** _ALPHA for count in counts.values())) / (1 - _ALPHA)
    return entropy / math.log2(len(counts))


def longest_tokens(tokenizer: Tokenizer) -> list[str]:
    """As a person reads them."""
    order = sorted(_text(tokenizer), key=lambda token: (-len(token.bytes), token.id))
    return [shown(token.bytes) for token in order[:_LONGEST]]


def _across_spaces(tokenizer: Tokenizer) -> float:
    """Share of the text tokens with a space between other characters."""
    tokens = _text(tokenizer)
    return sum(b" " in token.bytes.strip() for token in tokens) / max(1, len(tokens))


def _text(tokenizer: Tokenizer) -> list[Token]:
    return [token for token in tokenizer.vocabulary if token.kind is Kind.TEXT]
