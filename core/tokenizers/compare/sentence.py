"""What came out of a comparison, in two sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.tokenizers.compare.result import ALL, CompareRow

_UNKNOWN = 0.01
"""Share of a text's bytes under unknown tokens above which the number of tokens says little."""


def sentence(rows: Sequence[CompareRow], names: Sequence[str], texts: Sequence[str]) -> str:
    """``On your 38 texts, A needs 31 % fewer tokens than B and 36 % fewer than C.``

    Tokenizers to which much of the texts is unknown are left out, if there are others.
    """
    all_rows = {row.tokenizer: row for row in rows if row.text == ALL}
    where = f"On your {len(texts)} texts" if len(texts) > 1 else f"On {texts[0]}"
    best, *others = _ranked(all_rows, names)
    few = all_rows[best].tokens
    if not others:
        rate = all_rows[best].bytes_per_token
        told = "" if rate is None else f", {rate:.2f} bytes each"
        return f"{where}, {best} needs {few:,} token{'' if few == 1 else 's'}{told}."
    said = [_fewer(few, all_rows[name].tokens, name, first=not at) for at, name in enumerate(others)]
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"{where}, {best} needs {listed}."


def detail(rows: Sequence[CompareRow], names: Sequence[str], texts: Sequence[str], documents: str) -> str:
    """Where the gap between the two best is widest and narrowest, who was left out, what intervals are of."""
    all_rows = {row.tokenizer: row for row in rows if row.text == ALL}
    by_text = {(row.tokenizer, row.text): row.tokens for row in rows}
    ranked = _ranked(all_rows, names)
    told = []
    if len(ranked) > 1 and len(texts) > 1:
        best, second = ranked[:2]
        gaps = {text: by_text[second, text] / by_text[best, text] for text in texts if by_text[best, text]}
        if gaps:
            widest, narrowest = max(gaps, key=gaps.__getitem__), min(gaps, key=gaps.__getitem__)
            told.append(
                f"Against {second}, the gap is widest in {widest} ({_times(gaps[widest])} ×) and narrowest "
                f"in {narrowest} ({_times(gaps[narrowest])} ×)."
            )
    told += [
        f"{name} is left out of this: {100 * _unknown(all_rows[name]):.0f} % of the text is unknown to it."
        for name in names
        if name not in ranked
    ]
    if any(figure.low is not None for row in rows for figure in row.figures.values()):
        told.append(f"Intervals: 95 %, by bootstrap over {documents}.")
    return " ".join(told)


def _ranked(rows: Mapping[str, CompareRow], names: Sequence[str]) -> list[str]:
    """The fewest tokens first."""
    known = [name for name in names if _unknown(rows[name]) <= _UNKNOWN]
    return sorted(known or names, key=lambda name: rows[name].tokens)


def _unknown(row: CompareRow) -> float:
    figure = row.figures.get("unknown_bytes")
    return figure.value if figure else 0.0


def _fewer(few: int, many: int, name: str, *, first: bool) -> str:
    tokens = " tokens" if first else ""
    if few == many:
        return f"as many{tokens} as {name}"
    share = 100 * (1 - few / many)
    said = f"{share:.0f}" if share >= 9.5 else f"{share:.1f}"
    return f"{said} % fewer{tokens} than {name}"


def _times(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 1.15 else f"{ratio:.2f}"
