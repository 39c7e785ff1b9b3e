"""The merges of a BPE model, and what they make of a row of symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Pair = tuple[str, str]


class Merges:
    """Pair → rank, from the ``model`` of a tokenizer.json that was read with its merges."""

    def __init__(self, model: dict[str, Any]) -> None:
        self._prefix = model.get("continuing_subword_prefix") or ""
        self._suffix = model.get("end_of_word_suffix") or ""
        self.ranks: dict[Pair, int] = {}
        for rank, merge in enumerate(model.get("merges") or []):
            left, right = merge.split(" ", 1) if isinstance(merge, str) else merge
            self.ranks[left, right] = rank
        self._next = len(self.ranks) and max(self.ranks.values()) + 1

    @property
    def marks_words(self) -> bool:
        """Whether tokens say that a word ends, or goes on, with them."""
        return bool(self._prefix or self._suffix)

    def letters(self, content: str) -> list[str]:
        """What a word that is this token begins as: its characters, marked as the model marks them."""
        continues = bool(self._prefix) and content.startswith(self._prefix)
        ends = bool(self._suffix) and content.endswith(self._suffix)
        plain = content.removeprefix(self._prefix if continues else "")
        plain = plain.removesuffix(self._suffix if ends else "")
        letters = [
            self._prefix + letter if continues or place else letter for place, letter in enumerate(plain)
        ]
        if ends and letters:
            letters[-1] += self._suffix
        return letters

    def joined(self, left: str, right: str) -> str:
        """The token that two become."""
        return left + right.removeprefix(self._prefix)

    def append(self, pair: Pair) -> None:
        """Add a merge behind all others."""
        self.ranks[pair] = self._next
        self._next += 1

    def drop(self, pair: Pair) -> None:
        """Take out a merge."""
        del self.ranks[pair]

    def merge(self, symbols: Sequence[str]) -> tuple[list[str], list[Pair]]:
        """What the symbols become, lowest rank first, from left to right; and the merges used, in order."""
        row = list(symbols)
        used = []
        never = len(self.ranks) + self._next
        while len(row) > 1:
            rank, at = min((self.ranks.get((row[i], row[i + 1]), never), i) for i in range(len(row) - 1))
            if rank == never:
                break
            used.append((row[at], row[at + 1]))
            row[at : at + 2] = [self.joined(row[at], row[at + 1])]
        return row, used


def as_written(pairs: Sequence[Pair], model: dict[str, Any]) -> list[Any]:
    """Merges spelt as a tokenizer.json has them: in the older manner if it is in use and can say them."""
    listed = model.get("merges") or []
    older = bool(listed) and isinstance(listed[0], str)
    if older and not any(" " in part for pair in pairs for part in pair):
        return [f"{left} {right}" for left, right in pairs]
    return [[left, right] for left, right in pairs]
