"""Texts cut at random places, and what kind of place each is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from core.errors import UserError
from core.generation.language.language_model import LanguageModel

ALL = "anywhere"
INSIDE_TOKEN, AT_BORDER = "inside a token", "between two tokens"
INSIDE_WORD, INSIDE_NUMBER = "inside a word", "inside a number"
AFTER_SPACE, AFTER_WORD, ELSEWHERE = "after a space", "at a word's end", "elsewhere"
KINDS = (
    ALL,
    INSIDE_TOKEN,
    AT_BORDER,
    INSIDE_WORD,
    AFTER_SPACE,
    AFTER_WORD,
    INSIDE_NUMBER,
    ELSEWHERE,
)
"""As they are shown. Each cut is of two: one by the tokens of the whole, one by the characters around it."""
_SHORTER = 3 / 4
_SPARE = 4
"""Tokens left of a model's context."""


class Place(NamedTuple):
    """A cut: `prompt` before it, `following` behind, whole characters; of that, `ahead` bytes count."""

    text: int
    place: int
    prompt: str
    following: str
    ahead: int
    kinds: tuple[str, ...]
    token: tuple[str, str] | None
    """The two halves of the token it goes through."""


def cut(
    texts: Sequence[str],
    language: LanguageModel,
    *,
    cuts: int,
    ahead: int,
    context: int,
    source: np.random.Generator,
) -> list[Place]:
    """Cuts between characters, each as likely, the same number in each text (no place twice).

    Args:
        context: bytes of the prompt at most; fewer where the model takes no more.

    Raises:
        UserError: a text is too short to be cut.
    """
    found = []
    for number, text in enumerate(texts):
        share = cuts // len(texts) + (number < cuts % len(texts))
        begins = np.concatenate([[0], np.cumsum([len(character.encode()) for character in text])])
        allowed = np.flatnonzero((begins > 0) & (begins + ahead <= begins[-1]))
        if len(allowed) < share:
            raise UserError(
                f"A text of {begins[-1]:,} bytes is too short for {share} cuts, {ahead} bytes behind each.",
                field="text",
            )
        for at in np.sort(source.choice(allowed, share, replace=False)).tolist():
            found.append(_place(number, text, at, begins, language, ahead, context))
    return found


def _place(
    number: int,
    text: str,
    at: int,
    begins: np.ndarray,
    language: LanguageModel,
    ahead: int,
    context: int,
) -> Place:
    end = int(np.searchsorted(begins, begins[at] + ahead))
    first = int(np.searchsorted(begins, begins[at] - context))
    while first < at - 1 and not _fits(language, text[first:end], ahead):
        first = at - max(1, int((at - first) * _SHORTER))
    first = _behind_space(text, first, at)
    prompt, following = text[first:at], text[at:end]
    token = _token_at(language, prompt, following)
    kinds = (AT_BORDER if token is None else INSIDE_TOKEN, _by_characters(text[at - 1], text[at]))
    return Place(number, int(begins[at]), prompt, following, ahead, kinds, token)


def _fits(language: LanguageModel, text: str, ahead: int) -> bool:
    """What is foretold may be written in more tokens than the tokenizer's own: at most one a byte."""
    limit = language.context
    return limit is None or len(language.encode(text)) + ahead + _SPARE <= limit


def _behind_space(text: str, first: int, last: int) -> int:
    """Where the first word from `first` on begins; `first` itself where none does."""
    if first == 0:
        return 0
    return next((at for at in range(first, last) if text[at - 1].isspace() and not text[at].isspace()), first)


def _token_at(language: LanguageModel, prompt: str, following: str) -> tuple[str, str] | None:
    """The token of the whole text that the cut goes through, in two halves."""
    hidden = 1 if language.puts_space else 0
    place, at = len(prompt.encode()) + hidden, 0
    for id in language.tokenizer.encode(prompt + following).ids:
        piece = language.pieces[id] or b""
        if at < place < at + len(piece):
            halves = piece[: place - at], piece[place - at :]
            return halves[0].decode(errors="replace"), halves[1].decode(errors="replace")
        at += len(piece)
    return None


def _by_characters(before: str, after: str) -> str:
    if before.isdigit() and after.isdigit():
        return INSIDE_NUMBER
    if before.isalnum() and after.isalnum():
        return INSIDE_WORD
    if before.isspace() and not after.isspace():
        return AFTER_SPACE
    return AFTER_WORD if before.isalnum() else ELSEWHERE
