"""What a table shows."""

from __future__ import annotations

from app.widgets.table import Table


def cells(table: Table) -> list[list[str]]:
    """The texts of the columns to be seen, row by row."""
    model = table.model()
    return [
        [str(model.index(row, column).data()) for column in table.shown_columns()]
        for row in range(model.rowCount())
    ]
