"""Longest prefix, over the spellings of a small vocabulary."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from core.tokenizers.canonical import Kind, Token
from core.transplant.methods.prefix import Prefix
from tests.core.transplant.methods.tasks import made, task

SPELT = [b"a", b"ab", b" ", b" t", b"<s>", b"zz"]


def test_that_the_longest_proper_prefix_is_copied(tmp_path: Path) -> None:
    kinds = [Kind.TEXT] * 4 + [Kind.SPECIAL, Kind.TEXT]
    entries = [Token(id, "", kind, text) for id, (kind, text) in enumerate(zip(kinds, SPELT, strict=True))]
    inputs: Any = SimpleNamespace(base_tokenizer=SimpleNamespace(vocabulary=entries))
    texts = [b"abc", b"ab", b"a", b" x", b" the", b"<s>x", b"zzz", b"  "]
    given = task(
        inputs=inputs,
        used=given_used(),
        target_bytes=texts,
        targets=task().targets[:8],
    )
    rows, values = made(Prefix(), given, tmp_path)
    assert rows.indices is not None
    assert rows.indices[:, 0].tolist() == [1, 0, -1, -1, 3, -1, -1, -1]
    assert (values[0] == given.table[1]).all()


def given_used() -> Any:
    """All but the last, which stands for an unused row."""
    return task().used[:5]
