"""Write a model folder that transformers opens: streamed, and bit for bit where nothing changes."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Protocol, TypeAlias

import torch

from core.jobs.context import Context
from core.json_files import unreadable
from core.models.folder import CONFIG, INDEX, WEIGHTS, ModelFolder
from core.models.headers import BITS, TensorEntry, WeightFile
from core.models.tensors import safetensors_dtype

CHUNK = 16 * 2**20
"""Bytes between two looks at whether someone pressed stop."""


class Streamed(Protocol):
    """A tensor that is made while it is written."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> torch.dtype: ...

    def blocks(self) -> Iterator[torch.Tensor]:
        """Its rows in order, some at a time."""
        ...


_Content: TypeAlias = TensorEntry | torch.Tensor | Streamed
"""A tensor to be copied from its file, one in memory, or one that is made now."""


def write_model(
    source: ModelFolder,
    folder: Path,
    *,
    replacements: Mapping[str, torch.Tensor | Streamed],
    config: Mapping[str, Any],
    files: Mapping[str, bytes | Path],
    ctx: Context,
    additions: Mapping[str, torch.Tensor | Streamed] = {},
) -> None:
    """Write `source` to another folder with some of its tensors replaced.

    Weight files without such a tensor are copied byte for byte; in the others every tensor that is not
    replaced keeps its bytes. No more than 16 MB of them are held at once.

    Args:
        source: from `open_model`.
        folder: an empty folder, from `core.output.new_folder`: that makes the whole appear at once,
            and puts a full disk into words.
        replacements: name of a tensor of `source` → the tensor to put there, of any shape.
        additions: name of a tensor that `source` does not have → the tensor; it goes into the last file.
        config: what config.json will say.
        files: name → content of all other files (the tokenizer's, generation_config.json, a card): nothing
            else is taken from `source`. A name may lie in a folder: ``1_Pooling/config.json``.

    Raises:
        UserError: `source` cannot be read any more.
        OSError: `folder` cannot be written to.
        ValueError: a replacement or a file has a name that cannot be.
    """
    if unknown := replacements.keys() - source.tensors.keys():
        raise ValueError(f"{source.path} has no tensors {sorted(unknown)}")
    if known := additions.keys() & source.tensors.keys():
        raise ValueError(f"{source.path} has the tensors {sorted(known)} already")
    weights: list[_Weights | _Copied] = [
        _weights(file, replacements, additions if file is source.files[-1] else {}) for file in source.files
    ]
    parts: list[_Weights | _Copied] = [*weights, _Copied(CONFIG, _json(config))]
    if source.files[0].path.name != WEIGHTS:
        parts.append(_Copied(INDEX, _json(_index(source, weights))))
    parts += [_Copied(name, content) for name, content in files.items()]
    _check_names([part.name for part in parts])
    meter = _Meter(sum(part.size for part in parts), ctx)
    for part in parts:
        place = folder / part.name
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as target:
            part.write(target, meter)


# What is written


class _Copied:
    """A file that is taken as it is, from elsewhere or from memory."""

    def __init__(self, name: str, content: bytes | Path, weights: WeightFile | None = None) -> None:
        self.name = name
        self.size = len(content) if isinstance(content, bytes) else _size(content)
        self.tensors: Mapping[str, _Content] = {}
        if weights is not None:
            self.size, self.tensors = weights.size, weights.tensors
        self._content = content

    def write(self, target: BinaryIO, meter: _Meter) -> None:
        if isinstance(self._content, bytes):
            target.write(self._content)
            meter.add(self.size)
        else:
            _copy(self._content, 0, self.size, target, meter)


class _Weights:
    """A weight file with a header of its own. Wider numbers come first, so that each lies aligned."""

    def __init__(
        self, name: str, tensors: Mapping[str, _Content], metadata: Mapping[str, str] | None
    ) -> None:
        self.name = name
        self.tensors = dict(sorted(tensors.items(), key=lambda item: -BITS[_dtype(item[1])]))
        self._header = _header(self.tensors, metadata)
        self.size = len(self._header) + sum(map(_bytes, self.tensors.values()))

    def write(self, target: BinaryIO, meter: _Meter) -> None:
        target.write(self._header)
        meter.add(len(self._header))
        for tensor in self.tensors.values():
            if isinstance(tensor, TensorEntry):
                _copy(tensor.file, tensor.begin, tensor.bytes, target, meter)
                continue
            for block in [tensor] if isinstance(tensor, torch.Tensor) else tensor.blocks():
                for chunk in _chunks(block):
                    target.write(chunk)
                    meter.add(len(chunk))


