"""What a trial of compression says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, duration, fixed
from app.panels.retrieval.words import ALPHA, CORRECTIONS, TESTS, interval, p_value

if TYPE_CHECKING:
    from core.retrieval.compress.request import CompressRequest
    from core.retrieval.compress.result import CodecFigures, CompressResult
    from core.retrieval.result_parts import Comparison

SHOWN = 3


def run_title(request: CompressRequest) -> str:
    """``cranfield · minilm · int8, pq m=48 and 2 more``."""
    lines = request.codec
    more = f" and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    codes = "all codes" if lines == ["all"] else f"{', '.join(lines[:SHOWN])}{more}"
    return f"{request.collection.name} · {request.encoder.named()} · {codes}"


def facts(result: CompressResult, run_id: int) -> str:
    """The line under the sentence."""
    parts = [
        f"{result.encoder}, {count(result.width)} numbers a vector",
        f"{result.collection}: {count(result.documents)} documents, {count(result.queries)} queries",
    ]
    detectable = smallest_seen(result)
    if detectable is not None:
        parts.append(f"losses from {fixed(detectable, 3)} can be seen")
    parts.append(TESTS.get(result.test, result.test))
    family = (len(result.codecs) - 1) * len(result.exact.measures)
    how = CORRECTIONS.get(result.correction)
    if how and family > 1:
        parts.append(f"corrected for {count(family)} comparisons ({how})")
    return " · ".join([*parts, duration(result.seconds), f"run {run_id}"])


def smallest_seen(result: CompressResult) -> float | None:
    """The smallest loss of the primary measure that so many queries can show, in the middle of the codes."""
    found = sorted(
        difference.detectable
        for row in result.codecs
        for name, difference in row.differences.items()
        if name == result.primary and difference.detectable
    )
    return found[len(found) // 2] if found else None


def verdict(found: Comparison | None) -> str:
    """``−0.012 (−0.021 … −0.004), p = 0.003``; or that no loss was seen."""
    if found is None:
        return "what the others are compared with"
    spread = f"{fixed(found.difference, 4, signed=True)} ({interval(found.low, found.high, 4)})"
    if found.adjusted >= ALPHA:
        return f"not told apart from float32: {spread}, p {_equals(found.adjusted)}"
    return f"{spread}, p {_equals(found.adjusted)}"


def _equals(p: float) -> str:
    said = p_value(p)
    return said if said.startswith("<") else f"= {said}"


def times(ratio: float) -> str:
    """``1/32``, ``0.62``: of the bytes of float32."""
    if ratio <= 0:
        return "–"
    whole = round(1 / ratio)
    return f"1/{whole}" if whole >= 2 and abs(whole - 1 / ratio) <= 0.1 * whole else fixed(ratio, 2)


def hover(row: CodecFigures, measure: str) -> str:
    """What a point says."""
    figure = row.measures[measure]
    lines = [
        row.line,
        f"{fixed(row.bytes_per_document, 1)} bytes a document, {times(row.ratio)} of float32",
        f"{measure} {fixed(figure.value, 4)}",
    ]
    if row.line != "float32" and measure in row.differences:
        lines.append(verdict(row.differences[measure]))
    lines.append(f"recall@10 of exact search {fixed(row.recall_10, 3)}")
    return "\n".join(lines)


def told(row: CodecFigures, result: CompressResult) -> str:
    """What is known of the code that is looked at, beyond its row in the table."""
    share = row.shared_bytes / row.bytes if row.bytes else 0
    parts = [f"{row.title}, {row.family}."]
    if share >= 0.02:
        large = (row.bytes - row.shared_bytes) / max(1, result.documents)
        parts.append(
            f"{share:.0%} of its bytes are shared by all documents; in a large index it takes "
            f"{fixed(large, 1)} bytes a document."
        )
    if row.line != "float32":
        parts.append(f"{result.primary}: {verdict(row.differences.get(result.primary))}.")
    if row.rank_change is not None and row.lost is not None and row.line != "float32":
        parts.append(
            f"Relevant documents fall by {fixed(row.rank_change, 1)} ranks in the middle; {row.lost:.1%} of "
            f"those among the first {count(result.k)} are no longer there."
        )
    if "perplexity" in row.diagnostics:
        dead = row.diagnostics.get("dead", 0)
        parts.append(
            f"Codebooks are used as evenly as {fixed(row.diagnostics['perplexity'], 0)} codewords would be; "
            f"{dead:.1%} are never used."
        )
    if "kept" in row.diagnostics:
        parts.append(f"{row.diagnostics['kept']:.1%} of the parts are kept.")
    return " ".join(parts)
