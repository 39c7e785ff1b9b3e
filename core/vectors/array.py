"""Vectors as an array (.npy, .safetensors), mapped, with the list of their words in a file beside it.

The list: a text of one word a line, a JSON list of words or object word → row, or a parquet table (read where
pyarrow is installed); for a safetensors file also the vocabulary of a tokenizer.json, as model2vec saves it.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context
from core.json_files import read_bytes, unreadable
from core.models.headers import read_header
from core.vectors.text import without_repeats
from core.vectors.vectors import WordVectors

_LISTS = (".txt", ".tsv", ".json", ".parquet")
_NAMES = ("words", "vocab", "vocabulary", "index")
_NOT_LISTS = ("config.json", "modules.json", "tokenizer_config.json", "special_tokens_map.json", "README.txt")
_MOST_BYTES = 2**28
_TOKENIZER = "tokenizer.json"
_TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
_BLOCK = 2**22


def read_folder(path: Path, ctx: Context, *, field: str) -> WordVectors:
    """The one array in a folder, with the list of words beside it.

    Raises:
        UserError: there is none, or more than one.
    """
    arrays = sorted(file for file in path.iterdir() if file.suffix in (".npy", ".safetensors"))
    if len(arrays) != 1:
        found = "no" if not arrays else "more than one"
        raise UserError(
            f"{path} has {found} array of vectors (.npy or .safetensors) in it: give the file.", field=field
        )
    read = read_numpy if arrays[0].suffix == ".npy" else read_safetensors
    return read(arrays[0], ctx, field=field)


def read_numpy(path: Path, ctx: Context, *, field: str) -> WordVectors:
    """A matrix that numpy saved, mapped.

    Raises:
        UserError: it is no matrix of floats, is cut short, holds NaN, or its words are not there.
    """
    try:
        matrix = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise UserError(f"{path} is a damaged array of numpy: {error}.", field=field) from None
    except OSError as error:
        raise unreadable(path, error, field=field) from None
    return _with_words(matrix, path, ctx, field)


def read_safetensors(path: Path, ctx: Context, *, field: str) -> WordVectors:
    """The one matrix of a safetensors file, mapped.

    Raises:
        UserError: as `read_numpy`, or there are several matrices.
    """
    entries = read_header(path, field=field).tensors
    matrices = [name for name, entry in entries.items() if len(entry.shape) == 2]
    if len(matrices) != 1:
        raise UserError(
            f"{path} holds {len(matrices)} matrices, where the vectors should be the only one.", field=field
        )
    entry = entries[matrices[0]]
    if entry.dtype not in _TYPES:
        raise UserError(
            f"{path} stores its vectors as {entry.dtype}; save them as 16- or 32-bit floats (F16, F32).",
            field=field,
        )
    if not entry.elements:
        raise UserError(f"{path} holds no vectors.", field=field)
    matrix = np.memmap(path, dtype=_TYPES[entry.dtype], mode="r", offset=entry.begin, shape=entry.shape)
    return _with_words(matrix, path, ctx, field)


def check_finite(
    matrix: NDArray[np.floating], path: Path, words: Sequence[str], ctx: Context, field: str
) -> None:
    """Raises `UserError` where a row holds NaN or infinity. Reads it block by block."""
    rows = max(1, _BLOCK // max(1, matrix.shape[1]))
    for first in range(0, len(matrix), rows):
        ctx.progress(first, len(matrix), "Looking through the vectors")
        broken = np.flatnonzero(~np.isfinite(matrix[first : first + rows]).all(axis=1))
        if len(broken):
            at = first + int(broken[0])
            raise UserError(
                f"{path} is damaged: the vector of {words[at]!r} (row {at:,}) holds what is no number (NaN "
                "or infinity). Download or copy the file again.",
                field=field,
            )


def _with_words(matrix: NDArray[np.floating], path: Path, ctx: Context, field: str) -> WordVectors:
    if matrix.ndim != 2 or matrix.dtype.kind != "f" or not matrix.size:
        raise UserError(
            f"{path} holds no vectors: an array of shape {tuple(matrix.shape)} and type {matrix.dtype}, "
            "where one of floats with a row for each word is needed.",
            field=field,
        )
    listed = _find_words(path, field)
    words = _words(listed, field)
    if len(words) != len(matrix):
        raise UserError(
            f"{listed} lists {len(words):,} words, but {path.name} has {len(matrix):,} rows: one of the two "
            "belongs to other vectors.",
            field=field,
        )
    check_finite(matrix, path, words, ctx, field)
    words, kept, notes = without_repeats(words, listed)
    return WordVectors(words, matrix if kept is None else matrix[kept], notes=notes)


def _find_words(path: Path, field: str) -> Path:
    """The list of words that belongs to an array: of its own name, or of a usual one, or the only one."""
    lists = sorted(
        file
        for file in path.parent.iterdir()
        if file.suffix in _LISTS and file.name not in _NOT_LISTS and file.name != _TOKENIZER
    )
    for names in ((path.stem, f"{path.stem}.words"), _NAMES):
        for file in lists:
            if file.stem in names:
                return file
    if path.suffix == ".safetensors" and (path.parent / _TOKENIZER).is_file():
        return path.parent / _TOKENIZER
    if len(lists) == 1:
        return lists[0]
    raise UserError(
        f"{path} is an array without words: put the list of its words beside it, one a line, as "
        f"{path.stem}.txt.",
        field=field,
    )


def _words(path: Path, field: str) -> list[str]:
    if path.name == _TOKENIZER:
        from core.tokenizers.vocabulary import read_vocabulary

        entries = read_vocabulary(path, field=field).entries
        return ["" if token is None else token.bytes.decode("utf-8", errors="replace") for token in entries]
    if path.suffix == ".parquet":
        return _column(path, field)
    try:
        text = read_bytes(path, field=field, most_bytes=_MOST_BYTES).decode("utf-8-sig")
        if path.suffix != ".json":
            return [line.split("\t")[0].rstrip("\r") for line in text.removesuffix("\n").split("\n")]
        return _listed(json.loads(text), path, field)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        kind = "valid JSON" if path.suffix == ".json" else "UTF-8 text"
        raise UserError(
            f"{path} should list the words of the vectors, but is no {kind}.", field=field
        ) from None


def _listed(found: Any, path: Path, field: str) -> list[str]:
    if isinstance(found, list) and all(isinstance(word, str) for word in found):
        return found
    if isinstance(found, dict) and sorted(found.values(), key=str) == sorted(range(len(found)), key=str):
        return sorted(found, key=lambda word: int(found[word]))
    raise UserError(
        f"{path} should hold a JSON list of the words, or an object that gives each its row.", field=field
    )


def _column(path: Path, field: str) -> list[str]:
    """The first column of a parquet table."""
    if importlib.util.find_spec("pyarrow") is None:
        raise UserError(
            f"{path} lists the words in the parquet format, which needs the package pyarrow: install it, or "
            "put the words beside it as a text, one a line.",
            field=field,
        )
    pyarrow: Any = importlib.import_module("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    try:
        return [str(word) for word in parquet.read_table(path).column(0).to_pylist()]
    except (pyarrow.ArrowException, OSError, IndexError) as error:
        raise UserError(f"{path} is a damaged parquet table: {error}.", field=field) from None
