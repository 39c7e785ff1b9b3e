"""OMP on vocabularies of real size: beside mergekit, beside the bare matrix products, and a sweep over k.

Two synthetic models with real tokenizers, Llama 3's (128,256 tokens, the base) and Qwen 3's (151,669, the
donor), of one small layer, tied, float32. Their rows are clustered and their spectrum decays, so that neither
program meets a degenerate case. Their seeds differ; nothing but the tokenizers connects them.

- ours: the whole job `transplant`, as a program of its own: import, matching, pursuit, writing.
- mergekit: its command line in its own environment (``packaging/peers.py mergekit``), the same way. Runs of
  the two alternate. Wall time, time on the processors (others' programs disturb it less), highest memory.
- products: what any exact pursuit must do, X Aᵀ of a chunk of targets and all anchors, k times, in torch, at
  the best of several tilings, the result thrown away. On a sample of the chunks, in turn with our pursuit of
  the same chunks; and so many times that for all of them.
- sweep: k = 8, 16, 32, 64 in one call beside k = 64 alone, on a sample of the targets, the rows made.
- large: k = 64 at hidden size 2048, on a sample: time for all targets, memory, share of the products.

By default the models are 64 wide and k = 4, which takes some minutes and proves nothing but that it runs.
``LEXIGRAFT_BENCH_FULL=1`` makes them 256 wide with k = 16, twice each (or ``LEXIGRAFT_BENCH_RUNS``),
checks the targets, and measures the sweep and the large case as well; nothing else should run then. About an
hour on two cores.

    make bench ARGS='-k pursuit'

On an accelerator nothing was measured. The products of the full case are 4·10¹³ operations, of the large one
1.2·10¹⁵: at the peak for plain float32 (A100 19.5·10¹² a second, H100 SXM 67·10¹²) 2 s and
60 s on the one, 0.6 s and 18 s on the other; the passes over the scores move 10¹² and 5·10¹² bytes, which is
0.7 s and 3 s at 1.5·10¹² bytes a second. Half of the peak is usual, so expect twice that.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.terminal import table

ROOT = Path(__file__).parents[2]
MERGEKIT = ROOT / ".peers" / "mergekit" / "bin" / "mergekit-tokensurgeon"
TOKENIZERS = ROOT / ".real-tokenizers"
FULL = os.environ.get("LEXIGRAFT_BENCH_FULL") == "1"
WIDTH, K = (256, 16) if FULL else (64, 4)
RUNS = int(os.environ.get("LEXIGRAFT_BENCH_RUNS", "2" if FULL else "1"))
CACHE = Path(tempfile.gettempdir()) / "lexigraft-bench-pursuit"

FASTER = 2.4
"""Than mergekit, end to end."""
MEMORY = 0.5
"""Of mergekit's."""
PRODUCTS = 1.15
"""Of the time of the bare products."""
SWEEP = 1.1
"""Of the time of its largest k."""
SAMPLE = 4
"""Chunks of targets in a sample."""


# The models


def models(width: int) -> tuple[Path, Path]:
    """Base and donor, made when they are not there yet."""
    base, donor = CACHE / f"llama3-{width}", CACHE / f"qwen3-{width}"
    for seed, (folder, tokenizer) in enumerate({base: "llama3", donor: "qwen3"}.items()):
        if not (folder / "config.json").is_file():
            _write(folder, TOKENIZERS / tokenizer, width, seed)
    return base, donor


def _write(folder: Path, tokenizer: Path, width: int, seed: int) -> None:
    from safetensors.numpy import save_file

    from core.tokenizers.vocabulary import read_vocabulary

    shutil.copytree(tokenizer, folder, dirs_exist_ok=True)
    size = read_vocabulary(folder).size
    tensors = {"model.embed_tokens.weight": rows(size, width, seed)} | body(width, seed)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": size,
        "hidden_size": width, "intermediate_size": 2 * width, "num_hidden_layers": 1,
        "num_attention_heads": 4, "num_key_value_heads": 4, "max_position_embeddings": 256,
        "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": True,
        "torch_dtype": "float32", "bos_token_id": None, "eos_token_id": None,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def rows(count: int, width: int, seed: int) -> Any:
    """(count, width) float32: one of 512 centres each and a noise as large, the i-th direction shrunk by
    i^-0.4; about 0.02 a number and less, as in real models."""
    import numpy as np

    draw = np.random.default_rng(seed)
    turn = np.linalg.qr(draw.standard_normal((width, width)))[0].astype(np.float32)
    spectrum = (np.arange(1, width + 1) ** -0.4).astype(np.float32)
    found = draw.standard_normal((512, width), dtype=np.float32)[draw.integers(0, 512, count)]
    found += draw.standard_normal((count, width), dtype=np.float32)
    found *= 0.02 * spectrum
    return found @ turn


