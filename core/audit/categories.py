"""What each token of a vocabulary gives when its own text is cut again (arXiv 2405.05417, section 3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.errors import UserError
from core.jobs.context import Context
from core.tokenizers.canonical import Kind, Token
from core.tokenizers.tokenizer import Tokenizer

OK = "ok"
OK_SPECIAL = "ok special"
ONE_OTHER = "unreachable: one other token"
SEVERAL = "unreachable: several tokens"
UNREACHABLE_SPECIAL = "unreachable special"
PARTIAL = "partial character"

_AT_ONCE = 2_000
_CHECK_EVERY = 100


class Category(NamedTuple):
    """`reencoded`: what its text is cut into, where that is not the token itself."""

    token: Token
    name: str
    reencoded: tuple[int, ...] = ()

    @property
    def is_unreachable(self) -> bool:
        return self.name.startswith("unreachable")


def categorise(tokenizer: Tokenizer, ctx: Context) -> list[Category]:
    """Every token's category, in the order of their ids.

    A token is reached if its text is cut into it at the start or in the midst of a text. A special token is
    if its name is, where the names of special tokens are read as these.
    """
    tokens = list(tokenizer.vocabulary)
    found: list[Category] = []
    for start in range(0, len(tokens), _AT_ONCE):
        ctx.progress(start, len(tokens), "Cutting each token again")
        found += _some(tokens[start : start + _AT_ONCE], tokenizer, ctx)
    return found


def _some(tokens: Sequence[Token], tokenizer: Tokenizer, ctx: Context) -> list[Category]:
    texts = [_text(token) for token in tokens]
    whole = [text for text in texts if text]
    at_start = dict(zip(whole, _cut(whole, tokenizer), strict=True))
    found = []
    for number, (token, text) in enumerate(zip(tokens, texts, strict=True)):
        if number % _CHECK_EVERY == 0:
            ctx.check()
        if token.kind in (Kind.SPECIAL, Kind.UNUSED):
            found.append(_special(token, tokenizer))
        elif text is None:
            found.append(Category(token, PARTIAL))
        else:
            found.append(_ordinary(token, at_start.get(text, []), tokenizer))
    return found


def _cut(texts: Sequence[str], tokenizer: Tokenizer) -> list[list[int]]:
    """The ids of each; none where the tokenizer has no tokens for it and refuses."""
    try:
        return tokenizer.ids(texts)
    except UserError:
        if len(texts) == 1:
            return [[]]
        half = len(texts) // 2
        return [*_cut(texts[:half], tokenizer), *_cut(texts[half:], tokenizer)]


def _text(token: Token) -> str | None:
    """None for what is neither text nor a whole number of characters."""
    if token.kind in (Kind.SPECIAL, Kind.UNUSED):
        return None
    try:
        return token.bytes.decode()
    except UnicodeDecodeError:
        return None


def _special(token: Token, tokenizer: Tokenizer) -> Category:
    try:
        ids = tokenizer.encode(token.bytes.decode(errors="replace"), specials=True).ids
    except UserError:
        ids = []
    if ids == [token.id]:
        return Category(token, OK_SPECIAL)
    return Category(token, UNREACHABLE_SPECIAL, tuple(ids))


def _ordinary(token: Token, at_start: list[int], tokenizer: Tokenizer) -> Category:
    if at_start == [token.id]:
        return Category(token, OK)
    try:
        inside = tokenizer.pieces(token.bytes)
    except UserError:
        inside = []
    if inside == [token.id]:
        return Category(token, OK)
    ids = tuple(inside or at_start)
    return Category(token, ONE_OTHER if len(ids) == 1 else SEVERAL, ids)
