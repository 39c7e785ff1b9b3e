"""Tokens as a person can read them: invisible characters made visible, half characters as their bytes."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.tokenizers.vocabulary import Vocabulary

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


class Labels(dict[int, str]):
    """Id → what the token is shown as, made when it is first looked at; special ones by their name."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._entries = vocabulary.entries

    def __missing__(self, id: int) -> str:
        token = self._entries[id] if id < len(self._entries) else None
        label = self[id] = f"#{id}" if token is None else shown(token.bytes)
        return label
