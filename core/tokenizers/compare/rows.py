"""From sums to the rows that a comparison tells: figures, intervals, curves."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.counting import Counting, Side, TextSums
from core.tokenizers.compare.intervals import ratio_interval, resampled_sums
from core.tokenizers.compare.measures import MEASURES
from core.tokenizers.compare.measures.digits import tokens_by_length
from core.tokenizers.compare.measures.indentation import tokens_of_spaces
from core.tokenizers.compare.measures.measure import (
    Counts,
    Measure,
    OfBoundaries,
    OfCounts,
    OfTokenizer,
    OfVocabularies,
    Ratio,
)
from core.tokenizers.compare.measures.renyi_efficiency import renyi_efficiency
from core.tokenizers.compare.measures.token_bytes import lengths_in_text
from core.tokenizers.compare.measures.vocabulary_overlap import shared_tokens
from core.tokenizers.compare.measures.zipf import zipf_points
from core.tokenizers.compare.parity import mean_parity, parity
from core.tokenizers.compare.relative import (
    OF_TEXTS,
    Cost,
    MeanParity,
    NormalisedLength,
    Parity,
    Throughput,
    WeightedOverlap,
)
from core.tokenizers.compare.request import CompareTokenizersRequest
from core.tokenizers.compare.result import ALL, CompareRow, Curve, Figure, MeasureInfo, PairRow
from core.tokenizers.compare.token_table import token_table
from core.tokenizers.compare.units import SHARED
from core.tokenizers.tokenizer import Tokenizer

_ALPHAS = [step / 4 for step in range(21)]
"""Of the Rényi curve: 0, 0.25 … 5."""
_MOST_POINTS = 200
_TOKENS = 0
"""Where a tokenizer's columns have the tokens."""


@dataclass(frozen=True)
class TextRead:
    """One text, counted. `resampled`: float64 [R, k], the sums of its columns over resampled documents."""

    name: str
    sums: TextSums
    has_words: bool
    resampled: NDArray[np.float64]


