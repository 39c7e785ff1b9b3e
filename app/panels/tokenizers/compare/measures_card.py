"""One measure at a time, as a heat map of texts and tokenizers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QPushButton

from app import theme
from app.panels.tokenizers.compare.figures import MAIN, better_words, headed, heat_of, text_measures
from app.panels.tokenizers.compare.heat_map import HeatMap
from app.widgets.card import Card
from app.widgets.flow import Flow
from app.widgets.form_editors import CalmWheel
from app.widgets.pictures import export_picture, offer_picture
from app.widgets.tooltip import tooltip
from app.widgets.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.session import Session
    from core.tokenizers.compare.result import CompareTokenizersResult, MeasureInfo


class MeasuresCard(Card):
    chosen = Signal(str, int)
    """The text and the tokenizer of a cell that was pressed."""

    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("Figures")
        self._session = session
        self._result: CompareTokenizersResult | None = None
        self._key = MAIN[0]
        self._measures: dict[str, MeasureInfo] = {}
        self.hint = theme.styled(QLabel(), role="small")
        self.head.addWidget(self.hint)
        self.heat = HeatMap()
        self.heat.chosen.connect(self.chosen)
        offer_picture(self.heat, session, more)
        self.description = Words(role="small")
        self.buttons: dict[str, QPushButton] = {}
        self.others = QComboBox()
        self.others.setAccessibleName("Other measures")
        self.others.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.others.installEventFilter(CalmWheel(self))
        self.others.activated.connect(lambda _: self.show_measure(self.others.currentData()))
        self.row = Flow([], gap=2)
        self.export = QPushButton("Export…")
        self.export.setAccessibleName("Export the figures")
        self.export_menu = QMenu(self.export)
        self.export.setMenu(self.export_menu)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.row, 1)
        foot.addWidget(self.others)
        foot.addWidget(self.export)
        self.column.addWidget(self.heat)
        self.column.addWidget(self.description)
        self.column.addLayout(foot)

    @property
    def key(self) -> str:
        """The measure shown."""
        return self._key

    def show_result(self, result: CompareTokenizersResult) -> None:
        self._result = result
        measures = text_measures(result)
        self._measures = {measure.key: measure for measure in measures}
        for button in self.buttons.values():
            button.hide()
            button.deleteLater()
        main = [measure for measure in measures if measure.key in MAIN]
        self.buttons = {measure.key: self._button(measure) for measure in main}
        self.others.clear()
        self.others.addItem("Other measures", None)
        for measure in measures:
            if measure.key not in MAIN:
                self.others.addItem(measure.title, measure.key)
        self.others.setVisible(self.others.count() > 1)
        self.row.set_widgets(list(self.buttons.values()))
        self.show_measure(self._key if self._key in self._measures else next(iter(self._measures), ""))

    def _button(self, measure: MeasureInfo) -> QPushButton:
        button = theme.styled(QPushButton(measure.title), kind="segment")
        button.setCheckable(True)
        button.setToolTip(tooltip(measure.description))
        bold = QFont(button.font())
        bold.setWeight(QFont.Weight.DemiBold)
        button.setMinimumWidth(QFontMetrics(bold).horizontalAdvance(measure.title) + 22)  # once it is chosen
        button.clicked.connect(lambda _, key=measure.key: self.show_measure(key))
        return button

    @Slot(str)
    def show_measure(self, key: str | None) -> None:
        """By its key; unknown ones (of an older version's view, or the menu's title) change nothing."""
        measure = self._measures.get(key or self._key)
        if measure is None or self._result is None:
            if key and not self._measures:
                self._key = key
            return
        self._key = measure.key
        self.title.setText(headed(measure))
        parts = [better_words(measure), "hover for the interval, click for the text"]
        self.hint.setText(" · ".join(filter(None, parts)))
        self.description.say(measure.description)
        self.heat.show_heat(heat_of(self._result, measure))
        for known, button in self.buttons.items():
            button.setChecked(known == measure.key)
        place = self.others.findData(measure.key)
        self.others.setCurrentIndex(max(0, place))

    def export_heat(self) -> None:
        export_picture(self.heat, self._session)
