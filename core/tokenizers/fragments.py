"""Bytes cut from anywhere in a text: whole characters, and what is left of others at the ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BROKEN = re.compile("([\udc80-\udcff]+)")


def characters_and_bytes(data: bytes) -> Iterator[str | bytes]:
    """Whole characters as text, and between them, as they are, the bytes that make up none."""
    for at, part in enumerate(_BROKEN.split(data.decode(errors="surrogateescape"))):
        if at % 2:
            yield part.encode(errors="surrogateescape")
        elif part:
            yield part
