"""The controls of a form that hold plain values: numbers, switches, options, text, lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.widgets.form_schema import Field

NARROWEST = 84
"""Pixels of a control, whatever the longest text that it may hold."""
LARGEST = 2_147_483_647
"""What a spin box can hold."""
LEAST_LINES, MOST_LINES = 2, 8
"""Of a field of lines, before it scrolls."""


class CalmWheel(QObject):
    """Keeps the wheel, which scrolls the form, from changing the value that happens to lie under it."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


class Editor(QWidget):
    """Holds the value of one field. `changed` is sent when a person changes it, not by `set_value`."""

    changed = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.row = QHBoxLayout()
        self.row.setSpacing(4)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)
        self.column.addLayout(self.row)
        self._calm = CalmWheel(self)

    @property
    def control(self) -> QWidget:
        """What takes the focus, and is marked when the value is wrong."""
        raise NotImplementedError

    def minimumSizeHint(self) -> QSize:
        """Never lower than it should be: the style sheet's least height would let a spin box be squeezed."""
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def stops(self) -> list[QWidget]:
        """What takes the focus, in order."""
        inside = self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [widget for widget in inside if widget.focusPolicy() & Qt.FocusPolicy.TabFocus]

    @property
    def shown(self) -> str:
        """What the control itself says of the value, so that no note says it again."""
        return ""

    def value(self) -> Any:
        """As JSON data; None when there is none."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value of the field's kind; anything else is taken for the default."""
        raise NotImplementedError

    def _add_control(self, control: QWidget, stretch: int = 1) -> None:
        control.setAccessibleName(self.field.title)
        control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        control.installEventFilter(self._calm)
        self.row.addWidget(control, stretch)
        self.setFocusProxy(control)


class IntegerEditor(Editor):
    """A spin box; where there may be none, a box to say so."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.box = QSpinBox()
        self.box.lineEdit().setTextMargins(8, 0, 0, 0)  # the style sheet's padding does not reach it
        self.box.setRange(_bound(field.minimum, -LARGEST), _bound(field.maximum, LARGEST))
        self.box.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
        self.box.setGroupSeparatorShown(True)
        self.box.setFont(theme.figures_font())
        self.box.setMinimumWidth(NARROWEST)
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if field.unit:
            self.box.setSuffix(f" {field.unit}")
        self._add_control(self.box)
        self.box.valueChanged.connect(lambda _: self.changed.emit())
        self.none = _none_box(self, self.box)
        self.set_value(field.default)

    @property
    def control(self) -> QWidget:
        return self.box

    def value(self) -> int | None:
        return None if self.none is not None and self.none.isChecked() else self.box.value()

    def set_value(self, value: Any) -> None:
        self.blockSignals(True)
        number = _given(self.field, value, int)
        if isinstance(number, int):
            self.box.setValue(max(-LARGEST, min(LARGEST, number)))
        if self.none is not None:
            self.none.setChecked(number is None)
        self.blockSignals(False)


class _ShortFigures(QDoubleSpinBox):
    """``0.25``, not ``0.250000``."""

    def textFromValue(self, value: float) -> str:
        return self.locale().toString(value, "g", 8)


class NumberEditor(Editor):
    """A spin box; where there may be none, a box to say so. It begins with the default, or the largest."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.box = _ShortFigures()
        self.box.lineEdit().setTextMargins(8, 0, 0, 0)  # the style sheet's padding does not reach it
        self.box.setDecimals(8)
        self.box.setRange(
            -1e12 if field.minimum is None else field.minimum,
            1e12 if field.maximum is None else field.maximum,
        )
        self.box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.box.setFont(theme.figures_font())
        self.box.setMinimumWidth(NARROWEST)
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if field.unit:
            self.box.setSuffix(f" {field.unit}")
        self._add_control(self.box)
        if field.default is None and field.maximum is not None:
            self.box.setValue(field.maximum)
        self.box.valueChanged.connect(lambda _: self.changed.emit())
        self.none = _none_box(self, self.box)
        self.set_value(field.default)

    @property
    def control(self) -> QWidget:
        return self.box

    def value(self) -> float | None:
        return None if self.none is not None and self.none.isChecked() else self.box.value()

    def set_value(self, value: Any) -> None:
        self.blockSignals(True)
        number = _given(self.field, value, int, float)
        if isinstance(number, int | float):
            self.box.setValue(number)
        if self.none is not None:
            self.none.setChecked(number is None)
        self.blockSignals(False)


class SwitchEditor(Editor):
    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.box = QCheckBox(field.title)
        self._add_control(self.box)
        self.box.toggled.connect(lambda _: self.changed.emit())
        self.set_value(field.default)

    @property
    def control(self) -> QWidget:
        return self.box

    def value(self) -> bool:
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        self.blockSignals(True)
        self.box.setChecked(value is True)
        self.blockSignals(False)


