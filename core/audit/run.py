"""The job: cut each token again, count what a corpus uses, and look at a model's embeddings."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.audit.categories import OK, ONE_OTHER, Category, categorise
from core.audit.checks import check_rows
from core.audit.indicators import Indicators, indicators, neighbours
from core.audit.job import AUDIT
from core.audit.reference import reference_set
from core.audit.request import AuditRequest
from core.audit.result import AuditResult, SuspectToken
from core.jobs.context import Context
from core.jobs.registry import job
from core.models.folder import ModelFolder, open_model
from core.tokenizers.canonical import Kind
from core.tokenizers.corpus import find_texts
from core.tokenizers.counting import count_tokens
from core.tokenizers.open import open_tokenizer
from core.tokenizers.shown import shown
from core.tokenizers.tokenizer import Tokenizer

_MOST_SUSPECTS = 5_000
_MOST_SHOWN = 5_000
_WITH_NEIGHBOURS = 100
_NEIGHBOURS = 5
_BINS = 60


@job(AUDIT)
def audit(request: AuditRequest, ctx: Context) -> AuditResult:
    """Look for suspicious tokens. What is rare in a corpus and what is hardly trained are told apart.

    Raises:
        UserError: the tokenizer, a text or the model cannot be read, or the model has another tokenizer.
    """
    tokenizer = open_tokenizer(request.tokenizer, field="tokenizer")
    folder = open_model(request.model, field="model") if request.model else None
    if folder is not None:
        check_rows(folder, tokenizer.vocabulary.size)
    texts = find_texts(request.text) if request.text else []
    looking = _Looking(tokenizer, categorise(tokenizer, ctx))
    size = 0
    if texts:
        looking.counts = np.zeros(tokenizer.vocabulary.size, np.int64)
        for row in count_tokens(tokenizer, texts, ctx, "Counting the tokens"):
            looking.counts += row.counts
            size += row.bytes
    unreachable = [category for category in looking.categories if category.is_unreachable]
    unused = looking.unused()
    result = AuditResult(
        tokenizer=str(tokenizer.path),
        size=tokenizer.vocabulary.count,
        categories=dict(Counter(category.name for category in looking.categories)),
        unreachable=[looking.suspect(category) for category in unreachable[:_MOST_SHOWN]],
        unused=len(unused) if texts else None,
        unused_tokens=[looking.suspect(category) for category in unused[:_MOST_SHOWN]],
        text_bytes=size,
    )
    if folder is None:
        return result
    measured = indicators(folder, reference_set(tokenizer.vocabulary, folder.vocab_size), ctx)
    return result.model_copy(update=looking.at_model(folder, measured, request.share, ctx))


@dataclass
class _Looking:
    tokenizer: Tokenizer
    categories: list[Category]
    counts: NDArray[np.int64] | None = None

    def unused(self) -> list[Category]:
        if self.counts is None:
            return []
        return [
            category
            for category in self.categories
            if category.token.kind is Kind.TEXT
            and not self.counts[category.token.id]
            and not self.tokenizer.is_unknown(category.token.id)
        ]

    def suspect(
        self, category: Category, indicator: float | None = None, nearest: Sequence[int] = ()
    ) -> SuspectToken:
        token = category.token
        return SuspectToken(
            id=token.id,
            token=shown(token.bytes),
            kind=str(token.kind),
            category=category.name,
            reencoded=list(category.reencoded),
            indicator=indicator,
            count=None if self.counts is None else int(self.counts[token.id]),
            nearest=[self._shown(id) for id in nearest],
        )

    def at_model(
        self, folder: ModelFolder, measured: Indicators, share: float, ctx: Context
    ) -> dict[str, object]:
        """The fields of the result that a model gives."""
        values = measured.values
        considered = [category for category in self.categories if category.name in (OK, ONE_OTHER)]
        considered.sort(key=lambda category: (values[category.token.id], category.token.id))
        count = min(_MOST_SUSPECTS, math.ceil(share * len(considered)))
        suspects = considered[:count]
        first = [category.token.id for category in suspects[:_WITH_NEIGHBOURS]]
        entries = self.tokenizer.vocabulary.entries
        near = (
            neighbours(
                folder,
                first,
                measured.mean,
                _NEIGHBOURS,
                lambda id: id < len(entries) and entries[id] is not None,
                ctx,
            )
            if first
            else []
        )
        near += [[] for _ in range(count - len(first))]
        counts, edges = np.histogram(values, bins=_BINS)
        known, _ = np.histogram(values[list(measured.reference.rows)], bins=edges)
        return {
            "undertrained": [
                self.suspect(category, float(values[category.token.id]), nearest)
                for category, nearest in zip(suspects, near, strict=True)
            ],
            "indicator": measured.words,
            "reference": len(measured.reference.rows),
            "reference_words": measured.reference.words,
            "edges": edges.tolist(),
            "counts": counts.tolist(),
            "reference_counts": known.tolist(),
        }

    def _shown(self, id: int) -> str:
        token = self.tokenizer.vocabulary.entries[id]
        return shown(token.bytes) if token is not None else ""
