"""What a scoring tells."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.generation.result_parts import Residents, TokenRecord
from core.jobs.request import Metric, Result, Table


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class SliceFigures(_Part):
    """One text: a file, or what was given as the prompt. Lists have one entry a model."""

    name: str
    start: int
    """Where it begins among the bytes of all texts, one after the other."""
    bytes: int
    """Those that were scored by the first model."""
    tokens: list[int]
    bits_per_byte: list[float | None]
    """None where nothing of it could be scored."""


class Curve(_Part):
    """Bits per byte by place: `points[model][i]` is the mean over bytes ``[i·width, (i + 1)·width)``.

    A token's bits are spread evenly over its bytes. None where nothing was scored.
    """

    width: int = 1
    points: list[list[float | None]] = Field(default_factory=list)


class Passage(_Part):
    """A word that the first model and another find unequally likely, with what stands around it."""

    model: int
    """The other one's place among the models."""
    start: int
    end: int
    """Bytes among those of all texts."""
    text: str
    before: str
    after: str
    bits: tuple[float, float]
    """Of the first model and of the other, for the whole word and the space before it."""


class Difference(_Part):
    """The first model and another, word by word."""

    model: int
    words: int
    """How many were compared."""
    half: int
    """So few words, those that differ most, hold half of all that the two differ by, up or down."""


class Parting(_Part):
    """The first model's law of the next byte and another's, at every byte."""

    model: int
    divergence: list[float]
    """Jensen–Shannon, bits (0 … 1), a byte."""
    kullback_leibler: list[float | None]
    """D(first ‖ other), bits, a byte; None where it is infinite: the other excludes what the first allows."""
    mean_divergence: float
    mean_kullback_leibler: float | None
    first_disagreement: int | None
    """The first byte at which they would have put another byte on top."""


class Exact(_Part):
    """By the law of the next byte, all models over the same bytes. Lists have one entry a model.

    Per-byte lists end after `kept` bytes; means and sums are of all.
    """

    convention: str
    bits_per_byte: list[float]
    canonical: list[float]
    """Bits per byte of the tokenizer's own tokens of the same bytes with the same context."""
    bits: list[list[float]]
    """``-log2 P(byte | those before)``."""
    top: list[list[int]]
    """The likeliest byte; 256 is the end of the text."""
    leaked: list[float]
    """Mean share of mass, over the bytes, on what the tokenizer would not write."""
    pruned: list[float]
    """The most mass that was dropped at any byte because it was too small to follow."""
    partings: list[Parting]
    window: int
    """Bytes that the models see at most."""
    kept: int
    bytes: int
    evaluations: list[int]
    """Calls of each model."""


class ScoreResult(Result):
    """Lists have one entry a model. While the job runs it emits
    ``{"part": "begun", "models": names, "bytes": foreseen}`` and, at most four times a second,
    ``{"part": "curve", "curve": Curve}``.
    """

    models: list[str]
    """Their names."""
    bits_per_byte: list[float]
    bytes: list[int]
    """UTF-8 bytes that were scored."""
    tokens: list[int]
    """Tokens that were scored."""
    perplexity: list[float]
    """Per token: not comparable between tokenizers."""
    context: list[int]
    """Tokens of a window."""
    stride: list[int]
    slices: list[SliceFigures]
    curve: Curve
    text: str = ""
    """The beginning of all texts, one after the other: what `records` are of."""
    records: list[list[TokenRecord]] = Field(default_factory=list)
    """The first tokens of the text, model by model; all of a text that is not long."""
    differences: list[Difference] = Field(default_factory=list)
    passages: list[Passage] = Field(default_factory=list)
    """Where the first model and another differ most, those that differ most first."""
    exact: Exact | None = None
    residents: Residents = Field(default_factory=Residents)
    out: str | None = None

    def summary(self) -> str:
        rates = self.exact.bits_per_byte if self.exact else self.bits_per_byte
        said = _told_apart(rates)
        first = f"{self.models[0]} needs {said[0]} bits per byte"
        if len(self.models) == 1:
            return f"{first}: {self.bytes[0]:,} bytes in {self.tokens[0]:,} tokens."
        others = [f"{name} {rate}" for name, rate in zip(self.models[1:], said[1:], strict=True)]
        sentence = f"{first}, {_listed(others)}"
        if len(self.models) == 2 and self.differences and self.differences[0].half:
            found = self.differences[0]
            words = "one word" if found.half == 1 else f"{found.half:,} of {found.words:,} words"
            return f"{sentence}; half of what they differ by falls on {words}."
        return f"{sentence}."

    def metrics(self) -> list[Metric]:
        found = [
            Metric(name=name, value=value, slice=model)
            for name, values in self._figures()
            for model, value in zip(self.models, values, strict=True)
        ]
        if len(self.slices) > 1:
            found += [
                Metric(name="bits per byte", value=rate, slice=f"{model} · {text.name}")
                for text in self.slices
                for model, rate in zip(self.models, text.bits_per_byte, strict=True)
                if rate is not None
            ]
        return found

    def headline(self) -> Metric | None:
        return Metric(name="bits per byte", value=self.bits_per_byte[0], slice=self.models[0])

    def tables(self) -> list[Table]:
        head = ["model", "bits per byte", "bytes", "tokens", "bytes per token", "perplexity", "context"]
        rows = [
            [
                name,
                f"{self.bits_per_byte[m]:.4f}",
                self.bytes[m],
                self.tokens[m],
                f"{self.bytes[m] / max(1, self.tokens[m]):.2f}",
                f"{self.perplexity[m]:.2f}",
                self.context[m],
            ]
            for m, name in enumerate(self.models)
        ]
        tables = [Table(head, rows)]
        if self.exact is not None:
            exact = self.exact
            rows = [
                [name, f"{exact.bits_per_byte[m]:.4f}", f"{exact.canonical[m]:.4f}",
                 f"{exact.canonical[m] - exact.bits_per_byte[m]:+.4f}", exact.evaluations[m]]
                for m, name in enumerate(self.models)
            ]  # fmt: skip
            tables.append(Table(["model", "exact bits per byte", "its own tokens", "gap", "calls"], rows))
        if len(self.slices) > 1:
            rows = [
                [
                    text.name,
                    text.bytes,
                    *("" if rate is None else f"{rate:.4f}" for rate in text.bits_per_byte),
                ]
                for text in self.slices
            ]
            tables.append(Table(["text", "bytes", *self.models], rows))
        if self.passages:
            rows = [
                [p.start, p.text, self.models[p.model], f"{p.bits[0]:.2f}", f"{p.bits[1]:.2f}"]
                for p in self.passages[:10]
            ]
            tables.append(Table(["byte", "word", "other model", f"bits, {self.models[0]}", "other's"], rows))
        return tables

    def _figures(self) -> list[tuple[str, list[float]]]:
        found = [("bits per byte", self.bits_per_byte), ("perplexity", self.perplexity)]
        return [*found, ("exact bits per byte", self.exact.bits_per_byte)] if self.exact else found


def _told_apart(rates: list[float]) -> list[str]:
    """With as many places, two to four, as tell those apart that differ."""
    for places in (2, 3, 4):
        said = [f"{rate:.{places}f}" for rate in rates]
        if len(set(said)) == len(rates):
            break
    return said


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