class Rows:
    """Makes the rows of one comparison.

    Args:
        names: of the tokenizers.
        pivot: the text that parity is against, if there is one.
    """

    def __init__(
        self, request: CompareTokenizersRequest, sides: Sequence[Side], names: Sequence[str], seed: int
    ) -> None:
        self._request = request
        self._sides = sides
        self._names = names
        self._seed = seed
        widths = [len(side.columns) for side in sides]
        self._offsets = np.cumsum([len(SHARED), *widths[:-1]]).tolist()

    def read(self, name: str, sums: TextSums, has_words: bool) -> TextRead:
        """A text with its documents resampled.

        Texts of as many documents are drawn alike, since they may be translations one by one: then parity
        has the interval of pairs. If they are not, it makes no difference.
        """
        rows = sums.documents.rows
        many = self._request.resamples if len(rows) > 1 else 0
        rng = np.random.default_rng([self._seed, len(rows)])
        return TextRead(name, sums, has_words, resampled_sums(rows, many, rng))

    def of_text(self, text: TextRead, pivot: TextRead | None) -> list[CompareRow]:
        return [self._row(at, text.name, [text], pivot) for at in range(len(self._sides))]

    def of_all(self, texts: Sequence[TextRead]) -> list[CompareRow]:
        return [self._row(at, ALL, texts, None) for at in range(len(self._sides))]

    def pairs(self, texts: Sequence[TextRead], columns: Sequence[str]) -> list[PairRow]:
        """Boundaries and shared tokens over each text and over all; and the vocabularies."""
        found = []
        for number, (one, other) in enumerate(itertools.combinations(range(len(self._sides)), 2)):
            named = {"first": self._names[one], "second": self._names[other]}
            slices = [(text.name, [text]) for text in texts]
            shared = shared_tokens(self._sides[one].tokenizer, self._sides[other].tokenizer)
            for name, some in [*slices, (ALL, texts)]:
                read = [text for text in some if text.sums.shared.any()]  # an empty one has no sums
                each = [text.sums.pairs[number] for text in read]
                sums = dict(zip(columns, _added(each).tolist(), strict=True)) if each else {}
                figures = self._boundaries(sums, some)
                counts = self._counts(one, some).counts
                if counts.any():
                    figures[WeightedOverlap.key] = Figure(value=float(counts[shared].sum() / counts.sum()))
                found.append(PairRow(**named, text=name, figures=figures))
            tokenizers = self._sides[one].tokenizer, self._sides[other].tokenizer
            values = {m.key: m.value(*tokenizers) for m in _of(OfVocabularies)}
            found.append(PairRow(**named, text="", figures=_figures(values)))
        return found

    def curves(self, texts: Sequence[TextRead], counting: Counting) -> list[Curve]:
        found = []
        for at, side in enumerate(self._sides):
            counts = self._counts(at, texts)
            lengths = lengths_in_text(counts)
            efficiencies = [renyi_efficiency(counts.counts, alpha) for alpha in _ALPHAS]
            shown = [pair for pair in zip(_ALPHAS, efficiencies, strict=True) if pair[1] is not None]
            spaces = tokens_of_spaces(side.tokenizer)
            lines: dict[str, tuple[Sequence[float], Sequence[float]]] = {
                "zipf": zipf_points(counts.counts),
                "utilisation": _thinned(counting.read, counting.used[at], side.tokenizer),
                "token_bytes": (range(len(lengths)), lengths.tolist()),
                "renyi": ([alpha for alpha, _ in shown], [value for _, value in shown if value is not None]),
                "digits": tokens_by_length(side.tokenizer),
                "indent": (range(1, len(spaces) + 1), spaces),
            }
            for key, (x, y) in lines.items():
                x, y = [*map(float, x)], [*map(float, y)]
                found.append(Curve(tokenizer=self._names[at], key=key, x=x, y=y))
        return found

    # One row

    def _row(self, at: int, name: str, texts: Sequence[TextRead], pivot: TextRead | None) -> CompareRow:
        side = self._sides[at]
        spoken = [text for text in texts if text.has_words]
        figures: dict[str, Figure] = {}
        for measure in side.ratios:
            of_words = "words" in (measure.numerator, measure.denominator)
            figure = self._ratio(at, measure, spoken if of_words else texts)
            if figure is not None:
                figures[measure.key] = figure
        counts = self._counts(at, texts)
        figures |= _figures({m.key: m.value(counts) for m in _of(OfCounts)})
        tokens = int(counts.counts.sum())
        if pivot is not None:
            figures |= self._against_pivot(at, texts[0], pivot)
        if (length := self._against_first(at, texts)) is not None:
            figures[NormalisedLength.key] = length
        if self._request.price is not None:
            figures[Cost.key] = Figure(value=tokens * self._request.price / 1e6)
        shared = dict(zip(SHARED, _added([text.sums.shared for text in texts]).tolist(), strict=True))
        words = sum(int(text.sums.shared[SHARED.index("words")]) for text in spoken)

        def value(key: str) -> float | None:
            return figures[key].value if key in figures else None

        return CompareRow(
            tokenizer=self._names[at],
            text=name,
            documents=shared["documents"],
            bytes=shared["bytes"],
            characters=shared["characters"],
            words=words if spoken else None,
            tokens=tokens,
            bytes_per_token=value("bytes_per_token"),
            fertility=value("fertility"),
            parity=value("parity"),
            renyi_efficiency=value("renyi_efficiency"),
            unknown_rate=value("unknown_rate") or 0.0,
            round_trip_losses=sum(text.sums.losses[at] for text in texts),
            figures=dict(sorted(figures.items(), key=lambda item: _ORDER[item[0]])),
        )

    def _ratio(self, at: int, measure: Ratio, texts: Sequence[TextRead]) -> Figure | None:
        over, under = self._place(at, measure.numerator), self._place(at, measure.denominator)
        sums = [_added([self._sums(at, text)[place] for text in texts]) for place in (over, under)]
        if not texts or not sums[1]:
            return None
        interval = self._interval((texts, over), (texts, under))
        return _figure(float(sums[0] / sums[1]), interval)

    def _against_pivot(self, at: int, text: TextRead, pivot: TextRead) -> dict[str, Figure]:
        place = self._offsets[at] + _TOKENS
        own, its = (read.sums.documents.rows[:, place] for read in (text, pivot))
        ratio = parity(own, its)
        if ratio is None:
            return {}
        interval = None if text is pivot else self._interval(([text], place), ([pivot], place))
        found = {Parity.key: _figure(ratio, interval)}
        apart = text.sums.documents.run == pivot.sums.documents.run == 1
        mean = mean_parity(own, its) if apart and len(own) > 1 else None
        return found | _figures({MeanParity.key: mean})

    def _against_first(self, at: int, texts: Sequence[TextRead]) -> Figure | None:
        own, first = self._offsets[at] + _TOKENS, self._offsets[0] + _TOKENS
        sums = [sum(int(text.sums.columns[side][_TOKENS]) for text in texts) for side in (at, 0)]
        if not sums[1]:
            return None
        if at == 0:
            return Figure(value=1.0)
        interval = self._interval((texts, own), (texts, first))
        return _figure(sums[0] / sums[1], interval)

    # Parts of it

    def _place(self, at: int, column: str) -> int:
        """Where a column stands among all."""
        if column in SHARED:
            return SHARED.index(column)
        return int(self._offsets[at]) + self._sides[at].columns.index(column)

    def _sums(self, at: int, text: TextRead) -> NDArray[np.int64]:
        """The sums of all columns, as far as they are shared or this tokenizer's, each in its place."""
        found = np.zeros(self._offsets[at] + len(self._sides[at].columns), np.int64)
        found[: len(SHARED)] = text.sums.shared
        found[self._offsets[at] :] = text.sums.columns[at]
        return found

    def _interval(
        self, over: tuple[Sequence[TextRead], int], under: tuple[Sequence[TextRead], int]
    ) -> tuple[float, float] | None:
        """Of a ratio of two columns, each summed over texts; None where no text has several documents."""
        if not any(len(text.resampled) for text in (*over[0], *under[0])):
            return None
        return ratio_interval(self._resampled(*over), self._resampled(*under))

    def _resampled(self, texts: Sequence[TextRead], place: int) -> NDArray[np.float64]:
        """[R]: each text's documents are drawn by themselves; one with a single document stays as it is."""
        found = np.zeros(self._request.resamples)
        for text in texts:
            several = len(text.resampled) > 0
            found += text.resampled[:, place] if several else text.sums.documents.rows[:, place].sum()
        return found

    def _counts(self, at: int, texts: Sequence[TextRead]) -> Counts:
        return Counts(
            counts=_added([text.sums.counts[at] for text in texts]),
            tokenizer=self._sides[at].tokenizer,
            alpha=self._request.alpha,
        )

    def _boundaries(self, sums: dict[str, int], texts: Sequence[TextRead]) -> dict[str, Figure]:
        if not sums:
            return {}
        sums["documents"] = sum(int(text.sums.shared[SHARED.index("documents")]) for text in texts)
        return _figures({m.key: m.value(sums) for m in _of(OfBoundaries)})


