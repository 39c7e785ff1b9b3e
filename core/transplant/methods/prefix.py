"""Longest prefix: mergekit's prefix match, as a method.

A head that foretells a new token has foretold its first piece before, which is why this suits heads; an input
row of the first piece alone says little of the token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task


@method
class Prefix(Method):
    title = "Longest prefix"
    source = "mergekit's tokensurgeon, --prefix-match"
    sentence = "Each new token as a copy of the longest base token that it begins with; for heads."

    name: Literal["prefix"] = "prefix"

    def rows(self, task: Task, ctx: Context) -> Rows:
        import torch

        from core.tokenizers.canonical import Kind
        from core.transplant.rows import Rows

        assert task.inputs is not None
        used = set(task.used.tolist())
        ids: dict[bytes, int] = {}
        for token in task.inputs.base_tokenizer.vocabulary:
            if token.id in used and token.kind is Kind.TEXT:
                ids.setdefault(token.bytes, token.id)
        found = torch.full((len(task), 1), -1, dtype=torch.int32)
        for row, text in enumerate(task.target_bytes):
            if row % 1024 == 0:
                ctx.progress(row, len(task), "Looking for prefixes")
            found[row] = _longest(text, ids)
        return Rows.combined(found, torch.where(found >= 0, 1.0, 0.0))


def _longest(text: bytes, ids: dict[bytes, int]) -> int:
    """The id of the longest proper prefix that is more than white space, -1 where there is none."""
    for length in range(len(text) - 1, 0, -1):
        prefix = text[:length]
        if not prefix.strip():
            return -1
        if prefix in ids:
            return ids[prefix]
    return -1
