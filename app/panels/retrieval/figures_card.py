"""All measures of all systems, with marks of which differences are sure."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from app.figures import fixed
from app.panels.retrieval import words
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.evaluate.result import EvaluationResult

PLACES = 4
MEANING = (
    "A raised letter: better than that system, with p < 0.05{how}. The highest of each column is coloured."
)

LETTER = Column("", lambda _: None, tip="The letter of the system")
SYSTEM = Column("system", lambda system: system.name)


class _Marked(float):
    """A figure that knows its raised letters; copied and sorted as the number."""

    letters = ""


def _marked(result: EvaluationResult, measure: str, system: Any) -> _Marked | None:
    figure = system.measures.get(measure)
    if figure is None:
        return None
    value = _Marked(figure.value)
    value.letters = words.beaten(result, system.name, measure)
    return value


def _text(value: _Marked) -> str:
    return f"{fixed(value, PLACES)}{words.KEPT}{value.letters}" if value.letters else fixed(value, PLACES)


class FiguresCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("All measures")
        self.table = FiguresTable(session, "Measures of the systems", (LETTER, SYSTEM), stretched=1)
        self.meaning = Words(role="small")
        self.column.addWidget(self.table)
        self.column.addWidget(self.meaning)

    def show_result(self, result: EvaluationResult) -> None:
        letter = words.letters(result)
        names = list(dict.fromkeys(name for system in result.systems for name in system.measures))
        best = {name: result.ranked(name)[0].measures[name].value for name in names}

        def color(name: str, system: Any) -> str:
            figure = system.measures.get(name)
            return "success" if figure is not None and figure.value == best[name] else ""

        columns = [
            replace(LETTER, value=lambda system: letter[system.name]),
            SYSTEM,
            *(
                Column(name, partial(_marked, result, name), _text, right=True, color=partial(color, name))
                for name in names
            ),
        ]
        self.table.figures.set_columns(columns)
        self.table.show_rows(result.systems)
        how = words.CORRECTIONS.get(result.correction)
        self.meaning.say(MEANING.format(how=f" after {how}" if how else "") if result.comparisons else "")
