"""A model larger than memory on another tokenizer: 20 GB of weights, 4 GB of memory.

A Llama of many shards in bfloat16 is made up: the vocabulary of Llama 3 (128,256), hidden size 4,096, an
untied head, random numbers, 20 GB together. It is moved onto the tokenizer of Qwen 3 (151,669 tokens), from a
donor of hidden size 256, by FVT and by OMP. Each job is a fresh program under a limit of 4 GB on its own
memory (RLIMIT_DATA: heap and private pages). A limit on address space (RLIMIT_AS) would count the libraries'
and the mapped weights' addresses, which take no memory; a control group would need the right to make one, and
its limit would count pages of files, which the system gives back when it is reached. What the program held at
most is told in both ways: its own pages, and all pages including those of mapped files.

The tokenizers lie in ``.real-tokenizers`` (llama3, qwen3). ``LEXIGRAFT_SCALE_GB`` sets the size (20),
``LEXIGRAFT_SCALE_HIDDEN`` the width (4096), ``LEXIGRAFT_SCALE_FOLDER`` where the models are made (a temporary
folder): twice their size must be free there. Run it with ``make bench``, or this file alone with pytest.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.models.folder import open_model
from core.terminal import table

ROOT = Path(__file__).parents[2]
TOKENIZERS = ROOT / ".real-tokenizers"
GIGABYTES = float(os.environ.get("LEXIGRAFT_SCALE_GB", "20"))
HIDDEN = int(os.environ.get("LEXIGRAFT_SCALE_HIDDEN", "4096"))
LIMIT = 4 * 10**9
SHARD = 2 * 10**9
METHODS = {"fvt": "fvt", "omp": "omp k=4"}
HEAD = ["method", "seconds", "written MB/s", "own MB", "all MB", "foreseen MB"]

_JOB = """
import json, resource, sys, threading, time
from pathlib import Path

base, target, donor, out, line, limit = sys.argv[1:]
if int(limit):
    resource.setrlimit(resource.RLIMIT_DATA, (int(limit), int(limit)))
own = {"peak": 0}

def look():
    while True:
        text = Path("/proc/self/status").read_text()
        own["peak"] = max(own["peak"], int(text.split("RssAnon:")[1].split()[0]) * 1024)
        time.sleep(0.02)

from core.transplant import transplant
from core.transplant.preview import preview
from core.transplant.request import TransplantRequest
from core.transplant.spelt import methods

