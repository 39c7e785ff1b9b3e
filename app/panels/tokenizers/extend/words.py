"""What the extension of a tokenizer says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, duration, fixed
from app.panels.tokenizers.names import KEPT, percent, texts_name, tokenizer_name

if TYPE_CHECKING:
    from core.tokenizers.extend.request import ExtendTokenizerRequest
    from core.tokenizers.extend.result import ExtendTokenizerResult, TermFigures, TextFigures


def run_title(request: ExtendTokenizerRequest) -> str:
    """``prose-bpe + 1,000 tokens · telecom.txt``."""
    return f"{tokenizer_name(request.tokenizer)} + {count(request.add)} tokens · {texts_name(request.text)}"


def sentence(result: ExtendTokenizerResult) -> str:
    """``1,000 new tokens save 14.2 % of the tokens on held-out domain text: 12,310 → 10,560.``"""
    number = result.new_size - result.old_size
    new = "1 new token saves" if number == 1 else f"{count(number)} new tokens save"
    rows, where = _measured(result)
    before, after = sum(row.tokens_before for row in rows), sum(row.tokens_after for row in rows)
    if not before:
        return f"{new.rpartition(' ')[0]}; no text was measured."
    figures = f"{count(before)}{KEPT}→{KEPT}{count(after)}"
    if after == before:
        return f"{new} nothing on {where}: {figures} tokens."
    return f"{new} {percent(1 - after / before)} of the tokens on {where}: {figures}."


def facts(result: ExtendTokenizerResult, run_id: int) -> str:
    """The line under the sentence."""
    kept = f"every id below {count(result.old_size)} is what it was"
    parts = [
        f"{count(result.old_size)}{KEPT}→{KEPT}{count(result.new_size)} tokens",
        kept if result.old_ids_kept else "some old ids changed",
    ]
    if result.unreachable:
        parts.append(f"{count(result.unreachable)} of the new tokens can never occur")
    return " · ".join([*parts, duration(result.seconds), f"run {run_id}"])


def terms(figures: TermFigures) -> str:
    """What the glossary's terms take now, in a sentence."""
    number = "The term takes" if figures.terms == 1 else f"The {count(figures.terms)} terms"
    if figures.terms != 1:
        number += f" ({count(figures.in_text)} of them in the text) take"
    return (
        f"{number} {fixed(figures.tokens_before, 2)}{KEPT}→{KEPT}{fixed(figures.tokens_after, 2)} tokens "
        f"each on average; {percent(figures.single_before)}{KEPT}→{KEPT}{percent(figures.single_after)} of "
        "them are one token."
    )


def _measured(result: ExtendTokenizerResult) -> tuple[list[TextFigures], str]:
    """The texts that the sentence is about: those held out, where there are any."""
    held = [row for row in result.texts if row.kind == "held out"]
    if held:
        return held, "held-out domain text"
    return [row for row in result.texts if row.kind == "learnt"], "the text that they were learnt from"
