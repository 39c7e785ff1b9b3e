"""What a healing tells."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result, Table
from core.sizes import bytes_in_words

ALL = "all"


class HealPoint(BaseModel):
    """Bits per byte of the held-out text after `tokens` tokens, which are about `bytes` bytes of text."""

    model_config = ConfigDict(frozen=True)

    tokens: int
    bytes: int
    bits_per_byte: float


class HealResult(Result):
    """Rates are bits per byte by slice of the held-out text; ``all`` is the whole."""

    out: str
    model: str
    base: str | None = None
    train: str
    settings: dict[str, Any] = Field(default_factory=dict)
    parameters: int
    trained: int
    """Weights that were trained; LoRA's own count, not the layers that they change."""
    rows: int = 0
    """Rows that were trained in each matrix of the vocabulary."""
    layers: int = 0
    """Linear layers that LoRA changed."""
    steps: int
    tokens: int
    """Seen in training, those seen again counted again."""
    text_tokens: int
    text_bytes: int
    held_out_from_end: bool
    """The held-out text is the end of the texts that were learnt from."""
    bytes: dict[str, int] = Field(default_factory=dict, description="How much of each slice was measured.")
    before: dict[str, float] = Field(default_factory=dict)
    after: dict[str, float] = Field(default_factory=dict)
    goal: dict[str, float] = Field(default_factory=dict, description="The base's; empty without a base.")
    curve: list[HealPoint] = Field(default_factory=list)
    """The first is the start; the last is the model as it was written."""
    beside: list[HealPoint] = Field(default_factory=list)
    """The same healing from new rows that were the mean of the copied ones; empty where not asked for."""

    @property
    def met(self) -> int | None:
        """Tokens until the base was met, by a straight line between measurements; None where it is not."""
        return _reached(self.curve, self.goal.get(ALL))

    @property
    def beside_met(self) -> int | None:
        return _reached(self.beside, self.goal.get(ALL))

    @property
    def saved(self) -> int | None:
        """Tokens that the healing from the mean needed to come where the transplant's own rows began."""
        if not self.beside or not self.curve:
            return None
        start = self.curve[0].bits_per_byte
        return next((_between(a, b, start) for a, b in _steps(self.beside) if b.bits_per_byte <= start), None)

    def summary(self) -> str:
        return " ".join(filter(None, [self.answer(), self.pace(), f"Written to {self.out}."]))

    def answer(self) -> str:
        """How much text it took, in one sentence."""
        change = f"{self.before[ALL]:.3f} → {self.after[ALL]:.3f} bits per byte"
        seen = self._text(self.tokens)
        goal = self.goal.get(ALL)
        if goal is None:
            return f"{change} after {seen}; without its base there is no goal to tell."
        if self.met == 0:
            return f"The base ({goal:.3f}) was met before healing; {change} after {seen}."
        if self.met is not None:
            return f"After about {self._text(self.met)} the base ({goal:.3f}) is met; {change} after {seen}."
        left = self.after[ALL] - goal
        return f"The base ({goal:.3f}) is not met after {seen}: {left:.3f} remain, {change}."

    def pace(self) -> str:
        """What the last stretch says of the rest where the base is not met: such curves flatten."""
        goal = self.goal.get(ALL)
        if goal is None or self.met is not None or len(self.curve) < 2:
            return ""
        one, other = self.curve[-2:]
        won, took = one.bits_per_byte - other.bits_per_byte, other.tokens - one.tokens
        if won <= 0:
            return f"The last {took:,} tokens took off nothing."
        more = (other.bits_per_byte - goal) / won * took
        last = f"The last {took:,} tokens took off {won:.4f}"
        return f"{last}; at that pace, it takes about {_rounded(more)} more."

    def what(self) -> str:
        """What was trained, in a sentence."""
        parts = []
        if self.train == "new rows":
            parts.append(f"the {self.rows:,} rows that the transplant had made")
        elif self.train == "new head rows":
            parts.append(f"the {self.rows:,} rows of the output that the transplant had made")
        elif self.train != "lora":
            parts.append("the embeddings")
        if self.layers:
            parts.append(f"{self.layers:,} linear layers by LoRA, merged since")
        said = " and ".join(parts)
        weights = f"{self.trained:,} trained weights; the model has {self.parameters:,}"
        return f"{said[:1].upper()}{said[1:]}: {weights}."

    def beside_answer(self) -> str:
        """What the transplant's method saved, against new rows from the mean; empty where nobody asked."""
        if not self.beside:
            return ""
        end = f"Begun at the mean of the copied rows, it ends at {self.beside[-1].bits_per_byte:.3f}"
        if self.beside[0].bits_per_byte <= self.curve[0].bits_per_byte:
            return f"{end}, and begins no worse: the method's rows have saved nothing on this text."
        if self.goal and self.beside_met is not None:
            end += f" and meets the base after about {self._text(self.beside_met)}"
        if self.saved is None:
            return f"{end}; it never comes to where the method's rows began."
        return f"{end}; it takes {self._text(self.saved)} to come where the method's rows began."

    def metrics(self) -> list[Metric]:
        found = [
            Metric(name=f"bits per byte {when}", value=value, slice=name)
            for when, rates in (("before", self.before), ("after", self.after), ("of the base", self.goal))
            for name, value in rates.items()
        ]
        found.append(Metric(name="tokens seen", value=self.tokens))
        if self.met is not None:
            found.append(Metric(name="tokens until the base is met", value=self.met))
        if self.saved is not None:
            found.append(Metric(name="tokens saved by the method", value=self.saved))
        return found

    def headline(self) -> Metric | None:
        after = self.after.get(ALL)
        return None if after is None else Metric(name="bits per byte after", value=after, slice=ALL)

    def tables(self) -> list[Table]:
        slices = Table(
            ["text", "bytes", "before", "after", "base"],
            [
                [name, self.bytes[name], self.before[name], self.after[name], self.goal.get(name)]
                for name in self.after
            ],
        )
        beside = {point.tokens: point.bits_per_byte for point in self.beside}
        curve = Table(
            ["tokens", "bits per byte", *(["from the mean"] if beside else [])],
            [
                [point.tokens, point.bits_per_byte, *([beside.get(point.tokens)] if beside else [])]
                for point in self.curve
            ],
        )
        return [slices, curve]

    def _text(self, tokens: int) -> str:
        return f"{tokens:,} tokens ({bytes_in_words(tokens * self.text_bytes / self.text_tokens)})"


def _reached(curve: list[HealPoint], goal: float | None) -> int | None:
    if goal is None or not curve or curve[-1].bits_per_byte > goal:
        return None
    if curve[0].bits_per_byte <= goal:
        return 0
    return next(_between(a, b, goal) for a, b in _steps(curve) if b.bits_per_byte <= goal)


def _steps(curve: list[HealPoint]) -> list[tuple[HealPoint, HealPoint]]:
    return list(pairwise(curve))


def _between(one: HealPoint, other: HealPoint, value: float) -> int:
    """Tokens at which the straight line between two points reaches `value`, which the second has reached."""
    fall = one.bits_per_byte - other.bits_per_byte
    share = 1.0 if fall <= 0 else min(1.0, max(0.0, (one.bits_per_byte - value) / fall))
    return round(one.tokens + share * (other.tokens - one.tokens))


def _rounded(tokens: float) -> str:
    """In two digits: more would claim too much."""
    tokens = float(f"{tokens:.1e}")
    return f"{tokens / 1e6:,.1f} million" if tokens >= 1e6 else f"{tokens:,.0f}"
