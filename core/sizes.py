"""Sizes in words."""

from __future__ import annotations


def bytes_in_words(count: float) -> str:
    """``512 bytes``, ``10.2 MB``: in powers of a thousand, as disks are sold."""
    if count < 1000:
        return f"{count:,.0f} bytes"
    for unit in ("kB", "MB"):
        count /= 1000
        if count < 999.95:
            return f"{count:.1f} {unit}"
    return f"{count / 1000:,.1f} GB"


def counted(count: int, noun: str) -> str:
    """``1 byte``, ``5,120 bytes``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def count_in_words(count: int) -> str:
    """``260 k``, ``5.1 M``, ``7.2 B``: as parameters are counted."""
    for size, unit in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")):
        value = count / size
        if value >= 1:
            return f"{value:,.0f} {unit}" if value >= 99.95 else f"{value:.1f} {unit}"
    return str(count)
