"""What is told of the next byte."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.generation.fields import Convention
from core.generation.result_parts import Residents, Stopped
from core.jobs.request import Metric, Result, Table

_TOLD = 8
"""Bytes in a table."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Character(_Part):
    """What may come next: a whole character, or what remains of one; "" is the end of the text."""

    text: str
    probability: float


class Likely(_Part):
    byte: int
    """256 is the end."""
    probability: float


class Written(_Part):
    """A byte that was written, and the law that it was taken from."""

    byte: int
    probability: float
    likely: tuple[Likely, ...]
    """The likeliest bytes there, first the best."""
    leaked: float


class Law(_Part):
    """Of one model. Probabilities; logarithms are binary."""

    name: str
    next_byte: list[float]
    """256; with `end` they sum to 1."""
    end: float
    log2_probability: float
    """Of a text that begins with the prompt."""
    leaked: float
    """Share that went to what the tokenizer would not write, or to tokens that are no text."""
    pruned: float
    """Share that was too little to follow."""
    special: float = 0.0
    """Of what leaked: on tokens that are no text (special ones)."""
    padding: float = 0.0
    """The most probability that rows of the model's head without a token had at any place, before they were
    left out; nothing of it is in the other figures."""
    evaluations: int
    """Calls of the model, those for whole characters and for writing not counted."""
    ways: int
    """In how many ways the prompt may have been begun."""
    tokens: list[str] | None
    """The prompt as the tokenizer cuts it; None within a character."""
    canonical_log2: float | None
    """Of the prompt's own tokens: what other programs take for the prompt's."""
    plain: list[float] | None
    """257, the end last: what conditioning on these tokens would say."""
    characters: list[Character]
    seconds: float


class Writing(_Part):
    """What one model wrote."""

    bytes: list[Written] = Field(default_factory=list)
    text: str = ""
    """Bytes that make up no character are U+FFFD."""
    stopped: Stopped
    evaluations: int = 0
    seconds: float = 0.0


class BytesResult(Result):
    """`next_byte`, `log2_probability` and `evaluations` are the first model's; `models` has all.

    Of a run that was stopped there are the models that had read the prompt, and what they had written, the
    last one's stopped as ``cancelled``.

    While the job runs it emits ``{"part": "law", "model": number, "law": Law}`` as each is there, and, at
    most every 50 ms, ``{"part": "bytes", "model": number, "bytes": [Written, …]}``.
    """

    prompt: str
    """As it can be shown: what is no character is U+FFFD."""
    prompt_bytes: int
    convention: Convention
    next_byte: list[float]
    log2_probability: float
    evaluations: int
    models: list[Law]
    written: list[Writing] = Field(default_factory=list)
    residents: Residents = Field(default_factory=Residents)

    def summary(self) -> str:
        law = self.models[0]
        best = likeliest(law)
        said = f"After “{tail(self.prompt)}” the next byte is {named(best)} with {spelt(chance(law, best))}"
        if law.plain is None:
            return f"{said}."
        return f"{said}; conditioning on tokens would have said {spelt(law.plain[best])}."

    def metrics(self) -> list[Metric]:
        found = []
        for law in self.models:
            found += [
                Metric(name="prompt, bits", value=-law.log2_probability, slice=law.name),
                Metric(name="leaked", value=law.leaked, slice=law.name),
                Metric(name="on special tokens", value=law.special, slice=law.name),
                Metric(name="on rows without a token", value=law.padding, slice=law.name),
                Metric(name="calls", value=law.evaluations, slice=law.name),
            ]
        return found

    def headline(self) -> Metric | None:
        return Metric(name="prompt, bits", value=-self.log2_probability, slice=self.models[0].name)

    def tables(self) -> list[Table]:
        rows: list[list[object]] = []
        for byte in ranked(self.models)[:_TOLD]:
            row: list[object] = [named(byte)]
            for law in self.models:
                row += [spelt(chance(law, byte)), None if law.plain is None else spelt(law.plain[byte])]
            rows.append(row)
        head = ["next byte"]
        for law in self.models:
            head += [law.name, "by tokens"]
        facts = [
            [
                law.name,
                f"{-law.log2_probability:.3f}",
                None if law.canonical_log2 is None else f"{-law.canonical_log2:.3f}",
                f"{law.leaked:.2g}",
                f"{law.special:.2g}",
                f"{law.padding:.2g}",
                f"{law.pruned:.2g}",
                law.evaluations,
            ]
            for law in self.models
        ]
        title = [
            "model",
            "prompt, bits",
            "its tokens alone",
            "leaked",
            "of it special tokens",
            "padding rows",
        ]
        title += ["pruned", "calls"]
        texts: list[list[object]] = [
            [law.name, writing.text.replace("\n", "⏎")]
            for law, writing in zip(self.models, self.written, strict=False)
        ]
        return [
            Table(head, rows),
            Table(title, facts),
            *([Table(["model", "wrote"], texts)] if texts else []),
        ]


def chance(law: Law, byte: int) -> float:
    """Of a byte, or of the end (256)."""
    return law.end if byte == 256 else law.next_byte[byte]


def likeliest(law: Law) -> int:
    """The likeliest byte, 256 for the end; the lowest of those that tie."""
    best = max(range(256), key=lambda byte: (law.next_byte[byte], -byte))
    return 256 if law.end > law.next_byte[best] else best


def ranked(laws: list[Law]) -> list[int]:
    """Bytes, and 256 for the end, by what all models together give them."""
    return sorted(range(257), key=lambda byte: (-sum(chance(law, byte) for law in laws), byte))


def named(byte: int) -> str:
    """A byte as a person can read it: “e”, “␣”, 0xC3; “the end”."""
    if byte == 256:
        return "the end"
    names = {0x20: "␣", 0x0A: "⏎", 0x09: "⇥", 0x0D: "␍"}
    if byte in names or 0x21 <= byte < 0x7F:
        return f"“{names.get(byte, chr(byte))}”"
    return f"0x{byte:02X}"


def spelt(probability: float) -> str:
    """A probability in as few digits as tell it: 0.93, 0.0041, 3.2e-07."""
    if 0.9995 <= probability < 1:
        return ">0.999"
    return f"{probability:.3g}" if probability >= 1e-4 else "0" if probability == 0 else f"{probability:.2g}"


def tail(prompt: str, most: int = 24) -> str:
    """The end of a prompt, in one line."""
    shown = prompt.replace("\n", "⏎")
    return shown if len(shown) <= most else f"…{shown[-most:].lstrip()}"
