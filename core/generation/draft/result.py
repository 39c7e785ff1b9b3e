"""What speculative decoding tells."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.generation.draft.request import Method
from core.generation.result_parts import Stopped
from core.jobs.request import Metric, Result, Table

METHOD_WORDS: dict[str, str] = {
    "same": "verified token by token",
    "string": "encoded anew as the target's tokens",
    "shared": "tokens that both vocabularies have",
    "bytes": "verified byte by byte",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class DraftPiece(_Part):
    """A token (or byte) that was written; they tile the text's UTF-8."""

    id: int
    text: str
    """What is invisible made visible."""
    start: int
    end: int
    accepted: bool
    """Proposed by the draft; else the target's own: the correction of what it refused, or one more."""
    round: int


class Position(_Part):
    """The *n*-th proposal of a round: how often it was looked at, and how often accepted."""

    looked_at: int
    accepted: int


class Speed(_Part):
    """Of one way to write. Seconds are without opening models and reading the prompt."""

    tokens: int
    bytes: int
    target_calls: int
    draft_calls: int
    seconds: float
    in_target: float
    in_draft: float
    tokens_per_second: float


class DraftResult(Result):
    """While the job runs it emits, at most every 50 ms: ``{"part": "pieces", "pieces": [DraftPiece, …]}``,
    the next of the text in their order.
    """

    target: str
    draft: str | None
    method: Method
    unit: str = "token"
    """What is proposed: ``token`` or ``byte``."""
    prompt: str
    text: str
    tokens: list[int]
    pieces: list[DraftPiece] = Field(default_factory=list)
    stopped: Stopped
    rounds: int
    proposed: int
    looked_at: int
    """What follows a refused proposal in its round is not looked at."""
    accepted: int
    by_position: list[Position] = Field(default_factory=list)
    drafted: Speed
    plain: Speed | None = None
    same_as_plain: bool | None = None
    """Greedy: whether plain decoding wrote the same tokens. None where it was not asked for, or drawn."""
    shared_tokens: int | None = None
    """*shared*: tokens that both vocabularies have."""

    @property
    def acceptance(self) -> float:
        """Share of the proposals that were looked at: α in the literature."""
        return self.accepted / self.looked_at if self.looked_at else 0.0

    @property
    def mean_accepted(self) -> float:
        """Proposals accepted a round."""
        return self.accepted / self.rounds if self.rounds else 0.0

    @property
    def proposals_a_round(self) -> float:
        return self.proposed / self.rounds if self.rounds else 0.0

    @property
    def calls_a_token(self) -> float:
        """Calls of the target for each token (byte) written; fewer calls are what drafting is for."""
        return self.drafted.target_calls / max(1, self.drafted.tokens)

    @property
    def calls_saved(self) -> float | None:
        """How many times as many calls of the target plain decoding takes, for each token."""
        if self.plain is None or not self.drafted.target_calls or not self.plain.tokens:
            return None
        return (self.plain.target_calls / self.plain.tokens) / self.calls_a_token

    @property
    def speed_up(self) -> float | None:
        """Tokens a second beside plain decoding's, measured in the same run."""
        if self.plain is None or not self.plain.tokens_per_second:
            return None
        return self.drafted.tokens_per_second / self.plain.tokens_per_second

    def summary(self) -> str:
        said = (
            f"Of {self.proposed:,} proposed {self.unit}s {self.accepted:,} were accepted"
            if self.proposed
            else "Nothing was proposed"
        )
        if self.calls_saved is None or self.speed_up is None:
            return f"{said}; {self.calls_a_token:.2f} calls of the target a {self.unit}."
        calls = f"the target was called {self.calls_saved:.1f} times less often"
        if self.calls_saved < 1.05:
            calls = "the target was called no less often"
        return f"{said}; {calls}, {_speed_words(self.speed_up)}."

    def where_time_went(self) -> str:
        """A sentence on the seconds, or nothing where there was no time to speak of."""
        spent = self.drafted
        if spent.seconds <= 0 or not spent.tokens:
            return ""
        rest = max(0.0, spent.seconds - spent.in_draft - spent.in_target)
        return (
            f"Of {spent.seconds:.2f} s, {spent.in_draft / spent.seconds:.0%} went to the draft, "
            f"{spent.in_target / spent.seconds:.0%} to the target and {rest / spent.seconds:.0%} to all else."
        )

    def metrics(self) -> list[Metric]:
        found = [
            Metric(name="acceptance rate", value=self.acceptance),
            Metric(name="accepted a round", value=self.mean_accepted),
            Metric(name="proposals a round", value=self.proposals_a_round),
            Metric(name="target calls a token", value=self.calls_a_token),
            Metric(name="tokens per second", value=self.drafted.tokens_per_second, slice="drafted"),
        ]
        if self.plain is not None:
            found.append(Metric(name="tokens per second", value=self.plain.tokens_per_second, slice="plain"))
        if self.speed_up is not None:
            found.append(Metric(name="speed-up", value=self.speed_up))
        return found

    def headline(self) -> Metric | None:
        return Metric(name="acceptance rate", value=self.acceptance)

    def tables(self) -> list[Table]:
        rows: list[list[Any]] = [
            [name, s.tokens, s.target_calls, s.draft_calls, f"{s.seconds:.2f}", f"{s.tokens_per_second:.1f}"]
            for name, s in (("drafted", self.drafted), ("plain", self.plain))
            if s is not None
        ]
        head = ["", f"{self.unit}s", "target calls", "draft calls", "seconds", f"{self.unit}s/s"]
        written = f"written by {self.target}" + (f", drafted by {self.draft}" if self.draft else "")
        return [
            Table([written], [[line] for line in self.text.split("\n")]),
            Table(head, rows),
            Table(
                ["place in the round", "looked at", "accepted", "share"],
                [
                    [place + 1, p.looked_at, p.accepted, f"{p.accepted / p.looked_at:.0%}"]
                    for place, p in enumerate(self.by_position)
                    if p.looked_at
                ],
            ),
        ]


def _speed_words(speed_up: float) -> str:
    """Beside plain decoding, which 0.2 says badly."""
    if 0.95 <= speed_up <= 1.05:
        return "at the speed of plain decoding"
    if speed_up > 1:
        return f"at {speed_up:.1f} times the speed of plain decoding"
    return f"but writing took {1 / speed_up:.1f} times as long as plain decoding"
