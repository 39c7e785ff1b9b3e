"""What a transplant takes in memory and on the disk, from the headers of its models alone. Loads no torch."""

from __future__ import annotations

from core.models.folder import ModelFolder

_WORKING = 256 * 2**20
"""Bytes for a chunk of targets, buffers and the vocabularies."""


def padded_rows(vocabulary: int, multiple: int) -> int:
    return -(-vocabulary // multiple) * multiple


def written_bytes(base: ModelFolder, vocabulary: int, multiple: int) -> int:
    """Of the weight files, their matrices grown or shrunk to the new vocabulary."""
    matrices = [name for name in (base.input_embedding, base.head) if name is not None]
    rows = padded_rows(vocabulary, multiple) - base.vocab_size
    return base.weight_bytes + sum(base.tensors[name].bytes // base.vocab_size * rows for name in matrices)


def memory_to_graft(base: ModelFolder, donor: ModelFolder | None, vocabulary: int) -> int:
    """The matrices of the base, old and new, and of the donor twice in float32: as rows and as columns."""
    matrices = [name for name in (base.input_embedding, base.head) if name is not None]
    row = sum(base.tensors[name].bytes // base.vocab_size for name in matrices)
    needed = row * (base.vocab_size + vocabulary) + _WORKING
    if donor is not None:
        stored = donor.tensors[donor.input_embedding].bytes
        needed += stored + 2 * 4 * min(base.vocab_size, donor.vocab_size) * donor.hidden_size
    return needed
