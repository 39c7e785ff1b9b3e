"""What the pruning of a tokenizer says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, duration
from app.panels.tokenizers.names import KEPT, more_or_fewer, percent, texts_name, tokenizer_name

if TYPE_CHECKING:
    from core.tokenizers.prune.request import PruneTokenizerRequest
    from core.tokenizers.prune.result import PruneTokenizerResult


def run_title(request: PruneTokenizerRequest) -> str:
    """``prose-bpe pruned to 4,096 tokens · 8 texts``."""
    to = f" to {count(request.keep)} tokens" if request.keep is not None else ""
    return f"{tokenizer_name(request.tokenizer)} pruned{to} · {texts_name(request.text)}"


def sentence(result: PruneTokenizerResult) -> str:
    """``The vocabulary is 37.5 % smaller (8,192 → 5,120), and your text takes 0.4 % more tokens.``"""
    if result.new_size == result.old_size:
        return f"Nothing could be taken out: all {count(result.old_size)} tokens are needed."
    figures = f"{count(result.old_size)}{KEPT}→{KEPT}{count(result.new_size)}"
    smaller = f"The vocabulary is {percent(1 - result.new_size / result.old_size)} smaller ({figures})"
    before = sum(row.tokens_before for row in result.texts)
    after = sum(row.tokens_after for row in result.texts)
    if not before:
        return f"{smaller}; no text was measured."
    how = more_or_fewer(after, before)
    return f"{smaller}, and your text takes {how} tokens{' as before' if how == 'as many' else ''}."


def facts(result: PruneTokenizerResult, run_id: int) -> str:
    """The line under the sentence."""
    parts = [f"{count(result.unused)} tokens never occur in the text"]
    if result.kept_for_merges:
        parts.append(f"{count(result.kept_for_merges)} rare ones stay, since others are made of them")
    return " · ".join([*parts, duration(result.seconds), f"run {run_id}"])
