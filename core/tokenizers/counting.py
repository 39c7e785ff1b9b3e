"""How often each token occurs in texts, streamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from core.jobs.context import Context
from core.tokenizers.corpus import Replaced, Text, documents
from core.tokenizers.tokenizer import Tokenizer

_AT_ONCE = 128
"""Documents encoded in one call."""
_PACKED = 4
"""How much larger the text of a ``.gz`` is, roughly; for the progress alone."""


@dataclass(frozen=True)
class Counted:
    """One text. `counts` (V,): how often each token occurs in it."""

    text: Text
    bytes: int
    counts: NDArray[np.int64]

    @property
    def tokens(self) -> int:
        return int(self.counts.sum())


def count_tokens(
    tokenizer: Tokenizer, texts: Sequence[Text], ctx: Context, stage: str, *, field: str = "text"
) -> Iterator[Counted]:
    """Each text in turn, encoded paragraph by paragraph.

    Raises:
        UserError: a text cannot be read or encoded.
    """
    size = tokenizer.vocabulary.size
    for number, text in enumerate(texts):
        counts = np.zeros(size, np.int64)
        replaced = Replaced()
        expected = max(1, text.size * (_PACKED if text.path.suffix == ".gz" else 1))
        read = 0
        stream = documents(text, replaced=replaced, field=field)
        while some := list(islice(stream, _AT_ONCE)):
            ctx.progress(number + min(1.0, read / expected), len(texts), stage)
            read += sum(len(document.encode()) for document in some)
            ids = np.fromiter(chain.from_iterable(tokenizer.ids(some)), np.int64)
            np.add.at(counts, ids, 1)
        if replaced.count:
            ctx.warn(f"{text.path} has {replaced.count:,} bytes that are no UTF-8, read as U+FFFD.")
        yield Counted(text, read, counts)
