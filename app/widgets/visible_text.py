"""Text from files as a person can see it: spaces, controls and everything else that would not show."""

from __future__ import annotations

import unicodedata

_SIGNS = {" ": "␣", "\n": "↵", "\r": "␍", "\t": "⇥", "\u00a0": "⍽", "\x7f": "␡"}
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
}
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}
_RIGHT_TO_LEFT = {"R", "AL", "AN", "RLE", "RLO", "RLI"}


def visible(text: str) -> str:
    """One line in which every character shows: ``" the"`` is ``␣the``, a zero-width joiner ``⟨ZWJ⟩``."""
    if not text:
        return "⟨empty⟩"
    shown = "".join(map(_visible, text))
    return f"◌{shown}" if unicodedata.category(text[0]).startswith("M") else shown


def isolated(text: str) -> str:
    """`text` kept from turning round what stands beside it, where it runs from right to left."""
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
        return f"\u2068{text}\u2069"
    return text


def shown_token(text: str) -> str:
    """A token in a list or a sentence: visible, and isolated from its neighbours."""
    return isolated(visible(text))


def _visible(character: str) -> str:
    sign = _SIGNS.get(character)
    if sign is not None:
        return sign
    if unicodedata.category(character) not in _UNSEEN:
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return f"⟨{_NAMES.get(character) or f'U+{code:04X}'}⟩"
