"""The texts of one run: while they are written, and when they are there."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from core.generation.generate.result import GenerationResult, same_bytes
from core.generation.result_parts import TokenRecord


@dataclass
class Text:
    """What one model writes after one prompt. `stopped` is empty while it goes on."""

    model: int
    prompt: int = 0
    sample: int = 0
    prefix: tuple[int, ...] = ()
    tokens: list[TokenRecord] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)
    stopped: str = ""
    tokens_per_second: float = 0.0

    @property
    def text(self) -> str:
        return self.data.decode(errors="replace")

    @property
    def bits_per_byte(self) -> float | None:
        """Of the tokens told so far; None without any."""
        long = self.tokens[-1].end if self.tokens else 0
        if not long:
            return None
        return sum(-(token.logprob or 0.0) for token in self.tokens) / math.log(2) / long


def texts_of(result: GenerationResult) -> list[Text]:
    return [
        Text(
            model=one.model,
            prompt=one.prompt,
            sample=one.sample,
            prefix=one.prefix,
            tokens=list(one.tokens),
            data=bytearray(one.text.encode()),
            stopped=one.stopped,
            tokens_per_second=one.tokens_per_second,
        )
        for one in result.transcripts
    ]


@dataclass(frozen=True)
class More:
    """What a text got at once: where its tokens begin among all, and the words of these."""

    number: int
    first: int
    text: str


class SoFar:
    """Fed with what a run tells while it writes."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self.texts: list[Text] = []

    def hear(self, data: dict[str, Any]) -> list[More]:
        """What does not fit this version's is left out."""
        try:
            return self._heard(data)
        except (ValidationError, KeyError, TypeError, ValueError, IndexError):
            return []

    def _heard(self, data: dict[str, Any]) -> list[More]:
        if data.get("part") == "begun":
            self.texts = [
                Text(one["model"], one["prompt"], one["sample"], tuple(one["prefix"]))
                for one in data["transcripts"]
            ]
        elif data.get("part") == "ended":
            self.texts[data["transcript"]].stopped = str(data["stopped"])
        elif data.get("part") == "tokens":
            for number, words in data["texts"]:
                self.texts[number].data += words.encode()
            firsts: dict[int, int] = {}
            for number, record in data["tokens"]:
                tokens = self.texts[number].tokens
                firsts.setdefault(number, len(tokens))
                tokens.append(TokenRecord.model_validate(record))
            return [More(number, first, self._words(number, first)) for number, first in firsts.items()]
        return []

    def _words(self, number: int, first: int) -> str:
        text = self.texts[number]
        return text.data[text.tokens[first].start : text.tokens[-1].end].decode(errors="replace")


def partings(texts: list[Text]) -> list[int]:
    """The byte with which each text goes another way than the first one; the first one's is the earliest.
    −1 where they do not part (yet)."""
    if len(texts) < 2:
        return [-1] * len(texts)
    first, found = texts[0], []
    for other in texts[1:]:
        same = same_bytes([first.text, other.text])
        goes_on = [bool(text.stopped) or len(text.data) > same for text in (first, other)]
        differ = first.data[same:] != other.data[same:]
        found.append(same if all(goes_on) and differ else -1)
    known = [byte for byte in found if byte >= 0]
    return [min(known, default=-1), *found]


def bits_by_byte(tokens: list[TokenRecord]) -> tuple[float | None, ...]:
    """What each byte cost: a token's bits, spread evenly over its bytes."""
    found: list[float | None] = []
    for token in tokens:
        long = token.end - token.start
        if long > 0:
            cost = None if token.logprob is None else -token.logprob / math.log(2) / long
            found += [cost] * long
    return tuple(found)
