"""What a transplant says in words: its run's title, its result's sentence, what the loss is made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from app.figures import duration, fixed

if TYPE_CHECKING:
    from core.transplant.request import TransplantRequest
    from core.transplant.result import Kept, LossPart, TransplantResult


class _OfSlice(Protocol):
    @property
    def slice(self) -> str: ...


_Sliced = TypeVar("_Sliced", bound=_OfSlice)

KEPT = "\u00a0"
"""A space at which no line is broken."""
WHOLE = "all"
"""The slice that is the whole text."""


def run_title(request: TransplantRequest) -> str:
    """``prose-bpe → prose-unigram · OMP k 64``."""
    method = request.method
    fields = type(method).model_fields
    told = [
        f"{name} {getattr(method, name)}"
        for name, field in fields.items()
        if name != "name" and not (isinstance(extra := field.json_schema_extra, dict) and "advanced" in extra)
    ]
    way = " ".join([_short(method.title), *told])
    return f"{model_name(request.base)} → {model_name(request.target_tokenizer)} · {way}"


def model_name(path: Path | str) -> str:
    """A model's folder, or the folder of a ``tokenizer.json``."""
    path = Path(path)
    return path.parent.name if path.name == "tokenizer.json" else path.name


def slice_name(name: str) -> str:
    """As it is shown: the whole text has a key for a name."""
    return "whole text" if name == WHOLE else name


def whole_first(figures: Sequence[_Sliced]) -> list[_Sliced]:
    """Figures by slice, the whole text's first and only where there are others besides."""
    files = [figure for figure in figures if figure.slice != WHOLE]
    whole = [figure for figure in figures if figure.slice == WHOLE]
    return files if len(files) == 1 else [*whole, *files]


def heading(result: TransplantResult) -> str:
    """The answer, in one sentence: ``OMP costs your text 6.1 % more bits per byte: 1.92 → 2.04.``"""
    method = _short(result.method_title)
    before, after = result.bits_per_byte.before.get(WHOLE), result.bits_per_byte.after.get(WHOLE)
    if not before or after is None:
        moved = f"{method} moved {model_name(result.base)} onto {model_name(result.target)}."
        if result.kept:
            return f"{moved} {_kept(result.kept[0])}"
        return f"{moved} No text was given, so what it costs was not measured."
    places = 2 if f"{before:.2f}" != f"{after:.2f}" else 3
    share = 100 * (after / before - 1)
    figures = f"{fixed(before, places)}{KEPT}→{KEPT}{fixed(after, places)}"
    if abs(share) < 0.05:
        return f"{method} costs your text nothing: {fixed(after, 2)} bits per byte before and after."
    if share >= 100:
        return f"{method} costs your text {after / before:.1f} times the bits per byte: {figures}."
    if share > 0:
        return f"{method} costs your text {share:.1f}{KEPT}% more bits per byte: {figures}."
    return f"{method} saves your text {-share:.1f}{KEPT}% of its bits per byte: {figures}."


def _kept(figure: Kept) -> str:
    """``nDCG@10 on scifact: 0.645 → 0.601, 93 % kept.``"""
    of = f"{figure.name} on {figure.on}" if figure.on else figure.name
    share = f", {100 * figure.after / figure.before:.0f}{KEPT}% kept" if figure.before else ""
    return f"{of}: {fixed(figure.before, 3)}{KEPT}→{KEPT}{fixed(figure.after, 3)}{share}."


def counts(result: TransplantResult) -> str:
    """``8,192 tokens: 4,730 copied, 41 by role, 3,421 approximated from 16 anchors each``."""
    sources = result.sources
    how = {
        "exact": "copied",
        "special": "by role",
        "byte": "by byte",
        "relaxed": "nearly alike",
        "method": "approximated",
        "fallback": "by the mean",
    }
    told = []
    for source, words in how.items():
        number = sources.get(source, 0)
        if number:
            anchors = result.parameters.get("k") if source == "method" else None
            more = f" from {anchors} {'anchor' if anchors == 1 else 'anchors'} each" if anchors else ""
            told.append(f"{number:,} {words}{more}")
    return f"{result.vocab_size:,} tokens: {', '.join(told)}" if told else f"{result.vocab_size:,} tokens"


def facts(result: TransplantResult, run_id: int) -> str:
    """The line under the sentence."""
    head = f"head by {result.head_method}" if result.head_method else ""
    return " · ".join(
        filter(
            None, [counts(result), head, duration(result.seconds).replace(" ", KEPT), f"run{KEPT}{run_id}"]
        )
    )


def shares(result: TransplantResult, name: str) -> tuple[float, float] | None:
    """What copied and approximated tokens add to a slice, in bits per byte of it; None if not measured.

    Together they are the slice's difference: what another segmentation costs, and what new rows cost.
    """
    size = result.bytes.get(name)
    parts = [part for part in result.parts if part.slice == name]
    if not parts and name == WHOLE:
        parts = list(result.parts)
        size = size or sum(length for key, length in result.bytes.items() if key != WHOLE)
    if not size or any(part.bits_before is None for part in parts) or not parts:
        return None
    return _added(parts, "copied") / size, _added(parts, "approximated") / size


def divided(result: TransplantResult) -> str:
    """Where the difference comes from, in one sentence; empty when that was not measured."""
    found = shares(result, WHOLE)
    before, after = result.bits_per_byte.before.get(WHOLE), result.bits_per_byte.after.get(WHOLE)
    if found is None or before is None or after is None:
        return ""
    copied, made = (fixed(value, 2, signed=True) for value in found)
    return (
        f"Of {fixed(after - before, 2, signed=True)} in all, {copied} falls on copied tokens, whose rows are "
        f"the base's own (the text is cut differently), and {made} on approximated ones (their rows are new)."
    )


def residual_figures(result: TransplantResult) -> str:
    """``median 0.21 · mean 0.23``."""
    median = median_of(result.residuals.edges, result.residuals.counts)
    figures = (("median", median), ("mean", result.mean_residual))
    return " · ".join(f"{name} {fixed(value, 2)}" for name, value in figures if value is not None)


def median_of(edges: Sequence[float], counts: Sequence[int]) -> float | None:
    """Where half of the values lie on each side, taken as even within a bar."""
    half, seen = sum(counts) / 2, 0.0
    for low, high, amount in zip(edges[:-1], edges[1:], counts, strict=True):
        if amount and seen + amount >= half:
            return low + (high - low) * (half - seen) / amount
        seen += amount
    return None


def _added(parts: list[LossPart], kind: str) -> float:
    return sum(part.bits - (part.bits_before or 0.0) for part in parts if part.kind == kind)


def _short(title: str) -> str:
    """``OMP`` of ``OMP, orthogonal matching pursuit``."""
    return title.partition(",")[0]
