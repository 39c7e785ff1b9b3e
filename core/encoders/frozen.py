"""Vectors that somebody has made already: an array and the ids of the texts that its rows are of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.encoders.encoder import Encoder, Floats, Part, Role, Slices
from core.encoders.request import EncoderFields
from core.encoders.unit import unit
from core.errors import UserError
from core.jobs.content_hash import content_hash
from core.jobs.context import Context
from core.json_files import read_bytes, unreadable
from core.models.headers import read_header

_ARRAYS = (".npy", ".npz", ".safetensors", ".parquet")
_NAMES = {"document": ("documents", "corpus", "passages"), "query": ("queries", "topics")}
_MOST_BYTES = 2**31
_TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
_BLOCK = 2**22


class FrozenEncoder(Encoder):
    """Knows texts by their ids.

    Args:
        tables: role → vectors of texts of that role; with one file for both, the same twice.
    """

    def __init__(self, path: Path, tables: dict[Role, Table], width: int, *, length_1: bool) -> None:
        self.name, self.path, self.width = path.stem, path, width
        self.similarity = "cosine" if length_1 else "dot"
        self._tables = tables

    @cached_property
    def digest(self) -> str:
        return f"frozen {content_hash(self.path)} {self.similarity}"

    def parts(
        self, texts: Slices, ctx: Context, *, role: Role = "", stage: str = "Encoding"
    ) -> Iterator[Part]:
        raise UserError(
            f"{self.path} holds ready vectors, which belong to the texts of one collection; no other "
            "text can be encoded with them.",
            field="system",
        )

    def ready(self, ids: Sequence[str], ctx: Context, *, role: Role = "") -> Floats:
        table = self._tables.get(role or "document") or next(iter(self._tables.values()))
        places = table.places(ids)
        rows = np.fromiter((places.get(id, -1) for id in ids), dtype=np.int64, count=len(ids))
        missing = int((rows < 0).sum())
        what = "queries" if role == "query" else "documents"
        if missing == len(ids) and len(ids) and table.ids is not None:
            raise UserError(f"{table.path} has a vector for none of the {len(ids):,} {what}.", field="system")
        if missing:
            first = ids[int(np.argmax(rows < 0))]
            raise UserError(
                f"{table.path} has no vector for {missing:,} of the {len(ids):,} {what}, {first!r} among "
                "them.",
                field="system",
            )
        found = np.empty((len(ids), self.width), dtype=np.float32)
        block = max(1, _BLOCK // self.width)
        for first_row in range(0, len(ids), block):
            ctx.progress(first_row, len(ids), f"Reading {table.path.name}")
            some = np.asarray(table.matrix[rows[first_row : first_row + block]], dtype=np.float32)
            broken = np.flatnonzero(~np.isfinite(some).all(axis=1))
            if len(broken):
                raise UserError(
                    f"{table.path} is damaged: the vector of {ids[first_row + int(broken[0])]!r} holds "
                    "what is no number (NaN or infinity).",
                    field="system",
                )
            found[first_row : first_row + block] = unit(some) if self.similarity == "cosine" else some
        return found


class Table:
    """`matrix` (n, d) of floats, perhaps mapped; `ids` of its rows, or None: the collection's order."""

    def __init__(
        self, path: Path, matrix: NDArray[np.floating], ids: Sequence[str] | None, field: str
    ) -> None:
        self.path, self.matrix, self.ids = path, matrix, ids
        if matrix.ndim != 2 or matrix.dtype.kind != "f" or not matrix.size:
            raise UserError(
                f"{path} holds no vectors: an array of shape {tuple(matrix.shape)} and type {matrix.dtype}, "
                "where one of floats with a row for each text is needed.",
                field=field,
            )
        if ids is not None and len(ids) != len(matrix):
            raise UserError(
                f"{path} has {len(matrix):,} vectors, but {len(ids):,} ids are listed for them; one of the "
                "two belongs to other vectors.",
                field=field,
            )

    def places(self, ids: Sequence[str]) -> dict[str, int]:
        """Id → row.

        Raises:
            UserError: there are no ids, and not as many rows as `ids`.
        """
        if self.ids is not None:
            return {id: row for row, id in enumerate(self.ids)}
        if len(self.matrix) != len(ids):
            raise UserError(
                f"{self.path} has {len(self.matrix):,} vectors for {len(ids):,} texts, and no list of ids; "
                f"put one beside it, one id a line, as {self.path.stem}.ids.txt.",
                field="system",
            )
        return {id: row for row, id in enumerate(ids)}


def is_frozen(path: Path) -> bool:
    """A folder with arrays of documents and queries; a parquet table; or an array with ids and not words."""
    if path.is_dir():
        return _of_role(path, "document") is not None
    if path.suffix in (".parquet", ".npz"):
        return True
    return path.suffix in _ARRAYS and (_ids_beside(path) is not None or _role_of(path) is not None)


def open_frozen(path: Path, fields: EncoderFields, ctx: Context, *, field: str) -> FrozenEncoder:
    """A folder with an array called documents (corpus, passages) and one called queries (topics); or one file
    that holds both, or lies beside the other.

    .npy and .safetensors have their ids in a file beside them, NAME.ids.txt or ids.txt, one a line, or
    NAME.ids.json, a list; .npz has the arrays ``vectors`` and ``ids``; .parquet a column of ids and one of
    lists. Without ids the rows are in the collection's order.

    Raises:
        UserError: a file is damaged, has as many ids as it has not vectors, or queries have another width.
    """
    files: dict[Role, Path] = {}
    folder = path if path.is_dir() else path.parent
    for role in ("document", "query"):
        found = _of_role(folder, role) if path.is_dir() or _role_of(path) is not None else None
        if found is not None:
            files[role] = found  # type: ignore[index]
    if not path.is_dir():
        files[_role_of(path) or "document"] = path
        files.setdefault("query", path)
    ctx.progress(0, 1, f"Opening {path.name}")
    tables = {role: _read(file, field) for role, file in files.items()}
    widths = {table.matrix.shape[1]: table.path for table in tables.values()}
    if len(widths) > 1:
        (one, first), (other, second) = widths.items()
        raise UserError(
            f"{first} has vectors of {one} numbers, but {second.name} of {other}: they are not of one "
            "encoder.",
            field=field,
        )
    return FrozenEncoder(path, tables, next(iter(widths)), length_1=fields.normalise is not False)


