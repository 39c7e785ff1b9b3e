"""What an ensemble tells."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.generation.result_parts import Stopped
from core.jobs.request import Metric, Result, Table
from core.sizes import counted


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Estimate(_Part):
    """A mean over bytes and its 95 % interval; none where there are too few pieces of text."""

    value: float
    low: float | None = None
    high: float | None = None

    def told(self, format: str) -> str:
        """``1.2340 (1.2000 … 1.2700)`` with ".4f"."""
        if self.low is None or self.high is None:
            return f"{self.value:{format}}"
        return f"{self.value:{format}} ({self.low:{format}} … {self.high:{format}})"


class Character(_Part):
    """One character of what was written (or a byte that is part of none)."""

    text: str
    bits: float
    """Its surprise by the ensemble's law."""
    owed: tuple[float, ...]
    """How much of it is owed to each member, together 1: its weight times the probability it gave."""
    weights: tuple[float, ...]
    """The members' weights when it was written, together 1; they change only in a Bayesian mixture."""


class Measured(_Part):
    """Bits per byte of one text."""

    name: str
    bytes: int
    members: tuple[Estimate, ...]
    together: Estimate
    gain: Estimate
    """By how many bits per byte it is better than the member that is best on all texts; paired."""


class Stretch(_Part):
    """What was measured in one window."""

    text: int
    """Its number."""
    begin: int
    bytes: int
    members: tuple[float, ...]
    """Bits per byte."""
    together: float
    owed: tuple[float, ...]


class OfRule(_Part):
    """What another rule would have given on the same texts, its weights the usual ones."""

    kind: str
    title: str
    bits_per_byte: Estimate


class EnsembleResult(Result):
    """While the job runs it emits ``{"part": "written", "characters": [Character, …]}`` at most every 50 ms,
    and ``{"part": "stretch", "stretch": Stretch}`` for each window.
    """

    models: list[str]
    rule: str
    """Its title."""
    weights: list[float]
    learnt_on: int = 0
    """Bytes that the weights were learnt on; 0: they were given."""
    prompt: str = ""
    text: str = ""
    """What was written, without the prompt."""
    characters: list[Character] = Field(default_factory=list)
    stopped: Stopped | None = None
    bytes_per_second: float = 0.0
    measured: list[Measured] = Field(default_factory=list)
    """All texts together first, then one by one if there are several."""
    stretches: list[Stretch] = Field(default_factory=list)
    rules: list[OfRule] = Field(default_factory=list)
    bits_per_byte: list[float] = Field(default_factory=list)
    """Of the members, in their order, then of the ensemble, on all texts."""
    stride: int = 0
    context: int = 0
    """Of the windows, in bytes."""
    evaluations: int = 0
    """Calls of models."""

    @property
    def best(self) -> int:
        """The member that is best on all texts."""
        values = [one.value for one in self.measured[0].members]
        return values.index(min(values))

    def summary(self) -> str:
        if not self.measured:
            written = f"{counted(len(self.text.encode()), 'byte')} together"
            if self.stopped == "cancelled":
                return f"{' and '.join(self.models)} had written {written} when they were stopped."
            return f"{' and '.join(self.models)} wrote {written}."
        whole = self.measured[0]
        gain, best = (
            whole.gain.value,
            "the better of the two" if len(self.models) == 2 else "the best of them",
        )
        if abs(gain) < 0.0005:
            return f"Together they need {whole.together.value:.3f} bits per byte, as {best}."
        places = 2 if abs(gain) >= 0.02 else 3
        low, high = whole.gain.low, whole.gain.high
        by_chance = low is not None and high is not None and low < 0 < high
        return (
            f"Together they need {whole.together.value:.{places}f} bits per byte, {abs(gain):.{places}f} "
            f"{'less' if gain > 0 else 'more'} than {best}{', which may be chance' if by_chance else ''}."
        )

    def metrics(self) -> list[Metric]:
        if not self.measured:
            return [Metric(name="bytes per second", value=self.bytes_per_second)]
        whole = self.measured[0]
        return [
            Metric(name="bits per byte", value=whole.together.value, slice="together"),
            *(
                Metric(name="bits per byte", value=one.value, slice=name)
                for name, one in zip(self.models, whole.members, strict=True)
            ),
            Metric(name="gain", value=whole.gain.value),
        ]

    def headline(self) -> Metric | None:
        return self.metrics()[0]

    def tables(self) -> list[Table]:
        found = []
        if self.text:
            found.append(Table(["written together"], [[self.text]]))
        if self.measured:
            rows = [
                [
                    one.name,
                    one.bytes,
                    *(each.told(".4f") for each in (*one.members, one.together)),
                    one.gain.told("+.4f"),
                ]
                for one in self.measured
            ]
            found.append(Table(["text", "bytes", *self.models, "together", "less than the best"], rows))
            others = [[one.title, one.bits_per_byte.told(".4f")] for one in self.rules]
            found.append(Table(["bits per byte with even weights", "together"], others))
        weights = [[name, round(one, 4)] for name, one in zip(self.models, self.weights, strict=True)]
        how = f"weight, learnt on {self.learnt_on:,} bytes" if self.learnt_on else "weight"
        return [*found, Table(["model", how], weights)]
