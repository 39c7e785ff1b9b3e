"""Widgets are made once the window has chosen its look."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from app import theme


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:
    theme.current().set_mode("light")
