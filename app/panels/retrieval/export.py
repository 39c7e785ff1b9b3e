"""What can be taken along of an evaluation: figures, differences, values of each query, rankings."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QPushButton

from app.widgets.pictures import export_picture
from app.widgets.table import CSV_FILES, as_text, csv_text
from core.errors import UserError

if TYPE_CHECKING:
    from app.panels.retrieval.result_cards import ResultCards
    from app.session import Session
    from core.retrieval.evaluate.result import EvaluationResult

RUNS = "*.run.gz"


def ask_what(button: QPushButton, cards: ResultCards, result: EvaluationResult, session: Session) -> QMenu:
    """Open a menu under the button; each of its lines asks for a place, and writes."""
    menu = QMenu(button)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction("Measures (CSV)…", cards.figures.table.export)
    differences = menu.addAction("Differences (CSV)…", cards.pairs.table.export)
    differences.setEnabled(bool(result.comparisons))
    menu.addAction("Values of each query (CSV)…", partial(_export_queries, cards, result, session))
    rankings = menu.addAction("Rankings (TREC run files)…", partial(_export_runs, cards, result, session))
    rankings.setEnabled(result.out is not None)
    menu.addSeparator()
    menu.addAction("Plot of the measure…", partial(export_picture, cards.means.dots, session))
    waterfall = menu.addAction("Plot by query…", partial(export_picture, cards.differences.plot, session))
    waterfall.setEnabled(cards.differences.isVisible())
    menu.popup(button.mapToGlobal(QPoint(0, button.height() + 2)))
    return menu


def per_query_rows(result: EvaluationResult) -> list[list[str]]:
    """A row a query, a column for each measure of each system."""
    columns = [(system, name) for system in result.systems for name in system.per_query]
    head = ["query", *(f"{system.name}: {name}" for system, name in columns)]
    values = [system.per_query[name] for system, name in columns]
    return [head, *([query, *map(as_text, row)] for query, *row in zip(result.queries, *values, strict=True))]


def _export_queries(cards: ResultCards, result: EvaluationResult, session: Session) -> None:
    start = _start(session) / f"{result.collection}, by query.csv"
    table = cards.figures.table
    path = session.dialogs.save_file(table, "Export as CSV", start=start, filters=(CSV_FILES,))
    if path is not None:
        table.write_file(path, csv_text(per_query_rows(result)))


def _export_runs(cards: ResultCards, result: EvaluationResult, session: Session) -> None:
    folder = session.dialogs.open_folder(
        cards.figures.table, "Where to write the run files", start=_start(session)
    )
    if folder is None or result.out is None:
        return

    def then(number: int) -> None:
        files = "1 run file was" if number == 1 else f"{number} run files were"
        session.message.emit(f"{files} written to {folder}.", "success")

    session.ask(_copy_runs, Path(result.out), folder, then=then)


def _copy_runs(source: Path, folder: Path) -> int:
    """In a thread; existing files are not overwritten by others of that name.

    Raises:
        UserError: they are gone, are there already, or cannot be written.
    """
    files = sorted(source.glob(RUNS))
    if not files:
        raise UserError(f"There are no run files in {source} any more: run it again to have them.")
    there = next((file.name for file in files if (folder / file.name).exists()), None)
    if there is not None:
        raise UserError(f"{folder} holds a {there} already; choose another folder.")
    try:
        for file in files:
            shutil.copyfile(file, folder / file.name)
    except OSError as error:
        raise UserError(f"{folder} cannot be written to ({error.strerror or error}).") from error
    return len(files)


def _start(session: Session) -> Path:
    return session.project.folder if session.project else Path.home()
