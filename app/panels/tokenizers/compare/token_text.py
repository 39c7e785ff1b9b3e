"""The bytes that a token stands for, as a ribbon shows them: nothing invisible, half characters as bytes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_SIGNS = {" ": "·", "\n": "↵", "\r": "␍", "\t": "→", "\u00a0": "⍽", "\u202f": "⍽", "\x7f": "␡"}
_NAMES = {
    "\u00ad": "SHY",
    "\u061c": "ALM",
    "\u200b": "ZWSP",
    "\u200c": "ZWNJ",
    "\u200d": "ZWJ",
    "\u200e": "LRM",
    "\u200f": "RLM",
    "\u2060": "WJ",
    "\u3000": "wide space",
    "\ufeff": "BOM",
    "\ufe0e": "VS15",
    "\ufe0f": "VS16",
}
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f"}
"""Seen in what they do to their neighbours, where those are in the same token."""
_FRAGMENTS = re.compile("[\udc80-\udcff]+")
_RIGHT_TO_LEFT = {"R", "AL", "AN", "RLE", "RLO", "RLI"}
_PLAIN_UNTIL = "\u0590"
_SIGNS_FROM, _SIGNS_TO = "\u2000", "\u2bff"


class TokenText(NamedTuple):
    """`wide`: beyond Latin, Greek and Cyrillic, which the fixed-width font draws best."""

    text: str
    wide: bool
    partial: bool
    """Whether it begins or ends inside a character."""


@lru_cache(maxsize=65_536)
def token_text(data: bytes) -> TokenText:
    """``" quick"`` as ``·quick``; two bytes of an emoji as ``⟨F0 9F⟩``; a lone accent on a dotted circle."""
    text = data.decode(errors="surrogateescape")
    if text.isascii() and text.isprintable():
        return TokenText(text.replace(" ", "·"), wide=False, partial=False)
    parts: list[str] = []
    at = 0
    for match in _FRAGMENTS.finditer(text):
        parts += [_seen(text[at : match.start()]), _as_bytes(match[0])]
        at = match.end()
    parts.append(_seen(text[at:]))
    partial = len(parts) > 1
    shown = "".join(parts)
    wide = any(c >= _PLAIN_UNTIL and not _SIGNS_FROM <= c <= _SIGNS_TO for c in shown)
    if any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in shown):
        shown = f"\u2068{shown}\u2069"
    return TokenText(shown, wide, partial)


def hex_of(data: bytes) -> str:
    """``F0 9F 99 82``"""
    return data.hex(" ").upper()


def code_points(text: str, most: int = 8) -> list[str]:
    """``U+0071 LATIN SMALL LETTER Q`` of each; of a long text, how many more there are."""
    found = [f"U+{ord(c):04X} {unicodedata.name(c, _control(c))}" for c in text[:most]]
    return [*found, f"and {len(text) - most} more"] if len(text) > most else found


def _control(character: str) -> str:
    names = {"\n": "LINE FEED", "\r": "CARRIAGE RETURN", "\t": "TAB", "\x00": "NULL"}
    return names.get(character, "(no name)")


def _as_bytes(fragment: str) -> str:
    return f"⟨{hex_of(fragment.encode(errors='surrogateescape'))}⟩"


def _seen(text: str) -> str:
    if not text:
        return ""
    last = len(text) - 1
    shown = "".join(
        _sign(c, inside=0 < place < last or (place == last > 0 and c != "\u200d"))
        for place, c in enumerate(text)
    )
    return (
        f"◌{shown}"
        if unicodedata.category(text[0]) in ("Mn", "Mc", "Me") and text[0] not in _JOINERS
        else shown
    )


def _sign(character: str, *, inside: bool) -> str:
    sign = _SIGNS.get(character)
    if sign is not None:
        return sign
    if character in _JOINERS:
        return character if inside else f"⟨{_NAMES[character]}⟩"
    if unicodedata.category(character) not in _UNSEEN:
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return f"⟨{_NAMES.get(character) or f'U+{code:04X}'}⟩"
