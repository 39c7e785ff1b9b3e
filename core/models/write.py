"""Write a model folder that transformers opens: streamed, atomically, bit for bit where nothing changes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import torch

from core.jobs.context import Context
from core.json_files import unreadable
from core.models.folder import CONFIG, INDEX, WEIGHTS, ModelFolder
from core.models.headers import BITS, TensorEntry, WeightFile
from core.models.output import new_folder
from core.models.tensors import safetensors_dtype

CHUNK = 16 * 2**20
"""Bytes between two looks at whether someone pressed stop."""

_LARGEST_FIRST = {name: -bits for name, bits in BITS.items()}


@dataclass(frozen=True)
class RowBlocks:
    """A tensor that is made while it is written: `blocks` gives it from the first row to the last.

    `blocks` is called once for each time the tensor is written; what it yields are tensors (rows, *shape[1:])
    of `dtype`.
    """

    dtype: torch.dtype
    shape: tuple[int, ...]
    blocks: Callable[[], Iterable[torch.Tensor]]


Content: TypeAlias = torch.Tensor | RowBlocks


def write_model(
    source: ModelFolder,
    out: Path,
    *,
    replacements: Mapping[str, Content | None],
    config: Mapping[str, Any],
    files: Mapping[str, bytes | Path],
    replace: bool = False,
    ctx: Context,
    field: str | None = "out",
) -> Path:
    """Write `source` to another folder with some of its tensors replaced.

    Weight files without such a tensor are copied byte for byte; in the others every tensor that is not
    replaced keeps its bytes. At most 16 MB are held, besides what the replacements bring.

    Args:
        source: from `open_model`.
        out: a new folder; see `core.models.output.check_output` for what it may be.
        replacements: name → the tensor to put there, of any shape; None leaves the tensor out. A name that
            `source` does not have is added to the file of the input embedding.
        config: what config.json will say.
        files: name → content of all other files (the tokenizer's, generation_config.json, a card): nothing
            else is taken from `source`.
        replace: replace the model that is in `out`.

    Returns:
        `out`, absolute.

    Raises:
        UserError: `out` may not be written, the disk is full, or `source` has changed since it was opened.
            Then, and when the job is cancelled, what was in `out` is as it was.
    """
    added = {name: content for name, content in replacements.items() if name not in source.tensors}
    place = source.tensors[source.input_embedding].file
    weights: list[_Copied | _Weights] = []
    for file in source.files:
        parts = {name: replacements.get(name, entry) for name, entry in file.tensors.items()}
        parts |= added if file.path == place else {}
        kept = {name: part for name, part in parts.items() if part is not None}
        if len(kept) == len(file.tensors) and all(kept.get(n) is e for n, e in file.tensors.items()):
            weights.append(_Copied(file))
        elif kept:
            weights.append(_Weights(file.path.name, kept, file.metadata))
    return _write(out, weights, config, files, _index(source, weights), source.path, replace, ctx, field)


def write_fresh_model(
    out: Path,
    tensors: Mapping[str, Content],
    *,
    config: Mapping[str, Any],
    files: Mapping[str, bytes | Path],
    replace: bool = False,
    ctx: Context,
    field: str | None = "out",
) -> Path:
    """Write a model folder from tensors in memory, as one weight file.

    Args:
        tensors: by name, each stored once: leave a tied head out.

    Other arguments, result and errors as `write_model`.
    """
    weights = [_Weights(WEIGHTS, dict(tensors), {"format": "pt"})]
    return _write(out, weights, config, files, None, None, replace, ctx, field)


# What is written


class _Copied:
    """A weight file that stays as it is."""

    def __init__(self, file: WeightFile) -> None:
        self.name = file.path.name
        self.size = file.size
        self.tensors: Mapping[str, TensorEntry | Content] = file.tensors
        self._file = file

    def write(self, target: BinaryIO, meter: _Meter) -> None:
        _copy(self._file.path, 0, self.size, target, meter)


class _Weights:
    """A weight file with a header of its own. Numbers of more bytes come first, so that each lies aligned."""

    def __init__(
        self, name: str, tensors: Mapping[str, TensorEntry | Content], metadata: Mapping[str, str] | None
    ) -> None:
        self.name = name
        self.tensors = dict(sorted(tensors.items(), key=lambda item: _LARGEST_FIRST[_dtype(item[1])]))
        self._header = self._make_header(metadata)
        self.size = len(self._header) + sum(map(_bytes, self.tensors.values()))

    def _make_header(self, metadata: Mapping[str, str] | None) -> bytes:
        header: dict[str, Any] = {} if metadata is None else {"__metadata__": dict(metadata)}
        at = 0
        for name, tensor in self.tensors.items():
            end = at + _bytes(tensor)
            header[name] = {
                "dtype": _dtype(tensor),
                "shape": list(tensor.shape),
                "data_offsets": [at, end],
            }
            at = end
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
        text += b" " * (-len(text) % 8)  # so that the numbers begin at a multiple of eight bytes
        return len(text).to_bytes(8, "little") + text

    def write(self, target: BinaryIO, meter: _Meter) -> None:
        target.write(self._header)
        meter.add(len(self._header))
        for name, tensor in self.tensors.items():
            if isinstance(tensor, TensorEntry):
                _copy(tensor.file, tensor.begin, tensor.bytes, target, meter)
            else:
                _write_tensor(name, tensor, target, meter)


class _Small:
    """Any other file: its bytes, or the file to copy them from."""

    def __init__(self, name: str, content: bytes | Path) -> None:
        self.name = name
        self._content = content
        try:
            self.size = content.stat().st_size if isinstance(content, Path) else len(content)
        except OSError as error:
            raise unreadable(Path(os.fsdecode(content)), error) from None

    def write(self, target: BinaryIO, meter: _Meter) -> None:
        if isinstance(self._content, Path):
            _copy(self._content, 0, self.size, target, meter)
        else:
            target.write(self._content)
            meter.add(self.size)


class _Meter:
    def __init__(self, total: int, ctx: Context) -> None:
        self._total = total
        self._done = 0
        self._ctx = ctx
        self.add(0)

    def add(self, count: int) -> None:
        self._done += count
        self._ctx.progress(self._done, self._total, "Writing the model")


def _index(source: ModelFolder, weights: Sequence[_Copied | _Weights]) -> dict[str, Any] | None:
    """The new index of a model in several files; what it says besides is kept."""
    file = source.path / INDEX
    if source.files[0].path.name == WEIGHTS or not file.is_file():
        return None
    try:
        index: dict[str, Any] = json.loads(file.read_bytes())
    except OSError as error:
        raise unreadable(file, error) from None
    tensors = [tensor for weight in weights for tensor in weight.tensors.values()]
    given = index.get("metadata")
    metadata = dict(given) if isinstance(given, dict) else {}
    metadata["total_size"] = sum(map(_bytes, tensors))
    if "total_parameters" in metadata:
        metadata["total_parameters"] = sum(map(_elements, tensors))
    places = {name: weight.name for weight in weights for name in weight.tensors}
    return {**index, "metadata": metadata, "weight_map": dict(sorted(places.items()))}


# Writing it


def _write(
    out: Path,
    weights: Sequence[_Copied | _Weights],
    config: Mapping[str, Any],
    files: Mapping[str, bytes | Path],
    index: Mapping[str, Any] | None,
    source: Path | None,
    replace: bool,
    ctx: Context,
    field: str | None,
) -> Path:
    parts: list[_Copied | _Weights | _Small] = [*weights, _Small(CONFIG, _json(config))]
    if index is not None:
        parts.append(_Small(INDEX, _json(index)))
    parts += [_Small(name, content) for name, content in files.items()]
    _check_names([part.name for part in parts])
    total = sum(part.size for part in parts)
    sources = [] if source is None else [source]
    meter = _Meter(total, ctx)
    with new_folder(out, replace=replace, needed=total, sources=sources, field=field) as folder:
        for part in parts:
            with (folder / part.name).open("xb") as target:
                part.write(target, meter)
        ctx.check()
    return Path(out).absolute()


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        if Path(name).name != name or names.count(name) > 1:
            raise ValueError(f"{name!r} cannot be written: no plain name, or one that is taken")


def _json(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def _copy(source: Path, begin: int, length: int, target: BinaryIO, meter: _Meter) -> None:
    """`length` bytes of `source`, from `begin`. The system shares the blocks of both files where it can."""
    try:
        opened = source.open("rb", buffering=0)
    except OSError as error:
        raise unreadable(source, error) from None
    with opened:
        target.flush()
        left = length
        while left:
            count = _copy_some(opened, begin + length - left, min(CHUNK, left), target)
            if not count:
                raise unreadable(source, OSError("it has been cut short since it was opened"))
            left -= count
            meter.add(count)


def _copy_some(source: Any, at: int, count: int, target: BinaryIO) -> int:
    """How many bytes were copied; 0 at the end of the file."""
    if hasattr(os, "copy_file_range"):
        try:
            copied = os.copy_file_range(source.fileno(), target.fileno(), count, offset_src=at)
        except OSError:
            copied = 0  # between two file systems, or by one that does not know how
        if copied:
            return copied
    source.seek(at)
    try:
        data = source.read(count)
    except OSError as error:
        raise unreadable(Path(source.name), error) from None
    target.write(data)
    target.flush()
    return len(data)


def _write_tensor(name: str, content: Content, target: BinaryIO, meter: _Meter) -> None:
    blocks = [content] if isinstance(content, torch.Tensor) else content.blocks()
    rows = 0
    for block in blocks:
        if block.dtype != content.dtype or block.shape[1:] != torch.Size(content.shape[1:]):
            raise ValueError(f"a block of {name!r} has another type or width than the tensor")
        rows += len(block) if block.dim() else 1
        for chunk in _chunks(block):
            target.write(chunk)
            meter.add(len(chunk))
    if content.shape and rows != content.shape[0]:
        raise ValueError(f"{name!r} has {content.shape[0]} rows, but {rows} were made")


def _chunks(block: torch.Tensor) -> Iterator[memoryview]:
    data = memoryview(block.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    for at in range(0, len(data), CHUNK):
        yield data[at : at + CHUNK]


def _dtype(tensor: TensorEntry | Content) -> str:
    return tensor.dtype if isinstance(tensor, TensorEntry) else safetensors_dtype(tensor.dtype)


def _bytes(tensor: TensorEntry | Content) -> int:
    return _elements(tensor) * BITS[_dtype(tensor)] // 8


def _elements(tensor: TensorEntry | Content) -> int:
    count = 1
    for size in tensor.shape:
        count *= size
    return count
