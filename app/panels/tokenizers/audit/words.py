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
    parts = [f"{count(len(result.unreachable)) if result.unreachable else 'none'} can never occur"]
    if result.unused is not None:
        one = result.unused == 1
        number = count(result.unused) if result.unused else "none"
        parts.append(f"{number} {'is' if one or not result.unused else 'are'} unused on your text")
    if result.indicator:
        number = count(len(result.undertrained)) if result.undertrained else "none"
        parts.append(f"{number} seem{'' if len(result.undertrained) > 1 else 's'} hardly trained")
    *first, last = parts
    joined = f"{', '.join(first)} and {last}" if first else last
    return f"Of {count(result.size)} tokens, {joined}."


def facts(result: AuditResult, run_id: int) -> str:
    """The line under the sentence."""
    parts = [tokenizer_name(result.tokenizer)]
    if result.text_bytes:
        parts.append(f"{size(result.text_bytes)} of text")
    if result.indicator:
        parts.append(result.indicator)
    return " · ".join([*parts, duration(result.seconds), f"run {run_id}"])


def histogram(result: AuditResult) -> str:
    """What the plot shows, and what is marked in it."""
    words = "A small indicator: the embedding looks like one that was hardly ever trained."
    if result.reference:
        known = result.reference_words or "tokens known to be unused"
        words += f" Marked: {count(result.reference)} {known}."
    return words