class TextEditor(Editor):
    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.box = QLineEdit()
        if field.nullable:
            self.box.setPlaceholderText(field.none)
        self._add_control(self.box)
        self.box.textChanged.connect(lambda _: self.changed.emit())
        self.set_value(field.default)

    @property
    def control(self) -> QWidget:
        return self.box

    def value(self) -> Any:
        text = self.box.text()
        return None if self.field.nullable and not text else text

    def set_value(self, value: Any) -> None:
        self.blockSignals(True)
        self.box.setText(value if isinstance(value, str) else "")
        self.blockSignals(False)


class LinesEditor(Editor):
    """Several short texts, one a line; empty lines are none. It grows with what is written."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.box = QPlainTextEdit()
        self.box.setFont(theme.mono_font())
        self.box.setTabChangesFocus(True)
        self.box.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.box.setPlaceholderText("one a line")
        self._add_control(self.box)
        self.box.textChanged.connect(self._changed)
        self.set_value(field.default)
        self._fit()

    @property
    def control(self) -> QWidget:
        return self.box

    def value(self) -> list[str] | None:
        lines = [line for line in self.box.toPlainText().split("\n") if line.strip()]
        return None if self.field.nullable and not lines else lines

    def set_value(self, value: Any) -> None:
        self.blockSignals(True)
        lines = value if isinstance(value, list) else []
        self.box.setPlainText("\n".join(line for line in lines if isinstance(line, str)))
        self.blockSignals(False)

    @Slot()
    def _changed(self) -> None:
        self._fit()
        self.changed.emit()

    def _fit(self) -> None:
        lines = max(LEAST_LINES, min(MOST_LINES, self.box.blockCount()))
        self.box.setFixedHeight(lines * self.box.fontMetrics().lineSpacing() + 24)


class NumbersEditor(TextEditor):
    """Several numbers in a line, spaces or commas between them; a word that is none is told as it is."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.box.setFont(theme.figures_font())

    def value(self) -> list[Any] | None:
        words = self.box.text().replace(",", " ").replace("−", "-").split()
        return None if self.field.nullable and not words else [_number(word) for word in words]

    def set_value(self, value: Any) -> None:
        numbers = value if isinstance(value, list) else []
        super().set_value(" ".join(f"{number:.12g}" for number in numbers if isinstance(number, int | float)))


class OptionEditor(Editor):
    """One of a few values, or none where there may be none; also used for which member of a choice."""

    def __init__(
        self, field: Field, options: Sequence[tuple[str, str]] | None = None, default: str | None = None
    ) -> None:
        super().__init__(field)
        self._default = field.default if default is None else default
        self.box = QComboBox()
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumWidth(NARROWEST)
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._values: list[Any] = []
        if field.nullable and options is None:
            none = field.none or "none"
            self._put(None, f"{none[:1].upper()}{none[1:]}")
        for value, label in field.options if options is None else options:
            self._put(value, label)
        self._add_control(self.box)
        self.box.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.set_value(self._default)

    @property
    def control(self) -> QWidget:
        return self.box

    def _put(self, value: Any, label: str) -> None:
        self._values.append(value)
        self.box.addItem(label)

    def value(self) -> Any:
        return self._values[self.box.currentIndex()]

    def set_value(self, value: Any) -> None:
        self.blockSignals(True)
        known = [wanted for wanted in (value, self._default) if wanted in self._values]
        self.box.setCurrentIndex(self._values.index(known[0]) if known else 0)
        self.blockSignals(False)


def _number(word: str) -> Any:
    """The number that is written, or else the word, for the request's own model to say what is wrong."""
    try:
        return float(word)
    except ValueError:
        return word


def _given(field: Field, value: Any, *kinds: type) -> Any:
    """A value of the right kind, or none where there may be none; anything else is the default."""
    none = value is None and field.nullable
    return value if none or isinstance(value, kinds) else field.default


def _none_box(editor: Editor, box: QSpinBox | QDoubleSpinBox) -> QCheckBox | None:
    """Beside a number that may be left out: a box that says so, and switches the number off."""
    if not editor.field.nullable:
        return None
    words = editor.field.none or "none"
    none = QCheckBox(words)
    none.setAccessibleName(f"{editor.field.title}: {words}")

    def toggle(without: bool) -> None:
        box.setEnabled(not without)
        box.setSpecialValueText("–" if without else "")  # in place of the least number, which nobody chose
        editor.changed.emit()

    none.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)  # the row is no lower for it
    none.toggled.connect(toggle)
    editor.row.addWidget(none)
    return none


def _bound(value: float | None, otherwise: int) -> int:
    return otherwise if value is None else int(max(-LARGEST, min(LARGEST, value)))
