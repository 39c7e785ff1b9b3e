from __future__ import annotations

import itertools

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app import theme
from app.theme import DARK, LIGHT, Tokens

BOTH = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])


def luminance(value: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    color = QColor(value)
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@BOTH
def test_that_text_has_contrast_enough_on_every_surface(tokens: Tokens) -> None:
    surfaces = (tokens.window, tokens.surface, tokens.field, tokens.hover)
    for text, surface in itertools.product((tokens.text, tokens.muted), surfaces):
        assert contrast(text, surface) >= 4.5, (text, surface)
    pairs = [
        (tokens.on_accent, tokens.accent),
        (tokens.on_accent, tokens.accent_hover),
        (tokens.accent, tokens.surface),
        (tokens.accent, tokens.accent_soft),
        (tokens.text, tokens.accent_soft),
        (tokens.warning, tokens.warning_soft),
        (tokens.error, tokens.error_soft),
        (tokens.success, tokens.surface),
        (tokens.warning, tokens.surface),
        (tokens.error, tokens.surface),
    ]
    for text, surface in pairs:
        assert contrast(text, surface) >= 4.5, (text, surface)


@BOTH
def test_that_data_colours_can_be_seen_on_a_card(tokens: Tokens) -> None:
    data = (tokens.copied, tokens.approximated, tokens.before, tokens.after, *tokens.series)
    for color in (*data, tokens.border_strong):
        assert contrast(color, tokens.surface) >= (3.0 if color != tokens.role else 2.5), color


def test_that_switching_tells_widgets_and_restyles_them(qtbot: QtBot) -> None:
    look = theme.current()
    look.set_mode("light")
    label = theme.styled(QLabel("words"), role="muted")
    qtbot.addWidget(label)
    label.ensurePolished()
    assert label.palette().windowText().color().name() == LIGHT.muted
    with qtbot.waitSignal(look.changed):
        look.toggle()
    assert theme.tokens() is DARK
    assert label.palette().windowText().color().name() == DARK.muted
    look.set_mode("light")


def test_that_the_system_mode_follows_what_the_system_says(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The offscreen platform has no setting of its own, so the test says what the system says.
    look = theme.current()
    look.set_mode("system")
    hints = qapp.styleHints()
    for dark in (True, False):
        monkeypatch.setattr(look, "_system_is_dark", lambda dark=dark: dark)
        hints.colorSchemeChanged.emit(hints.colorScheme())
        assert theme.tokens() is (DARK if dark else LIGHT)
    look.set_mode("dark")
    hints.colorSchemeChanged.emit(hints.colorScheme())
    assert theme.tokens() is DARK
    look.set_mode("light")


def test_that_figures_are_set_in_one_width(qtbot: QtBot) -> None:
    assert theme.figures_font().isFeatureSet(theme.QFont.Tag("tnum"))
