"""A table opened by what its file is."""

from __future__ import annotations

from pathlib import Path

from core.collections.source import beginning
from core.collections.tally import Tally
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.collections.tables.csv_rows import CsvRows
from core.retrieval.collections.tables.json_rows import JsonRows
from core.retrieval.collections.tables.rows import Rows
from core.retrieval.collections.tables.sgml_rows import SgmlRows, is_sgml

_JSON = (".jsonl", ".ndjson", ".json")
_OTHERS = {
    ".xlsx": "a spreadsheet; save it as CSV",
    ".xls": "a spreadsheet; save it as CSV",
    ".pdf": "a PDF; save its text as .txt",
    ".docx": "a Word document; save its text as .txt",
    ".zip": "an archive; unpack it",
    ".tar": "an archive; unpack it",
}


def open_rows(
    path: Path,
    ctx: Context | None,
    tally: Tally,
    *,
    header: bool | None = None,
    separator: str | None = None,
    glance: bool = False,
    field: str | None,
) -> Rows:
    """CSV, TSV and other separated text, JSON Lines or a list in JSON, TREC's documents (all also ``.gz``),
    or Parquet. With `glance`, only the first rows will be read.

    Raises:
        UserError: it is none of these, or cannot be read.
    """
    kind = Path(path.name.removesuffix(".gz")).suffix.lower()
    if kind in _OTHERS:
        raise UserError(f"{path} is {_OTHERS[kind]}.", field=field)
    if not path.exists():
        raise UserError(f"There is no {path}.", field=field)
    if kind == ".parquet":
        from core.retrieval.collections.tables.parquet_rows import ParquetRows  # it loads pyarrow

        return ParquetRows(path, ctx, field=field)
    if is_sgml(beginning(path, field=field)):
        return SgmlRows(path, ctx, field=field)
    if kind in _JSON:
        return JsonRows(path, ctx, tally, field=field)
    return CsvRows(path, ctx, tally, header=header, separator=separator, glance=glance, field=field)
