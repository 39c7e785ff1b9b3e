"""Tokens as a person can read them: invisible characters made visible, half characters as their bytes."""

from __future__ import annotations

import unicodedata

_NAMED = {" ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍"}
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp")


def shown(data: bytes) -> str:
    r"""The text of a token's bytes, so that nothing in it is invisible and nothing is lost.

    A space is ``␣``, a line end ``⏎``, a tab ``⇥``; other invisible characters are ``\u{200B}``, and bytes
    that make up no whole character are ``\xE6``. A backslash is doubled, so that nothing can be mistaken.
    """
    text = data.decode("utf-8", errors="surrogateescape")
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no part of a character
        return f"\\x{code - 0xDC00:02X}"
    if character == "\\":
        return "\\\\"
    if character in _NAMED:
        return _NAMED[character]
    if unicodedata.category(character) in _INVISIBLE:
        return f"\\u{{{code:04X}}}"
    return character
