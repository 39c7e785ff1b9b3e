"""`Pen`: one model, writing all of its texts, some at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from core.generation.decoding.draw import chance
from core.generation.decoding.law import BITS
from core.generation.decoding.text import Text
from core.generation.decoding.writing import Decoding, Writing
from core.generation.generate.beginnings import Beginnings
from core.generation.generate.kept import Kept
from core.generation.generate.request import GenerateRequest
from core.generation.generate.stream import Stream
from core.generation.language.language_model import LanguageModel
from core.generation.result_parts import TokenRecord, Transcript
from core.tokenizers.shown import Labels

AT_ONCE = 16
"""Ways that a model follows at once: enough that its weights are read for many, not too many to keep."""


class Pen:
    """Args:
    place: the model's among the request's.
    prompts: as they were given.
    file: where whole transcripts go.
    bare: keep no alternatives in `transcripts`.
    """

    def __init__(
        self,
        language: LanguageModel,
        place: int,
        beginnings: Beginnings,
        request: GenerateRequest,
        decoding: Decoding,
        stream: Stream,
        prompts: Sequence[str],
        file: Kept,
        *,
        bare: bool,
    ) -> None:
        self.transcripts: list[Transcript] = []
        self.done = False
        self.group = 0
        """Of those that are written together, the one at hand."""
        self._language, self._place, self._beginnings = language, place, beginnings
        self._request, self._decoding, self._stream = request, decoding, stream
        self._prompts, self._file, self._bare = prompts, file, bare
        self._labels = Labels(language.tokenizer.vocabulary)
        self._writings: dict[int, Writing] = {}
        self._stopped: set[int] = set()
        self._seconds = 0.0
        self._ended_bytes = 0
        self._work = self._all()

    def step(self) -> None:
        """One token more of each text that is written now."""
        began = time.perf_counter()
        try:
            self.done = next(self._work, "done") == "done"
        finally:
            self._seconds += time.perf_counter() - began
        for number, writing in self._writings.items():
            if writing.stopped is not None and number not in self._stopped:
                self._stopped.add(number)
                writing.seconds = self._seconds

    def stop(self) -> None:
        """Keep what there is of the texts that go on: whole characters that can be no stop string. Of the
        first text there is always a transcript."""
        count = len(self._beginnings.plain) * self._request.samples
        for number, writing in self._writings.items():
            records = self._stream.close(self._place * count + number)
            if writing.stopped is None:
                writing.stopped, writing.seconds = "cancelled", self._seconds
            self._keep(self._transcript(*divmod(number, self._request.samples), writing, records))
        self._writings = {}
        if not self.transcripts:
            prefix = self._beginnings.plain[0].prefix
            self._keep(Transcript(model=self._place, text="", stopped="cancelled", prefix=prefix))

    @property
    def behind(self) -> int:
        """Bytes of the shortest text that goes on."""
        live = [len(one.text) for one in self._writings.values() if one.stopped is None]
        return min(live, default=0)

    @property
    def bytes(self) -> int:
        """Of all texts so far."""
        return self._ended_bytes + sum(len(writing.text) for writing in self._writings.values())

    def _all(self) -> Iterator[str]:
        samples = self._request.samples
        count = len(self._beginnings.plain) * samples
        size = max(1, AT_ONCE // self._request.strategy.width)
        for first in range(0, count, size):
            self._seconds = 0.0
            for number in range(first, min(first + size, count)):
                self._writings[number] = self._writing(*divmod(number, samples))
                self._stream.begin(self._place * count + number, self._writings[number])
            strategy = self._request.strategy
            for _ in strategy.write(self._language, [*self._writings.values()], self._decoding):
                yield "on"
            yield "on"  # so that the last step's time counts
            for number, writing in [*self._writings.items()]:
                records = self._stream.end(self._place * count + number)
                del self._writings[number]
                self._keep(self._transcript(*divmod(number, samples), writing, records))
            self._stopped = set()
            self.group += 1

    def _keep(self, transcript: Transcript) -> None:
        self._file.add(transcript, name=self._language.name, said=self._prompts[transcript.prompt])
        if self._bare:
            tokens = tuple(token.model_copy(update={"alternatives": ()}) for token in transcript.tokens)
            transcript = transcript.model_copy(update={"tokens": tokens})
        self._ended_bytes += transcript.bytes
        self.transcripts.append(transcript)

    def _writing(self, prompt: int, sample: int) -> Writing:
        begin = self._beginnings.of(prompt, sample)
        text = Text(
            skip=begin.skip,
            stop=[stop.encode() for stop in self._request.stop],
            max_bytes=self._request.max_bytes,
        )
        random = chance(self._decoding.ctx.seed, prompt, sample)
        for _ in begin.forced:  # the same token is drawn by the same chance, whatever is forced before it
            random.random()
        return Writing(
            self._language,
            self._labels,
            begin.prefix,
            text=text,
            decoding=self._decoding,
            random=random,
            forced=begin.forced,
            first=begin.first,
        )

    def _transcript(
        self, prompt: int, sample: int, writing: Writing, records: list[TokenRecord]
    ) -> Transcript:
        assert writing.stopped is not None
        text = writing.text.text
        seconds = max(writing.seconds, 1e-9)
        return Transcript(
            model=self._place,
            prompt=prompt,
            sample=sample,
            text=text,
            tokens=tuple(records),
            stopped=writing.stopped,
            prefix=writing.prefix,
            bits=-sum(record.logprob for record in records if record.logprob is not None) * BITS,
            bytes=len(text.encode()),
            seconds=seconds,
            tokens_per_second=len(records) / seconds,
        )