def measure_infos(request: CompareTokenizersRequest) -> list[MeasureInfo]:
    """What a table's head says of each measure, in its order."""
    more = [
        *OF_TEXTS,
        *([Cost()] if request.price is not None else []),
        *([Throughput()] if request.throughput else []),
        WeightedOverlap(),
    ]
    return [
        MeasureInfo(
            key=measure.key,
            title=measure.title,
            unit=measure.unit,
            description=measure.description,
            better=measure.better,
            digits=measure.digits,
            of=_kind(measure),
        )
        for measure in sorted([*MEASURES.values(), *more], key=lambda m: (m.order, m.key))
    ]


def tokenizer_figures(tokenizer: Tokenizer) -> tuple[dict[str, Figure], dict[str, str]]:
    """Measures of the tokenizer alone, and what they say in words."""
    measures = _of(OfTokenizer)
    words = {m.key: said for m in measures if (said := m.words(tokenizer))}
    return _figures({m.key: m.value(tokenizer) for m in measures}), words


_ORDER = {m.key: (m.order, m.key) for m in [*MEASURES.values(), *OF_TEXTS, Cost()]}


def _kind(measure: Measure) -> Literal["text", "tokenizer", "pair"]:
    if isinstance(measure, OfTokenizer | Throughput):
        return "tokenizer"
    return "pair" if isinstance(measure, OfVocabularies | OfBoundaries | WeightedOverlap) else "text"


_M = TypeVar("_M", bound=Measure)


def _of(kind: type[_M]) -> list[_M]:
    return [measure for measure in MEASURES.values() if isinstance(measure, kind)]


def _added(arrays: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.sum(arrays, axis=0) if len(arrays) else np.zeros((), np.int64)


def _figures(values: dict[str, float | None]) -> dict[str, Figure]:
    return {key: Figure(value=float(value)) for key, value in values.items() if value is not None}


def _figure(value: float, interval: tuple[float, float] | None) -> Figure:
    return Figure(value=value) if interval is None else Figure(value=value, low=interval[0], high=interval[1])


def _thinned(
    read: Sequence[int], used: Sequence[int], tokenizer: Tokenizer
) -> tuple[list[float], list[float]]:
    """Share of the vocabulary that was met, by bytes read."""
    step = max(1, -(-len(read) // _MOST_POINTS))
    chosen = [*range(0, len(read) - 1, step), len(read) - 1]
    size = max(token_table(tokenizer).ordinary_count, 1)
    return [float(read[at]) for at in chosen], [used[at] / size for at in chosen]
