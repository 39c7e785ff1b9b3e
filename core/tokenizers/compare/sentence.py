"""What came out of a comparison, in two sentences."""

from __future__ import annotations

from collections.abc import Sequence

from core.tokenizers.compare.result import ALL, CompareRow


def sentence(rows: Sequence[CompareRow], names: Sequence[str], texts: Sequence[str]) -> str:
    """``On your 38 texts, A needs 31 % fewer tokens than B and 36 % fewer than C.``"""
    tokens = {row.tokenizer: row for row in rows if row.text == ALL}
    where = f"On your {len(texts)} texts" if len(texts) > 1 else f"On {texts[0]}"
    best = min(names, key=lambda name: tokens[name].tokens)
    few = tokens[best].tokens
    if len(names) == 1:
        rate = tokens[best].bytes_per_token
        told = "" if rate is None else f", {rate:.2f} bytes each"
        return f"{where}, {best} needs {few:,} token{'' if few == 1 else 's'}{told}."
    others = sorted((name for name in names if name != best), key=lambda name: tokens[name].tokens)
    said = [_fewer(few, tokens[name].tokens, name, first=not at) for at, name in enumerate(others)]
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"{where}, {best} needs {listed}."


def detail(rows: Sequence[CompareRow], names: Sequence[str], texts: Sequence[str], documents: str) -> str:
    """Where the gap between the two best is widest and narrowest, and what the intervals are over."""
    tokens = {row.tokenizer: row.tokens for row in rows if row.text == ALL}
    by_text = {(row.tokenizer, row.text): row.tokens for row in rows}
    told = []
    if len(names) > 1 and len(texts) > 1:
        best, second, *_ = sorted(names, key=lambda name: tokens[name])
        gaps = {text: by_text[second, text] / by_text[best, text] for text in texts if by_text[best, text]}
        if gaps:
            widest, narrowest = max(gaps, key=gaps.__getitem__), min(gaps, key=gaps.__getitem__)
            told.append(
                f"Against {second}, the gap is widest in {widest} ({_times(gaps[widest])} ×) and narrowest in "
                f"{narrowest} ({_times(gaps[narrowest])} ×)."
            )
    if any(figure.low is not None for row in rows for figure in row.figures.values()):
        told.append(f"Intervals: 95 %, by bootstrap over {documents}.")
    return " ".join(told)


def _fewer(few: int, many: int, name: str, *, first: bool) -> str:
    tokens = " tokens" if first else ""
    if few == many:
        return f"as many{tokens} as {name}"
    share = 100 * (1 - few / many)
    said = f"{share:.0f}" if share >= 9.5 else f"{share:.1f}"
    return f"{said} % fewer{tokens} than {name}"


def _times(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 1.15 else f"{ratio:.2f}"
