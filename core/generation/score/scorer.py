"""One model over all texts: its sums, its curve and its first tokens."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.generation.language.language_model import LanguageModel
from core.generation.result_parts import TokenRecord
from core.generation.score.curve import Buckets, spread
from core.generation.score.foretold import foretold, window_of
from core.generation.score.records import chosen, log_probabilities, records
from core.generation.score.texts import Piece
from core.jobs.context import Context
from core.tokenizers.shown import Labels
from core.tokenizers.tokenizer import Encoding

WITH_ALTERNATIVES = 16_000
"""Bytes from the beginning whose tokens keep what might have stood in their place."""
WITH_RECORDS = 80_000
"""Bytes from the beginning whose tokens are kept at all; what lies behind is in sums and curve."""


class Sums:
    """Of one text, or of all."""

    def __init__(self) -> None:
        self.bits = 0.0
        self.bytes = 0
        self.tokens = 0

    @property
    def bits_per_byte(self) -> float | None:
        return self.bits / self.bytes if self.bytes else None


class Scorer:
    """Fed with passages in order.

    Args:
        slices: how many texts there are.
        context: tokens of a window, `stride` how far it moves; None as `window_of` has it.
        alternatives: how many are kept of what might have stood in a token's place.
    """

    def __init__(
        self,
        model: LanguageModel,
        slices: int,
        *,
        context: int | None,
        stride: int | None,
        alternatives: int,
    ) -> None:
        self.model = model
        self.context, self.stride = window_of(model, context, stride)
        self.slices = [Sums() for _ in range(slices)]
        self.buckets = Buckets()
        self.records: list[TokenRecord] = []
        self._alternatives = alternatives
        self._names = Labels(model.tokenizer.vocabulary)

    def add(
        self,
        passage: Piece,
        encoded: Encoding,
        ctx: Context,
        *,
        went: Callable[[float], None] = lambda share: None,
        written: Callable[[TokenRecord], None] | None = None,
    ) -> NDArray[np.float64]:
        """Score a passage.

        Args:
            encoded: the passage as the model's tokenizer has it.
            went: told how much of the passage is done, 0 to 1.
            written: shown every token, with its log-probability alone.

        Returns:
            (bytes,) bits of each byte; NaN where no token was scored.
        """
        ids, spans = encoded
        length = len(passage.text.encode())
        logprobs = np.full(len(ids), np.nan)
        keep = passage.start < WITH_RECORDS
        if keep and ids and not self.model.begin:
            self.records.append(self._bare(ids[0], spans[0], passage.start, None))
        for first, logits in foretold(self.model, ids, context=self.context, stride=self.stride, ctx=ctx):
            laws = log_probabilities(logits)
            part = slice(first, first + len(laws))
            logprobs[part] = chosen(laws, ids[part])
            if keep:
                moved = [(passage.start + begin, passage.start + end) for begin, end in spans[part]]
                many = self._alternatives if passage.start + spans[first][0] < WITH_ALTERNATIVES else 0
                self.records += records(self._names, laws, ids[part], moved, alternatives=many)
            went(part.stop / len(ids))
        if written is not None:
            for id, span, logprob in zip(ids, spans, logprobs.tolist(), strict=True):
                written(self._bare(id, span, passage.start, None if math.isnan(logprob) else logprob))
        return self._summed(passage, spans, logprobs / -math.log(2), length)

    def _summed(
        self, passage: Piece, spans: list[tuple[int, int]], bits: NDArray[np.float64], length: int
    ) -> NDArray[np.float64]:
        sums = self.slices[passage.slice]
        known = ~np.isnan(bits)
        sums.bits += float(bits[known].sum())
        sums.tokens += int(known.sum())
        unknown = sum(end - begin for (begin, end), scored in zip(spans, known, strict=True) if not scored)
        sums.bytes += length - unknown if spans else 0
        found = spread(spans, bits, length)
        self.buckets.add(passage.start, found)
        return found

    def _bare(self, id: int, span: tuple[int, int], start: int, logprob: float | None) -> TokenRecord:
        begin, end = span
        return TokenRecord(id=id, text=self._names[id], start=start + begin, end=start + end, logprob=logprob)

    @property
    def all(self) -> Sums:
        found = Sums()
        for one in self.slices:
            found.bits += one.bits
            found.bytes += one.bytes
            found.tokens += one.tokens
        return found
