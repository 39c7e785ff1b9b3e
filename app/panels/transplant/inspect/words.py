"""What is said of one token of a transplanted model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.widgets.visible_text import shown_token
from core.transplant.methods import METHODS

if TYPE_CHECKING:
    from core.transplant.inspect.result import LookedUp

KEPT = "\u00a0"
"""A space at which no line is broken."""
TEXT = ("text", "byte")
"""Kinds of token that stand for bytes of a text."""


def method_title(name: str) -> str:
    """``OMP`` of ``omp``."""
    return METHODS[name].title.partition(",")[0] if name in METHODS else name or "the method"


def origin(found: LookedUp, method: str) -> str:
    """Where the row comes from, in a sentence."""
    token = found.token
    source = token.source
    if source == "method":
        if not found.atoms:
            return f"Made by {method_title(method)}; its row is no sum of a few tokens."
        number = len(found.atoms)
        tokens = "1 token" if number == 1 else f"{number} tokens"
        left = ""
        if token.residual is not None:
            left = f"; {fixed(100 * token.residual, 0)}{KEPT}% of the donor's vector stays unexplained"
        return f"Made by {method_title(method)} from {tokens} of the base{left}."
    if source == "fallback":
        return "The mean of the base's rows: there was nothing better to make it from."
    if source == "padding":
        return "No token has this id; its row fills the table."
    whose = f"the base's token {count(token.base_id)}" if token.base_id is not None else "the base"
    named = f", {shown_token(found.base_text)}" if found.base_text is not None else ""
    why = {
        "exact": "which has the same bytes",
        "special": "which has the same role",
        "byte": "which stands for the same byte",
        "relaxed": "which differs in its space or its capitals alone",
    }.get(source, "")
    return f"Copied from {whose}{named}, {why}." if why else f"Copied from {whose}{named}."


def facts(found: LookedUp) -> str:
    """``id 323 · 2 bytes: 20 79 · occurs 41 times``."""
    token = found.token
    told = [f"id {count(token.id)}"]
    if token.base_id is None and token.source != "padding":
        told.append("not in the base")
    if found.bytes and found.kind in TEXT:
        number = len(found.bytes)
        shown = found.bytes[:24].hex(" ").upper() + (" …" if number > 24 else "")
        told.append(f"{'1 byte' if number == 1 else f'{number} bytes'}: {shown}")
    if token.occurs is not None:
        times = {0: "does not occur in your text", 1: "occurs once in your text"}
        told.append(times.get(token.occurs, f"occurs {count(token.occurs)} times in your text"))
    return " · ".join(told)


def length(found: LookedUp) -> str:
    """How long the row is, beside those copied and those made."""
    if found.length is None:
        return ""
    ranges = [
        f"half of those {label} {_middle(values)}"
        for label, values in (("copied", found.lengths.copied), ("made", found.lengths.made))
        if values is not None
    ]
    beside = f"; {', '.join(ranges)}" if ranges else ""
    return f"Its row is {fixed(found.length, 2)} long{beside}."


def shared_neighbours(found: LookedUp) -> str:
    """How many of the donor's neighbours are near the new row as well."""
    if not found.in_donor or not found.in_new:
        return ""
    near = {neighbour.text for neighbour in found.in_new}
    both = sum(neighbour.text in near for neighbour in found.in_donor)
    return (
        f"Of its {len(found.in_donor)} nearest in the donor, {both} are among the nearest in the new table."
    )


def _middle(values: tuple[float, ...]) -> str:
    return f"{fixed(values[1], 2)} to {fixed(values[3], 2)}"
