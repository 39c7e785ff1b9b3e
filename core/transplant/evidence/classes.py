"""Classes of tokens by what they spell: digits, code, a script, white space…

In this order, the first that holds: ``half character`` (no whole UTF-8), ``whitespace``, ``digits`` (nothing
but digits), ``code`` (a mark that prose does not use, or capitals in the midst of a word), ``punctuation``
(no letter and no digit), then by its first letter: Latin ones are a ``word`` where they begin with a space
and else a ``continuation``, others are their script's name. What has no letter but a digit is ``digits``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.canonical import Boundary, Kind, Token
from core.transplant.figures import TokenCosts
from core.transplant.graft import Graft
from core.transplant.result import ClassFigures

SPECIAL = "special"
HALF = "half character"
WHITESPACE = "whitespace"
DIGITS = "digits"
CODE = "code"
PUNCTUATION = "punctuation"
WORD = "word"
CONTINUATION = "continuation"

OTHER = "other scripts"

_CODE = re.compile(
    r"""[{}\[\]<>=_\\|^~`#@*+]|[();:,"']{3}|\(\)|\)[:;]|;;|::|//|&&|->|!=|[a-z][A-Z]|^\.[A-Za-z]"""
)
_SCRIPTS = {
    "LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "HEBREW", "ARABIC", "DEVANAGARI", "BENGALI", "GURMUKHI",
    "GUJARATI", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "THAI", "LAO", "TIBETAN", "MYANMAR",
    "GEORGIAN", "HANGUL", "ETHIOPIC", "KHMER", "MONGOLIAN", "HIRAGANA", "KATAKANA", "BOPOMOFO",
}  # fmt: skip


def token_class(token: Token) -> str:
    """The class of one token."""
    if token.kind in (Kind.SPECIAL, Kind.UNUSED):
        return SPECIAL
    try:
        text = token.bytes.decode()
    except UnicodeDecodeError:
        return HALF
    begins = text[:1].isspace() or token.boundary is Boundary.IMPLIED
    text = text.strip()
    if not text:
        return WHITESPACE
    if text.isdecimal():
        return DIGITS
    if _CODE.search(text):
        return CODE
    script = next(filter(None, map(_script, text)), None)
    if script is None:
        return DIGITS if any(map(str.isdecimal, text)) else PUNCTUATION
    if script == "Latin":
        return WORD if begins else CONTINUATION
    return script


@lru_cache(maxsize=4096)
def _script(character: str) -> str | None:
    """``Latin``, ``Cyrillic``, ``Han``…: the first word of a letter's name in Unicode's data; else None.

    Vowel signs count as letters, accents and what chooses a variant of an emoji do not.
    """
    if unicodedata.category(character)[0] not in "LM":
        return None
    plain = unicodedata.normalize("NFKC", character)[0]  # full width, letter-like symbols
    first = unicodedata.name(plain, "").partition(" ")[0].partition("-")[0]
    if first == "CJK":
        return "Han"
    if first in _SCRIPTS:
        return first.capitalize()
    return OTHER if character.isalpha() else None


def class_figures(
    graft: Graft, tokens: Sequence[Token | None], costs: TokenCosts | None
) -> list[ClassFigures]:
    """The new tokens by class, the dearest class first, or, without a text, the largest.

    Args:
        tokens: the target's vocabulary, by id.
        costs: what each token costs on the measured text.
    """
    rows = graft.rows.get("input")
    if rows is None or not len(graft.targets):
        return []
    residual = rows.residual.double().numpy()
    by_class: dict[str, list[int]] = {}
    for place, id in enumerate(graft.targets.tolist()):
        token = tokens[id]
        if token is not None:
            by_class.setdefault(token_class(token), []).append(place)
    found = [
        _figures(name, np.array(places), graft.targets, residual, costs) for name, places in by_class.items()
    ]
    return sorted(found, key=lambda each: (-(each.added_bits or 0.0), -each.tokens, each.token_class))


def _figures(
    name: str,
    places: NDArray[np.int64],
    targets: NDArray[np.int64],
    residual: NDArray[np.float64],
    costs: TokenCosts | None,
) -> ClassFigures:
    known = residual[places][~np.isnan(residual[places])]
    ids = targets[places]
    return ClassFigures(
        token_class=name,
        tokens=len(places),
        occurs=int(costs.occurs[ids].sum()) if costs else 0,
        mean_residual=float(known.mean()) if len(known) else None,
        added_bits=float(costs.added[ids].sum()) if costs else None,
    )
