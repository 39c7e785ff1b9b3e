r"""Where a text may be cut so that no tokenizer notices.

A text is cut before a space that follows no white space, and behind a line end that no white space follows;
what lies between two cuts is a *unit*. When is a unit encoded alike wherever it stands?

With a pre-tokenizer's regular expression, if each cut is between two matches, and no match depends on what
lies beyond one. Of GPT-2's and its kin (`_PATTERNS`): no alternative goes on with a space behind anything but
white space, so a match ends before such a space. A line end is matched in a run of white space or behind
punctuation (``[\r\n]*``), and neither goes on to a letter, a digit or a sign: but for o200k's and tekken's
``[\r\n/]*``, which is why no text is cut between a line end and ``/``. Only white space looks ahead,
``\s+(?!\S)`` and ``\s++$``: what it sees is that the run ends, at the text's end or at a sign. So a unit that
ends in white space is tried with a sign behind it, and a document's last one without.

Bert's cutter parts at all white space and forgets it. Metaspace parts before each space.

Without any cutter (SentencePiece, llama's GGUF, Gemma), a cut is safe if no token of the vocabulary reaches
over one: then no merge and no piece of Viterbi's does. The same is asked of every token of the others, since
an added token is looked for before anything is cut.

On top of the argument, the engine compares both ways on the beginning of the texts.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.canonical import Family, Kind
from core.tokenizers.compare.once import once_for_each
from core.tokenizers.tokenizer import Tokenizer

BEGIN, END = 0xFE, 0xFD
"""Marks of a document's begin and end, and what is put at a cut: bytes that no UTF-8 has."""
CUT = 0xFF

LINE, WHITE, WIDE, LETTER, DIGIT, SIGN, SLASH, OTHER, SPACE, EDGE = range(10)
"""Classes of bytes. WIDE is white space beyond ASCII, a byte of it. OTHER is whatever may be of more than one
kind: the apostrophe, all beyond ASCII."""

Rules = NDArray[np.bool_]
"""[16 · 16 · 16]: the classes of the bytes before and behind a place, and of the next → whether to cut."""

_WIDE_SPACES = re.compile(
    rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80|\xe2\x96\x81"
)
"""The last one is ``▁``, which is a space to SentencePiece."""

