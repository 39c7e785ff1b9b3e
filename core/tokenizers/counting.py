"""How often each token occurs in texts, streamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context
from core.tokenizers.corpus import Replaced, Text, documents
from core.tokenizers.passages import passages
from core.tokenizers.tokenizer import Tokenizer

_AT_ONCE = 128
_CHARACTERS_AT_ONCE = 200_000
"""What is encoded in one call at most: a part of a second."""
_LONGEST = 50_000
"""Characters of a document after which it is cut where it hardly shows."""
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


def batches(documents: Iterable[str]) -> Iterator[list[str]]:
    """Documents in lists that are encoded at once; long ones are cut into passages."""
    some: list[str] = []
    length = 0
    for passage in chain.from_iterable(passages(document, _LONGEST) for document in documents):
        some.append(passage)
        length += len(passage)
        if len(some) >= _AT_ONCE or length >= _CHARACTERS_AT_ONCE:
            yield some
            some, length = [], 0
    if some:
        yield some


def count_tokens(
    tokenizer: Tokenizer, texts: Sequence[Text], ctx: Context, stage: str, *, field: str = "text"
) -> Iterator[Counted]:
    """Each text in turn, encoded paragraph by paragraph.

    Raises:
        UserError: a text cannot be read or encoded; or there is nothing in any of them.
    """
    size = tokenizer.vocabulary.size
    whole = 0
    for number, text in enumerate(texts):
        counts = np.zeros(size, np.int64)
        replaced = Replaced()
        expected = max(1, text.size * (_PACKED if text.path.suffix == ".gz" else 1))
        read = 0
        for some in batches(documents(text, replaced=replaced, field=field)):
            ctx.progress(number + min(1.0, read / expected), len(texts), stage)
            read += sum(len(document.encode()) for document in some)
            ids = np.fromiter(chain.from_iterable(tokenizer.ids(some)), np.int64)
            np.add.at(counts, ids, 1)
        if replaced.count:
            ctx.warn(f"{text.path} has {replaced.count:,} bytes that are no UTF-8, read as U+FFFD.")
        whole += read
        yield Counted(text, read, counts)
    if not whole:
        raise no_text(texts, field)


def no_text(texts: Sequence[Text], field: str) -> UserError:
    """What to raise where there is nothing to read in any text."""
    where = str(texts[0].path) if len(texts) == 1 else f"{texts[0].path} and the others"
    verb = "holds" if len(texts) == 1 else "hold"
    return UserError(f"{where} {verb} no text.", field=field)
