"""What a transplant takes in memory and on the disk, from the headers of its models alone. Loads no torch."""

from __future__ import annotations

from collections.abc import Sequence

from core.models.folder import ModelFolder
from core.transplant.methods.method import Method

HELD = 256 * 2**20
"""Bytes of a matrix, or of a method's rows, up to which it is held in memory; larger ones stay in files."""
_WORKING = 256 * 2**20
"""Bytes for blocks of rows, here and there."""
_A_TOKEN = 3_000
"""Bytes for a token of either vocabulary and its tokenizer's tables."""
_ATOMS = 2**30
"""Bytes of anchors up to which matching pursuit holds them in float32."""
_CHUNK = 512 * 2**20
"""Bytes for the targets that a method with a donor works on at once."""
_FLOAT = 4


def padded_rows(vocabulary: int, multiple: int) -> int:
    return -(-vocabulary // multiple) * multiple


def written_bytes(base: ModelFolder, vocabulary: int, multiple: int, *, untied: bool = False) -> int:
    """Of the weight files, their matrices grown or shrunk to the new vocabulary.

    Args:
        untied: a head is written that the base does not have.
    """
    matrices = [name for name in (base.input_embedding, base.head) if name is not None]
    rows = padded_rows(vocabulary, multiple)
    grown = sum(base.tensors[name].bytes // base.vocab_size for name in matrices) * (rows - base.vocab_size)
    head = base.tensors[base.input_embedding].bytes // base.vocab_size * rows
    return base.weight_bytes + grown + (head if untied and base.head is None else 0)


def memory_to_graft(
    base: ModelFolder,
    donor: ModelFolder | None,
    vocabulary: int,
    *,
    targets: int | None = None,
    anchors: int | None = None,
    methods: Sequence[Method] = (),
) -> int:
    """Bytes that must be free to make and write the new matrices, whatever the size of the model.

    Matrices larger than `HELD` stay in their files: the system holds as much of them as it likes, and none
    has to fit. The new ones are made block by block while they are written. Held are the small matrices, the
    method's rows (as vectors or as combinations), and a donor's anchors in float32.

    Args:
        targets: rows that a method makes; at most all.
        anchors: at most all.
        methods: those that are used; any, by default.
    """
    targets = vocabulary if targets is None else targets
    needed = _WORKING + _A_TOKEN * (base.vocab_size + vocabulary)
    needed += _held(base) + sum(_rows(method, targets, base.hidden_size) for method in methods)
    if not methods:
        needed += targets * base.hidden_size * _FLOAT
    if donor is not None:
        shared = min(base.vocab_size, donor.vocab_size) if anchors is None else anchors
        needed += _held(donor) + min(_ATOMS, shared * donor.hidden_size * _FLOAT) + _CHUNK
    return needed


def row_store(targets: int, width: int, methods: Sequence[Method]) -> int:
    """Bytes on the disk, in the run's own folder, for what methods made, kept until the run has succeeded."""
    return sum(_rows(method, targets, width) for method in methods)


def _held(model: ModelFolder) -> int:
    names = dict.fromkeys(name for name in (model.input_embedding, model.head) if name is not None)
    sizes = [model.tensors[name].bytes for name in names]
    return sum(size for size in sizes if size <= HELD)


def _rows(method: Method, targets: int, width: int) -> int:
    if method.dense:
        return targets * width * _FLOAT
    return targets * int(method.parameters().get("k") or 16) * 2 * _FLOAT
