"""What a merged token may not cross (arXiv 2411.18553; as the authors' program has it)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache

import regex

from core.errors import UserError
from core.tokenizers.canonical import SPACE_MARK, Family
from core.tokenizers.tokenizer import Tokenizer

_SPACES = frozenset(b" \t\n\r\v\f")
_KNOWN = 200_000
"""Answers kept."""

_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_NAMED = {
    "ByteLevel": _GPT2,
    "Metaspace": r"[ ▁]?[^ ▁]+|[ ▁]",
    "Whitespace": r"\w+|[^\w\s]+",
    "WhitespaceSplit": r"\S+",
    "Bert": r"\p{P}|[$+<=>^`|~]|[^\s\p{P}$+<=>^`|~]+",
    "Digits": r"\p{N}+|\P{N}+",
    "Punctuation": r"\p{P}|\P{P}+",
}
"""The library's named cutters: what each leaves together."""
_DROPPING = frozenset({"Whitespace", "WhitespaceSplit", "Bert"})
"""Those that take the space before a piece away."""
_IS_NAME = regex.compile("[A-Z][a-z][A-Za-z]+")
"""A cutter that the library has under a name; none of the expressions in use looks like that."""


def boundary_rule(boundary: str, tokenizer: Tokenizer, *, field: str = "boundary") -> Callable[[bytes], bool]:
    r"""Whether there may be a merged token of some bytes.

    White space stands only at its start, unless it is nothing else, and is never two line ends. Beyond that:

    - ``pretokens``: the tokenizer itself would not cut it;
    - ``word``: it is one word between white space;
    - ``word_hyphen``: that, without any sign but the hyphen;
    - ``sentence``: nothing more.

    Bytes that are no valid UTF-8 yet are part of a character, and may always join.

    Raises:
        UserError: ``pretokens``, and nobody knows what this tokenizer keeps together.
    """
    within = {
        "word": _is_word,
        "word_hyphen": _is_word_without_signs,
        "sentence": lambda text: True,
    }.get(boundary) or _one_piece(tokenizer, field)

    @lru_cache(_KNOWN)
    def may_join(joined: bytes) -> bool:
        if not _SPACES.isdisjoint(joined[1:]) and (joined == b"\n\n" or not _SPACES.issuperset(joined)):
            return False
        try:
            return within(joined.decode())
        except UnicodeDecodeError:
            return True

    return may_join


def _is_word(text: str) -> bool:
    return len(text.split()) == 1


def _is_word_without_signs(text: str) -> bool:
    return _is_word(text) and not any(
        unicodedata.category(character)[0] in "PS" for character in text if character != "-"
    )


def _one_piece(tokenizer: Tokenizer, field: str) -> Callable[[str], bool]:
    """Whether the tokenizer's own cutters leave a text whole."""

    def refusal(why: str) -> UserError:
        return UserError(f"{tokenizer.path} {why}: choose words as the boundary.", field=field)

    found = tokenizer.patterns
    if found is None:
        raise refusal("does not say what it keeps together before it looks up tokens")
    for name in found:
        if name not in _NAMED and _IS_NAME.fullmatch(name):
            raise refusal(f"cuts text by {name}, which cannot be followed here")
    try:
        cutters = [(regex.compile(_NAMED.get(name, name)), name in _DROPPING) for name in found]
    except regex.error as error:
        raise refusal(f"cuts text by a rule that cannot be followed here ({error})") from None

    marked = tokenizer.vocabulary.family is Family.SENTENCEPIECE  # its cutters see marks where spaces were

    def one_piece(text: str) -> bool:
        if marked:
            text = text.replace(" ", SPACE_MARK)
        return all(_left_whole(cutter, text.lstrip() if drops else text) for cutter, drops in cutters)

    return one_piece


def _left_whole(cutter: regex.Pattern[str], text: str) -> bool:
    """Where nothing matches, nothing is cut."""
    match = cutter.search(text)
    return match is None or match.span() == (0, len(text))
