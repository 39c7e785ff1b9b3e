"""Figures as a person reads them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

MISSING = "–"
"""In the place of a figure that was not measured."""


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
    """``12,310``; fractions of few units (epochs, megabytes) with one decimal."""
    return f"{number:,.0f}" if float(number).is_integer() or number >= 100 else f"{number:,.1f}"


def size(number: int) -> str:
    """``812 B``, ``64 kB``, ``10.2 MB``: powers of 1,000, three digits at most."""
    amount, unit = float(number), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 999.5:
            break
        amount, unit = amount / 1_000, larger
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 99.95 else f"{amount:.3g} {unit}"


def decimals(values: Iterable[float]) -> int:
    """How many decimals a column of `values` is shown with, so that its smallest can be told apart.

    None for integers; otherwise four digits of the smallest (three below 1), 6 decimals at most.
    """
    real = [abs(value) for value in values if math.isfinite(value) and value]
    if all(value.is_integer() for value in map(float, real)):
        return 0
    exponent = math.floor(math.log10(min(real)))
    return max(0, 3 - exponent) if exponent >= 0 else min(6, max(3, 2 - exponent))


def fixed(value: float | None, places: int, *, signed: bool = False) -> str:
    """``1,204.50``, ``−0.17``, ``+0.06``; ``–`` for None, which is not 0 and not NaN."""
    if value is None:
        return MISSING
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    text = f"{abs(value):,.{places}f}"
    if not any(digit in "123456789" for digit in text):
        return text
    return f"{'−' if value < 0 else '+' if signed else ''}{text}"


def percent(share: float) -> str:
    """``99.6 %``, ``0.33 %``, ``0.0021 %``; beyond what tells anything ``<0.001 %`` and ``>99.9 %``."""
    value = 100 * share
    if value <= 0 or value == 100:
        return f"{max(value, 0.0):.0f} %"
    if value < 0.001 or 99.95 <= value < 100:
        return "<0.001 %" if value < 1 else ">99.9 %"
    return f"{value:.1f} %" if value >= 0.995 else f"{value:.2g} %"


def when(moment: datetime, now: datetime | None = None) -> str:
    """As a person says it, in local time: ``today 14:02``, ``yesterday 9:30``, ``3 Nov``, ``3 Nov 2025``."""
    local = moment.astimezone()
    today = (now or datetime.now().astimezone()).date()
    clock = f"{local.hour}:{local.minute:02}"
    if local.date() == today:
        return f"today {clock}"
    if local.date() == today - timedelta(days=1):
        return f"yesterday {clock}"
    month = MONTHS[local.month - 1]
    return f"{local.day} {month}" if local.year == today.year else f"{local.day} {month} {local.year}"


def exact_time(moment: datetime) -> str:
    """``2026-11-24 14:02:31 CET``, in local time."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S %Z}"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
