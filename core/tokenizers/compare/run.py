"""The job that compares tokenizers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import job
from core.tokenizers.compare.counting import Counting, InexactError
from core.tokenizers.compare.losses import first_difference, why_lost
from core.tokenizers.compare.names import tokenizer_names
from core.tokenizers.compare.preview import same_file
from core.tokenizers.compare.relative import Throughput, throughput
from core.tokenizers.compare.request import CompareTokenizersRequest
from core.tokenizers.compare.result import (
    CompareTokenizersResult,
    Figure,
    Loss,
    TextRow,
    TokenizerRow,
)
from core.tokenizers.compare.rows import Rows, TextRead, measure_infos, tokenizer_figures
from core.tokenizers.compare.sentence import detail, sentence
from core.tokenizers.compare.words import has_words
from core.tokenizers.corpus import Replaced, Text, documents, find_texts
from core.tokenizers.job import COMPARE
from core.tokenizers.open import open_tokenizer
from core.tokenizers.probes import lossy
from core.tokenizers.tokenizer import Tokenizer

_SAMPLE = 200_000
"""Characters that are encoded both ways before all else, and that the speed is measured on."""
_BATCH = 1_000_000
"""Characters that are counted at once, divided by the number of tokenizers."""
_UNPACKED = 3
"""Times that a ``.gz`` is larger than it lies there: a guess, for the progress."""


@job(COMPARE)
def compare_tokenizers(request: CompareTokenizersRequest, ctx: Context) -> CompareTokenizersResult:
    """Measure every tokenizer on every text, in one pass over the texts.

    Raises:
        UserError: a tokenizer or a text cannot be read; two tokenizers are the same file; there is no such
            pivot.
    """
    ctx.progress(0, 1, "Opening the tokenizers")
    if twice := same_file(request):
        raise UserError(twice, field="tokenizers")
    tokenizers = _opened(request, ctx)
    names = tokenizer_names(request.tokenizers)
    texts = find_texts(request.text)
    pivot = _pivot(request.pivot, texts)
    sample = _sample(texts, request)
    if not sample:
        raise UserError("There is nothing in the texts.", field="text")
    whole: list[Tokenizer] = []
    while True:
        try:
            _check(tokenizers, sample, request, whole, ctx)
            return _Comparison(request, ctx, tokenizers, names, texts, pivot, whole).result(sample)
        except InexactError as error:
            whole.append(error.tokenizer)


def _opened(request: CompareTokenizersRequest, ctx: Context) -> list[Tokenizer]:
    found = []
    for path in request.tokenizers:
        ctx.check()
        found.append(open_tokenizer(path, field="tokenizers"))
    return found


def _pivot(name: str | None, texts: Sequence[Text]) -> Text | None:
    """The text that parity is against: the one asked for, English, or the first; None for one text alone."""
    if name is not None:
        found = next((text for text in texts if text.name == name), None)
        if found is None:
            listed = ", ".join(text.name for text in texts[:8])
            raise UserError(
                f"There is no text {name} to be the pivot; there are {listed}{', …' * (len(texts) > 8)}.",
                field="pivot",
            )
        return found
    if len(texts) == 1:
        return None
    english = (text for text in texts if text.name.lower() in ("eng", "english", "en"))
    return next(english, texts[0])


def _sample(texts: Sequence[Text], request: CompareTokenizersRequest) -> list[str]:
    """The beginnings of the texts, as documents."""
    share = max(_SAMPLE // len(texts), 4_000)
    most = min(share, request.max_bytes or share)
    found: list[str] = []
    for text in texts:
        found += documents(text, request.documents, max_bytes=most, replaced=Replaced())
        if sum(map(len, found)) > _SAMPLE:
            break
    return found


def _check(
    tokenizers: Sequence[Tokenizer],
    sample: Sequence[str],
    request: CompareTokenizersRequest,
    whole: Sequence[Tokenizer],
    ctx: Context,
) -> None:
    """Encode the sample both ways.

    Raises:
        InexactError: of a tokenizer, the two differ.
    """
    counting = Counting(tokenizers, request.words, whole=whole, tick=ctx.check)
    counting.add(sample)
    cut = [side.tokenizer for side in counting.sides if side.encoder is not None]
    for at, (tokenizer, ids) in enumerate(zip(cut, counting.ids(sample), strict=True)):
        ctx.progress(at, len(cut), "Checking that words may be counted")
        if ids != tokenizer.ids(sample):
            raise InexactError(tokenizer)


class _Comparison:
    def __init__(
        self,
        request: CompareTokenizersRequest,
        ctx: Context,
        tokenizers: Sequence[Tokenizer],
        names: Sequence[str],
        texts: Sequence[Text],
        pivot: Text | None,
        whole: Sequence[Tokenizer],
    ) -> None:
        self._request = request
        self._ctx = ctx
        self._tokenizers = tokenizers
        self._names = names
        self._texts = texts
        self._pivot = pivot
        self._counting = Counting(tokenizers, request.words, whole=whole, tick=self._tick)
        self._rows = Rows(request, self._counting.sides, names, ctx.seed)
        self._total = sum(map(self._expected, texts))
        self._before = 0
        self._reading = texts[0].name
        self._replaced: dict[str, int] = {}
        for side, name in zip(self._counting.sides, names, strict=True):
            if side.encoder is None:
                ctx.warn(
                    f"{name} may put tokens across the places where texts are cut into words, so it encodes "
                    "whole documents, which is slower."
                )

    def result(self, sample: Sequence[str]) -> CompareTokenizersResult:
        order = sorted(self._texts, key=lambda text: text is not self._pivot)  # the pivot first
        read: dict[str, TextRead] = {}
        rows = []
        for text in order:
            found = read[text.name] = self._read(text)
            against = read[self._pivot.name] if self._pivot else None
            rows += self._rows.of_text(found, against)
            self._ctx.emit({"rows": [row.model_dump() for row in rows[-len(self._names) :]]})
        in_order = [read[text.name] for text in self._texts]
        places = {text.name: at for at, text in enumerate(self._texts)}
        rows.sort(key=lambda row: places[row.text])
        rows += self._rows.of_all(in_order)
        self._ctx.progress(self._total, self._total, "Comparing the vocabularies")
        names = [text.name for text in self._texts]
        plural = {"paragraphs": "paragraphs", "lines": "lines", "file": "files"}[self._request.documents]
        return CompareTokenizersResult(
            rows=rows,
            tokenizers=self._tokenizer_rows(sample),
            texts=[self._text_row(text, read[text.name]) for text in self._texts],
            measures=measure_infos(self._request),
            pairs=self._rows.pairs(in_order, self._counting.pair_columns),
            curves=self._rows.curves(in_order, self._counting),
            losses=[*self._losses(in_order)],
            pivot=self._pivot.name if self._pivot else None,
            sentence=sentence(rows, self._names, names),
            detail=detail(rows, self._names, names, plural),
        )

    # Reading

    def _read(self, text: Text) -> TextRead:
        self._reading = text.name
        replaced = Replaced()
        batch: list[str] = []
        size = 0
        most = _BATCH // len(self._tokenizers)
        worded = None
        before = self._counting.read[-1]
        for document in documents(
            text, self._request.documents, max_bytes=self._request.max_bytes, replaced=replaced
        ):
            batch.append(document)
            size += len(document)
            if size >= most:
                worded = has_words("".join(batch), self._request.words) if worded is None else worded
                self._add(batch)
                batch, size = [], 0
        worded = has_words("".join(batch), self._request.words) if worded is None else worded
        if batch:
            self._add(batch)
        self._replaced[text.name] = replaced.count
        if replaced.count:
            self._ctx.warn(
                f"{text.path} is not all UTF-8: {replaced.count:,} byte{'s' * (replaced.count > 1)} of it "
                "were read as U+FFFD (�)."
            )
        if self._counting.read[-1] == before:
            self._ctx.warn(f"{text.path} is empty.")
        self._before += self._expected(text)
        return self._rows.read(text.name, self._counting.end_text(), worded)

    def _add(self, batch: Sequence[str]) -> None:
        self._counting.add(batch)
        self._tick()

    def _tick(self) -> None:
        done = min(self._counting.read[-1], self._total)
        self._ctx.progress(done, self._total, f"Counting {self._reading}")

    def _expected(self, text: Text) -> int:
        """Bytes that reading it will give, more or less."""
        size = text.size * (_UNPACKED if text.path.suffix == ".gz" else 1)
        return min(size, self._request.max_bytes or size)

    # Telling

    def _text_row(self, text: Text, read: TextRead) -> TextRow:
        return TextRow(
            name=text.name,
            path=str(text.path),
            bytes=int(read.sums.shared[0]),
            documents=int(read.sums.shared[4]),
            replaced=self._replaced[text.name],
        )

    def _tokenizer_rows(self, sample: Sequence[str]) -> list[TokenizerRow]:
        found = []
        for at, (tokenizer, name) in enumerate(zip(self._tokenizers, self._names, strict=True)):
            stage = "Measuring the speed" if self._request.throughput else "Trying numbers and indentation"
            self._ctx.progress(at, len(self._tokenizers), stage)
            figures, words = tokenizer_figures(tokenizer)
            if self._request.throughput:
                figures[Throughput.key] = Figure(value=throughput(tokenizer, sample, self._ctx.check))
            found.append(
                TokenizerRow(
                    name=name,
                    path=str(self._request.tokenizers[at]),
                    format=tokenizer.format,
                    model=tokenizer.vocabulary.model,
                    size=tokenizer.vocabulary.size,
                    lossy=lossy(tokenizer),
                    notes=[*tokenizer.notes],
                    figures=figures,
                    words=words,
                    exact_cuts=self._counting.sides[at].encoder is not None,
                )
            )
        return found

    def _losses(self, texts: Sequence[TextRead]) -> Iterator[Loss]:
        for at, name in enumerate(self._names):
            for text in texts:
                lost = text.sums.first_lost[at]
                if lost is not None:
                    _, before, after = first_difference(lost.before, lost.after)
                    why = why_lost(lost.before, lost.after, unknown=lost.unknown)
                    yield Loss(
                        tokenizer=name,
                        text=text.name,
                        document=lost.number,
                        before=before,
                        after=after,
                        why=why,
                    )
