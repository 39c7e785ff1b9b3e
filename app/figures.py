"""Figures as a person reads them."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """``0.4 s``, ``23 s``, ``1 min 10 s``, ``2 h 5 min``: two units at most."""
    if seconds < 0.95:
        return f"{max(seconds, 0.0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def count(number: float) -> str:
    """``12,310``; fractions of units (epochs, megabytes) with one decimal."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"
