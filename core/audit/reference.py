"""Tokens that no training can have used: what others are measured against (arXiv 2405.05417, section 3.2)."""

from __future__ import annotations

import re
from typing import NamedTuple

from core.tokenizers.canonical import Kind
from core.tokenizers.vocabulary import Vocabulary

NO_TEXT = frozenset({0xC0, 0xC1, *range(0xF5, 0x100)})
"""Bytes that stand nowhere in UTF-8."""

_RESERVED = re.compile(r"unused|reserved|place.?holder|<extra_id", re.IGNORECASE)


class Reference(NamedTuple):
    """Rows of the model's matrices, and what they are, in words."""

    rows: tuple[int, ...]
    words: str


def reference_set(vocabulary: Vocabulary, rows: int) -> Reference:
    """The rows that are known to be unused.

    Args:
        rows: of the embedding; there may be more of them than tokens.
    """
    bytes_ = [id for byte, id in vocabulary.byte_ids.items() if byte in NO_TEXT]
    reserved = [
        token.id
        for token in vocabulary
        if token.kind is Kind.UNUSED or (token.kind is Kind.SPECIAL and _RESERVED.search(token.content))
    ]
    padding = [id for id in range(rows) if id >= vocabulary.size or vocabulary.entries[id] is None]
    parts = [
        (bytes_, "byte that no text has", "bytes that no text has"),
        (reserved, "reserved name", "reserved names"),
        (padding, "row without a token", "rows without a token"),
    ]
    words = [f"{len(ids):,} {one if len(ids) == 1 else many}" for ids, one, many in parts if ids]
    found = sorted({id for ids, _, _ in parts for id in ids if id < rows})
    return Reference(tuple(found), ", ".join(words))
