"""What a window may say of a tokenizer at once: reads its file only, needs no tokenizer library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.tokenizers.stamp import Stamp, stamp
from core.tokenizers.vocabulary import Vocabulary, read_vocabulary


def tokenizer_note(path: Path, *, field: str | None = None) -> str:
    """One line about a tokenizer of any format: ``byte-level BPE, 8,192 tokens``.

    Raises:
        UserError: there is no tokenizer, or it is damaged; the sentence says what is wrong.
    """
    return glance(path, field=field).note


@dataclass(frozen=True)
class Glance:
    """`note` as `tokenizer_note` has it; `count`: how many tokens there are; `size`: the highest id plus one;
    `model`: ``BPE``, ``Unigram``…"""

    note: str
    count: int
    size: int
    model: str


def glance(path: Path, *, field: str | None = None) -> Glance:
    """What is told of a tokenizer; its file is read anew only when it has changed.

    Raises:
        UserError: as `tokenizer_note`.
    """
    key = str(path), stamp(path)
    if key not in _seen:
        vocabulary = read_vocabulary(path, field=field)
        if len(_seen) >= _MOST_SEEN:
            _seen.clear()
        _seen[key] = Glance(vocabulary_note(vocabulary), vocabulary.count, vocabulary.size, vocabulary.model)
    return _seen[key]


_MOST_SEEN = 200
_seen: dict[tuple[str, Stamp], Glance] = {}


def vocabulary_note(vocabulary: Vocabulary) -> str:
    """The same about one that has been read."""
    model = f"byte-level {vocabulary.model}" if vocabulary.family == "byte-level" else vocabulary.model
    lower = ", lower case" if vocabulary.lowercased else ""
    tokens = "token" if vocabulary.count == 1 else "tokens"
    return f"{model}, {vocabulary.count:,} {tokens}{lower}"
