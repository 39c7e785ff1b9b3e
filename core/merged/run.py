"""The job: read with merged tokens, build a large vocabulary, write with and without it."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from core.errors import UserError
from core.generation.decoding.draw import chance
from core.generation.language.opened import open_with_weights
from core.jobs.context import Context
from core.jobs.machine import versions
from core.jobs.registry import job
from core.merged import kept
from core.merged.candidates import Candidates, find_candidates
from core.merged.choosing import Choosing
from core.merged.embedded import EmbeddedModel
from core.merged.job import MERGED
from core.merged.made_rows import MadeRows, MergedToken
from core.merged.methods_used import check_method, head_method
from core.merged.reading import read_both_ways
from core.merged.request import MergedRequest
from core.merged.result import (
    NOTE,
    NOTE_TRAINED,
    LargeVocabulary,
    MergedResult,
    Writing,
    WrittenPiece,
)
from core.merged.row_index import Best, Half, RowIndex, build, exact, recall
from core.merged.sizes import memory_beside
from core.merged.writing import Large, hidden_states, write
from core.models.bits_per_byte import token_losses
from core.tokenizers.corpus import documents, find_texts
from core.tokenizers.passages import passages
from core.tokenizers.tokenizer import Tokenizer
from core.transplant.loading import foresee
from core.transplant.materials import file_mark
from core.transplant.methods.method import Method
from core.transplant.rows import Shared
from core.transplant.spelt import spelt as spelt_out

_LONGEST = 50_000
"""Characters of a document that are encoded at once."""
_WINDOW = 512
"""Tokens of a passage, where the model's context is longer."""
_ROWS = 8_192
"""Rows that are made at once."""
_POSITIONS = 100
"""Of the text, at which the index is compared with all rows."""


@job(MERGED)
def merged(request: MergedRequest, ctx: Context) -> MergedResult:
    """Measure what merged tokens save and cost, reading and writing.

    Raises:
        UserError: the model, a text or a method will not do, or memory is too small for the vocabulary.
    """
    return _Merging(request, ctx).result()