_LETTERS_AND_MARKS = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_LETTERS = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_SPACES = r"|\s*[\r\n]+|\s+(?!\S)|\s+"
_PATTERNS = frozenset(
    {
        ("ByteLevel",),
        # GPT-2 (r50k, p50k) as written in four places
        (r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",),
        (r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",),
        (r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)",),
        (r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",),
        # cl100k
        (
            r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
            r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
        ),
        (
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
            + _SPACES,
        ),  # Llama 3
        (_CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*" + _SPACES,),  # Qwen
        (
            _CONTRACTION + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*" + _SPACES,
        ),  # Qwen 3.5
        (
            _CONTRACTION
            + r"|[^\r\n\p{L}\p{M}\p{N}]?[\p{L}\p{M}]+|\p{N}{1,3}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
            + _SPACES,
        ),  # this program's own byte-level BPE
        (
            f"{_LETTERS_AND_MARKS}*{_LETTERS}+{_CONTRACTION}?|{_LETTERS_AND_MARKS}+{_LETTERS}*{_CONTRACTION}?"
            r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + _SPACES,
        ),  # o200k
        (
            f"{_LETTERS_AND_MARKS}*{_LETTERS}+|{_LETTERS_AND_MARKS}+{_LETTERS}*"
            r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + _SPACES,
        ),  # tekken
        (
            r"\p{N}{1,3}",
            "[一-龥぀-ゟ゠-ヿ]+",
            "[!\"#$%&'()*+" + r",\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
            r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ),  # DeepSeek
    }
)
"""Cutters of byte-level text for which the argument above holds."""
_OF_PIECES = frozenset(
    {
        (),
        (r"\ ",),  # Gemma: there is no space left when it is asked
        ("Metaspace",),
        (
            "▁?[\\p{L}\\p{M}]+|\\p{N}|▁?[^\\s▁\\p{L}\\p{M}\\p{N}]+|\\s|▁+(?=▁)|▁",
        ),  # this program's own Unigram
    }
)
_OF_WORDS = frozenset({("Bert",)})


@once_for_each
def cuts_of(tokenizer: Tokenizer) -> Rules | None:
    """Where a text may be cut for this tokenizer; None where it must be left whole.

    For several tokenizers together: where every one of them allows it (``&``).
    """
    patterns = _patterns(tokenizer)
    known = {
        Family.BYTE_LEVEL: _PATTERNS,
        Family.SENTENCEPIECE: _OF_PIECES,
        Family.WORDPIECE: _OF_WORDS,
    }.get(tokenizer.vocabulary.family, frozenset())
    if patterns is None or patterns not in known:
        return None
    rules = UNITS & ~_reached_over(tokenizer, UNITS)
    between_words = rules.reshape(16, 16, 16)[LETTER, SPACE, LETTER]
    return rules if between_words else None


def _patterns(tokenizer: Tokenizer) -> tuple[str, ...] | None:
    """Spelt alike, whether the file has a line end or its escape."""
    found = tokenizer.patterns
    if found is None:
        return None
    spelt = (pattern.replace("\r", r"\r").replace("\n", r"\n").replace(r"\x22", '"') for pattern in found)
    return tuple(spelt)


def parts_at_signs(tokenizer: Tokenizer) -> bool:
    """Whether a unit may be cut further, as `pieces_at_signs` does, when it is encoded."""
    if tokenizer.vocabulary.family is not Family.BYTE_LEVEL or _patterns(tokenizer) not in _PATTERNS:
        return False
    return not _reached_over(tokenizer, _SIGNS_ALONE).any()


def cut_into_units(data: NDArray[np.uint8], rules: Rules) -> list[bytes]:
    """Marked documents, one after the other → their units.

    Args:
        data: uint8 [n], each document between `BEGIN` and `END`.
        rules: where they may be cut, beside between the documents.
    """
    return _parts(data, _places(data, rules | _BETWEEN_DOCUMENTS))


def pieces_at_signs(units: list[bytes]) -> tuple[list[bytes], NDArray[np.int64]]:
    """Units of byte-level text cut further, where all patterns of `_PATTERNS` part: before a sign or a digit
    that follows a letter, at either end of a run of digits, and before the last space of an indentation.

    A space before a digit is no cut: DeepSeek's first pattern takes the digits out, so that the spaces before
    them stand at an end. Nor is one behind a line end: what GPT-2's pattern makes of white space that ends in
    one depends on whether a space follows.

    Returns:
        The pieces, one unit after the other; and how many each unit has, [U].
    """
    data = np.frombuffer(bytes([CUT]).join(units), np.uint8)
    places = _places(data, _SIGNS)
    ends = np.cumsum(np.fromiter(map(len, units), np.int64, len(units)) + 1)
    counts = 1 + np.bincount(np.searchsorted(ends, places, side="right"), minlength=len(units))
    return _parts(data, places), counts


def _classes() -> NDArray[np.uint8]:
    found = np.full(256, OTHER, np.uint8)
    for code in range(33, 127):
        character = chr(code)
        found[code] = LETTER if character.isalpha() else DIGIT if character.isdigit() else SIGN
    found[ord("'")] = OTHER
    found[ord("/")] = SLASH
    found[ord(" ")] = SPACE
    found[ord("\n")] = LINE
    found[[*b"\t\r\x0b\x0c\x1c\x1d\x1e\x1f"]] = WHITE
    found[[BEGIN, END, CUT]] = EDGE
    return found


CLASS = _classes()
"""uint8 [256]: byte → class; but a byte of a wide space is WIDE."""
_ALL = [*range(10)]
_NO_WHITE = [LETTER, DIGIT, SIGN, SLASH, OTHER]


def _rules(*allowed: tuple[list[int], list[int], list[int]]) -> Rules:
    found = np.zeros((16, 16, 16), bool)
    for before, behind, then in allowed:
        found[np.ix_(before, behind, then)] = True
    return found.reshape(-1)


UNITS = _rules(
    (_NO_WHITE, [SPACE], _ALL),
    ([LINE], [LETTER, DIGIT, SIGN, OTHER], _ALL),
)
_BETWEEN_DOCUMENTS = _rules(([EDGE], [EDGE], _ALL))
_SIGNS_ALONE = _rules(
    ([LETTER], [SIGN, SLASH, DIGIT], _ALL),
    ([DIGIT], [LETTER, SIGN, SLASH], _ALL),
    ([SIGN, SLASH], [DIGIT], _ALL),
)
_SIGNS = _SIGNS_ALONE | _rules(([SPACE, WHITE], [SPACE, WHITE], [LETTER, SIGN, SLASH]))


def _places(data: NDArray[np.uint8], rules: Rules) -> NDArray[np.int64]:
    """Where the data may be cut, ascending; a place is that of the byte behind it."""
    if len(data) < 2:
        return np.zeros(0, np.int64)
    classes = _classes_of(data)
    pairs: NDArray[np.bool_] = rules.reshape(256, 16).any(axis=1).reshape(16, 16)
    pairs[:, [SPACE, EDGE]] = pairs[LINE] = False
    if pairs.any():
        places = np.arange(1, len(data))
    else:  # most rules speak of few places, and need not be asked of the others
        places = np.flatnonzero((classes[1:] >= SPACE) | (classes[:-1] == LINE)) + 1
    return places[rules[_threes(classes, places)]]


def _classes_of(data: NDArray[np.uint8]) -> NDArray[np.uint8]:
    raw = bytearray(data)
    classes = np.frombuffer(raw.translate(CLASS.tobytes()), np.uint8)
    if not raw.isascii():
        for wide in _WIDE_SPACES.finditer(raw):
            classes[wide.start() : wide.end()] = WIDE
    return classes


def _threes(classes: NDArray[np.uint8], places: NDArray[np.int64]) -> NDArray[np.uint16]:
    """[k]: of each place, the three classes as one number."""
    three = classes[places - 1].astype(np.uint16) << np.uint16(8)
    three |= classes[places].astype(np.uint16) << np.uint16(4)
    three |= np.append(classes, np.uint8(EDGE))[places + 1]
    return three


def _parts(data: NDArray[np.uint8], places: NDArray[np.int64]) -> list[bytes]:
    marked = np.full(len(data) + len(places), CUT, np.uint8)
    kept = np.ones(len(marked), bool)
    kept[places + np.arange(len(places))] = False
    marked[kept] = data
    return marked.tobytes().split(bytes([CUT]))


def _reached_over(tokenizer: Tokenizer, rules: Rules) -> Rules:
    """Those cuts that a token reaches over. One that a pattern never lets come about reaches over none."""
    tokens = [token for token in tokenizer.vocabulary if token.kind in (Kind.TEXT, Kind.BYTE)]
    data = np.frombuffer(bytes([CUT]).join(token.bytes for token in tokens), np.uint8)
    places = _places(data, rules)
    owners = np.searchsorted(np.cumsum([len(token.bytes) + 1 for token in tokens]), places, side="right")
    if tokenizer.vocabulary.family is Family.BYTE_LEVEL and len(places):
        owned = np.unique(owners)
        found = tokenizer.ids([tokens[at].bytes.decode(errors="ignore") for at in owned])
        alive = [at for at, ids in zip(owned, found, strict=True) if tokens[at].id in ids]
        places = places[np.isin(owners, alive)]
    reached = np.zeros((256, 16), bool)
    threes = _threes(_classes_of(data), places)
    before, then = threes >> 4, threes & 15
    reached[before, then] = True
    reached[before[then == EDGE]] = True  # a token's end: whatever comes next
    return reached.reshape(-1)
