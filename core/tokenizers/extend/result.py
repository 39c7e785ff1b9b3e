"""What the extension of a tokenizer tells."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class NewToken(_Figures):
    id: int
    token: str
    """Its text as it is: data."""
    count: int
    """How often the learnt part of the domain text is cut into it."""
    before: int
    """Old tokens that it stands for."""
    saved: int
    """Tokens that it saves in the learnt part: ``count * (before - 1)``."""
    reachable: bool = True
    """Whether there is a text that is cut into it."""
    step: bool = False
    """It is no term itself: merges go through it on the way to one."""


class TextFigures(_Figures):
    """One text before and after; `kind`: ``learnt`` (from), ``held out`` or ``other``."""

    text: str
    kind: str
    bytes: int
    tokens_before: int
    tokens_after: int
    fertility_before: float
    fertility_after: float

    @property
    def saved(self) -> float:
        """Share of the tokens that are saved."""
        return 1 - self.tokens_after / self.tokens_before if self.tokens_before else 0.0


class TermFigures(_Figures):
    """All terms of the glossaries, in the middle of a text."""

    terms: int
    in_text: int = 0
    """Those that stand in the learnt part of the domain text."""
    tokens_before: float
    """A term, on average."""
    tokens_after: float
    single_before: float
    """Share of the terms that are one token."""
    single_after: float


class ExtendTokenizerResult(Result):
    out: str
    old_size: int
    new_size: int
    added: list[NewToken] = Field(default_factory=list)
    """The most useful first."""
    texts: list[TextFigures] = Field(default_factory=list)
    terms: TermFigures | None = None
    unreachable: int = 0
    """New tokens that no text gives."""
    old_ids_kept: bool = True
    """Every id below the old size has the same token: compared one by one."""

    def summary(self) -> str:
        count = self.new_size - self.old_size
        held = [row for row in self.texts if row.kind == "held out"]
        before, after = sum(row.tokens_before for row in held), sum(row.tokens_after for row in held)
        saved = f" save {1 - after / before:.1%} of the tokens on held-out domain text" if before else ""
        return f"{count:,} new tokens{saved}; no old id changed. Written to {self.out}."

    def metrics(self) -> list[Metric]:
        found = [Metric(name="tokens added", value=self.new_size - self.old_size)]
        found += [
            Metric(name="tokens saved", value=row.saved, slice=f"{row.text} ({row.kind})")
            for row in self.texts
        ]
        return found

    def headline(self) -> Metric | None:
        held = [row for row in self.texts if row.kind == "held out"]
        return Metric(name="tokens saved", value=held[0].saved, slice=held[0].text) if held else None