def body(width: int, seed: int) -> dict[str, Any]:
    import numpy as np

    draw = np.random.default_rng(seed)
    shapes = {f"self_attn.{name}_proj": (width, width) for name in "qkvo"}
    shapes |= {f"mlp.{name}_proj": (2 * width, width) for name in ("gate", "up")}
    shapes |= {"mlp.down_proj": (width, 2 * width)}
    found = {
        f"model.layers.0.{name}.weight": draw.normal(0, 0.02, shape).astype(np.float32)
        for name, shape in shapes.items()
    }
    for name in ("layers.0.input_layernorm", "layers.0.post_attention_layernorm", "norm"):
        found[f"model.{name}.weight"] = np.ones(width, np.float32)
    return found


# Programs of their own


def measured(command: list[str], out: Path) -> dict[str, float]:
    """Wall seconds, seconds on the processors and highest memory (MB) of a program that writes `out`."""
    shutil.rmtree(out, ignore_errors=True)
    began = time.perf_counter()
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    status, memory = Path(f"/proc/{program.pid}/status"), 0
    while os.waitid(os.P_PID, program.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        said = status.read_text()
        memory = max(memory, int(said.partition("VmHWM:")[2].split()[0]) if "VmHWM" in said else 0)
        time.sleep(0.1)
    seconds = time.perf_counter() - began
    _, code, used = os.wait4(program.pid, 0)
    assert code == 0, f"{command[0]} failed"
    return {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "memory": memory * 1024 / 1e6}


def ours(base: Path, donor: Path, out: Path) -> dict[str, float]:
    method = {"name": "omp", "k": K}
    program = (
        "from core.transplant import transplant; "
        f"transplant(base={str(base)!r}, target_tokenizer={str(donor)!r}, out={str(out)!r}, "
        f"method={method!r}, pad_to=1, device='cpu')"
    )
    return measured([sys.executable, "-c", program], out)


def mergekits(base: Path, donor: Path, out: Path) -> dict[str, float]:
    return measured([str(MERGEKIT), str(base), str(donor), str(out), "-a", "omp", "-k", str(K)], out)


def apart(function: str, *arguments: object) -> dict[str, Any]:
    """What a function of this file says in a program of its own."""
    program = (
        f"import json; from tests.benchmarks.bench_pursuit import {function}; "
        f"print(json.dumps({function}{arguments!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def task(width: int) -> Any:
    """The input embedding's, as the job would hand it to a method."""
    import torch
    from safetensors.torch import load_file

    from core.tokenizers.vocabulary import read_vocabulary
    from core.transplant.anchors import usable_anchors
    from core.transplant.matching import match
    from core.transplant.rows import Anchors, Task

    base, donor = models(width)
    tables = [
        load_file(folder / "model.safetensors")["model.embed_tokens.weight"] for folder in (base, donor)
    ]
    vocabularies = [read_vocabulary(folder) for folder in (base, donor)]
    found = match(*vocabularies, base_rows=len(tables[0]))
    pairs = torch.from_numpy(found.anchors)
    anchors, _ = usable_anchors(Anchors(pairs[:, 0], pairs[:, 1]), *tables)
    targets = torch.from_numpy(found.targets)
    return Task(
        matrix="input", table=tables[0], used=torch.arange(len(tables[0])), targets=targets,
        target_bytes=[b""] * len(targets), donor=tables[1], anchors=anchors, pieces=lambda data: [],
    )  # fmt: skip


def products(width: int, k: int, chunks: int) -> dict[str, Any]:
    """Seconds, on the clock and on the processors, of our pursuit and of the bare products of the same chunks
    of targets, in turn; and which share of all targets these are."""
    import torch

    from core.transplant.pursuit import Dictionary, chunk_rows

    given = task(width)
    size = chunk_rows(k, width)
    atoms = Dictionary(given.donor, given.anchors.donor)
    held = next(rows for _, rows in atoms.tiles(len(atoms)))
    found: dict[str, Any] = {
        "targets": len(given),
        "anchors": len(atoms),
        "share": size * chunks / len(given),
    }
    ways: dict[str, Callable[[Any], None]] = {"ours": lambda x: void(atoms.pursue(x, k))}
    ways |= {f"products, tiles of {tile}": bare(held, size, k, tile) for tile in (512, 1024, 4096)}
    spent = {name: [0.0, 0.0] for name in ways}
    for at in range(chunks + 1):  # the first to warm up
        x = given.donor[given.targets[at * size : (at + 1) * size]]
        for name, way in ways.items():
            began, busy = time.perf_counter(), time.process_time()
            way(x)
            if at:
                spent[name][0] += time.perf_counter() - began
                spent[name][1] += time.process_time() - busy
    found["seconds"] = {name: wall for name, (wall, _) in spent.items()}
    found["cpu"] = {name: busy for name, (_, busy) in spent.items()}
    found["memory"] = peak()
    found["threads"] = torch.get_num_threads()
    return found


def bare(held: Any, size: int, k: int, tile: int) -> Callable[[Any], None]:
    import torch

    buffer = torch.empty(tile, size)

    def multiply(x: Any) -> None:
        for _ in range(k):
            for first in range(0, len(held), tile):
                some = held[first : first + tile]
                torch.mm(some, x.T, out=buffer[: len(some), : len(x)])

    return multiply


def void(_: object) -> None:
    pass


def sweep(width: int, targets: int) -> dict[str, Any]:
    """Seconds of k = 64 alone and of k = 8, 16, 32, 64 together, until the rows are there; in turn, twice."""
    import dataclasses

    from core.jobs.context import Context
    from core.transplant.methods.omp import Omp
    from core.transplant.rows import Shared, apply

    given = task(width)
    given = dataclasses.replace(
        given, targets=given.targets[:targets], target_bytes=given.target_bytes[:targets]
    )
    ctx = Context(workdir=CACHE)
    spent: dict[str, list[float]] = {"alone": [0.0, 0.0], "sweep": [0.0, 0.0]}
    for _ in range(2):
        for name, settings in {"alone": [Omp(k=64)], "sweep": [Omp(k=k) for k in (8, 16, 32, 64)]}.items():
            began, busy = time.perf_counter(), time.process_time()
            for made in Omp.several(settings, dataclasses.replace(given, shared=Shared()), ctx):
                apply(made, given.table, ctx)
            spent[name][0] += time.perf_counter() - began
            spent[name][1] += time.process_time() - busy
    return {"seconds": {n: s[0] for n, s in spent.items()}, "cpu": {n: s[1] for n, s in spent.items()}}


def peak() -> float:
    """MB. Not ru_maxrss, which a program has from the one that started it. Linux only."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


# Benchmarks


@pytest.fixture(autouse=True)
def _real_tokenizers() -> None:
    if not all((TOKENIZERS / name / "tokenizer.json").is_file() for name in ("llama3", "qwen3")):
        pytest.skip("needs real tokenizers: make real-tokenizers")
    CACHE.mkdir(exist_ok=True)


@pytest.mark.timeout(7200)
def bench_that_omp_is_faster_than_mergekit_and_near_the_bare_products() -> None:
    if not MERGEKIT.is_file():
        pytest.skip("needs mergekit: .venv/bin/python packaging/peers.py mergekit")
    base, donor = models(WIDTH)
    runs: dict[str, list[dict[str, float]]] = {"ours": [], "mergekit": []}
    for _ in range(RUNS):
        runs["ours"].append(ours(base, donor, CACHE / "ours"))
        runs["mergekit"].append(mergekits(base, donor, CACHE / "mergekit"))
    best = {name: {what: min(run[what] for run in some) for what in some[0]} for name, some in runs.items()}
    floor = apart("products", WIDTH, K, SAMPLE)
    product, seconds, cpu = least(floor)
    total = {"seconds": seconds / floor["share"], "cpu": cpu / floor["share"]}
    lines = [
        [name, *(f"{run[what]:.0f}" for what in ("seconds", "cpu", "memory"))]
        for name, some in runs.items()
        for run in some
    ]
    lines.append([f"{product}, all", f"{total['seconds']:.0f}", f"{total['cpu']:.0f}", ""])
    print(f"\nOMP, k = {K}, hidden size {WIDTH}, {floor['anchors']:,} anchors, {floor['targets']:,} targets")
    print(table(["", "seconds", "CPU seconds", "MB"], lines))
    ratio = {what: best["mergekit"][what] / best["ours"][what] for what in best["ours"]}
    print(f"mergekit / ours: {ratio['seconds']:.2f} on the clock, {ratio['cpu']:.2f} on the processors")
    print(f"memory, ours / mergekit: {1 / ratio['memory']:.2f}")
    near = best["ours"]["seconds"] / total["seconds"]
    print(
        f"ours, end to end / products: {near:.2f} on the clock, {best['ours']['cpu'] / total['cpu']:.2f} busy"
    )
    print(f"our pursuit / products, chunk by chunk: {shares(floor)}")
    print(f"rows alike: {alike(CACHE / 'ours', CACHE / 'mergekit')}")
    if FULL:
        assert ratio["seconds"] >= FASTER
        assert 1 / ratio["memory"] <= MEMORY
        assert near <= PRODUCTS


@pytest.mark.timeout(7200)
def bench_that_a_sweep_over_k_costs_little_more_than_its_largest_pursuit() -> None:
    found = apart("sweep", WIDTH, 2048 if FULL else 512)
    over = {what: found[what]["sweep"] / found[what]["alone"] for what in ("seconds", "cpu")}
    print(f"\nk = 8, 16, 32, 64 / k = 64: {over['seconds']:.3f} on the clock, {over['cpu']:.3f} busy")
    if FULL:
        assert over["seconds"] <= SWEEP


@pytest.mark.timeout(7200)
def bench_omp_with_k_64_at_hidden_size_2048() -> None:
    if not FULL:
        pytest.skip("only with LEXIGRAFT_BENCH_FULL=1")
    found = apart("products", 2048, 64, 1)
    wall = found["seconds"]["ours"] / found["share"]
    print(f"\nOMP, k = 64, hidden size 2048: {wall / 60:.0f} minutes for {found['targets']:,} targets")
    print(f"memory {found['memory']:.0f} MB; pursuit / products: {shares(found)}")


@pytest.mark.timeout(7200)
def bench_that_supports_are_mergekits_but_for_ties() -> None:
    """Its own function on our anchors, since the anchors that it takes itself are a few hundred more: special
    tokens and parts of characters. A tie: two anchors score within a ten-thousandth in float64."""
    import torch
    from safetensors.torch import load_file, save_file

    from core.transplant.pursuit import Dictionary

    if not MERGEKIT.is_file():
        pytest.skip("needs mergekit: .venv/bin/python packaging/peers.py mergekit")
    given = task(WIDTH)
    atoms, targets = given.donor[given.anchors.donor], given.donor[given.targets[:512]]
    asked, out = CACHE / "given.safetensors", CACHE / "supports.safetensors"
    save_file({"0": targets, "1": atoms, "2": torch.tensor(K)}, asked)
    work = {"commands": [], "calls": [[str(out), "tokensurgeon.omp.batch_omp", str(asked)]]}
    (CACHE / "work.json").write_text(json.dumps(work), encoding="utf-8")
    script = ROOT / "tests" / "core" / "transplant" / "parity" / "in_mergekit.py"
    python = MERGEKIT.with_name("python")
    subprocess.run([str(python), str(script), str(CACHE / "work.json")], check=True, capture_output=True)
    theirs, found = load_file(out), Dictionary(atoms).pursue(targets, K)
    same = (found.support == theirs["0"]).all(dim=1)
    ties = [gap(targets[row], atoms, found.support[row].long(), theirs["0"][row]) for row in others(same)]
    wrong = (found.weights[same] - theirs["1"][same]).norm(dim=1) / theirs["1"][same].norm(dim=1)
    print(f"\nsupports equal in order: {int(same.sum())} of {len(same)}; gaps where they part: {ties}")
    print(f"weights are off by {float(wrong.max()):.1e} at most")
    assert all(tie < 1e-4 for tie in ties)
    assert wrong.max() < 1e-3


def others(same: Any) -> list[int]:
    found: list[int] = (~same).nonzero()[:, 0].tolist()
    return found


def gap(x: Any, atoms: Any, ours: Any, theirs: Any) -> float:
    """By which share the scores of two choices differ, in float64, where two supports part."""
    import torch

    at = int((ours != theirs).nonzero()[0])
    chosen = atoms[ours[:at]].double()
    residual = x.double()
    if at:
        residual = residual - chosen.T @ torch.linalg.lstsq(chosen.T, x.double()).solution
    one, other = (abs(float(atoms[support[at]].double() @ residual)) for support in (ours, theirs))
    return abs(one - other) / max(one, other)


def least(found: dict[str, Any]) -> tuple[str, float, float]:
    """The fastest way to the products, its seconds and those on the processors."""
    cpu = {name: spent for name, spent in found["cpu"].items() if name != "ours"}
    best = min(cpu, key=lambda name: cpu[name])
    return best, found["seconds"][best], cpu[best]


def shares(found: dict[str, Any]) -> str:
    best, seconds, cpu = least(found)
    clock, busy = found["seconds"]["ours"] / seconds, found["cpu"]["ours"] / cpu
    return f"{clock:.2f} on the clock, {busy:.2f} busy ({best})"


def alike(one: Path, other: Path) -> str:
    """How many of the rows that the job made are mergekit's, to a thousandth of their length."""
    import numpy as np
    from safetensors.numpy import load_file

    from core.transplant.report import ROWS

    a, b = (
        load_file(next(folder.glob("*.safetensors")))["model.embed_tokens.weight"] for folder in (one, other)
    )
    with np.load(one / ROWS) as said:
        made = np.flatnonzero(said["copied"] < 0)
    made = made[(made < len(b))]
    off = np.linalg.norm(a[made] - b[made], axis=1) / np.linalg.norm(a[made], axis=1)
    return f"{(off < 1e-3).mean():.4%} of {len(made):,}; the median is off by {np.median(off):.1e}"