class _Merging:
    def __init__(self, request: MergedRequest, ctx: Context) -> None:
        self._request, self._ctx = request, ctx
        self._method = request.method
        self._head_method = head_method(request)
        check_method(self._method)
        check_method(self._head_method, field="head_method")
        ctx.progress(0, 1, "Opening the model")
        self._language, loaded = open_with_weights(request.model, ctx, field="model")
        needed = memory_beside(request, loaded.folder.hidden_size)
        mend = "Choose a smaller vocabulary, or inverted lists for the index."
        foresee(needed, "cpu", f"A vocabulary of {request.size:,} further tokens", mend, "size")
        self._model = EmbeddedModel(loaded)
        self._tokenizer: Tokenizer = loaded.tokenizer
        self._spelt = list(self._language.pieces)
        shared = Shared()

        def rows(method: Method, matrix: Literal["input", "head"], scaled: bool) -> MadeRows:
            table = self._model.input if matrix == "input" else self._model.head
            return MadeRows(
                method,
                matrix,
                table,
                loaded.folder,
                self._tokenizer,
                scaled=scaled,
                shared=shared,
                seed=ctx.seed,
            )

        self._input_rows = rows(self._method, "input", False)
        self._head_rows = rows(self._head_method, "head", request.lengths != "as made")

    def result(self) -> MergedResult:
        request, ctx = self._request, self._ctx
        read = list(self._passages(request.read_bytes))
        if not read:
            raise UserError("The texts are empty: choose others.", field="text")
        reading, read_pieces = read_both_ways(
            self._model,
            read,
            self._spelt,
            self._input_rows,
            begin=self._language.begin,
            merges=request.merges,
            boundary=request.boundary,
            ctx=ctx,
        )
        ctx.emit({"part": "reading", "reading": reading, "pieces": read_pieces})
        large, told = self._vocabulary(read)
        plain = self._writing(None)
        written = self._writing(large)
        trained = self._method.name == self._head_method.name == "zett"
        return MergedResult(
            model=self._model.name,
            prompt=request.prompt,
            decoding=", ".join([request.decoding, *(one.line for one in request.samplers)]),
            method=spelt_out(self._method),
            head_method=spelt_out(self._head_method),
            note=NOTE_TRAINED if trained else NOTE,
            reading=reading,
            read_pieces=read_pieces,
            vocabulary=told,
            plain=plain,
            merged=written,
        )

    # The texts

    def _passages(self, most: int) -> Iterator[list[int]]:
        """Token ids of the texts' first `most` bytes, as many at a time as fit into the context."""
        begin = len(self._language.begin)
        window = min(self._model.context or _WINDOW, _WINDOW) - begin
        for ids in self._documents(self._request.text, "text", most):
            for first in range(0, len(ids), window):
                yield ids[first : first + window]

    def _documents(self, paths: Sequence[Path], field: str, most: int | None = None) -> Iterator[list[int]]:
        texts = find_texts(paths, field=field)
        left = most
        for number, text in enumerate(texts):
            for document in documents(text, "file", max_bytes=left, field=field):
                for passage in passages(document, _LONGEST):
                    self._ctx.progress(number, len(texts), "Encoding texts")
                    (ids,) = self._tokenizer.ids([passage])
                    yield [id for id in ids if self._spelt[id]]
                if left is not None:
                    left -= len(document.encode())
                    if left <= 0:
                        return

    # The large vocabulary

    def _vocabulary(self, read: Sequence[Sequence[int]]) -> tuple[Large, LargeVocabulary]:
        request, ctx = self._request, self._ctx
        place = kept.place_of(self._digest())
        began = time.perf_counter()
        found = kept.load(place, self._spelt) if request.cache else None
        was_kept = found is not None
        if found is None:
            tokens = self._candidates()
            rows = self._rows(tokens)
            index = build(rows, request.index, ctx)
            if request.cache:
                kept.keep(place, tokens, rows, index)
            found = tokens, rows, index
        seconds = 0.0 if was_kept else time.perf_counter() - began
        tokens, rows, index = found
        if len(tokens) < request.size:
            ctx.warn(
                f"The texts hold {len(tokens):,} different merged tokens of up to {request.longest} tokens, "
                f"not {request.size:,}: more text, longer tokens or tokens over several words make more."
            )
        searched = RowIndex(rows, index, searched=request.searched, k=request.candidates)
        return (
            Large(tokens, searched, self._input_rows, request.candidates),
            self._compared(tokens, searched, read, seconds, was_kept),
        )

    def _candidates(self) -> Candidates:
        request = self._request
        field = "vocabulary_text" if request.vocabulary_text else "text"
        texts = request.vocabulary_text or request.text
        return find_candidates(
            list(self._documents(texts, field)),
            self._spelt,
            size=request.size,
            longest=request.longest,
            boundary=request.reach,
            ctx=self._ctx,
            field=field,
        )

    def _rows(self, tokens: Candidates) -> Half:
        """(n, h) float16: the head's, made some at a time."""
        rows = np.empty((len(tokens), self._model.head.shape[1]), dtype=np.float16)
        for first in range(0, len(tokens), _ROWS):
            self._ctx.progress(first, len(tokens), "Making rows")
            last = min(first + _ROWS, len(tokens))
            some = [MergedToken(tokens.bytes(at), tokens.ids(at)) for at in range(first, last)]
            rows[first:last] = self._head_rows.make(some, _Quiet(self._ctx), first=first).numpy()
        if not np.isfinite(rows).all():
            raise UserError(
                "The method made numbers that are none, or too large for 16 bits: choose another.",
                field="method",
            )
        return rows

    def _compared(
        self,
        tokens: Candidates,
        index: RowIndex,
        read: Sequence[Sequence[int]],
        seconds: float,
        was_kept: bool,
    ) -> LargeVocabulary:
        """How well the index does at some positions of the text."""
        request, ctx = self._request, self._ctx
        queries = hidden_states(self._model, read, self._language.begin, _POSITIONS)
        began = time.perf_counter()
        found: list[Best] = []
        for query in queries:  # one at a time, as when writing
            ctx.progress(len(found), len(queries), "Asking the index")
            found.append(index.search(query[None], request.candidates))
        search = (time.perf_counter() - began) / len(queries)
        k = min(request.candidates, len(tokens))
        best = Best(
            np.concatenate([one.places for one in found]), np.concatenate([one.scores for one in found])
        )
        began = time.perf_counter()
        exact(index.rows, queries[:1], k, ctx)
        compared = time.perf_counter() - began
        truth = exact(index.rows, queries, k, ctx)
        own = torch.logsumexp(self._model.scores(torch.from_numpy(queries).to(self._model.head)), dim=1)
        own_mass = own.double().cpu().numpy()
        scores = best.scores.astype(np.float64)
        retrieved = np.logaddexp(own_mass, np.log(np.exp(scores - scores[:, :1]).sum(axis=1)) + scores[:, 0])
        missing = 1 - np.exp(retrieved - np.logaddexp(own_mass, truth.log_mass))
        return LargeVocabulary(
            size=len(tokens),
            asked=request.size,
            seen_once=int((tokens.counts == 1).sum()),
            rows_bytes=int(index.rows.nbytes),
            index_bytes=index.bytes,
            build_seconds=seconds,
            was_kept=was_kept,
            recall_1=recall(best, truth.best, 1),
            recall_10=recall(best, truth.best, 10),
            recall_all=recall(best, truth.best, k),
            positions=len(queries),
            missing_mass=max(0.0, float(missing.mean())),
            search_ms=1000 * search,
            exact_ms=1000 * compared,
        )

    def _digest(self) -> str:
        """Of all that the vocabulary, its rows and its index depend on."""
        request = self._request
        folder = self._model.loaded.folder
        texts = find_texts(request.vocabulary_text or request.text)
        said = {
            "model": [file_mark(file.path) for file in folder.files],
            "tokenizer": hashlib.sha256(self._tokenizer.path.read_bytes()).hexdigest(),
            "texts": [file_mark(text.path) for text in texts],
            "head": self._head_method.model_dump(mode="json"),
            "asked": request.model_dump(
                mode="json", include={"lengths", "reach", "size", "longest", "index"}
            ),
            "seed": self._ctx.seed,
            "versions": versions(),
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]

    # Writing

    def _writing(self, large: Large | None) -> Writing:
        prompt = self._language.encode(self._request.prompt)
        if not prompt:
            raise UserError(
                f"{self._model.name} has no token that begins a text: give it a prompt.", field="prompt"
            )
        if self._model.context is not None and len(prompt) >= self._model.context:
            raise UserError(
                f"The prompt has {len(prompt):,} tokens, and {self._model.name} takes "
                f"{self._model.context:,} in all: shorten it.",
                field="prompt",
            )
        written = write(
            self._model,
            prompt,
            self._spelt,
            large,
            Choosing(
                prompt,
                self._request.samplers,
                chance(self._ctx.seed, 0, 0) if self._request.decoding == "sample" else None,
                self._language.ends,
                self._spelt,
            ),
            most=self._request.max_bytes,
            leading=self._language.puts_space and not self._request.prompt,
            tell=self._teller("plain" if large is None else "merged"),
            ctx=self._ctx,
        )
        text = written.data.decode("utf-8", errors="replace")
        return Writing(
            text=text,
            bytes=len(written.data),
            steps=len(written.pieces),
            seconds=written.seconds,
            in_search=written.in_search,
            bits_per_byte=self._believed(text),
            stopped=written.stopped,
            pieces=written.pieces,
        )

    def _teller(self, way: str) -> Callable[[list[WrittenPiece]], None]:
        def tell(pieces: list[WrittenPiece]) -> None:
            if pieces:
                self._ctx.emit({"part": "pieces", "way": way, "pieces": pieces})

        return tell

    def _believed(self, text: str) -> float:
        """Bits per byte of a text after the prompt, by the model with its own tokens."""
        prompt = self._request.prompt
        if not text:
            return 0.0
        encoded = self._tokenizer.encode(prompt + text)
        begin = self._language.begin
        losses = token_losses(
            self._model.loaded.module,
            encoded.ids,
            prefix=begin[0] if begin else None,
            context=self._model.context or _WINDOW,
            ctx=self._ctx,
            stage="Asking the model what it thinks of it",
        )
        start = len(prompt.encode())
        bits = sum(
            float(loss)
            for loss, (_, end) in zip(losses.tolist(), encoded.spans, strict=True)
            if end > start and loss == loss
        )
        return bits / math.log(2) / max(1, len(text.encode()))


class _Quiet(Context):
    """Hears a stop, and tells no progress of its own: that of a block among many would jump to and fro."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(seed=ctx.seed, device="cpu", workdir=ctx.workdir)
        self._outer = ctx

    def check(self) -> None:
        self._outer.check()
