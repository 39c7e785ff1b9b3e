"""What a transplant tells."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result, Table


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class BeforeAfter(_Figures):
    """Slice (a file's name; ``all`` is the whole text) → bits per byte."""

    before: dict[str, float] = Field(default_factory=dict)
    after: dict[str, float] = Field(default_factory=dict)


class BeforeAfterTokens(_Figures):
    """Slice → number of tokens, in the base's tokenizer and in the target's."""

    before: dict[str, int] = Field(default_factory=dict)
    after: dict[str, int] = Field(default_factory=dict)


class LossPart(_Figures):
    """The loss of one slice on one kind of token: ``copied`` rows (matched) or ``approximated`` ones.

    `bytes` are those of the text that these tokens stand for; `bits` their summed loss.
    `bits_before` is the base's loss on the same bytes, so that ``bits - bits_before`` is what they cost.
    """

    slice: str
    kind: Literal["copied", "approximated"]
    tokens: int
    bytes: int
    bits: float
    bits_before: float | None = None


class Histogram(_Figures):
    """`counts` of the values between neighbouring `edges` (one more than counts)."""

    edges: list[float] = Field(default_factory=list)
    counts: list[int] = Field(default_factory=list)


class Example(_Figures):
    """A line of the measured text around a token; `at`: where in it the token begins and ends."""

    text: str
    at: tuple[int, int]


class Atom(_Figures):
    """A base token that a new row is built from."""

    token: str
    weight: float


class TokenFigures(_Figures):
    """One new token. `text` may hold control characters or half a character (then as ``\\xNN``): it is data.

    `occurs`: in the measured text. `bits`: its mean loss there, `bits_before`: the base's on the same bytes.
    `example`: a line of that text around it, `example_at`: where in the example it begins and ends; `others`:
    up to two more, where it costs most.
    """

    id: int
    text: str
    residual: float | None = None
    occurs: int = 0
    bits: float | None = None
    bits_before: float | None = None
    built_from: list[Atom] = Field(default_factory=list)
    example: str = ""
    example_at: tuple[int, int] | None = None
    others: list[Example] = Field(default_factory=list)

    @property
    def added(self) -> float | None:
        """Bits that all its occurrences together cost more than the base needed for the same bytes."""
        if self.bits is None or self.bits_before is None:
            return None
        return self.occurs * (self.bits - self.bits_before)


class Norms(_Figures):
    """Quantiles (5, 25, 50, 75, 95 %) of the lengths of rows: the base's own, those copied, those made."""

    base: list[float] = Field(default_factory=list)
    copied: list[float] = Field(default_factory=list)
    approximated: list[float] = Field(default_factory=list)


class ClassFigures(_Figures):
    """New tokens of one class (``word``, ``continuation``, ``digits``, ``whitespace``, ``punctuation``,
    ``code``, a script's name, ``half character``): how well they were approximated, and what they cost."""

    token_class: str
    tokens: int
    occurs: int = 0
    mean_residual: float | None = None
    added_bits: float | None = None


class PerplexityRatio(_Figures):
    """Perplexity per token after, over that before (TokenAdapt, arXiv 2505.09738): not comparable between
    tokenizers, given because papers do. `median` and `mean` are of the ratios of blocks of about 1,000 bytes;
    the mean is led by a few."""

    slice: str
    before: float
    after: float
    ratio: float
    median: float
    mean: float | None = None


class Agreement(_Figures):
    """How often both models foretell the same at positions where both tokenizers part the text.

    `top1`: their first choices agree as far as the shorter one goes. `top5`: the base's first choice is, in
    this sense, among the other's first five. `next_byte`: mean Kullback-Leibler divergence, in bits, of the
    next byte.
    """

    slice: str
    positions: int
    top1: float
    top5: float
    next_byte: float | None = None


class AnchorTest(_Figures):
    """Shared tokens, hidden from the method and made by it, beside their true rows ("leave anchors out").

    `cosine` and `error` (‖made - true‖ / ‖true‖) are means; `neighbours` is the mean share of the ten nearest
    tokens that the made row has in common with the true one.
    """

    matrix: Literal["input", "head"]
    anchors: int
    cosine: float
    error: float
    neighbours: float


class NeighboursKept(_Figures):
    """Of new tokens: the mean share of the ten nearest shared tokens that the made row has in common with the
    donor's row of the same token."""

    matrix: Literal["input", "head"]
    tokens: int
    share: float


class DigitsFigures(_Figures):
    """Numbers as the two tokenizers cut them; `same` is the share of `numbers` sampled ones cut alike.

    `severity`: ``none``, ``some`` (another direction, or cut as it was learnt) or ``severe`` (another size of
    groups). `base` and `target` say the groups in words, `warning` what differs and `remedy` what now: both
    are empty where all is alike. `examples` are (number, the base's pieces, the target's), pieces parted by
    ``|``.
    """

    base: str
    target: str
    same: float
    severity: Literal["none", "some", "severe"]
    numbers: int = 0
    warning: str = ""
    remedy: str = ""
    examples: list[tuple[str, str, str]] = Field(default_factory=list)


SIMILARITY_KEPT = "similarity kept"
RECALL = "recall@100"


class Kept(_Figures):
    """A figure of an encoder before and after: ``nDCG@10``, ``recall@100``, ``Spearman``; `on` says of what.

    ``similarity kept`` is of both at once: how alike the two rank pairs of texts; `before` is then 1.
    """

    name: str
    on: str
    before: float
    after: float
    items: int
    """Queries or pairs."""


class TransplantResult(Result):
    out: str
    base: str
    target: str
    donor: str | None = None
    method: str
    method_title: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    vocab_size: int
    """Of the target tokenizer."""
    padded_vocab_size: int
    """Rows of the written matrices: the vocabulary's, holes filled, and padding."""
    sources: dict[str, int] = Field(
        default_factory=dict,
        description="Where the rows come from: exact, special (by role), byte, method, fallback, padding.",
    )
    matched: int
    approximated: int
    anchors: int | None = None
    """Shared tokens that the method could build on; None where it needs none, or nothing was made."""
    mean_residual: float | None = None
    bits_per_byte: BeforeAfter = BeforeAfter()
    bytes: dict[str, int] = Field(default_factory=dict, description="How much of each slice was measured.")
    tokens: BeforeAfterTokens = BeforeAfterTokens()
    parts: list[LossPart] = Field(default_factory=list)
    residuals: Histogram = Histogram()
    norms: Norms = Norms()
    mode: Literal["replacement", "expansion", "same"] = "replacement"
    head_method: str | None = None
    """Where the head was made otherwise: the method in a line."""
    intervals: dict[str, tuple[float, float]] = Field(
        default_factory=dict,
        description="Slice → 95 % interval of bits per byte after minus before, by resampling passages.",
    )
    classes: list[ClassFigures] = Field(default_factory=list)
    perplexity: list[PerplexityRatio] = Field(default_factory=list)
    agreement: list[Agreement] = Field(default_factory=list)
    parts_by_input: list[LossPart] = Field(
        default_factory=list,
        description="As parts, but by the row of the token read last: what the input's rows cost.",
    )
    anchor_test: list[AnchorTest] = Field(default_factory=list)
    anchor_test_note: str = Field("", description="Why there is no anchor test, where there is none.")
    neighbours: list[NeighboursKept] = Field(default_factory=list)
    digits: DigitsFigures | None = None
    kept: list[Kept] = Field(default_factory=list)
    worst: list[TokenFigures] = Field(default_factory=list)
    best: list[TokenFigures] = Field(default_factory=list)

    def summary(self) -> str:
        name = self.method_title.partition(",")[0]
        before, after = self.bits_per_byte.before.get(_ALL), self.bits_per_byte.after.get(_ALL)
        counts = f"{self.vocab_size:,} tokens: {self.matched:,} copied, {self.approximated:,} approximated."
        if self.kept and (not before or after is None):
            kept = [each for each in self.kept if each.name != RECALL][:2]
            return f"{name} keeps {'; '.join(map(_kept_in_words, kept))}. {counts}"
        if not before or after is None:
            return f"{name} wrote {self.out}. {counts}"
        share = 100 * (after / before - 1)
        how = f"{abs(share):.1f} % {'more' if share >= 0 else 'fewer'} bits per byte"
        return f"{name} costs your text {how}: {before:.3f} → {after:.3f}. {counts}"

    def metrics(self) -> list[Metric]:
        found = [
            Metric(name=f"bits per byte {when}", value=value, slice=name)
            for when, values in (("before", self.bits_per_byte.before), ("after", self.bits_per_byte.after))
            for name, value in values.items()
        ]
        found += [
            Metric(name="matched", value=self.matched),
            Metric(name="approximated", value=self.approximated),
        ]
        if self.mean_residual is not None:
            found.append(Metric(name="mean residual", value=self.mean_residual))
        for name, (low, high) in self.intervals.items():
            found.append(Metric(name="bits per byte added, at least", value=low, slice=name))
            found.append(Metric(name="bits per byte added, at most", value=high, slice=name))
        for part in self.parts:
            if part.slice == _ALL and part.bits_before is not None:
                found.append(
                    Metric(name="bits added", value=part.bits - part.bits_before, slice=f"{part.kind} tokens")
                )
        for ratio in self.perplexity:
            found.append(Metric(name="perplexity ratio", value=ratio.ratio, slice=ratio.slice))
        for each in self.agreement:
            found.append(Metric(name="top-1 agreement", value=each.top1, slice=each.slice))
            found.append(Metric(name="top-5 agreement", value=each.top5, slice=each.slice))
            if each.next_byte is not None:
                found.append(Metric(name="next-byte divergence", value=each.next_byte, slice=each.slice))
        for test in self.anchor_test:
            found.append(Metric(name="hidden anchors, cosine", value=test.cosine, slice=test.matrix))
            found.append(Metric(name="hidden anchors, error", value=test.error, slice=test.matrix))
            found.append(Metric(name="hidden anchors, neighbours", value=test.neighbours, slice=test.matrix))
        for kept in self.neighbours:
            found.append(Metric(name="neighbours kept", value=kept.share, slice=kept.matrix))
        if self.digits is not None:
            found.append(Metric(name="numbers cut alike", value=self.digits.same))
        for figure in self.kept:
            if figure.name != SIMILARITY_KEPT:
                found.append(Metric(name=f"{figure.name} before", value=figure.before, slice=figure.on))
            found.append(Metric(name=_after(figure), value=figure.after, slice=figure.on))
        return found

    def headline(self) -> Metric | None:
        after = self.bits_per_byte.after.get(_ALL)
        if after is not None:
            return Metric(name="bits per byte after", value=after, slice=_ALL)
        kept = next(iter(self.kept), None)
        return None if kept is None else Metric(name=_after(kept), value=kept.after, slice=kept.on)

    def tables(self) -> list[Table]:
        """Each text; copied and approximated tokens; classes; hidden anchors; an encoder; numbers; tokens."""
        digits = self.digits or DigitsFigures(base="", target="", same=1.0, severity="none")
        found = [
            self._texts(),
            Table(
                ["tokens", "how many", "bits each", "base, same bytes", "bits added"],
                [
                    [part.kind, part.tokens, _per(part.bits, part.tokens),
                     _per(part.bits_before, part.tokens), _added(part)]
                    for part in self.parts if part.slice == _ALL
                ],
            ),
            Table(
                ["new tokens", "how many", "occur", "mean residual", "bits added"],
                [[c.token_class, c.tokens, c.occurs, c.mean_residual, _whole(c.added_bits)]
                 for c in self.classes],
            ),
            Table(
                ["hidden anchors", "how many", "cosine", "error", "neighbours"],
                [[t.matrix, t.anchors, t.cosine, t.error, t.neighbours] for t in self.anchor_test],
            ),
            Table(["hidden anchors"], [[self.anchor_test_note]] if self.anchor_test_note else []),
            Table(
                ["new tokens", "how many", "neighbours kept"],
                [[kept.matrix, kept.tokens, kept.share] for kept in self.neighbours],
            ),
            Table(
                ["kept", "on", "before", "after", "of"],
                [
                    [k.name, k.on, None if k.name == SIMILARITY_KEPT else k.before, k.after, k.items]
                    for k in self.kept
                ],
            ),
            Table(
                [f"numbers, {100 * digits.same:.0f} % cut alike", "base", "target"],
                [list(row) for row in digits.examples[:_NUMBERS]],
            ),
            Table(["what now"], [[digits.remedy]] if digits.remedy else []),
            Table(
                ["dearest tokens", "occur", "bits added", "example"],
                [[_shown(t.text), t.occurs, _whole(t.added), _shown(t.example)]
                 for t in self.worst[:_TOKENS]],
            ),
        ]  # fmt: skip
        return [table for table in found if table.rows] or [_counts(self.sources)]

    def _texts(self) -> Table:
        ratios = {each.slice: each.ratio for each in self.perplexity}
        agreed = {each.slice: each for each in self.agreement}
        after = self.bits_per_byte.after
        return Table(
            ["text", "bytes", "bits per byte", "after", "added, 95 %", "tokens", "after", "perplexity ratio",
             "top-1", "top-5", "next byte"],
            [
                [name, self.bytes.get(name), before, after.get(name), _interval(self.intervals.get(name)),
                 self.tokens.before.get(name), self.tokens.after.get(name), ratios.get(name),
                 *((agreed[name].top1, agreed[name].top5, agreed[name].next_byte) if name in agreed
                   else (None, None, None))]
                for name, before in self.bits_per_byte.before.items()
            ],
        )  # fmt: skip


_ALL = "all"
_TOKENS = 10
_NUMBERS = 4


def _after(kept: Kept) -> str:
    return kept.name if kept.name == SIMILARITY_KEPT else f"{kept.name} after"


def _kept_in_words(kept: Kept) -> str:
    if kept.name == SIMILARITY_KEPT:
        return f"{100 * kept.after:.1f} % of similarity on {kept.on}"
    share = f"{100 * kept.after / kept.before:.1f} % of" if kept.before > 0 else "no part of"
    return f"{share} {kept.name} on {kept.on}: {kept.before:.3f} → {kept.after:.3f}"


def _interval(found: tuple[float, float] | None) -> str:
    return "" if found is None else f"{found[0]:+.3f} … {found[1]:+.3f}"


def _per(bits: float | None, tokens: int) -> float | None:
    return bits / tokens if bits is not None and tokens else None


def _added(part: LossPart) -> int | None:
    return None if part.bits_before is None else round(part.bits - part.bits_before)


def _whole(bits: float | None) -> int | None:
    return None if bits is None else round(bits)


def _shown(text: str) -> str:
    """On one line, control characters as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _counts(sources: dict[str, int]) -> Table:
    return Table(["rows", "how many"], [[name, count] for name, count in sources.items() if count])
