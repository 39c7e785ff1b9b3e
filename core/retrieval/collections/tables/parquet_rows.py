"""Parquet, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core.collections.record_line import CONTROLS, fit_values
from core.collections.tally import Tally
from core.errors import UserError
from core.jobs.context import Context
from core.json_files import unreadable
from core.retrieval.collections.tables.rows import Row, Rows, paths_of

_AT_ONCE = 1024


class ParquetRows(Rows):
    """
    Raises:
        UserError: it is no Parquet file that can be read.
    """

    def __init__(self, path: Path, ctx: Context | None, *, field: str | None) -> None:
        self._path, self._ctx, self._field = path, ctx, field
        self.format = "Parquet"
        with self._opened() as file:
            self._count = int(file.metadata.num_rows)

    def columns(self) -> list[str]:
        found: dict[str, None] = {}
        with self._opened() as file:
            for batch in file.iter_batches(batch_size=_AT_ONCE):
                for row in batch.slice(0, 100).to_pylist():
                    found.update(dict.fromkeys(paths_of(row)))
                break
            return list(found) or list(file.schema_arrow.names)

    def each(self, tally: Tally) -> Iterator[tuple[str, Row]]:
        number = 0
        with self._opened() as file:
            try:
                for batch in file.iter_batches(batch_size=_AT_ONCE):
                    if self._ctx is not None:
                        self._ctx.progress(number, self._count, f"Reading {self._path.name}")
                    for row in batch.to_pylist():
                        number += 1
                        place = f"{self._path.name}, row {number:,}"
                        mended = fit_values(row)
                        if mended != row:
                            tally.note(CONTROLS, place)
                        yield place, mended
            except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
                raise UserError(
                    f"{self._path} is damaged after row {number:,}: {error}.", field=self._field
                ) from None

    def _opened(self) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(self._path)
        except OSError as error:
            if isinstance(error, FileNotFoundError | PermissionError):
                raise unreadable(self._path, error, field=self._field) from None
            raise UserError(f"{self._path} is no Parquet file that can be read.", field=self._field) from None
        except pa.ArrowException:
            raise UserError(f"{self._path} is no Parquet file that can be read.", field=self._field) from None
