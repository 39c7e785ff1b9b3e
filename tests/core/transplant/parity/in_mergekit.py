"""Run by mergekit's own Python, never by ours: its command line, and single functions of it on given tensors.

    python in_mergekit.py work.json

The file holds ``commands``, a list of [out, arguments…] for ``mergekit-tokensurgeon``, and ``calls``, a list
of [out, function, tensors]: the function as ``tokensurgeon.omp.batch_omp``, and a safetensors file with its
arguments as ``0``, ``1``… (a tensor, or a number as a tensor without dimensions). Of each is written what it
gave (for a call, ``out`` is a safetensors file with ``0``, ``1``…) or, in ``out.error``, how it failed.
"""

import importlib
import json
import sys
import traceback
from pathlib import Path


def main(work: Path) -> None:
    from mergekit.scripts import tokensurgeon

    asked = json.loads(work.read_text(encoding="utf-8"))
    for out, *arguments in asked["commands"]:
        attempt(out, lambda: tokensurgeon.main(arguments, standalone_mode=False))  # noqa: B023
    for out, function, tensors in asked["calls"]:
        attempt(out, lambda: call(out, function, tensors))  # noqa: B023


def attempt(out: str, run) -> None:
    try:
        run()
    except Exception as error:  # noqa: BLE001
        said = "".join(traceback.format_exception_only(error))
        Path(f"{out}.error").write_text(said, encoding="utf-8")


def call(out: str, function: str, tensors: str) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    module, _, name = function.rpartition(".")
    given = load_file(tensors)
    arguments = [given[str(place)] for place in range(len(given))]
    arguments = [value.item() if value.ndim == 0 else value for value in arguments]
    torch.manual_seed(0)
    found = getattr(importlib.import_module(f"mergekit.{module}"), name)(*arguments)
    found = found if isinstance(found, tuple) else (found,)
    save_file({str(place): value.contiguous() for place, value in enumerate(found)}, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
