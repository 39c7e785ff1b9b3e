"""Files of tests: scored pairs, triplets, analogies, word sets. What is no item is counted and listed."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.retrieval.result_parts import Skipped

_LISTED = 20
_HEADS = frozenset({"anchor", "query", "sentence1", "sentence 1", "text1", "word1", "word 1"})
_NAMES = (("anchor", "query", "sentence"), ("positive", "pos"), ("negative", "neg", "hard_negative"))


@dataclass
class Tally:
    """What was left out: words for it → the places."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, place: str) -> None:
        self.found.setdefault(what, []).append(place)

    def skipped(self) -> list[Skipped]:
        return [
            Skipped(what=what, count=len(places), places=places[:_LISTED])
            for what, places in self.found.items()
        ]


@dataclass(frozen=True)
class Scored:
    """Pairs of texts or words, and `scores` (n,) float64: how alike people find them."""

    first: list[str]
    second: list[str]
    scores: NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """`a` is to `b` as `c` is to `d`."""

    group: str
    a: str
    b: str
    c: str
    d: str


@dataclass(frozen=True)
class WordSets:
    """Of one WEAT: two lists of targets, two of attributes; `published` is what people showed."""

    name: str
    x: list[str]
    y: list[str]
    a: list[str]
    b: list[str]
    published: dict[str, str]


def read_scored(file: Path, tally: Tally, *, field: str) -> Scored:
    """Two texts and a score a line, parted by tabs, else by commas (CSV), else by single spaces.

    Raises:
        UserError: the file cannot be read, or holds fewer than two pairs.
    """
    first, second, scores = list[str](), list[str](), list[float]()
    for number, row in _rows(file, field):
        if len(row) == 3:
            try:
                score = float(row[2])
            except ValueError:
                if number == 1:
                    continue
                score = float("nan")
            if np.isfinite(score) and row[0].strip() and row[1].strip():
                first.append(row[0].strip())
                second.append(row[1].strip())
                scores.append(score)
                continue
        tally.add("lines that are no two texts and a score", f"{file.name}, line {number:,}")
    if len(scores) < 2:
        raise UserError(
            f"{file} holds fewer than two pairs; a pair is two texts and a number, parted by tabs or commas.",
            field=field,
        )
    return Scored(first, second, np.array(scores))


def read_triplets(file: Path, tally: Tally, *, field: str) -> list[tuple[str, str, str]]:
    """Anchor, positive, negative: three columns, or lines of JSON with these names.

    Raises:
        UserError: the file cannot be read, or holds no triplet.
    """
    found = []
    for number, row in _json_rows(file, field) if ".json" in file.name else _rows(file, field):
        texts = tuple(text.strip() for text in row)
        if number == 1 and texts and texts[0].lower() in _HEADS:
            continue
        if len(texts) == 3 and all(texts):
            found.append((texts[0], texts[1], texts[2]))
        else:
            tally.add("lines that are no three texts", f"{file.name}, line {number:,}")
    if not found:
        raise UserError(
            f"{file} holds no triplet: three texts a line, the anchor, one that should be near, one "
            "that should not.",
            field=field,
        )
    return found


def read_analogies(file: Path, tally: Tally, *, field: str) -> list[Question]:
    """Lines of four words; a line ``: name`` begins a group.

    Raises:
        UserError: the file cannot be read, or holds no question.
    """
    found: list[Question] = []
    group = ""
    for number, line in enumerate(_text(file, field).splitlines(), start=1):
        if line.startswith(":"):
            group = line[1:].strip()
        elif len(words := line.split()) == 4:
            found.append(Question(group, *words))
        elif words:
            tally.add("lines that are no four words", f"{file.name}, line {number:,}")
    if not found:
        raise UserError(
            f"{file} holds no analogies: four words a line, as in man woman king queen.", field=field
        )
    return found


