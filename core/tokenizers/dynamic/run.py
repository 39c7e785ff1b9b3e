"""The job: merge each batch of documents, and tell how much shorter they get."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from core.jobs.context import Context
from core.jobs.registry import job
from core.tokenizers.canonical import Boundary, Kind
from core.tokenizers.corpus import Replaced, Text, documents, find_texts
from core.tokenizers.counting import no_text
from core.tokenizers.dynamic import merging
from core.tokenizers.dynamic.boundaries import boundary_rule
from core.tokenizers.dynamic.merging import Batch
from core.tokenizers.dynamic.request import DynamicRequest
from core.tokenizers.dynamic.result import DynamicResult, DynamicRow, Merge, Point
from core.tokenizers.job import DYNAMIC
from core.tokenizers.open import open_tokenizer
from core.tokenizers.passages import passages
from core.tokenizers.shown import shown
from core.tokenizers.tokenizer import Tokenizer

ALL = "all"
_POINTS = 200
"""Of the curve."""
_MERGES_SHOWN = 1_000
_LONGEST = 50_000
"""Characters of a document that are encoded at once."""
_PACKED = 4
"""How much larger the text of a ``.gz`` is, roughly; for the progress alone."""


@dataclass
class _Saved:
    """What each further merge saves, over batches: entry *i* belongs to merge *i* + 1 of each batch."""

    tokens: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    shares: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Shares of the batch's own tokens."""

    def add(self, saved: Sequence[int], length: int) -> None:
        found = np.array(saved, np.int64)
        if len(found) > len(self.tokens):
            more = len(found) - len(self.tokens)
            self.tokens, self.shares = np.pad(self.tokens, (0, more)), np.pad(self.shares, (0, more))
        self.tokens[: len(found)] += found
        if length:
            self.shares[: len(found)] += found / length


@dataclass
class _Counted:
    """Of one text: what it was, and what became of it."""

    name: str
    size: int = 0
    documents: int = 0
    batches: int = 0
    tokens: int = 0
    tokens_after: int = 0
    merges: int = 0
    saved: _Saved = field(default_factory=_Saved)
    distinct: set[bytes] = field(default_factory=set)

    def row(self) -> DynamicRow:
        return DynamicRow(
            text=self.name,
            bytes=self.size,
            documents=self.documents,
            batches=self.batches,
            tokens_before=self.tokens,
            tokens_after=self.tokens_after,
            shortest=self.tokens - int(self.saved.tokens.sum()),
            merges=self.merges,
            distinct=len(self.distinct),
        )


@job(DYNAMIC)
def dynamic(request: DynamicRequest, ctx: Context) -> DynamicResult:
    """Merge every batch as far as asked for; and to the end, to know what is possible.

    Raises:
        UserError: the tokenizer or a text cannot be read, or the boundary is none that this tokenizer knows.
    """
    tokenizer = open_tokenizer(request.tokenizer, field="tokenizer")
    if request.boundary == "pretokens" and tokenizer.patterns == ():
        ctx.warn(f"{tokenizer.path} keeps nothing apart by itself: only white space holds merges up.")
    measuring = _Measuring(request, tokenizer, find_texts(request.text), ctx)
    limit = request.max_merges
    if request.reduction is not None and request.reduction < 1:
        enough = measuring.merges_for(request.reduction)
        limit = enough if limit is None else min(limit, enough)
    return measuring.result(limit)


