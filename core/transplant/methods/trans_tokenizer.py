"""Trans-Tokenization: tokens of one language by those of another that translate them in parallel text.

Lines of two texts translate each other. Their words are aligned statistically, and what a pair of words
counts is shared out over their tokens: half to all pairs of tokens, half to those at like places of the two
words. A token that occurs in no aligned word inherits from the longest parts of it that do, and from tokens
that go on from it.

Where the paper's program rounds counts down to whole numbers, fractions are kept here; and a token of which
nothing is known becomes the mean, not the base's token for what is unknown.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method
from core.vectors.parameters import MinCount

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task

    Unit = tuple[int, ...]
    """A word, as the ids of its tokens."""
    Weights = dict[int, dict[int, float]]
    """New id → base id → weight."""

_MOST_BYTES = 256 * 2**20
_LONGEST_LINE = 400
"""Words; a longer line is left out."""
_INHERITED_FROM = 200
"""Tokens that go on from one, at most."""


@method
class TransTokenizer(Method):
    title = "Trans-Tokenization"
    source = "arXiv 2408.04303"
    sentence = "Each new token as a mixture of the base's tokens that translate it in parallel text."

    name: Literal["trans-tokenizers"] = "trans-tokenizers"
    base_text: Path | None = Field(
        default=None,
        title="Parallel text, base's language",
        description="A text in the base's language; each line translates the same line of the other.",
        json_schema_extra={"input": "text"},
    )
    target_text: Path | None = Field(
        default=None,
        title="Parallel text, target's language",
        description="The same text, line by line, in the language of the target tokenizer.",
        json_schema_extra={"input": "text"},
    )
    rounds: int = Field(
        default=7,
        ge=1,
        le=50,
        title="Rounds of alignment",
        description="How often the words are aligned anew.",
        json_schema_extra={"advanced": True},
    )
    min_count: MinCount = 10

    def rows(self, task: Task, ctx: Context) -> Rows:
        return task.keep(0, lambda: self._rows(task, ctx))

    def _rows(self, task: Task, ctx: Context) -> Rows:
        from core.transplant.auxiliary import inputs_of
        from core.transplant.weights import Weighed

        key = ("trans-tokenization", self.base_text, self.target_text, self.rounds)
        pairs = task.shared.once(key, lambda: self._pairs(task, ctx))
        table = shared_out((new, old, count) for new, old, count in pairs if count >= self.min_count)
        if not table:
            raise UserError(
                f"No pair of words is aligned {self.min_count} times in the parallel text: give more of "
                "it, or a smaller least count.",
                field="method",
            )
        for base, target in zip(task.anchors.base.tolist(), task.anchors.donor.tolist(), strict=True):
            weights = table.setdefault(target, {})
            weights[base] = weights.get(base, 0.0) + 1
        self._add_numbers(table, task)
        entries = inputs_of(task).target.vocabulary.entries
        spelt = {id: entries[id].bytes for id in table}  # type: ignore[union-attr]
        words = {token.id for token in inputs_of(task).base_tokenizer.vocabulary if token.bytes[:1] == b" "}
        heirs = Inheritance(spelt, table, words)
        found = Weighed(len(task))
        for row, (id, text) in enumerate(zip(task.targets.tolist(), task.target_bytes, strict=True)):
            if row % 64 == 0:
                ctx.progress(row, len(task), "Sharing out the translations")
            weights = table.get(id) or heirs.of(text)
            found.set(row, list(weights), list(weights.values()))
        return found.rows()

    def _pairs(self, task: Task, ctx: Context) -> list[tuple[Unit, Unit, float]]:
        """Words of the target's and the base's language, and how often the one translates the other."""
        import numpy as np

        from core.vectors.word_alignment import align_words

        if self.base_text is None or self.target_text is None:
            raise UserError(
                "Trans-Tokenization learns from parallel text: give a text in the base's language and the "
                "same, line by line, in the target's.",
                field="method",
            )
        base_lines, target_lines = parallel_lines(self.base_text, self.target_text)
        new = _Units(task, "target")
        old = _Units(task, "base")
        lines, source_lines, long = [], [], 0
        for done, (one, other) in enumerate(zip(target_lines, base_lines, strict=True)):
            ctx.progress(done, len(base_lines), "Cutting the parallel text")
            left, right = new.of(one), old.of(other)
            long += max(len(left), len(right)) > _LONGEST_LINE
            if left and right and max(len(left), len(right)) <= _LONGEST_LINE:
                lines.append(np.array(left, dtype=np.int64))
                source_lines.append(np.array(right, dtype=np.int64))
        if long:
            ctx.warn(f"{long:,} lines of the parallel text have over {_LONGEST_LINE} words: left out.")
        if not lines:
            raise UserError(
                f"{self.base_text} and {self.target_text} have no two lines to align.", field="method"
            )
        found = align_words(lines, source_lines, self.rounds, ctx)
        units, sources = new.units, old.units
        return [
            (units[word], sources[source], count)
            for word, source, count in zip(
                found.words.tolist(), found.sources.tolist(), found.counts.tolist(), strict=True
            )
            if count > 1e-3
        ]

    def _add_numbers(self, table: Weights, task: Task) -> None:
        """A number is the base's first piece of it, as in the paper's program."""
        for id, text in zip(task.targets.tolist(), task.target_bytes, strict=True):
            if text.strip().isdigit() and (pieces := task.pieces(text)):
                weights = table.setdefault(id, {})
                weights[pieces[0]] = weights.get(pieces[0], 0.0) + 1


def parallel_lines(base: Path, target: Path) -> tuple[list[str], list[str]]:
    """The lines of two texts. Raises `UserError` where they are not as many."""
    from core.text_files import read_text

    one, other = (
        read_text(path, field="method", max_bytes=_MOST_BYTES).removesuffix("\n").split("\n")
        for path in (base, target)
    )
    if len(one) != len(other):
        raise UserError(
            f"The lines of {base} ({len(one):,}) and {target} ({len(other):,}) do not translate each other: "
            "there should be as many in both.",
            field="method",
        )
    return one, other


class _Units:
    """Lines as words, and words as tokens. Where words are written without spaces, each token is a word."""

    def __init__(self, task: Task, side: str) -> None:
        import regex

        from core.transplant.auxiliary import inputs_of

        inputs = inputs_of(task)
        self._pieces = task.pieces if side == "base" else inputs.target.pieces
        self._word = regex.compile(r" ?[\w\p{M}]+| ?[^\w\p{M}\s]+")
        self._together = regex.compile(
            r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Khmer}\p{Lao}\p{Myanmar}\p{Tibetan}]"
        )
        self.units: list[Unit] = []
        self._ids: dict[Unit, int] = {}
        self._words: dict[str, list[int]] = {}

    def of(self, line: str) -> list[int]:
        return [id for word in self._word.findall(" " + line.strip()) for id in self._of_word(word)]

    def _of_word(self, word: str) -> list[int]:
        if (found := self._words.get(word)) is None:
            pieces = self._pieces(word.encode())
            apart = self._together.search(word) is not None
            units = [(piece,) for piece in pieces] if apart else [tuple(pieces)] if pieces else []
            found = self._words[word] = [self._id(unit) for unit in units]
        return found

    def _id(self, unit: Unit) -> int:
        if unit not in self._ids:
            self._ids[unit] = len(self.units)
            self.units.append(unit)
        return self._ids[unit]


def shared_out(pairs: Iterator[tuple[Unit, Unit, float]]) -> Weights:
    """What words count for each other, shared out over their tokens.

    Half of a count goes to each new token from all old ones alike, half from those that lie over it when both
    words are stretched to one length.
    """
    table: Weights = {}
    for new, old, count in pairs:
        length = math.lcm(len(new), len(old))
        for place in range(length):
            id = new[place * len(new) // length]
            weights = table.setdefault(id, {})
            source = old[place * len(old) // length]
            weights[source] = weights.get(source, 0.0) + count / 2 * len(new) / length
        for id in new:
            weights = table[id]
            for source in old:
                weights[source] = weights.get(source, 0.0) + count / 2 / len(old)
    return table


class Inheritance:
    """What a token without a translation of its own gets from others.

    Args:
        spelt: id → bytes of the tokens with translations.
        table: those translations.
        words: base tokens that begin a word, which count twice.
    """

    def __init__(self, spelt: Mapping[int, bytes], table: Weights, words: set[int]) -> None:
        self._table, self._words = table, words
        self._ids: dict[bytes, int] = {}
        for id, data in spelt.items():
            if table[id]:
                self._ids.setdefault(data, id)
        self._sorted = sorted(self._ids)
        self._longest = max(map(len, self._sorted), default=0)

    def of(self, text: bytes) -> dict[int, float]:
        """Base id → weight; empty where no part of `text` has a translation."""
        found: dict[int, float] = {}
        for data in [*self._going_on(text), *self._parts(text)]:
            weights = self._table[self._ids[data]]
            whole = sum(weights.values())
            for id, weight in weights.items():
                times = 2 if id in self._words else 1
                found[id] = found.get(id, 0.0) + times * weight / whole
        return found

    def _going_on(self, text: bytes) -> Sequence[bytes]:
        """Longer tokens that begin with it."""
        first = bisect_left(self._sorted, text)
        some = self._sorted[first : first + _INHERITED_FROM]
        return [data for data in some if data.startswith(text)] if text.strip() else []

    def _parts(self, text: bytes) -> Iterator[bytes]:
        """Tokens within it that lie within no other."""
        reached = 0
        for begin in range(len(text)):
            for end in range(min(len(text), begin + self._longest), max(begin, reached), -1):
                if text[begin:end] in self._ids and text[begin:end].strip():
                    reached = end
                    yield text[begin:end]
                    break