class _Meter:
    def __init__(self, total: int, ctx: Context) -> None:
        self._total = total
        self._done = 0
        self._ctx = ctx
        self.add(0)

    def add(self, count: int) -> None:
        self._done += count
        self._ctx.progress(self._done, self._total, "Writing the model")


def _weights(
    file: WeightFile,
    replacements: Mapping[str, torch.Tensor | Streamed],
    additions: Mapping[str, torch.Tensor | Streamed],
) -> _Weights | _Copied:
    if replacements.keys().isdisjoint(file.tensors) and not additions:
        return _Copied(file.path.name, file.path, file)
    tensors: dict[str, _Content] = {
        name: replacements.get(name, entry) for name, entry in file.tensors.items()
    }
    tensors |= additions
    return _Weights(file.path.name, tensors, file.metadata)


def _header(tensors: Mapping[str, _Content], metadata: Mapping[str, str] | None) -> bytes:
    header: dict[str, Any] = {} if metadata is None else {"__metadata__": dict(metadata)}
    at = 0
    for name, tensor in tensors.items():
        end = at + _bytes(tensor)
        header[name] = {"dtype": _dtype(tensor), "shape": list(tensor.shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # so that the numbers begin at a multiple of eight bytes
    return len(text).to_bytes(8, "little") + text


def _index(source: ModelFolder, weights: Sequence[_Weights | _Copied]) -> dict[str, Any]:
    """The index of a model in several files: its tensors stay where they were; what is new comes last."""
    file = source.path / INDEX
    try:
        index: dict[str, Any] = json.loads(file.read_bytes())
    except OSError as error:
        raise unreadable(file, error) from None
    tensors = [tensor for part in weights for tensor in part.tensors.values()]
    given = index.get("metadata")
    metadata = dict(given) if isinstance(given, dict) else {}
    metadata["total_size"] = sum(map(_bytes, tensors))
    if "total_parameters" in metadata:
        metadata["total_parameters"] = sum(math.prod(tensor.shape) for tensor in tensors)
    places = {name: part.name for part in weights for name in part.tensors}
    return {**index, "metadata": metadata, "weight_map": {**index["weight_map"], **places}}


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        parts = PurePosixPath(name).parts
        if not parts or ".." in parts or PurePosixPath(name).is_absolute() or names.count(name) > 1:
            raise ValueError(f"{name!r} cannot be written: no plain name, or one that is taken")


def _json(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as error:
        raise unreadable(file, error) from None


# Writing it


def _copy(source: Path, begin: int, length: int, target: BinaryIO, meter: _Meter) -> None:
    """Copy `length` bytes of `source`, from `begin`."""
    try:
        opened = source.open("rb", buffering=0)
    except OSError as error:
        raise unreadable(source, error) from None
    with opened:
        target.flush()  # what follows goes past the buffer
        at, end = begin, begin + length
        while at < end:
            count = _copy_some(opened, source, at, min(CHUNK, end - at), target)
            at += count
            meter.add(count)


def _copy_some(opened: Any, source: Path, at: int, count: int, target: BinaryIO) -> int:
    """Copy up to `count` bytes, and say how many. The system shares the blocks of both files where it can."""
    if hasattr(os, "copy_file_range"):
        try:
            if copied := os.copy_file_range(opened.fileno(), target.fileno(), count, offset_src=at):
                return copied
        except OSError:
            pass  # between two file systems, or on one that does not know how; a full disk shows below
    try:
        opened.seek(at)
        data = opened.read(count)
    except OSError as error:
        raise unreadable(source, error) from None
    if not data:
        raise unreadable(source, OSError("it has become shorter since it was opened"))
    target.write(data)
    target.flush()
    return len(data)


def _chunks(tensor: torch.Tensor) -> Iterator[memoryview]:
    data = memoryview(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    for at in range(0, len(data), CHUNK):
        yield data[at : at + CHUNK]


def _dtype(tensor: _Content) -> str:
    return tensor.dtype if isinstance(tensor, TensorEntry) else safetensors_dtype(tensor.dtype)


def _bytes(tensor: _Content) -> int:
    return math.prod(tensor.shape) * BITS[_dtype(tensor)] // 8
