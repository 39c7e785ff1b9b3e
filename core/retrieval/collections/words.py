"""Words as the builders of queries and the cutter of passages count them. No model's tokens."""

from __future__ import annotations

import re

WORD = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W_]+(?:['’][^\W\d_]+)*")
"""A run of letters and digits; of scripts that put no space between words, each letter."""
SENTENCE_END = re.compile(r"(?:[.!?…]['\"”’)\]]*(?=\s)|[。！？]|\n\s*\n)\s*")
"""Where a sentence is over."""
FREQUENT = frozenset(
    """about above after again all also an and any are as at be because been before being below between both
    but by can could did do does doing down during each few for from further had has have having he her here
    hers him his how if in into is it its itself just may me might more most must my no nor not now of off on
    once only or other our out over own same shall she should so some such than that the their them then
    there these they this those through to too under until up upon very was we were what when where which
    while who whom why will with would you your""".split()  # noqa: SIM905 (so it can be read)
)
"""English words that say nothing of what a text is about."""


def spans(text: str) -> list[tuple[int, int]]:
    """Begin and end of each word, in characters."""
    return [match.span() for match in WORD.finditer(text)]


def words(text: str) -> list[str]:
    """In lower case."""
    return WORD.findall(text.lower())
