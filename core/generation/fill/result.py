"""What a filling, or a study of where prompts end, tells."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.generation.ensemble.result import Estimate
from core.jobs.request import Metric, Result, Table

Method = Literal["exact", "healing", "plain"]
METHODS: tuple[Method, ...] = ("exact", "healing", "plain")
TITLES: dict[Method, str] = {"exact": "Exact", "healing": "Token healing", "plain": "Plain"}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class OfMethod(_Part):
    """How one method foretells what follows the cuts of a kind."""

    bits_per_byte: Estimate
    first_byte: Estimate
    """Share of cuts where the likeliest next byte is the text's own."""
    greedy: Estimate
    """Share of cuts where the greedy continuation is the text's own."""
    impossible: int = 0
    """Cuts where it held the text to be impossible; that byte counts 64 bits, and each behind it 8."""


class OfKind(_Part):
    """Cuts of one kind."""

    kind: str
    cuts: int
    methods: dict[Method, OfMethod]
    healing_more: Estimate
    """Bits per byte by token healing, less those of the exact law; paired."""
    plain_more: Estimate


class Cut(_Part):
    """One of the cuts."""

    text: str
    """The file's name."""
    place: int
    """In bytes."""
    before: str
    """The last characters of the prompt."""
    after: str
    """What was foretold, and the characters behind it to the end of the last one."""
    kinds: tuple[str, ...]
    token: str
    """The token that the cut goes through, a bar where; empty at a border."""
    bits: dict[Method, float]
    """Of the continuation."""
    guess: dict[Method, str]
    """The likeliest next byte."""


class Study(_Part):
    kinds: tuple[OfKind, ...]
    """All cuts first."""
    cuts: tuple[Cut, ...]
    """Those where methods differ most."""
    ahead: int
    greedy_bytes: int
    context: int
    published: str
    """The paper's figure, and its conditions."""


class Candidate(_Part):
    text: str
    middle: float
    """log2 P(middle | before), by the exact law."""
    suffix: float
    """log2 P(what follows | before, middle), by the exact law."""
    share: float
    """Of the weight of all candidates: an estimate of P(middle | before, what follows)."""


class Baseline(_Part):
    """What a greedy continuation of the prompt comes to, at its best length."""

    method: Method
    text: str
    suffix: float
    """log2 P(what follows | before, middle), by the exact law."""


class Filling(_Part):
    prefix: str
    suffix: str
    weighed: int
    """Bytes of the suffix by which candidates were weighed."""
    sentinels: tuple[str, ...] = ()
    """The model's own tokens for gaps, in the order of the prompt; none: candidates come from the prompt."""
    candidates: tuple[Candidate, ...]
    """The likeliest first."""
    drawn: str
    """One drawn by their shares."""
    tried: int
    """Different candidates."""
    effective: float
    """As how many candidates of even weight they count (Kish's effective size)."""
    baselines: tuple[Baseline, ...] = ()


class FillResult(Result):
    """While the job runs it emits ``{"part": "cuts", "cuts": [Cut, …]}``, some at a time, and
    ``{"part": "candidates", "candidates": [Candidate, …]}``, the best so far.
    """

    model: str
    study: Study | None = None
    filling: Filling | None = None
    texts: list[str] = Field(default_factory=list)
    """Of the filling: the best middle, then the one drawn."""
    evaluations: int = 0
    """Calls of the model."""

    def summary(self) -> str:
        said = []
        if self.filling is not None and self.filling.candidates:
            best = self.filling.candidates[0]
            said.append(f"“{best.text}” fills the gap best, with {best.share:.0%} of the weight.")
        if self.study is not None:
            first = self.study.kinds[0]
            exact = first.methods["exact"].bits_per_byte.value
            said.append(
                f"After cuts anywhere, the exact law foretells what follows with {exact:.2f} bits per byte: "
                f"{_less(first.plain_more.value)} than the plain prompt, "
                f"{_less(first.healing_more.value)} than token healing."
            )
        return " ".join(said)

    def metrics(self) -> list[Metric]:
        found = []
        if self.study is not None:
            for kind in self.study.kinds:
                for method, figures in kind.methods.items():
                    found.append(
                        Metric(
                            name=f"bits per byte, {method}",
                            value=figures.bits_per_byte.value,
                            slice=kind.kind,
                        )
                    )
        if self.filling is not None and self.filling.candidates:
            found.append(Metric(name="log2 P(suffix)", value=self.filling.candidates[0].suffix))
        return found

    def headline(self) -> Metric | None:
        found = self.metrics()
        return found[0] if found else None

    def tables(self) -> list[Table]:
        found = []
        if self.filling is not None:
            rows = [
                [one.text, f"{one.share:.1%}", round(one.suffix, 2), round(one.middle, 2)]
                for one in self.filling.candidates
            ]
            found.append(Table(["middle", "share", "log2 P(suffix)", "log2 P(middle)"], rows))
            greedy = [[TITLES[one.method], one.text, round(one.suffix, 2)] for one in self.filling.baselines]
            if greedy:
                found.append(Table(["greedy, without what follows", "middle", "log2 P(suffix)"], greedy))
        if self.study is not None:
            found += self._of_study(self.study)
        return found

    def _of_study(self, study: Study) -> list[Table]:
        bits = Table(
            ["bits per byte where the cut is", "cuts", *TITLES.values(), "healing − exact", "plain − exact"],
            [
                [
                    one.kind,
                    one.cuts,
                    *(f"{one.methods[method].bits_per_byte.value:.3f}" for method in METHODS),
                    one.healing_more.told("+.3f"),
                    one.plain_more.told("+.3f"),
                ]
                for one in study.kinds
            ],
        )
        right = Table(
            ["right, first byte · greedy", "cuts", *TITLES.values()],
            [
                [
                    one.kind,
                    one.cuts,
                    *(
                        f"{one.methods[method].first_byte.value:.1%} · {one.methods[method].greedy.value:.1%}"
                        for method in METHODS
                    ),
                ]
                for one in study.kinds
            ],
        )
        return [bits, right, Table(["in the paper"], [[study.published]])]


def _less(more: float) -> str:
    return f"{abs(more):.2f} {'less' if more >= 0 else 'more'}"
