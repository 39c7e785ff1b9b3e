"""What a tokenizer does to text, found by trying: short texts encoded and decoded again."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import NamedTuple

from core.errors import UserError
from core.tokenizers.canonical import Boundary, Kind, Token
from core.tokenizers.describe.result import Probe
from core.tokenizers.digits import Digits, digit_groups
from core.tokenizers.shown import shown
from core.tokenizers.tokenizer import Tokenizer

NORMALISES, LOWERCASES, STRIPS, UNKNOWN = "normalises", "lowercases", "strips", "unk"

_COMPATIBLE = ("Ａ", "½", "ﬁ", "ｶ", "A\u030a", "①")
_SPACES = ("  ", "\t", "\n", "\n\n  ")
_CHARACTERS = ("🙂", "ꦗ", "𐐷", "ሀ", "ខ", "日", "\u0416")
_MOST_SPECIALS = 50

_LEADING = ("Hello", " Hello", "  Hello")
_TEXTS = {
    "normalisation": "Ａ ½ ﬁ ｶ A\u030a ①",
    "case and accents": "Naïve CAFÉ İ ß",
    "white space": "a\tb\r\nc\u00a0d\u2003e\n\n  f",
    "beyond text": "🙂 👩‍👩‍👧 🇫🇷 \u200d \ufeff \ud7ff \ufffd",
    "rare scripts": "ꦗꦮ 𐐷 ሀ ខ្មែរ",
    "digits": "1 12 123 1234 12345 1,234.50 ٣٤ ⅷ",
    "code": "\tif x:\n        return [0]*8\n",
}


class _Tried(NamedTuple):
    """`after`: what decoding gave back; None where the tokenizer refused the text."""

    ids: list[int]
    after: str | None
    unknown: bool


def lossy(tokenizer: Tokenizer) -> list[str]:
    """What does not come back when a text is encoded and decoded: badges, in this order.

    ``normalises`` (characters become others that look alike), ``lowercases``, ``strips`` (accents or white
    space are lost), ``unk`` (there are characters that no token can spell). Empty: nothing that was tried.
    """
    found = {
        NORMALISES: any(_is_normalised(tokenizer, character) for character in _COMPATIBLE),
        LOWERCASES: _lowercases(tokenizer),
        STRIPS: _strips(tokenizer),
        UNKNOWN: any(_is_lost(tokenizer, character) for character in _CHARACTERS),
    }
    return [badge for badge, there in found.items() if there]


def digits_in_words(tokenizer: Tokenizer) -> str:
    """How numbers are cut: ``single digits``, ``groups of up to 3, from the left``."""
    tried = _tried(tokenizer, " 1234567890")
    if tried.unknown or "1234567890" not in "".join((tried.after or "").split()):
        return "numbers are unknown"
    try:
        groups = digit_groups(tokenizer)
    except (UserError, ValueError):
        return "numbers are unknown"
    return _in_words(groups)


def probes(tokenizer: Tokenizer) -> list[Probe]:
    """Texts that show what a tokenizer does, each with its tokens and what came back."""
    found = [_leading_space(tokenizer)]
    found += [_round_trip(tokenizer, name, text) for name, text in _TEXTS.items()]
    return [*found, *_specials(tokenizer)]


# One thing each


def _tried(tokenizer: Tokenizer, text: str) -> _Tried:
    try:
        ids = tokenizer.encode(text).ids
        after = tokenizer.decode(ids)
    except UserError:
        return _Tried([], None, True)
    return _Tried(ids, after, any(map(tokenizer.is_unknown, ids)))


def _between(tokenizer: Tokenizer, middle: str) -> _Tried:
    """Tried between two plain letters, so that what happens at the ends of a text does not show."""
    return _tried(tokenizer, f"x{middle}y")


def _is_normalised(tokenizer: Tokenizer, character: str) -> bool:
    tried = _between(tokenizer, f" {character} ")
    if tried.after is None or tried.unknown or character in tried.after:
        return False
    forms = (unicodedata.normalize(form, character) for form in ("NFC", "NFD", "NFKC", "NFKD"))
    kept = tried.after.casefold()
    others = {form.casefold() for form in forms} - {character.casefold()}
    return character.casefold() not in kept and any(form in kept for form in others)


def _lowercases(tokenizer: Tokenizer) -> bool:
    text = "The CAT"
    tried = _tried(tokenizer, text)
    if tried.after is None or tried.unknown:
        return tokenizer.vocabulary.lowercased
    return tried.after.strip() == text.lower()


def _strips(tokenizer: Tokenizer) -> bool:
    for space in _SPACES:
        tried = _between(tokenizer, space)
        if tried.after is not None and not tried.unknown and space not in tried.after:
            return True
    tried = _tried(tokenizer, "é")
    return tried.after is not None and tried.after.strip() == "e"


def _is_lost(tokenizer: Tokenizer, character: str) -> bool:
    tried = _between(tokenizer, f" {character} ")
    return tried.after is None or tried.unknown or character.casefold() not in tried.after.casefold()


def _in_words(digits: Digits) -> str:
    if digits.single:
        return "single digits"
    if digits.direction is None:
        return f"as learnt, up to {digits.largest} digits together"
    end = "left" if digits.direction == "left to right" else "right"
    return f"groups of up to {digits.largest}, from the {end}"


# Probes to show


def _leading_space(tokenizer: Tokenizer) -> Probe:
    text = "  Hello"
    probe = _round_trip(tokenizer, "leading space", text)
    tried = [_tried(tokenizer, text) for text in _LEADING]
    if any(one.after is None for one in tried):
        return probe
    without, one, two = (found.ids for found in tried)
    if without == one == two:
        finding = "Spaces at the start of a text are lost."
    elif without == one:
        finding = "A text begins with a space, whether it has one or not."
    elif one == two:
        finding = "Several spaces at the start are taken for one."
    elif _puts_before(tokenizer):
        finding = "A space is put before the text."
    else:
        finding = ""
    return probe.model_copy(update={"finding": finding or probe.finding})


def _puts_before(tokenizer: Tokenizer) -> bool:
    ids, spans = tokenizer.encode("Hello")
    token = tokenizer.vocabulary.entries[ids[0]] if ids else None
    begin, end = spans[0] if spans else (0, 0)
    return token is not None and token.bytes.startswith(b" ") and len(token.bytes) > end - begin


def _round_trip(tokenizer: Tokenizer, name: str, text: str) -> Probe:
    try:
        ids = tokenizer.encode(text).ids
        after = tokenizer.decode(ids)
    except UserError as error:
        return Probe(name=name, text=text, tokens=[], after="", passed=False, finding=error.message)
    unknown = sum(map(tokenizer.is_unknown, ids))
    return Probe(
        name=name,
        text=text,
        tokens=_readable(tokenizer, ids),
        after=after,
        passed=after == text,
        finding=_difference(text, after, unknown),
    )


def _difference(before: str, after: str, unknown: int) -> str:
    """One sentence about the first thing that is not as it was."""
    if before == after:
        return ""
    if unknown:
        return "1 unknown token." if unknown == 1 else f"{unknown} unknown tokens."
    at = next(
        (at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]),
        min(len(before), len(after)),
    )
    if at == len(before):
        return f"{_named(after[at])} is added."
    if at == len(after):
        return f"{_named(before[at])} is lost."
    rest = after[at:]
    if before[at + 1 : at + 3] == rest[:2]:
        return f"{_named(before[at])} is lost."
    if before[at:].startswith(rest[1:3]) and len(rest) > 2:
        return f"{_named(rest[0])} is added."
    return f"{_named(before[at])} becomes {_named(rest[0])}."


def _named(character: str) -> str:
    return f"{shown(character.encode())} (U+{ord(character):04X})"


def _specials(tokenizer: Tokenizer) -> list[Probe]:
    """Whether the names of special tokens in a text are read as these tokens: then strangers can add them."""
    vocabulary = tokenizer.vocabulary
    named = [token for token in vocabulary if token.kind is Kind.SPECIAL][:_MOST_SPECIALS]
    in_roles = {vocabulary.entries[id] for ids in vocabulary.roles.values() for id in ids} - {*named, None}
    others = sorted(token for token in in_roles if token is not None and token.kind is Kind.TEXT)
    if not named:
        return []
    probe = _round_trip(tokenizer, "special tokens", " ".join(token.content for token in named))
    read = [token.content for token in named if _is_read(tokenizer, token)]
    also = [token.content for token in others if _is_read(tokenizer, token)]
    if read:
        finding = f"The name {read[0]} in a text is read as the special token."
    elif also:
        finding = f"Special tokens' names in a text are text; but {also[0]}, a token like others, is read."
    else:
        finding = "Their names in a text are text, unless you ask for them to be read."
    return [probe.model_copy(update={"passed": not read, "finding": finding})]


def _is_read(tokenizer: Tokenizer, token: Token) -> bool:
    return not tokenizer.is_unknown(token.id) and token.id in _tried(tokenizer, token.content).ids


def _readable(tokenizer: Tokenizer, ids: Iterable[int]) -> list[str]:
    tokens = (tokenizer.vocabulary.entries[id] for id in ids)
    return [shown(token.bytes) if token else "" for token in tokens]


# Tokens that no text gives


def is_reachable(tokenizer: Tokenizer, token: Token) -> bool:
    """Whether a text token's own text, in the midst of a text, is encoded as it.

    True of a token that ends within a character, since it has no text of its own.
    """
    try:
        token.bytes.decode()
    except UnicodeDecodeError:
        return True
    before = b" " if token.boundary is Boundary.IMPLIED else b""
    try:
        return tokenizer.pieces(before + token.bytes) == [token.id]
    except UserError:
        return False


def unreachable(
    tokenizer: Tokenizer, *, report: Callable[[int, int], None] = lambda done, total: None
) -> list[int]:
    """Ids of the text tokens that are not `is_reachable`: their own text is encoded as something else.

    Args:
        report: called with how many tokens were asked, and how many there are, every few hundred.
    """
    found = []
    entries = tokenizer.vocabulary.entries
    for number, token in enumerate(entries):
        if number % 256 == 0:
            report(number, len(entries))
        if (
            token is not None
            and token.kind is Kind.TEXT
            and token.bytes
            and not is_reachable(tokenizer, token)
        ):
            found.append(token.id)
    report(len(entries), len(entries))
    return found
