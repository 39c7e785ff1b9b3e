"""What the training of a tokenizer says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, duration, fixed, size
from app.panels.tokenizers.names import more_or_fewer, texts_name

if TYPE_CHECKING:
    from core.tokenizers.train.request import TrainTokenizerRequest
    from core.tokenizers.train.result import TrainTokenizerResult


def run_title(request: TrainTokenizerRequest) -> str:
    """``Supertokens, 8,192 tokens · 8 texts``."""
    algorithm = short_title(request.algorithm.title)
    return f"{algorithm}, {count(request.vocab_size)} tokens · {texts_name(request.text)}"


def sentence(result: TrainTokenizerResult) -> str:
    """``With Supertokens, held-out text takes 12.4 % fewer tokens than with Byte-level BPE: 4.91 bytes…``"""
    name = short_title(result.algorithm_title)
    if not result.held_out:
        return f"{name} with {count(result.vocab_size)} tokens. No text was held out, so it was not measured."
    own, *others = result.held_out
    if not others:
        figure = fixed(own.bytes_per_token, 2)
        return f"{name} with {count(result.vocab_size)} tokens: {figure} bytes per token on held-out text."
    other = others[0]
    if not other.tokens:
        return f"{name} and {short_title(other.tokenizer)} have no held-out text to be measured on."
    how = more_or_fewer(own.tokens, other.tokens)
    than = "as with" if how == "as many" else "than with"
    figures = f"{fixed(own.bytes_per_token, 2)} bytes per token against {fixed(other.bytes_per_token, 2)}"
    return f"With {name}, held-out text takes {how} tokens {than} {short_title(other.tokenizer)}: {figures}."


def facts(result: TrainTokenizerResult, run_id: int) -> str:
    """The line under the sentence."""
    learnt = f"learnt from {size(result.text_bytes)}"
    if result.held_out_bytes:
        learnt += f", measured on {size(result.held_out_bytes)}"
    return " · ".join(
        [f"{count(result.vocab_size)} tokens", learnt, duration(result.seconds), f"run {run_id}"]
    )


def short_title(title: str) -> str:
    """``Supertokens`` of ``Supertokens, tokens of several words``."""
    return title.partition(",")[0]
