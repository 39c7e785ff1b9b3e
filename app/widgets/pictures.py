"""Plots as pictures: copied, or written as PNG or SVG."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QRegion
from PySide6.QtWidgets import QMenu, QWidget

from app import theme

if TYPE_CHECKING:
    from app.session import Session

SCALE = 2
"""Of a PNG, against the screen."""
FILTERS = ("Picture (*.png)", "Drawing (*.svg)")


def image_of(plot: QWidget, scale: float = SCALE) -> QImage:
    """The plot as it looks now, on the colour of a card."""
    image = QImage(plot.size() * scale, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(scale)
    image.fill(theme.color(theme.tokens().surface))
    plot.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    return image


def png_of(plot: QWidget) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image_of(plot).save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


def svg_of(plot: QWidget) -> bytes:
    from PySide6.QtSvg import QSvgGenerator

    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(plot.size())
    generator.setViewBox(QRect(QPoint(), plot.size()))
    generator.setTitle(plot.accessibleName())
    generator.setDescription(plot.accessibleDescription())
    painter = QPainter(generator)
    try:
        painter.fillRect(plot.rect(), theme.color(theme.tokens().surface))
        plot.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    finally:
        painter.end()
    return bytes(data.data())


def export_picture(plot: QWidget, session: Session) -> None:
    """Ask for a file, and write the plot to it: as a drawing if it ends in ``.svg``, else as a picture."""
    folder = session.project.folder if session.project else Path.home()
    start = folder / f"{plot.accessibleName()}.png"
    path = session.dialogs.save_file(plot, "Export the plot", start=start, filters=FILTERS)
    if path is None:
        return
    data = svg_of(plot) if path.suffix.lower() == ".svg" else png_of(plot)
    path = path if path.suffix else path.with_suffix(".png")
    session.ask(_write, path, data, then=lambda _: session.message.emit(f"Exported to {path}.", "success"))


def fill_picture_menu(menu: QMenu, plot: QWidget, session: Session) -> None:
    """What a right click on a plot offers."""
    menu.addAction("Copy the picture", lambda: QGuiApplication.clipboard().setImage(image_of(plot)))
    menu.addAction("Export the plot…", lambda: export_picture(plot, session))


def offer_picture(plot: QWidget, session: Session, more: Callable[[QMenu], object]) -> None:
    """Have a right click (or the menu key) on `plot` open its menu; `more` adds to it, on top."""
    plot.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def ask(place: QPoint) -> None:
        menu = QMenu(plot)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        more(menu)
        if not menu.isEmpty():
            menu.addSeparator()
        fill_picture_menu(menu, plot, session)
        menu.popup(plot.mapToGlobal(place))

    plot.customContextMenuRequested.connect(ask)


def _write(path: Path, data: bytes) -> None:
    from core.errors import UserError
    from core.project.publishing import write_file

    try:
        write_file(path, data)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{path} cannot be written ({reason}); choose another place.") from error
