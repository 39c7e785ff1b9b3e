"""Colours, type and style sheet: two themes, both designed, following the system unless told otherwise.

Widgets choose their look by dynamic properties, which the style sheet knows:

- ``kind`` of a `QPushButton`: ``primary``, ``quiet`` (no frame), ``link``, ``danger``
- ``role`` of a `QLabel`: ``title``, ``heading`` (a card's sentence), ``subheading``, ``muted``, ``small``,
  ``error``, ``warning``, ``mono``, ``pill``
- ``card`` of a `QFrame`: ``plain``, ``warning``, ``error``, ``info``

Anything painted by hand asks `tokens` at each paint, and repaints on `Theme.changed`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from string import Template
from typing import Any, Literal, TypeVar, cast

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from core.folders import resources_folder

Mode = Literal["system", "light", "dark"]
W = TypeVar("W", bound=QWidget)


@dataclass(frozen=True)
class Tokens:
    """Colours as ``#rrggbb``. Text on any surface has a contrast of at least 4.5:1, data colours 3:1.

    Data colours are Okabe and Ito's, lightened for dark surfaces; never the only sign of a difference.
    """

    name: Literal["light", "dark"]
    window: str
    surface: str
    field: str
    hover: str
    border: str
    border_strong: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    success: str
    warning: str
    warning_soft: str
    error: str
    error_soft: str
    copied: str
    role: str
    approximated: str
    byte: str
    fallback: str
    before: str
    after: str
    series: tuple[str, ...]


LIGHT = Tokens(
    name="light",
    window="#f5f7f9",
    surface="#ffffff",
    field="#f4f6f8",
    hover="#edf0f4",
    border="#dfe4ea",
    border_strong="#87929f",
    text="#1b2430",
    muted="#5b687a",
    accent="#2968d4",
    accent_hover="#2059bd",
    accent_soft="#e8effd",
    on_accent="#ffffff",
    success="#00775a",
    warning="#965000",
    warning_soft="#fff3e2",
    error="#b42318",
    error_soft="#fdeceb",
    copied="#009e73",
    role="#cc79a7",
    approximated="#0072b2",
    byte="#9a7b00",
    fallback="#7b8794",
    before="#0072b2",
    after="#d55e00",
    series=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#9a7b00", "#2e8fc7"),
)

DARK = Tokens(
    name="dark",
    window="#14171d",
    surface="#1d2128",
    field="#161a20",
    hover="#272c35",
    border="#313741",
    border_strong="#737e8d",
    text="#eef1f5",
    muted="#9ca7b6",
    accent="#6ea8ff",
    accent_hover="#8bbaff",
    accent_soft="#1f2e4a",
    on_accent="#0b1424",
    success="#4cc38a",
    warning="#f2b866",
    warning_soft="#362a16",
    error="#ff8f85",
    error_soft="#3a2020",
    copied="#1fb88b",
    role="#dd98bf",
    approximated="#4aa3e0",
    byte="#e6c84b",
    fallback="#98a3b3",
    before="#56b4e9",
    after="#f0883e",
    series=("#56b4e9", "#f0883e", "#1fb88b", "#dd98bf", "#e6c84b", "#8fb8ff"),
)


class Theme(QObject):
    """The application's look. One per application: `current`."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._mode: Mode = "system"
        self.tokens = LIGHT
        app.setStyle("Fusion")  # the one style that draws the same, and honours a palette, everywhere
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self._apply)
        self._apply()

    @property
    def mode(self) -> Mode:
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """``system`` follows the desktop's setting, also when it changes later."""
        self._mode = mode
        hints = self._app.styleHints()
        scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(mode)
        if scheme is None:
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(scheme)
        self._apply()

    def toggle(self) -> None:
        """From light to dark or back, whatever the system says."""
        self.set_mode("light" if self.tokens.name == "dark" else "dark")

    def _system_is_dark(self) -> bool:
        return self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark

    @Slot()
    def _apply(self) -> None:
        dark = self._system_is_dark() if self._mode == "system" else self._mode == "dark"
        wanted = DARK if dark else LIGHT
        if wanted is self.tokens and self._app.styleSheet():
            return
        self.tokens = wanted
        self._app.setStyleSheet(
            ""
        )  # a sheet over another takes Qt seven times as long: seconds, once panels are made
        self._app.setPalette(_palette(wanted))
        self._app.setStyleSheet(_style_sheet(wanted, self._app.font().pointSizeF()))
        self.changed.emit()


_current: Theme | None = None


def current() -> Theme:
    """The application's theme, made when first asked for. Needs a `QApplication`."""
    global _current
    app = cast(QApplication, QApplication.instance())
    if _current is None or _current.parent() is not app:
        _current = Theme(app)
    return _current


def tokens() -> Tokens:
    """The colours of now."""
    return current().tokens


def color(value: str, alpha: float = 1.0) -> QColor:
    """A token as a `QColor`, `alpha` 0 to 1."""
    made = QColor(value)
    made.setAlphaF(alpha)
    return made


def styled(widget: W, **properties: Any) -> W:
    """Set dynamic properties (``kind="primary"``) and have the style sheet look again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    return widget


def mono_font() -> QFont:
    """For tokens and commands: fixed width, falling back to wide-coverage fonts."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(QApplication.font().pointSizeF())
    return font


def figures_font(font: QFont | None = None) -> QFont:
    """`font` (the application's) with figures of one width, for columns of numbers and running clocks."""
    made = QFont(font or QApplication.font())
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def _palette(t: Tokens) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, value in {
        roles.Window: t.window,
        roles.WindowText: t.text,
        roles.Base: t.surface,
        roles.AlternateBase: t.window,
        roles.Text: t.text,
        roles.PlaceholderText: t.muted,
        roles.Button: t.surface,
        roles.ButtonText: t.text,
        roles.BrightText: t.on_accent,
        roles.ToolTipBase: t.surface,
        roles.ToolTipText: t.text,
        roles.Highlight: t.accent,
        roles.HighlightedText: t.on_accent,
        roles.Link: t.accent,
        roles.LinkVisited: t.accent,
        roles.Accent: t.accent,
    }.items():
        palette.setColor(role, QColor(value))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, color(t.muted, 0.7))
    return palette


def _style_sheet(t: Tokens, points: float) -> str:
    themes = resources_folder() / "themes"
    values = {key: value for key, value in asdict(t).items() if isinstance(value, str)}
    sizes = {
        "small": points * 0.88,
        "heading": points * 1.25,
        "title": points * 1.35,
    }
    return Template((themes / "lexigraft.qss").read_text(encoding="utf-8")).substitute(
        values,
        icons=(resources_folder() / "icons").as_posix(),
        **{name: f"{size:.2f}pt" for name, size in sizes.items()},
    )
