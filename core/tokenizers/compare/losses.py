"""Texts that a tokenizer does not give back: where they differ first, and why."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable

_BEFORE, _BEHIND = 20, 40
"""Characters that are shown around a difference."""


def why_lost(before: str, after: str, *, unknown: bool = False) -> str:
    """What decoding did not give back of a text, in the fewest words that explain it all.

    ``dummy prefix`` (a space at the start came or went), ``white space``, ``normalisation`` (equal in NFKC),
    ``case``, ``accents``, several of these joined by commas; else ``unknown`` or ``other``.

    Args:
        unknown: whether there were unknown tokens; what decoding puts for one (``⁇``, U+FFFD) tells it, too.

    Raises:
        ValueError: the two are the same.
    """
    if before == after:
        raise ValueError("the text was given back")
    if before in (f" {after}", after.removeprefix(" ")):
        return "dummy prefix"
    for many in range(1, len(_ALIKE) + 1):
        for names in itertools.combinations(_ALIKE, many):
            if _seen_through(before, names) == _seen_through(after, names):
                return ", ".join(names)
    unknown = unknown or any(after.count(sign) > before.count(sign) for sign in "⁇\ufffd")
    return "unknown" if unknown else "other"


def first_difference(before: str, after: str) -> tuple[int, str, str]:
    """Where two texts differ first, in characters, and each of them around it; ``…`` where it goes on."""
    pairs = enumerate(zip(before, after, strict=False))
    place = next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))
    return place, _around(before, place), _around(after, place)


def _around(text: str, place: int) -> str:
    begin, end = max(place - _BEFORE, 0), place + _BEHIND
    return ("…" if begin else "") + text[begin:end] + ("…" if end < len(text) else "")


def _without_white_space(text: str) -> str:
    return "".join(text.split())


def _in_nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if unicodedata.category(sign) != "Mn")


_ALIKE: dict[str, Callable[[str], str]] = {
    "white space": _without_white_space,
    "normalisation": _in_nfkc,
    "case": str.casefold,
    "accents": _without_accents,
}
"""Why two texts differ → what makes them the same if that is all; in the order in which it is done."""


def _seen_through(text: str, names: tuple[str, ...]) -> str:
    for name in names:
        text = _ALIKE[name](text)
    return text