class _Measuring:
    def __init__(
        self, request: DynamicRequest, tokenizer: Tokenizer, texts: Sequence[Text], ctx: Context
    ) -> None:
        self._request = request
        self._tokenizer = tokenizer
        self._texts = texts
        self._ctx = ctx
        self._may_join: Callable[[bytes], bool] = boundary_rule(request.boundary, tokenizer)
        self._symbols = _symbols(tokenizer)

    def merges_for(self, reduction: float) -> int:
        """Merges in each batch that save this share of what all of them together would, in all batches."""
        saved = _Saved()
        for _, _, batch in self._batches("Looking how far it can go"):
            length = batch.length
            saved.add([merge.saved for merge in self._merged(batch, None)], length)
        total = saved.tokens.cumsum()
        return int(np.searchsorted(total, reduction * total[-1])) + 1 if len(total) else 0

    def result(self, limit: int | None) -> DynamicResult:
        together = _Counted(ALL)
        counted = {text.name: _Counted(text.name) for text in self._texts}
        merges: Counter[tuple[bytes, bytes]] = Counter()
        batches: Counter[tuple[bytes, bytes]] = Counter()
        static = set(self._symbols.values())
        for text, size, batch in self._batches("Merging"):
            length, number_of_documents = batch.length, len(batch.documents())
            done = []
            for merge in self._merged(batch, limit):
                done.append(merge.saved)
                merges[merge.left, merge.right] += merge.occurs
                batches[merge.left, merge.right] += 1
            made = set(batch.tokens()) - static
            after, within = batch.length, len(done)
            done += [merge.saved for merge in self._merged(batch, None)]
            for row in (counted[text.name], together):
                row.size += size
                row.documents += number_of_documents
                row.batches += 1
                row.tokens += length
                row.tokens_after += after
                row.merges += within
                row.saved.add(done, length)
                row.distinct |= made
        if not together.batches:
            raise no_text(self._texts, "text")
        rows = [row.row() for row in counted.values()]
        shares = together.saved.shares[:limit].cumsum() / together.batches
        return DynamicResult(
            tokenizer=str(self._tokenizer.path),
            boundary=self._request.boundary,
            rows=[*rows, together.row()] if len(rows) > 1 else rows,
            curve=_curve(shares),
            merges=[
                Merge(left=shown(left), right=shown(right), count=count, batches=batches[left, right])
                for (left, right), count in merges.most_common(_MERGES_SHOWN)
            ],
        )

    def _merged(self, batch: Batch, limit: int | None) -> Iterator[merging.Merge]:
        done = 0
        while limit is None or done < limit:
            self._ctx.check()
            merge = batch.merge()
            if merge is None:
                return
            done += 1
            yield merge

    def _batches(self, stage: str) -> Iterator[tuple[Text, int, Batch]]:
        """Each text's documents, some at a time: the text, their bytes, and the batch."""
        most = self._request.max_bytes
        for number, text in enumerate(self._texts):
            replaced = Replaced()
            expected = text.size * (_PACKED if text.path.suffix == ".gz" else 1)
            expected = max(1, expected if most is None else min(most, expected))
            read = 0
            stream = documents(text, "paragraphs", max_bytes=most, replaced=replaced)
            while some := list(islice(stream, self._request.batch)):
                size = sum(len(document.encode()) for document in some)
                self._ctx.progress(number + min(1.0, read / expected), len(self._texts), stage)
                read += size
                yield text, size, Batch([self._encoded(document) for document in some], self._may_join)
            if replaced.count:
                self._ctx.warn(f"{text.path} has {replaced.count:,} bytes that are no UTF-8, read as U+FFFD.")

    def _encoded(self, document: str) -> list[bytes | None]:
        tokens: list[bytes | None] = []
        for passage in passages(document, _LONGEST):
            self._ctx.check()
            (ids,) = self._tokenizer.ids([passage])
            tokens += map(self._symbols.get, ids)
        return tokens


def _symbols(tokenizer: Tokenizer) -> dict[int, bytes]:
    """Id → bytes of the tokens that may merge. A word start that WordPiece implies is a space."""
    return {
        token.id: b" " + token.bytes if token.boundary is Boundary.IMPLIED else token.bytes
        for token in tokenizer.vocabulary
        if token.kind in (Kind.TEXT, Kind.BYTE) and token.bytes and not tokenizer.is_unknown(token.id)
    }


def _curve(shares: NDArray[np.float64]) -> list[Point]:
    """From no merges to all of them; `shares` (merges,) is saved after each."""
    numbers = np.unique(np.linspace(0, len(shares), min(len(shares), _POINTS) + 1).astype(int))
    return [Point(merges=int(m), saved=float(shares[m - 1]) if m else 0.0) for m in numbers]
