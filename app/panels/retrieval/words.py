"""What results of retrieval say in words, wherever they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.figures import count, duration, fixed

if TYPE_CHECKING:
    from core.retrieval.evaluate.result import EvaluationResult
    from core.retrieval.result_parts import Comparison
    from core.retrieval.systems import System

FEW = 25
"""Queries under which hardly any difference can show."""
ALPHA = 0.05
KEPT = "\u00a0"
"""A space at which no line is broken."""
SHOWN = 3
TESTS = {
    "randomization": "paired randomization",
    "t": "paired t test",
    "wilcoxon": "Wilcoxon test",
    "bootstrap": "bootstrap test",
}
CORRECTIONS = {
    "holm": "Holm",
    "bonferroni": "Bonferroni",
    "fdr": "Benjamini-Hochberg",
    "tukey": "Tukey HSD",
}
RAISED = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡ"


def run_title(collection: Path, systems: Sequence[System]) -> str:
    """``cranfield · minilm, BM25 · k1 1.2, b 0.75 and 2 more``."""
    names = [system.named() for system in systems]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{collection.name} · {', '.join(names[:SHOWN])}{more}"


def sentence(result: EvaluationResult) -> str:
    """The answer; its p stays on one line."""
    return result.summary().replace("p = ", f"p{KEPT}={KEPT}")


def facts(result: EvaluationResult, run_id: int) -> str:
    """The line under the sentence."""
    parts = [result.collection, f"{count(len(result.queries))} {_plural('query', len(result.queries))}"]
    if result.documents:
        parts.append(f"{count(result.documents)} {_plural('document', result.documents)}")
    parts.append("95 % intervals by bootstrap")
    if result.comparisons:
        parts.append(TESTS.get(result.test, result.test))
        how = CORRECTIONS.get(result.correction)
        if how and result.family > 1:
            parts.append(f"corrected for {count(result.family)} comparisons ({how})")
    if result.unanswerable:
        parts.append(f"{count(result.unanswerable)} without a relevant document")
    return " · ".join([*parts, duration(result.seconds), f"run {run_id}"])


def few_queries(result: EvaluationResult) -> str:
    """A warning where there are hardly any; else nothing."""
    number = len(result.queries)
    if number >= FEW:
        return ""
    return f"Only {number} {_plural('query', number)}: only large differences can show."


def p_value(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else fixed(value, 4)


def p_said(value: float) -> str:
    """In a sentence, as precise as in the answer."""
    if value < 1e-4:
        return f"p{KEPT}<{KEPT}0.0001"
    return f"p{KEPT}={KEPT}{fixed(value, 4 if value < 0.01 else 3)}"


def interval(low: float, high: float, places: int = 3) -> str:
    """``+0.010 … +0.036``."""
    return f"{fixed(low, places, signed=True)}{KEPT}…{KEPT}{fixed(high, places, signed=True)}"


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Name → what stands before its first dot, where that tells it from the others: ``BM25``."""
    heads = [name.partition(" · ")[0] for name in names]
    return {name: head if heads.count(head) == 1 else name for name, head in zip(names, heads, strict=True)}


def letters(result: EvaluationResult) -> dict[str, str]:
    """System → its letter, in the order asked for."""
    return {system.name: chr(ord("a") + place) for place, system in enumerate(result.systems)}


def beaten(result: EvaluationResult, name: str, measure: str) -> str:
    """Raised letters of the systems that one is surely better than."""
    found = ""
    for place, other in enumerate(result.systems):
        compared = result.between(name, other.name, measure) if other.name != name else None
        if compared is not None and compared.adjusted < ALPHA and _gain(compared, name) > 0:
            found += RAISED[place] if place < len(RAISED) else "·"
    return found


def verdict(compared: Comparison) -> str:
    """What a comparison comes to."""
    if compared.adjusted >= ALPHA:
        return "not told apart"
    return f"{compared.a if compared.difference > 0 else compared.b} is better"


def best_pair(result: EvaluationResult, measure: str) -> tuple[str, str] | None:
    """The best two systems; None where there is one only."""
    ranked = result.ranked(measure)
    return (ranked[0].name, ranked[1].name) if len(ranked) > 1 else None


def _gain(compared: Comparison, name: str) -> float:
    return compared.difference if compared.a == name else -compared.difference


def _plural(word: str, number: int) -> str:
    if number == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
