"""Where the rows of a transplanted model come from: labels, colours and meanings of the sources."""

from __future__ import annotations

from collections.abc import Mapping

from app.widgets.stacked_bar import Part

PARTS = (
    ("exact", "copied", "copied", "Both vocabularies have them: the base's own rows."),
    ("special", "by role", "role", "Begin, end, padding and their like, matched by what they are for."),
    ("byte", "by byte", "byte", "Single bytes, matched by their value."),
    ("relaxed", "nearly alike", "after", "They differ in a leading space or in capitals alone: copied."),
    ("method", "approximated", "approximated", "The base has no such token: the method made their rows."),
    ("fallback", "by the mean", "fallback", "The method could not make their rows: they are the mean."),
)
"""Source of a row, its label, its colour (a token of the theme), what it means."""


def parts_of(sources: Mapping[str, int]) -> list[Part]:
    """For a stacked bar; each part opens its tokens in Inspect."""
    return [
        Part(key, label, sources.get(key, 0), color, meaning, opens=True)
        for key, label, color, meaning in PARTS
    ]
