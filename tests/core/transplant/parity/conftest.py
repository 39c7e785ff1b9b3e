"""mergekit 0.1.5 in its own environment, and small models that it and we graft."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.transplant import transplant
from core.transplant.report import ROWS
from tests.core.transplant.toys import Json, byte_level, prose, sentencepiece, trained, write_llama

ROOT = Path(__file__).parents[4]
PYTHON = ROOT / ".peers" / "mergekit" / "bin" / "python"
Tensors = Mapping[str, torch.Tensor]
DIGITS = "0123456789"

COMMANDS = {
    "omp": ("plain", "-a", "omp", "-k", "8"),
    "omp-tied": ("tied", "-a", "omp", "-k", "8"),
    **{
        f"interpolation-{metric}-{weights}": (
            "plain", "-a", "common_interpolation", "-k", "8", "-c" if metric == "cosine" else "-nc",
            "-w", weights,
        )
        for metric in ("euclidean", "cosine")
        for weights in ("distance_proportional", "barycentric", "least_squares")
    },
    **{
        f"subword-{way}": ("plain", "-a", "subword", "-s", way)
        for way in ("mean", "sum", "weighted_mean", "first_last")
    },
    **{
        name: ("plain", "-a", name, "-k", "8")
        for name in ("mean", "zero", "randn", "john_hewitt", "stb", "mp_rope")
    },
    "families": ("families", "-a", "zero"),
    "bytes-in-input": ("families", "-a", "zero", "-bm", "embed"),
}  # fmt: skip
"""Name → which pair of models, and the options of its command line."""


class Grafts:
    """What mergekit made of the pairs of models ``plain``, ``tied`` and ``families``, and what we make."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def theirs(self, name: str) -> Tensors:
        return load_file(self.folder / "theirs" / name / "model.safetensors")

    def error(self, name: str) -> str:
        return (self.folder / "theirs" / f"{name}.error").read_text(encoding="utf-8")

    def base(self, pair: str) -> Tensors:
        return load_file(self.folder / pair / "base" / "model.safetensors")

    def ours(self, pair: str, out: Path, **method: object) -> tuple[Tensors, torch.Tensor]:
        """Our weights, and the ids of the rows that were not copied."""
        models = self.folder / pair
        transplant(
            base=models / "base",
            target_tokenizer=models / "donor",
            out=out,
            method=method,
            device="cpu",
            pad_to=1,
        )
        with np.load(out / ROWS) as said:
            made = torch.from_numpy(np.flatnonzero(said["copied"] < 0))
        return load_file(out / "model.safetensors"), made


@pytest.fixture(scope="session")
def mergekit() -> Callable[[Path, Sequence[Sequence[str]], Sequence[Sequence[str]]], None]:
    """Runs commands and calls, as in_mergekit.py has them, in one program."""
    if not PYTHON.is_file():
        pytest.skip("needs mergekit 0.1.5: .venv/bin/python packaging/peers.py mergekit")

    def run(folder: Path, commands: Sequence[Sequence[str]], calls: Sequence[Sequence[str]]) -> None:
        work = folder / "work.json"
        work.write_text(json.dumps({"commands": commands, "calls": calls}), encoding="utf-8")
        script = Path(__file__).with_name("in_mergekit.py")
        done = subprocess.run(
            [str(PYTHON), str(script), str(work)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": ""},
        )
        assert done.returncode == 0, done.stderr[-2000:]

    return run


@pytest.fixture
def call(mergekit: Callable[..., None], tmp_path: Path) -> Callable[..., list[torch.Tensor] | str]:
    """What one function of mergekit gives for tensors and numbers, or how it failed."""

    def given(function: str, *arguments: torch.Tensor | float) -> list[torch.Tensor] | str:
        tensors = {str(place): torch.as_tensor(value) for place, value in enumerate(arguments)}
        save_file({name: value.contiguous() for name, value in tensors.items()}, tmp_path / "given")
        out = tmp_path / "found"
        mergekit(tmp_path, [], [[str(out), function, str(tmp_path / "given")]])
        if not out.is_file():
            return Path(f"{out}.error").read_text(encoding="utf-8")
        found = load_file(out)
        return [found[str(place)] for place in range(len(found))]

    return given


@pytest.fixture(scope="session")
def grafts(mergekit: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Grafts:
    """All commands, run once, by whichever worker comes first."""
    apart = "PYTEST_XDIST_WORKER" in os.environ
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if apart else folder) / "mergekit"
    try:
        folder.mkdir()
    except FileExistsError:
        until = time.monotonic() + 600
        while not (folder / "done").exists() and time.monotonic() < until:
            time.sleep(0.2)
        assert (folder / "done").exists(), "mergekit did not come to an end"
        return Grafts(folder)
    write_pairs(folder)
    theirs = folder / "theirs"
    theirs.mkdir()
    commands = [
        [
            str(theirs / name),
            str(folder / pair / "base"),
            str(folder / pair / "donor"),
            str(theirs / name),
            *options,
        ]
        for name, (pair, *options) in COMMANDS.items()
    ]
    mergekit(folder, commands, [])
    (folder / "done").touch()
    return Grafts(folder)


def write_pairs(folder: Path) -> None:
    """`plain` and `tied`: two byte-level BPEs over two halves of a text; nothing special, and in the donor's
    no part of a character, which mergekit takes as an anchor and we do not. `families`: a SentencePiece base
    and a byte-level donor that share five tokens, the digits, and three special tokens."""
    half = len(prose()) // 2
    base, donor = (trained("byte-level", 1000, part) for part in (slice(half), slice(half, None)))
    for pair, tied in (("plain", False), ("tied", True)):
        write_llama(folder / pair / "base", _unmarked(base), {}, tied=tied, seed=1)
        write_llama(folder / pair / "donor", _ascii(donor), {}, tied=tied, width=48, seed=2)
    extra = ["<|tool|>", "<|image|>"]
    pieces = sentencepiece(["▁the", "é", "<0x0A>", "▁▁", "<0x78>", *DIGITS], ["<s>", *extra])
    letters = byte_level(["Ġthe", "Ã©", "Ċ", "ĠĠ", "x", "Ġcat", *DIGITS], ["<|bos|>", *extra])
    pair_folder = folder / "families"
    write_llama(pair_folder / "base", pieces, {"bos": "<s>"}, tied=False, seed=3)
    write_llama(pair_folder / "donor", letters, {"bos": "<|bos|>"}, tied=False, width=48, seed=4)
    for side, cls in (("base", "LlamaTokenizerFast"), ("donor", "Qwen2TokenizerFast")):
        file = pair_folder / side / "tokenizer_config.json"
        said = json.loads(file.read_text(encoding="utf-8"))
        said |= {"tokenizer_class": cls, "additional_special_tokens": extra}
        file.write_text(json.dumps(said), encoding="utf-8")


def _unmarked(tokenizer: Json) -> Json:
    """Without special tokens; what was one is a token like others."""
    return tokenizer | {"added_tokens": []}


def _ascii(tokenizer: Json) -> Json:
    """Without special tokens, and of the others those of ASCII, spaces and ends of lines alone."""
    kept = [
        token
        for token in tokenizer["model"]["vocab"]
        if token != "<|endoftext|>" and set(token) <= {*map(chr, range(128)), "Ġ", "Ċ"}
    ]
    there = set(kept)
    merges = [pair for pair in tokenizer["model"]["merges"] if {*pair, "".join(pair)} <= there]
    model = tokenizer["model"] | {"vocab": {token: id for id, token in enumerate(kept)}, "merges": merges}
    return tokenizer | {"added_tokens": [], "model": model}
