"""What dynamic tokenization at decode time tells."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.generation.result_parts import Stopped
from core.jobs.request import Metric, Result, Table

NOTE = (
    "The paper (arXiv 2411.18553) foretells these rows with a hypernetwork that was trained for the model. "
    "Here a rule makes them, and the model was never trained on any: the figures tell what that costs."
)
NOTE_TRAINED = "The rows are foretold by a hypernetwork, as in the paper (arXiv 2411.18553)."


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Point(_Part):
    """After so many merges."""

    merges: int
    tokens: int
    """Of the text that is read."""
    bits_plain: float
    """Bits for each byte of the tokens that are foretold both ways: the first after each merged token."""
    bits_merged: float


class Reading(_Part):
    """A text read as it is, and with merged tokens. `points`: the last one with all merges."""

    bytes: int
    tokens: int
    merged_tokens: int
    distinct: int
    """Different merged tokens."""
    targets: int
    """Tokens that are foretold both ways."""
    plain_bits_per_byte: float
    """Of the whole text, each token foretold."""
    bits_plain: float
    bits_merged: float
    seconds_plain: float
    seconds_merged: float
    points: list[Point] = Field(default_factory=list)

    @property
    def saved(self) -> float:
        """Share of the tokens."""
        return 1 - self.merged_tokens / self.tokens if self.tokens else 0.0


class LargeVocabulary(_Part):
    """The tokens that may be written beside the model's own, and how they are found."""

    size: int
    asked: int
    seen_once: int
    """Of them, those that stand only once in the texts."""
    rows_bytes: int
    index_bytes: int
    build_seconds: float
    """0 where it was kept from an earlier run."""
    was_kept: bool
    recall_1: float
    """How often the best of all its rows was among the candidates."""
    recall_10: float
    recall_all: float
    """Of as many best rows as there are candidates, the share found."""
    positions: int
    """Of the text, at which the index was asked beside all rows."""
    missing_mass: float
    """Probability on rows that were no candidates, on average."""
    search_ms: float
    exact_ms: float
    """Milliseconds for one position: through the index, and with all rows compared."""


class WrittenPiece(_Part):
    """One step's token; they tile the text's UTF-8."""

    text: str
    start: int
    end: int
    merged: bool
    pieces: int
    """Tokens of the model that it stands for."""


class Writing(_Part):
    """What was written one way."""

    text: str
    bytes: int
    steps: int
    seconds: float
    in_search: float
    bits_per_byte: float
    """What the model itself, with its own tokens, thinks of the text."""
    stopped: Stopped
    pieces: list[WrittenPiece] = Field(default_factory=list)

    @property
    def steps_per_byte(self) -> float:
        return self.steps / self.bytes if self.bytes else 0.0

    @property
    def steps_per_second(self) -> float:
        return self.steps / self.seconds if self.seconds else 0.0

    @property
    def bytes_per_second(self) -> float:
        return self.bytes / self.seconds if self.seconds else 0.0

    @property
    def merged(self) -> int:
        """Tokens written that are not the model's own."""
        return sum(piece.merged for piece in self.pieces)


class MergedResult(Result):
    """While the job runs it emits ``{"part": "reading", "reading": Reading}`` once it is measured, and
    ``{"part": "pieces", "way": "plain" | "merged", "pieces": [WrittenPiece, …]}`` at most every 50 ms.
    """

    model: str
    prompt: str
    decoding: str = "greedy"
    """And the samplers."""
    method: str
    head_method: str
    note: str
    reading: Reading
    read_pieces: list[WrittenPiece] = Field(default_factory=list)
    """The first tokens of the text that is read, as they are merged."""
    vocabulary: LargeVocabulary
    plain: Writing
    merged: Writing

    def summary(self) -> str:
        reading = self.reading
        said = (
            f"Merged, the text is {reading.saved:.0%} shorter and its next tokens cost "
            f"{reading.bits_merged:.2f} bits a byte, not {reading.bits_plain:.2f}."
        )
        if not self.merged.bytes or not self.plain.bytes:
            return said
        if not self.merged.merged:
            return f"{said} Of {self.vocabulary.size:,} further tokens it wrote none."
        return (
            f"{said} With {self.vocabulary.size:,} further tokens it writes "
            f"{self.merged.steps_per_byte:.2f} tokens a byte, not {self.plain.steps_per_byte:.2f}."
        )

    def metrics(self) -> list[Metric]:
        found = [
            Metric(name="tokens saved", value=self.reading.saved),
            Metric(name="recall@1", value=self.vocabulary.recall_1),
            Metric(name="recall@10", value=self.vocabulary.recall_10),
        ]
        ways = (
            ("plain", self.plain, self.reading.bits_plain),
            ("merged", self.merged, self.reading.bits_merged),
        )
        for name, writing, bits in ways:
            found += [
                Metric(name="bits per byte, read", value=bits, slice=name),
                Metric(name="bits per byte, written", value=writing.bits_per_byte, slice=name),
                Metric(name="steps per byte", value=writing.steps_per_byte, slice=name),
                Metric(name="steps per second", value=writing.steps_per_second, slice=name),
            ]
        return found

    def headline(self) -> Metric | None:
        return Metric(name="tokens saved", value=self.reading.saved)

    def tables(self) -> list[Table]:
        reading, plain, merged, large = self.reading, self.plain, self.merged, self.vocabulary
        ways = (("written plainly", plain), ("written with the large vocabulary", merged))
        return [
            *(Table([name], [[line] for line in way.text.split("\n")]) for name, way in ways),
            Table(
                ["", "plain", "merged"],
                [
                    ["tokens read", reading.tokens, reading.merged_tokens],
                    ["bits per byte, read", _three(reading.bits_plain), _three(reading.bits_merged)],
                    ["steps written", plain.steps, merged.steps],
                    ["steps per byte", _three(plain.steps_per_byte), _three(merged.steps_per_byte)],
                    ["steps per second", f"{plain.steps_per_second:.1f}", f"{merged.steps_per_second:.1f}"],
                    ["bytes per second", f"{plain.bytes_per_second:.1f}", f"{merged.bytes_per_second:.1f}"],
                    ["bits per byte, written", _three(plain.bits_per_byte), _three(merged.bits_per_byte)],
                    ["merged tokens written", None, merged.merged],
                ],
            ),
            Table(
                ["large vocabulary", ""],
                [
                    ["tokens", large.size],
                    ["rows, MB", f"{large.rows_bytes / 1e6:.1f}"],
                    ["index, MB", f"{large.index_bytes / 1e6:.1f}"],
                    ["built in seconds", "kept" if large.was_kept else f"{large.build_seconds:.1f}"],
                    ["recall@1", _three(large.recall_1)],
                    ["recall@10", _three(large.recall_10)],
                    ["recall@candidates", _three(large.recall_all)],
                    ["mass on what was not found", f"{large.missing_mass:.2e}"],
                    ["search, ms", f"{large.search_ms:.2f}"],
                    ["all rows, ms", f"{large.exact_ms:.2f}"],
                ],
            ),
        ]


def _three(value: float) -> str:
    return f"{value:.3f}"
