"""What a measurement of dynamic tokenization says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, duration
from app.panels.tokenizers.names import KEPT, percent, texts_name, tokenizer_name

if TYPE_CHECKING:
    from core.tokenizers.dynamic.request import DynamicRequest
    from core.tokenizers.dynamic.result import DynamicResult, DynamicRow

WHOLE = "all"
"""The row that is all texts together."""
UP_TO = {
    "pretokens": "within the tokenizer's own pieces",
    "word": "within words",
    "word_hyphen": "within words, signs apart",
    "sentence": "up to white space",
}


def run_title(request: DynamicRequest) -> str:
    """``prose-bpe, merged within words · 8 texts``."""
    how = UP_TO[request.boundary].partition(",")[0]
    return f"{tokenizer_name(request.tokenizer)}, merged {how} · {texts_name(request.text)}"


def whole(result: DynamicResult) -> DynamicRow:
    """All texts together, or the only one."""
    return next((row for row in result.rows if row.text == WHOLE), result.rows[0])


def sentence(result: DynamicResult) -> str:
    """``Merging within words saves 18.2 % of the tokens: 12,310 → 10,069.``"""
    row, how = whole(result), UP_TO.get(result.boundary, "")
    figures = f"{count(row.tokens_before)}{KEPT}→{KEPT}{count(row.tokens_after)}"
    if row.tokens_after == row.tokens_before:
        return f"Merging {how} saves nothing: {figures} tokens."
    return f"Merging {how} saves {percent(row.saved)} of the tokens: {figures}."


def facts(result: DynamicResult, run_id: int) -> str:
    """The line under the sentence."""
    row = whole(result)
    parts = [
        f"{count(row.distinct)} different merged tokens, each of which needs an embedding",
        f"{count(row.merges)} merges in {count(row.batches)} batches",
    ]
    return " · ".join([*parts, duration(result.seconds), f"run {run_id}"])


def possible(row: DynamicRow) -> float:
    """Share of the tokens that merging everything that may be merged would save."""
    return 1 - row.shortest / row.tokens_before if row.tokens_before else 0.0
