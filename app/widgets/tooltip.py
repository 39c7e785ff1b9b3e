"""Tooltips that show text from users and files as it is."""

from __future__ import annotations

from html import escape


def tooltip(text: str) -> str:
    """`text` for `QWidget.setToolTip`, which would otherwise read anything with tags in it as rich text."""
    return f'<p style="white-space:pre-wrap">{escape(text)}</p>' if text else ""
