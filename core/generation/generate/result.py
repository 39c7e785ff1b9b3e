"""What a generation tells."""

from __future__ import annotations

import re

from pydantic import Field

from core.generation.result_parts import Residents, Transcript
from core.jobs.request import Metric, Result, Table
from core.sizes import counted

_WHOLE = 8
"""Texts that a terminal shows as they are; of more than that, only the beginnings,"""
_SHORT = 60
"""so many characters."""
_WORD = re.compile(r"\w+|[^\w\s]|\s+")


class GenerationResult(Result):
    """`texts`, `tokens`, `logprobs` and `tokens_per_second` have one entry a transcript, in their order:
    all of the first model (prompt by prompt, sample by sample), then all of the second. `tokens` are ids,
    `logprobs` the models' own.

    A token that ends the text (EOS) is the last record, and takes up no bytes. With more than
    `core.generation.generate.run.MANY` transcripts the alternatives are kept only in the output file.

    Of a run that was stopped there are the transcripts that were begun (of each model, at least the first);
    those that were not at their end are stopped as ``cancelled``, and `out` is None.

    While the job runs it emits, at most every 50 ms (the first token at once):
    ``{"part": "begun", "transcripts": [{"model", "prompt", "sample", "prefix"}], "residents": Residents,
    "clock": seconds}`` (the prompt's own tokens; `Transcript.prefix` is what was read in the end; what
    `time.perf_counter` said when the records' ``ms`` began),
    ``{"part": "tokens", "tokens": [[transcript number, TokenRecord], …], "texts": [[transcript number, more
    text], …]}`` (records are whole characters' and never of what a stop string takes back; texts joined are
    the transcript's) and ``{"part": "ended", "transcript": number, "stopped": Stopped}``.
    """

    models: list[str]
    """Their names."""
    prompts: list[str]
    transcripts: list[Transcript]
    texts: list[str]
    tokens: list[list[int]]
    logprobs: list[list[float | None]]
    tokens_per_second: list[float]
    same_bytes: int = 0
    """With several models: how many bytes all say alike before they part, in the first prompt's texts."""
    residents: Residents = Field(default_factory=Residents)
    out: str | None = None

    def summary(self) -> str:
        first = [transcript for transcript in self.transcripts if transcript.prompt == transcript.sample == 0]
        if any(transcript.stopped == "cancelled" for transcript in self.transcripts):
            who = self.models[0] if len(self.models) == 1 else f"{_all(self.models)} models"
            written = counted(sum(transcript.bytes for transcript in self.transcripts), "byte")
            return (
                f"{who} had written {written} when {'it was' if who in self.models else 'they were'} stopped."
            )
        if len(self.models) == 1:
            more = len(self.transcripts) - 1
            others = f" ({more:,} more texts)" if more > 1 else " (and one more text)" if more else ""
            written = f"{counted(len(first[0].tokens), 'token')}, {counted(first[0].bytes, 'byte')}"
            return f"{self.models[0]} wrote {written}{others}."
        texts = [transcript.text for transcript in first]
        if len(set(texts)) == 1:
            return f"{_all(texts)} models say the same, {counted(self.same_bytes, 'byte')}."
        same = counted(self.same_bytes, "byte")
        if len(texts) > 2:
            if not self.same_bytes:
                return f"{_all(texts)} models part at once."
            return f"{_all(texts)} models say the same for {same}, then they part."
        one, other = (_word_at(text, self.same_bytes) for text in texts)
        if not self.same_bytes:
            return f"{self.models[1]} parts from {self.models[0]} at once: {one} became {other}."
        alike = f"{self.models[1]} says the same as {self.models[0]} for {same}"
        return f"{alike}, then turns: {one} became {other}."

    def metrics(self) -> list[Metric]:
        return [
            Metric(name="tokens per second", value=speed, slice=self.models[transcript.model])
            for transcript, speed in zip(self.transcripts, self.tokens_per_second, strict=True)
            if transcript.prompt == transcript.sample == 0
        ]

    def tables(self) -> list[Table]:
        if len(self.transcripts) <= _WHOLE:
            return [
                Table([self._head(transcript)], [[line] for line in transcript.text.split("\n")])
                for transcript in self.transcripts
            ]
        rows = [
            [self.models[one.model], one.prompt, one.sample, one.stopped, one.bytes, _short(one.text)]
            for one in self.transcripts
        ]
        return [Table(["model", "prompt", "sample", "stopped", "bytes", "text"], rows)]

    def _head(self, transcript: Transcript) -> str:
        bits = f" · {transcript.bits / transcript.bytes:.3f} bits per byte" if transcript.bytes else ""
        return f"{self.models[transcript.model]} · {transcript.tokens_per_second:.0f} tokens per second{bits}"


def _all(texts: list[str]) -> str:
    return "Both" if len(texts) == 2 else f"All {len(texts)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[:_SHORT]}…"


def same_bytes(texts: list[str]) -> int:
    """How many bytes, of whole characters, all texts begin with alike."""
    same = 0
    for characters in zip(*texts, strict=False):
        if len(set(characters)) > 1:
            break
        same += len(characters[0].encode())
    return same


def _word_at(text: str, byte: int) -> str:
    """The word that this byte is of, in quotation marks; where the text ends there, that."""
    for word in _WORD.finditer(text):
        if len(text[: word.end()].encode()) > byte:
            return f"“{word[0]}”" if word[0].strip() else "a space" if word[0] == " " else "white space"
    return "the end"
