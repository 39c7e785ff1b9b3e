"""The figures of a comparison, looked up by text, tokenizer and measure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.panels.tokenizers.compare.heat_map import Heat, Text
from app.panels.tokenizers.compare.languages import text_name
from core.tokenizers.compare.result import ALL, CompareRow, CompareTokenizersResult, Figure, MeasureInfo

MAIN = ("bytes_per_token", "fertility", "parity", "renyi_efficiency", "round_trip_losses")
"""What most people look at, in this order; the rest is behind a menu."""


def figure_of(row: CompareRow, key: str) -> Figure | None:
    """A measure of one tokenizer on one text; some stand in the row itself, too."""
    found = row.figures.get(key)
    if found is not None:
        return found
    value = getattr(row, key, None)
    return Figure(value=value) if isinstance(value, int | float) else None


def text_measures(result: CompareTokenizersResult) -> list[MeasureInfo]:
    """Those that have a figure on some text; the main ones first."""
    found = [measure for measure in result.measures if measure.of == "text"]
    if all(measure.key != "round_trip_losses" for measure in found):
        found.append(
            MeasureInfo(
                key="round_trip_losses",
                title="Round trip",
                unit="documents",
                description="Documents that decoding does not give back as they were.",
                better="low",
                digits=0,
            )
        )
    found = [m for m in found if any(figure_of(row, m.key) is not None for row in result.rows)]
    return sorted(found, key=lambda m: MAIN.index(m.key) if m.key in MAIN else len(MAIN))


def texts_of(result: CompareTokenizersResult) -> list[Text]:
    """In the order of the result; all of them together first, where there are several."""
    names = list(dict.fromkeys(row.text for row in result.rows))
    single = [name for name in names if name != ALL]
    found = [Text(name, *text_name(name)) for name in single]
    if ALL in names and len(single) != 1:
        found.insert(0, Text(ALL, "All", "All texts together", strong=True))
    return found


def heat_of(result: CompareTokenizersResult, measure: MeasureInfo) -> Heat:
    rows = {(row.text, row.tokenizer): row for row in result.rows}
    names = [tokenizer.name for tokenizer in result.tokenizers]
    texts = texts_of(result)

    def figures(text: Text) -> Sequence[Figure | None]:
        found = (rows.get((text.key, name)) for name in names)
        return [figure_of(row, measure.key) if row is not None else None for row in found]

    return Heat(measure.title, measure.unit, measure.digits, texts, names, [figures(text) for text in texts])


def headed(measure: MeasureInfo) -> str:
    """``Fertility (tokens/word)``; the unit is left out where the title says it."""
    said = measure.unit.replace("/", " per ") in measure.title.lower()
    return measure.title if said or not measure.unit else f"{measure.title} ({measure.unit})"


def in_languages(words: str, result: CompareTokenizersResult) -> str:
    """A sentence with the languages' own names in the place of their files' names."""
    names = {text.name: text_name(text.name).short for text in result.texts}
    coded = [name for name, shown in names.items() if shown != name]
    if not coded:
        return words
    found = "|".join(map(re.escape, sorted(coded, key=len, reverse=True)))
    return re.sub(rf"(?<![\w-])({found})(?![\w-])", lambda match: names[match[1]], words)


def better_words(measure: MeasureInfo) -> str:
    """``higher is better``; bytes per token are money."""
    if measure.key == "bytes_per_token":
        return "higher is cheaper"
    return {"low": "lower is better", "high": "higher is better", "": ""}[measure.better]
