"""A transplanted model as its folder tells: where each row comes from, and what its tokens are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.json_files import read_json_object, unreadable
from core.models.folder import ModelFolder, open_model
from core.tokenizers.canonical import Boundary, Kind, Token
from core.tokenizers.vocabulary import Vocabulary, read_vocabulary
from core.transplant.inspect.request import Matrix, Place
from core.transplant.inspect.table import Table
from core.transplant.matching import Source

ROWS = "transplant_rows.npz"
REPORT = "transplant_report.json"
_KNOWN = {source.value for source in Source}


class Opened:
    """What a `Place` holds; read when it is first looked at, and kept."""

    def __init__(self, place: Place) -> None:
        """Raises `UserError`: the folder holds no transplant, or one that does not fit its tokenizer."""
        self.place = place
        self._arrays = _read_rows(place.model / ROWS)
        self.vocabulary = read_vocabulary(place.model, field="model")
        names = [str(name) for name in self._arrays["source_names"]]
        sources = self._arrays["sources"]
        if not set(names) <= _KNOWN or (
            len(sources) and not 0 <= sources.min() <= sources.max() < len(names)
        ):
            raise UserError(f"{place.model / ROWS} is damaged: it names sources that there are not.")
        if len(sources) != self.vocabulary.size:
            raise UserError(
                f"{place.model / ROWS} tells of {len(sources):,} rows, but the tokenizer beside it has "
                f"{self.vocabulary.size:,} tokens: they belong to different models."
            )
        self.sources = np.array(names)[sources]
        self.copied = self._arrays["copied"].astype(np.int64)
        self._made = {int(id): place for place, id in enumerate(self._arrays["targets"])}

    # Tokens

    @cached_property
    def texts(self) -> list[str]:
        """By id; holes are empty."""
        return [spelt(token) if token is not None else "" for token in self.vocabulary.entries]

    @cached_property
    def base_texts(self) -> list[str] | None:
        """Of the base's tokens by id; None where the base is not known."""
        if self.place.base is None:
            return None
        tokens = read_vocabulary(self.place.base, field="base").entries
        return [spelt(token) if token is not None else "" for token in tokens]

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Tokens by source."""
        names, numbers = np.unique(self.sources, return_counts=True)
        return dict(zip(map(str, names), map(int, numbers), strict=True))

    @cached_property
    def occurrences(self) -> NDArray[np.int64] | None:
        """(V,) how often each token occurs in the texts; None without texts."""
        if not self.place.text:
            return None
        from core.tokenizers.open import open_tokenizer
        from core.transplant.texts import read_slices

        slices = read_slices(self.place.text, self.place.max_bytes)
        passages = [passage for piece in slices for passage in piece.passages]
        tokenizer = open_tokenizer(self.place.model, field="model")
        size = self.vocabulary.size
        found = np.zeros(size, dtype=np.int64)
        for ids in tokenizer.ids(passages):
            found += np.bincount(np.asarray(ids, dtype=np.int64), minlength=size)[:size]
        return found

    # Rows

    @cached_property
    def model(self) -> ModelFolder:
        return open_model(self.place.model, field="model")

    @property
    def matrices(self) -> tuple[Matrix, ...]:
        untied = self.model.head is not None and not self.model.tied
        return ("input", "head") if untied else ("input",)

    @cached_property
    def method(self) -> str:
        report = self.place.model / REPORT
        if not report.is_file():
            return ""
        method = read_json_object(report).get("method")
        name = method.get("name") if isinstance(method, dict) else None
        return name if isinstance(name, str) else ""

    def residuals(self, matrix: Matrix = "input") -> NDArray[np.float32] | None:
        """(V,) NaN where a row has none; None where no row has."""
        key = f"{matrix}_residual" if f"{matrix}_residual" in self._arrays else "input_residual"
        told = self._arrays.get(key)
        if told is None or len(told) != len(self._made) or np.isnan(told).all():
            return None
        found = np.full(len(self.sources), np.nan, dtype=np.float32)
        found[list(self._made)] = told
        return found

    def atoms(self, id: int, matrix: Matrix) -> list[tuple[int, float]]:
        """(base id, weight) of a row that was made as a combination, the heaviest first.

        A head that was not made by itself follows from the same weights as the input.
        """
        row = self._made.get(id)
        kind = matrix if f"{matrix}_indices" in self._arrays else "input"
        indices, weights = (self._arrays.get(f"{kind}_{what}") for what in ("indices", "weights"))
        if row is None or indices is None or weights is None or self.sources[id] != Source.METHOD:
            return []
        pairs = [(int(at), float(w)) for at, w in zip(indices[row], weights[row], strict=True) if at >= 0]
        return sorted(pairs, key=lambda pair: -abs(pair[1]))

    def table(self, matrix: Matrix) -> Table:
        """The new model's."""
        return _table(self.model, matrix)

    def other(self, folder: Path, field: str, matrix: Matrix) -> tuple[Table, Vocabulary]:
        """Another model's table, and its tokens. Raises `UserError`: it is no model, or is gone."""
        return _table(_model(folder, field), matrix), _vocabulary(folder, field)


def spelt(token: Token) -> str:
    """A token's text, half characters as ``\\xNN``; a special token's name."""
    if token.kind in (Kind.SPECIAL, Kind.UNUSED):
        return token.content
    text = token.bytes.decode("utf-8", errors="backslashreplace")
    return f" {text}" if token.boundary is Boundary.IMPLIED else text


@lru_cache(maxsize=4)
def open_place(place: Place, changed: float) -> Opened:
    """`changed`: when its rows were written, so that a folder which was written anew is read anew."""
    return Opened(place)


def opened(place: Place) -> Opened:
    """Raises `UserError` as `Opened` does."""
    rows = place.model / ROWS
    try:
        return open_place(place, rows.stat().st_mtime)
    except FileNotFoundError:
        raise UserError(
            f"{place.model} holds no {ROWS}: choose the folder of a model that a transplant wrote.",
            field="model",
        ) from None
    except OSError as error:
        raise unreadable(rows, error, field="model") from None


@lru_cache(maxsize=4)
def _model(folder: Path, field: str) -> ModelFolder:
    return open_model(folder, field=field)


@lru_cache(maxsize=4)
def _vocabulary(folder: Path, field: str) -> Vocabulary:
    return read_vocabulary(folder, field=field)


_tables: dict[tuple[Path, str, int, int], Table] = {}
_KEPT = 6


def _table(model: ModelFolder, matrix: Matrix) -> Table:
    """Kept, since its lengths take a pass over all of it."""
    name = model.head if matrix == "head" and model.head is not None else model.input_embedding
    entry = model.tensors[name]
    try:
        changed = entry.file.stat().st_mtime_ns
    except OSError as error:
        raise unreadable(entry.file, error) from None
    key = (entry.file, name, entry.begin, changed)
    if key not in _tables:
        while len(_tables) >= _KEPT:
            del _tables[next(iter(_tables))]
        _tables[key] = Table(entry)
    return _tables[key]


def _read_rows(file: Path) -> dict[str, NDArray[np.generic]]:
    """The arrays of a ``transplant_rows.npz``, never unpickled."""
    try:
        with np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except Exception as error:  # noqa: BLE001 - a damaged archive raises whatever its damage leads to
        raise UserError(f"{file} cannot be read: {error}. Run the transplant again.", field="model") from None
    missing = {"source_names", "sources", "copied", "targets"} - set(arrays)
    if missing or len(arrays["sources"]) != len(arrays["copied"]):
        raise UserError(f"{file} is damaged: run the transplant again.", field="model")
    return arrays
