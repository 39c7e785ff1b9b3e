"""What an audit says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, duration, size
from app.panels.tokenizers.names import tokenizer_name

if TYPE_CHECKING:
    from core.audit.request import AuditRequest
    from core.audit.result import AuditResult


def run_title(request: AuditRequest) -> str:
    """``prose-bpe audited``."""
    return f"{tokenizer_name(request.tokenizer)} audited"


def sentence(result: AuditResult) -> str:
    """``Of 8,192 tokens, 12 can never occur, 3,014 are unused on your text and 9 seem hardly trained.``"""
    unreachable, unused, weak = result.unreachable_count, result.unused or 0, len(result.undertrained)
    parts = []
    if unreachable:
        parts.append(f"{count(unreachable)} can never occur")
    if unused:
        parts.append(f"{count(unused)} {'is' if unused == 1 else 'are'} unused on your text")
    if weak:
        parts.append(f"{count(weak)} {'seems' if weak == 1 else 'seem'} hardly trained")
    if not parts:
        return f"None of the {count(result.size)} tokens is suspicious."
    *first, last = parts
    joined = f"{', '.join(first)} and {last}" if first else last
    return f"Of {count(result.size)} tokens, {joined}."


def facts(result: AuditResult, run_id: int) -> str:
    """The line under the sentence."""
    parts = [tokenizer_name(result.tokenizer)]
    if not result.unreachable_count:
        parts.append("every token can occur")
    if result.text_bytes:
        parts.append(f"{size(result.text_bytes)} of text")
    return " · ".join([*parts, duration(result.seconds), f"run {run_id}"])


def histogram(result: AuditResult) -> str:
    """What the plot shows, and what is marked in it."""
    indicator = result.indicator.rstrip(".")
    words = f"{indicator}. " if indicator else ""
    words += "Small: the embedding looks like one that was hardly ever trained."
    if result.reference:
        known = result.reference_words or f"{count(result.reference)} tokens known to be unused"
        words += f" Marked: {known.rstrip('.')}."
    return words