def _of_role(folder: Path, role: str) -> Path | None:
    for name in _NAMES[role]:
        for ending in _ARRAYS:
            if (folder / f"{name}{ending}").is_file():
                return folder / f"{name}{ending}"
    return None


def _role_of(file: Path) -> Role | None:
    for role, names in _NAMES.items():
        if file.stem in names:
            return role  # type: ignore[return-value]
    return None


def _ids_beside(file: Path) -> Path | None:
    names = (f"{file.stem}.ids.txt", f"{file.stem}.ids.json", f"{file.stem}_ids.txt", "ids.txt", "ids.json")
    return next((file.with_name(name) for name in names if file.with_name(name).is_file()), None)


def _read(file: Path, field: str) -> Table:
    if file.suffix == ".parquet":
        return _read_parquet(file, field)
    if file.suffix == ".npz":
        return _read_npz(file, field)
    ids_file = _ids_beside(file)
    ids = None if ids_file is None else _read_ids(ids_file, field)
    if file.suffix == ".safetensors":
        return Table(file, _mapped(file, field), ids, field)
    try:
        return Table(file, np.load(file, mmap_mode="r", allow_pickle=False), ids, field)
    except (ValueError, EOFError) as error:
        raise UserError(f"{file} is a damaged array of numpy: {error}.", field=field) from None
    except OSError as error:
        raise unreadable(file, error, field=field) from None


def _mapped(file: Path, field: str) -> NDArray[np.floating]:
    """The one matrix of a safetensors file."""
    matrices = [entry for entry in read_header(file, field=field).tensors.values() if len(entry.shape) == 2]
    if len(matrices) != 1 or matrices[0].dtype not in _TYPES or not matrices[0].elements:
        raise UserError(
            f"{file} should hold one matrix of 16- or 32-bit floats (F16, F32), a row for each text.",
            field=field,
        )
    entry = matrices[0]
    return np.memmap(file, dtype=_TYPES[entry.dtype], mode="r", offset=entry.begin, shape=entry.shape)


def _read_npz(file: Path, field: str) -> Table:
    try:
        with np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
    except Exception as error:  # a damaged archive's error has a class of its own
        raise UserError(f"{file} is a damaged archive of numpy: {error}.", field=field) from error
    vectors = [array for array in arrays.values() if array.ndim == 2]
    ids = [array for array in arrays.values() if array.ndim == 1]
    if len(vectors) != 1 or len(ids) > 1:
        raise UserError(
            f"{file} should hold one array of vectors and one of ids; it holds {', '.join(arrays)}.",
            field=field,
        )
    return Table(file, vectors[0], [str(id) for id in ids[0].tolist()] if ids else None, field)


def _read_parquet(file: Path, field: str) -> Table:
    """A column of ids (text or whole numbers) and one of lists of floats."""
    import pyarrow
    import pyarrow.parquet
    import pyarrow.types as types

    try:
        table: Any = pyarrow.parquet.read_table(file)
    except (pyarrow.ArrowException, OSError) as error:
        raise UserError(f"{file} is a damaged parquet table: {error}.", field=field) from None
    lists = [name for name in table.column_names if _is_list(table.schema.field(name).type, types)]
    ids = [
        name
        for name in table.column_names
        if types.is_string(table.schema.field(name).type)
        or types.is_large_string(table.schema.field(name).type)
        or types.is_integer(table.schema.field(name).type)
    ]
    named = [name for name in ids if name.lower() in ("id", "_id", "ids", "docid", "doc_id", "query_id")]
    if len(lists) != 1 or not ids or (len(ids) > 1 and len(named) != 1):
        raise UserError(
            f"{file} should have a column of ids and one of vectors (lists of floats); its columns are "
            f"{', '.join(table.column_names)}.",
            field=field,
        )
    column = table.column(lists[0]).combine_chunks()
    flat = np.asarray(column.flatten())
    widths = {len(flat) // max(1, len(column))} if types.is_fixed_size_list(column.type) else _widths(column)
    if len(widths) != 1 or column.null_count:
        raise UserError(
            f"{file} has vectors of different widths, or rows without one; each text needs one of the same "
            "width.",
            field=field,
        )
    matrix = flat.reshape(len(column), next(iter(widths)))
    return Table(file, matrix, [str(id) for id in table.column((named or ids)[0]).to_pylist()], field)


def _is_list(type_: Any, types: Any) -> bool:
    return bool(types.is_list(type_) or types.is_large_list(type_) or types.is_fixed_size_list(type_))


def _widths(column: Any) -> set[int]:
    return set(np.unique(np.diff(np.asarray(column.offsets))).tolist())


def _read_ids(file: Path, field: str) -> list[str]:
    try:
        text = read_bytes(file, field=field, most_bytes=_MOST_BYTES).decode("utf-8-sig")
        if file.suffix == ".json":
            found = json.loads(text)
            if not isinstance(found, list):
                raise ValueError
            return [str(id) for id in found]
        return [line.rstrip("\r") for line in text.removesuffix("\n").split("\n")]
    except ValueError:
        raise UserError(f"{file} should list the ids of the vectors, one a line.", field=field) from None
