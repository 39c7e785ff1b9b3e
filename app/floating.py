"""What floats over the window and leaves at Escape: the palette, the queue, what Lexigraft is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from app import theme


class Floating(QFrame):
    """A child of the window, so that it needs no window of its own and never outlives it.

    Escape, or a press or focus elsewhere in the window, closes it; focus goes back to where it was.
    A subclass says in `place` where it lies.
    """

    closed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        theme.styled(self, card="float")
        self.setAutoFillBackground(True)
        self._before: QWidget | None = None
        self.hide()

    def open(self) -> None:
        self._before = QApplication.focusWidget()
        self.place()
        self.show()
        self.raise_()
        self.window().installEventFilter(self)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def close_and_return(self) -> None:
        """Close, and give focus back."""
        if self.isHidden():
            return
        self.hide()
        self.window().removeEventFilter(self)
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self._before = None
        self.closed.emit()

    def place(self) -> None:
        """Set the geometry, in the window's coordinates; asked again when the window is resized."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_and_return()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.window():
            self.place()
        elif (
            event.type() == QEvent.Type.MouseButtonPress
            and isinstance(watched, QWidget)
            and watched.window() is self.window()
            and watched is not self
            and not self.isAncestorOf(watched)
        ):
            self._before = None
            self.close_and_return()
        return False
