"""Language models stay in memory from job to job while there is room: opening one again is quick."""

from __future__ import annotations

import gc
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakSet

import torch

from core.errors import UserError
from core.generation.language.language_model import LanguageModel
from core.generation.language.loaded import Loaded, load
from core.generation.language.preview import USUAL_TOKENS, causal_folder, memory_of
from core.generation.result_parts import Resident, Residents
from core.jobs.context import Context
from core.jobs.memory import free_memory, kept_for_later
from core.sizes import bytes_in_words

_SHARE = 0.5
"""Of the memory that is free without them, what all kept models may take."""
_MOST = 0.9
"""Of free memory, what one model may take that is about to be opened."""

_Key = tuple[Path, tuple[tuple[str, int, int], ...], torch.dtype, str]


@dataclass(eq=False)
class _Kept:
    loaded: Loaded
    device: str
    bytes: int
    users: WeakSet[LanguageModel] = field(default_factory=WeakSet)
    """Models of the job that goes on; when it has ended, nobody holds them."""


_kept: dict[_Key, _Kept] = {}
"""The least recently used first."""


def resident_model(
    path: Path, ctx: Context, *, dtype: torch.dtype, tokens: int | None, field: str
) -> tuple[LanguageModel, Loaded]:
    """The model in a folder, from memory where it is there already and the folder is as it was.

    Its weights stay while the language model is held; others may work with them, too, so they are to be left
    as they are.

    Raises:
        UserError: it takes more memory than there is, or cannot be opened.
    """
    path = Path(path).absolute()
    key = path, _stamp(path), dtype, ctx.device
    kept = _kept.pop(key, None)
    if kept is None:
        unload([path], except_as=_stamp(path))
        kept = _read(path, ctx, dtype, tokens, field)
    _kept[key] = kept  # now the last used
    model = kept.loaded.opened()
    kept.users.add(model)
    _shrink(kept.device, _budget(kept.device))
    return model, kept.loaded


def residents() -> Residents:
    """What is in memory now."""
    models = [
        Resident(
            path=str(path),
            name=path.name,
            bytes=kept.bytes,
            dtype=str(dtype).removeprefix("torch."),
            device=kept.device,
        )
        for (path, _, dtype, _), kept in _kept.items()
    ]
    return Residents(models=models, budget=_budget("cpu"), free=free_memory("cpu"))


def unload(paths: Collection[Path], *, except_as: object = None) -> None:
    """Let go of the models in these folders, whatever their number type. One in use goes when it is not.

    Args:
        except_as: files as they are now, in which case the model stays.
    """
    folders = {Path(path).absolute() for path in paths}
    gone = [key for key in _kept if key[0] in folders and key[1] != except_as]
    for key in gone:
        del _kept[key]
    if gone:
        _return_memory()


def _read(path: Path, ctx: Context, dtype: torch.dtype, tokens: int | None, field: str) -> _Kept:
    folder = causal_folder(path, field=field)
    read = min(folder.context or USUAL_TOKENS, tokens or USUAL_TOKENS)
    needed = memory_of(folder, dtype.itemsize, read)
    free = free_memory(ctx.device, wanted=int(needed / _MOST) + 1)
    if needed > _MOST * free:
        smaller = ", in 16 bits a number" if dtype.itemsize > 2 else ""
        raise UserError(
            f"{path.name} takes {bytes_in_words(needed)} of memory for {read:,} tokens of text, and "
            f"{bytes_in_words(free)} are free. Open it{smaller} with a shorter text, choose a smaller model, "
            "or close other programs.",
            field=field,
        )
    ctx.progress(0, 0, f"opening {path.name}")
    loaded = load(path, dtype=dtype, device=ctx.device, field=field)
    return _Kept(loaded, ctx.device, _bytes(loaded.module))


def _budget(device: str) -> int:
    return int(_SHARE * (free_memory(device) + sum(k.bytes for k in _kept.values() if k.device == device)))


def _shrink(device: str, most: int) -> None:
    """Let go of the least recently used, until the rest takes no more than `most` bytes on `device`."""
    there = [(key, kept) for key, kept in _kept.items() if kept.device == device]
    total = sum(kept.bytes for _, kept in there)
    gone = False
    for key, kept in there:
        if total > most and not kept.users:
            total -= kept.bytes
            del _kept[key]
            gone = True
    if gone:
        del there, kept
        _return_memory()


@kept_for_later
def _let_go(device: str, wanted: int) -> None:
    """Another job needs `wanted` bytes more."""
    there = sum(kept.bytes for kept in _kept.values() if kept.device == device)
    if there:
        _shrink(device, max(0, there - wanted))


def _return_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _stamp(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes when a file of the folder does."""
    try:
        found = [(entry.name, entry.stat()) for entry in path.iterdir() if entry.is_file()]
    except OSError:
        return ()
    return tuple(sorted((name, stat.st_size, stat.st_mtime_ns) for name, stat in found))


def _bytes(module: torch.nn.Module) -> int:
    """What its tensors take; those that share memory are counted once."""
    storages = {
        tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes()
        for tensor in (*module.parameters(), *module.buffers())
    }
    return sum(storages.values())
