"""A collection's texts, in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


class ListedTexts:
    """`read` counts the texts that were asked for."""

    def __init__(self, texts: Sequence[str], ids: Sequence[str] | None = None) -> None:
        self._texts = list(texts)
        self.ids = list(ids or map(str, range(len(texts))))
        self.digest = hashlib.sha256(repr((self._texts, self.ids)).encode()).hexdigest()
        self.read = 0

    def __len__(self) -> int:
        return len(self._texts)

    def texts(self, first: int, last: int) -> list[str]:
        self.read += last - first
        return self._texts[first:last]
