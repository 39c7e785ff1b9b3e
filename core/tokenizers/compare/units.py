"""Texts as units: the arrays that measures look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.cuts import BEGIN, END
from core.tokenizers.compare.encoded import Encoded
from core.tokenizers.compare.measures.measure import Units
from core.tokenizers.compare.words import Words, words_of_bytes

_BETWEEN = bytes([END, BEGIN])

SHARED = ("bytes", "characters", "lines", "words", "documents")
"""Columns that are the same for every tokenizer, in this order."""


def marked(documents: Sequence[str]) -> NDArray[np.uint8]:
    """uint8 [n]: documents one after the other, each between the marks of its begin and end.

    Raises:
        UnicodeEncodeError: one holds half a surrogate pair.
    """
    joined = _BETWEEN.join([document.encode() for document in documents])
    return np.frombuffer(bytes([BEGIN]) + joined + bytes([END]), np.uint8)


class Stretches:
    """Texts, one after the other, without what any tokenizer makes of them.

    Args:
        texts: the UTF-8 of each, without marks.
        begins: whether a document begins with it, for each text.
    """

    def __init__(self, texts: Sequence[bytes], begins: NDArray[np.bool_], how: Words) -> None:
        self.data = np.frombuffer(b"".join(texts), np.uint8)
        self.begins = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=self.begins[1:])
        self.words = words_of_bytes(texts, how)
        starts = (self.data & 0xC0) != 0x80
        self.columns = np.stack(
            [
                np.diff(self.begins),
                _sums(starts, self.begins),
                _sums(self.data == ord("\n"), self.begins),
                np.diff(np.searchsorted(self.words[:, 0], self.begins)),
                begins.astype(np.int64),
            ],
            axis=1,
        )
        """int64 [U, 5]: `SHARED`."""

    def under(self, encoded: Encoded) -> Units:
        """As one tokenizer cuts them."""
        first = np.zeros(len(encoded.tokens) + 1, np.int64)
        np.cumsum(encoded.tokens, out=first[1:])
        until = np.zeros(len(encoded.widths) + 1, np.int64)
        np.cumsum(encoded.widths, out=until[1:])
        shift = np.repeat(self.begins[:-1] - until[first[:-1]], encoded.tokens)  # units without tokens
        spans = np.stack([until[:-1] + shift, until[1:] + shift], axis=1)
        return Units(
            data=self.data,
            begins=self.begins,
            words=self.words,
            ids=encoded.ids,
            first_tokens=first,
            spans=spans,
        )


def _sums(values: NDArray[np.bool_], edges: NDArray[np.int64]) -> NDArray[np.int64]:
    until = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=until[1:])
    found: NDArray[np.int64] = np.diff(until[edges])
    return found
