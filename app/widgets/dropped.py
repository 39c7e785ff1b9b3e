"""What was dropped, told apart: models, collections, rankings, vectors, tables, texts and so on."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field
from pathlib import Path

TOKENIZERS = {".model", ".tiktoken", ".gguf", ".vocab"}
NAMES = {"tokenizer.json", "tekken.json", "vocab.txt", "vocab.json", "merges.txt", "tokenizer.model"}
"""Files by which a folder without a model in it is a tokenizer's."""
COLLECTION = ("corpus.jsonl", "queries.jsonl")
"""Files, packed or not, by which a folder is a collection to search in."""
RECORD = "record.sqlite"
WEIGHTS = {".safetensors", ".bin", ".pt", ".pth"}
MODEL = ("config.json", "modules.json", "head.json")
"""Files by which a folder is a model's."""
TABLES = {".csv", ".tsv", ".jsonl", ".ndjson"}
VECTORS = {".npy", ".npz", ".vec"}
FEWEST_NUMBERS = 20
"""After a word, from which on a line is that of a word's vector."""
SNIFFED = 4096
"""Bytes of a file that are looked at: text holds no NUL. What is packed (.gz) is taken for text."""


@dataclass
class Dropped:
    """A table of text is among the texts as well: it can be read as either."""

    models: list[Path] = field(default_factory=list)
    tokenizers: list[Path] = field(default_factory=list)
    texts: list[Path] = field(default_factory=list)
    collections: list[Path] = field(default_factory=list)
    evaluations: list[Path] = field(default_factory=list)
    """Folders with a record of rankings."""
    runs: list[Path] = field(default_factory=list)
    """Rankings (TREC run files)."""
    judgements: list[Path] = field(default_factory=list)
    """TREC qrels, or a BEIR table of judgements."""
    vectors: list[Path] = field(default_factory=list)
    """Of words (GloVe, word2vec), or ready ones of texts."""
    tables: list[Path] = field(default_factory=list)
    """CSV, TSV, JSONL, Parquet."""

    def __bool__(self) -> bool:
        return any(vars(self).values())


def tell_apart(paths: list[Path]) -> Dropped:
    """Sort by what each is; what is none of these is left out. A folder of texts gives its texts.

    A tokenizer in two files (vocab.json and merges.txt) is told once, by its folder or by ``vocab.json``.
    """
    found = Dropped()
    for path in paths:
        try:
            _sort(path, found)
        except OSError:
            continue  # it is gone, or may not be read: it is none of these
    return found


def _sort(path: Path, found: Dropped) -> None:
    if path.is_dir():
        if any((path / name).is_file() for name in MODEL):
            found.models.append(path)
        elif any((path / name).is_file() for name in NAMES):
            found.tokenizers.append(path)
        elif (path / RECORD).is_file():
            found.evaluations.append(path)
        elif all((path / name).is_file() or (path / f"{name}.gz").is_file() for name in COLLECTION):
            found.collections.append(path)
        else:
            found.texts += sorted(file for file in path.iterdir() if file.is_file() and _is_text(file))
    elif not path.is_file():
        return
    elif _is_vectors(path):
        found.vectors.append(path)
    elif path.suffix.lower() in WEIGHTS or path.name in MODEL:
        found.models.append(path.parent)
    elif path.name == "merges.txt" and path.with_name("vocab.json").is_file():
        if path.with_name("vocab.json") not in found.tokenizers:
            found.tokenizers.append(path.with_name("vocab.json"))
    elif path.suffix.lower() in TOKENIZERS or path.name in NAMES or _is_tokenizer(path):
        if path not in found.tokenizers:
            found.tokenizers.append(path)
    elif path.suffix.lower() == ".parquet":
        found.tables.append(path)
    elif _is_text(path):
        _sort_text(path, found)


def _sort_text(path: Path, found: Dropped) -> None:
    lines = [line.split() for line in _first_lines(path)]
    if lines and all(map(_is_hit, lines)):
        found.runs.append(path)
    elif lines and (all(map(_is_judgement, lines)) or lines[0] == ["query-id", "corpus-id", "score"]):
        found.judgements.append(path)
    elif lines and len(lines[0]) > FEWEST_NUMBERS and all(map(_is_number, lines[0][1:])):
        found.vectors.append(path)
    else:
        if TABLES & {suffix.lower() for suffix in path.suffixes[-2:]}:
            found.tables.append(path)
        found.texts.append(path)


def _is_hit(words: list[str]) -> bool:
    """``query Q0 document rank score name``."""
    return len(words) == 6 and words[3].isdecimal() and _is_number(words[4])


def _is_judgement(words: list[str]) -> bool:
    """``query 0 document grade``."""
    return len(words) == 4 and words[1] in ("0", "Q0", "q0", "1") and _is_number(words[3])


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _is_vectors(path: Path) -> bool:
    """By its ending; or as word2vec writes it, how many and how wide in the first line. Beside a model's
    settings, a file is that model's."""
    if path.suffix.lower() in VECTORS:
        return True
    if path.suffix.lower() not in (".bin", ".txt") or (path.parent / "config.json").is_file():
        return False
    with path.open("rb") as file:
        words = file.read(SNIFFED).partition(b"\n")[0].split()
    return len(words) == 2 and all(word.isdigit() for word in words)


def _first_lines(path: Path) -> list[str]:
    """Of a text, packed or not: whole lines that are not empty, five at most."""
    try:
        with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file:
            head = file.read(SNIFFED)
    except (OSError, EOFError, zlib.error):
        return []
    lines = head.decode("utf-8", "replace").splitlines()
    whole = lines[:-1] if len(head) == SNIFFED and len(lines) > 1 else lines
    return [line for line in whole if line.strip()][:5]


def _is_tokenizer(path: Path) -> bool:
    """A ``tokenizer.json`` or ``tekken.json`` under another name: its beginning says so."""
    if path.suffix.lower() != ".json":
        return False
    with path.open("rb") as file:
        head = file.read(SNIFFED)
    return any(word in head for word in (b'"added_tokens"', b'"normalizer"', b'"default_vocab_size"'))


def _is_text(path: Path) -> bool:
    if path.name.startswith("."):
        return False
    if path.suffix.lower() == ".gz":
        return path.suffixes[-2:-1] != [".tar"]
    with path.open("rb") as file:
        return b"\0" not in file.read(SNIFFED)