threading.Thread(target=look, daemon=True).start()
(method,) = methods(line, field="method")
fields = dict(base=base, target_tokenizer=target, donor=donor, out=out, method=method)
foreseen = preview(TransplantRequest(**fields))
assert not foreseen.problems, foreseen.problems
began = time.monotonic()
found = transplant(**fields, device="cpu")
status = Path("/proc/self/status").read_text()
print(json.dumps({
    "seconds": time.monotonic() - began, "own": own["peak"],
    "all": int(status.split("VmHWM:")[1].split()[0]) * 1024, "foreseen": foreseen.memory_bytes,
    "approximated": found.approximated,
}))
"""
"""Says what the job took, as JSON."""


def write_bfloat16(folder: Path, size: int, hidden: int, tokenizer: Path, *, tied: bool, shard: int) -> Path:
    """A Llama of random numbers, `size` bytes in all, in files of about `shard` bytes."""
    folder.mkdir(parents=True)
    for file in tokenizer.iterdir():
        shutil.copyfile(file, folder / file.name)
    from core.tokenizers.vocabulary import read_vocabulary

    rows = math.ceil(read_vocabulary(tokenizer).size / 64) * 64
    inner = 4 * hidden
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (rows, hidden)}
    if not tied:
        shapes["lm_head.weight"] = (rows, hidden)
    layer = {f"self_attn.{name}_proj": (hidden, hidden) for name in "qkvo"}
    layer |= {f"mlp.{name}_proj": (inner, hidden) for name in ("gate", "up")}
    layer |= {"mlp.down_proj": (hidden, inner), "input_layernorm": (hidden,)}
    layer["post_attention_layernorm"] = (hidden,)
    left = size - 2 * sum(math.prod(shape) for shape in shapes.values())
    layers = max(1, round(left / (2 * sum(math.prod(shape) for shape in layer.values()))))
    for number in range(layers):
        shapes |= {f"model.layers.{number}.{name}.weight": shape for name, shape in layer.items()}
    shapes["model.norm.weight"] = (hidden,)
    shards: list[dict[str, tuple[int, ...]]] = [{}]
    for name, shape in shapes.items():
        taken = sum(2 * math.prod(each) for each in shards[-1].values())
        if shards[-1] and taken + 2 * math.prod(shape) > shard:
            shards.append({})
        shards[-1][name] = shape
    random = np.random.default_rng(0)
    noise = (random.standard_normal(2**24, dtype=np.float32) * 0.02).view(np.uint32) >> 16
    block = noise.astype(np.uint16).tobytes()
    weight_map = {}
    for number, part in enumerate(shards, 1):
        name = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        weight_map |= dict.fromkeys(part, name)
        _write_shard(folder / name, part, block, number)
    total = 2 * sum(math.prod(shape) for shape in shapes.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": rows,
        "hidden_size": hidden, "intermediate_size": inner, "num_hidden_layers": layers,
        "num_attention_heads": hidden // 64, "num_key_value_heads": hidden // 64,
        "max_position_embeddings": 8192, "tie_word_embeddings": tied, "torch_dtype": "bfloat16",
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def _write_shard(file: Path, shapes: dict[str, tuple[int, ...]], block: bytes, number: int) -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, shape in shapes.items():
        end = at + 2 * math.prod(shape)
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    begin = number * 1001 * 2  # no two shards are alike
    with file.open("wb") as opened:
        opened.write(len(text).to_bytes(8, "little") + text)
        while at:
            piece = block[begin : begin + at]
            opened.write(piece)
            at -= len(piece)
            begin = 0


def graft(base: Path, target: Path, donor: Path, out: Path, line: str, limit: int) -> dict[str, Any]:
    """The job in a fresh program, under a limit on its own memory; what it took."""
    done = subprocess.run(
        [sys.executable, "-c", _JOB, str(base), str(target), str(donor), str(out), line, str(limit)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "2")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def check_bytes(base: Path, out: Path) -> None:
    """Every tensor that is none of the vocabulary's is the base's, byte for byte."""
    old, new = open_model(base), open_model(out)
    assert old.tensors.keys() == new.tensors.keys()
    for name in old.tensors.keys() - {old.input_embedding, old.head}:
        one, other = old.tensors[name], new.tensors[name]
        with one.file.open("rb") as first, other.file.open("rb") as second:
            first.seek(one.begin)
            second.seek(other.begin)
            left = one.bytes
            while left:
                length = min(left, 2**24)
                assert first.read(length) == second.read(length), name
                left -= length


@pytest.fixture
def place() -> Iterator[Path]:
    above = os.environ.get("LEXIGRAFT_SCALE_FOLDER")
    with tempfile.TemporaryDirectory(prefix="lexigraft-scale-", dir=above) as folder:
        yield Path(folder)


@pytest.mark.timeout(7200)
@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_that_a_model_larger_than_memory_is_grafted(place: Path) -> None:
    if not all((TOKENIZERS / name).is_dir() for name in ("llama3", "qwen3")):
        pytest.skip("the tokenizers llama3 and qwen3 are not in .real-tokenizers")
    size = int(GIGABYTES * 1e9)
    if shutil.disk_usage(place).free < 2.3 * size:
        pytest.skip(f"{2.3 * size / 1e9:.0f} GB must be free in {place}")
    began = time.monotonic()
    base = write_bfloat16(place / "base", size, HIDDEN, TOKENIZERS / "llama3", tied=False, shard=SHARD)
    donor = write_bfloat16(place / "donor", 10**8, 256, TOKENIZERS / "qwen3", tied=True, shard=SHARD)
    weights = open_model(base).weight_bytes
    print(f"\nMade {weights / 1e9:.1f} GB in {time.monotonic() - began:.0f} s, hidden size {HIDDEN}")
    lines = []
    for name, line in METHODS.items():
        out = place / "out"
        took = graft(base, TOKENIZERS / "qwen3", donor, out, line, LIMIT)
        check_bytes(base, out)
        written = open_model(out).weight_bytes
        shutil.rmtree(out)
        figures = [took["own"], took["all"], took["foreseen"]]
        lines.append(
            [name, f"{took['seconds']:.0f}", f"{written / took['seconds'] / 1e6:.0f}"]
            + [f"{each / 1e6:,.0f}" for each in figures]
        )
        assert took["own"] <= took["foreseen"], "the estimate is an upper bound"
        assert took["own"] < LIMIT
    print(table(HEAD, lines))
