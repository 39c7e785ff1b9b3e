"""The pieces that a tokenizer keeps together, as its model gets them, and their tokens."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import regex
import tokenizers

from core.tokenizers.canonical import BYTE_OF, SPACE_MARK, Family, Kind
from core.tokenizers.refusing import refusing
from core.tokenizers.vocabulary import Vocabulary

_M = SPACE_MARK
_WORDS = rf"{_M}*[\p{{L}}\p{{M}}]+|{_M}*[^\s{_M}\p{{L}}\p{{M}}\p{{N}}]+|{_M}+|\n+|\s"
_DIGITS_TOGETHER = regex.compile(rf"{_M}*\p{{N}}+|{_WORDS}")
_DIGITS_APART = regex.compile(rf"\p{{N}}|{_M}+(?=\p{{N}})|{_WORDS}")
"""What SentencePiece never learns across: letters, digits, signs, with the space before them."""
_SEVERAL_DIGITS = regex.compile(rf"{_M}?[0-9]{{2,}}")

_MOST_KNOWN = 1_000_000


class Cutter:
    """Cuts text before any token is looked up. Added tokens are not looked for."""

    def __init__(self, path: Path, vocabulary: Vocabulary) -> None:
        """
        Args:
            path: the tokenizer.json.

        Raises:
            UserError: the library cannot read it.
        """
        with refusing(path, "cannot be read"):
            self._library = tokenizers.Tokenizer.from_file(str(path))
        if getattr(self._library.model, "dropout", None):
            self._library.model.dropout = None
        self._path = path
        self._vocabulary = vocabulary
        self._digits_apart = not any(_SEVERAL_DIGITS.fullmatch(token.content) for token in vocabulary)
        self._marked = None
        if vocabulary.family is Family.SENTENCEPIECE:
            self._marked = _DIGITS_APART if self._digits_apart else _DIGITS_TOGETHER
        self._texts: dict[str, str] = {}
        self._read: Callable[[str], str] = {
            Family.BYTE_LEVEL: _from_bytes,
            Family.SENTENCEPIECE: lambda word: word.replace(SPACE_MARK, " "),
        }.get(vocabulary.family, lambda word: word)

    def words(self, text: str) -> list[str]:
        """Each as its model gets it: in the byte-level alphabet, or with marks for spaces.

        Raises:
            UserError: the library refuses the text.
        """
        pieces = self._pieces(text)
        if self._marked is not None:
            return [word for piece in pieces for word in self._marked.findall(piece)]
        return pieces

    @cached_property
    def is_free(self) -> bool:
        """Whether nothing in the tokenizer itself keeps words apart: a token may reach over several."""
        return self._marked is not None and len(self._pieces("a b-1")) == 1

    def text(self, word: str) -> str:
        """A word as a person writes it, the space before it included."""
        text = self._texts.get(word)
        if text is None:
            if len(self._texts) >= _MOST_KNOWN:
                self._texts.clear()
            text = self._texts[word] = self._read(word)
        return text

    def tokens(self, word: str) -> list[int] | None:
        """The ids of a word; None where one of them is a special token, an unknown or a fallback byte."""
        with refusing(self._path, "cannot cut the text"):
            ids = [token.id for token in self._library.model.tokenize(word)]
        return ids if ids and all(map(self.is_text, ids)) else None

    def may_learn(self, word: str) -> bool:
        """Whether a token of this word would leave the tokenizer's digits as they are: apart, if they are."""
        return not self._digits_apart or _SEVERAL_DIGITS.search(word) is None

    def _pieces(self, text: str) -> list[str]:
        with refusing(self._path, "cannot cut the text"):
            plain = self._library.normalizer.normalize_str(text) if self._library.normalizer else text
            cutter = self._library.pre_tokenizer
            return [piece for piece, _ in cutter.pre_tokenize_str(plain)] if cutter else [plain]

    def is_text(self, id: int) -> bool:
        token = self._vocabulary.entries[id]
        unknown = self._vocabulary.roles.get("unk", ())
        return token is not None and token.kind is Kind.TEXT and id not in unknown


def _from_bytes(word: str) -> str:
    return bytes(BYTE_OF.get(character, 0x3F) for character in word).decode(errors="replace")