def read_word_sets(file: Path, *, field: str) -> list[WordSets]:
    """A JSON list of objects with first_target, second_target, first_attribute and second_attribute, each
    with name and words.

    Raises:
        UserError: it is nothing of the kind.
    """
    data = _json(file, field)
    try:
        entries = data if isinstance(data, list) else [data]
        return [_word_sets(entry, number) for number, entry in enumerate(entries, start=1)]
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{file} is no file of word sets: each needs first_target, second_target, first_attribute and "
            "second_attribute, with name and words.",
            field=field,
        ) from error


def read_word_pairs(file: Path, *, field: str) -> list[tuple[str, str]]:
    """A JSON list of lists of two words.

    Raises:
        UserError: it is nothing of the kind.
    """
    data = _json(file, field)
    pairs = (
        [tuple(map(str, pair)) for pair in data if isinstance(pair, list)] if isinstance(data, list) else []
    )
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise UserError(
            f'{file} holds no pairs of words, as in [["she", "he"], ["mother", "father"]].', field=field
        )
    return [(pair[0], pair[1]) for pair in pairs]


def read_words(file: Path, *, field: str) -> list[str]:
    """A word a line, or a JSON list of words, or of lists that begin with one.

    Raises:
        UserError: it cannot be read, or holds no word.
    """
    if file.suffix == ".json":
        data = _json(file, field)
        entries = data if isinstance(data, list) else []
        words = [str(entry[0] if isinstance(entry, list) and entry else entry) for entry in entries]
    else:
        words = [line.strip() for line in _text(file, field).splitlines()]
    words = list(dict.fromkeys(word for word in words if word))
    if not words:
        raise UserError(f"{file} holds no words.", field=field)
    return words


def _word_sets(entry: Any, number: int) -> WordSets:
    targets = [entry[f"{which}_target"] for which in ("first", "second")]
    attributes = [entry[f"{which}_attribute"] for which in ("first", "second")]
    x, y, a, b = ([str(word) for word in part["words"]] for part in (*targets, *attributes))
    finding = entry.get("original_finding") or {}
    return WordSets(
        f"{number}. {' and '.join(part['name'] for part in targets)}: "
        f"{', '.join(part['name'] for part in attributes)}",
        x,
        y,
        a,
        b,
        published={key: str(value) for key, value in finding.items() if value},
    )


def _rows(file: Path, field: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of lines that are not empty."""
    text = _text(file, field)
    lines = text.splitlines()
    if "\t" in text:
        rows = ((number, line.split("\t")) for number, line in enumerate(lines, start=1))
    elif "," in text or '"' in text:
        reader = csv.reader(io.StringIO(text))
        rows = ((reader.line_num, row) for row in reader)
    else:
        rows = ((number, line.split(" ")) for number, line in enumerate(lines, start=1))
    return ((number, row) for number, row in rows if any(cell.strip() for cell in row))


def _json_rows(file: Path, field: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(_text(file, field).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if isinstance(entry, list):
            yield number, [str(text) for text in entry]
        elif isinstance(entry, dict):
            yield (
                number,
                [str(next((entry[name] for name in names if name in entry), "")) for names in _NAMES],
            )
        else:
            yield number, []


def _json(file: Path, field: str) -> Any:
    try:
        return json.loads(_text(file, field))
    except ValueError as error:
        raise UserError(f"{file} is no JSON: {error}.", field=field) from error


def _text(file: Path, field: str) -> str:
    """UTF-8, without a byte-order mark; .gz is unpacked."""
    try:
        data = file.read_bytes()
        if file.suffix == ".gz":
            data = gzip.decompress(data)
    except FileNotFoundError:
        raise UserError(f"There is no file {file}.", field=field) from None
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{file} cannot be read: {error}.", field=field) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{file} is not UTF-8 text (byte {error.start:,}); convert it first.", field=field
        ) from error
    if not text.strip():
        raise UserError(f"{file} holds no text.", field=field)
    return text
