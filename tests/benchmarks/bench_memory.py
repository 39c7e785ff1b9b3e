"""Memory that the Generation lab foresees, beside the most that each job then takes.

Every job runs in a program of its own, on the starters and on a Llama of random numbers (hidden 512, 8
layers, 128,000 tokens, in shards) held in float32 and in bfloat16; masks are filled by a BERT of random
numbers as large as MiniLM. *Peak* is the most that the program holds above what it held before the job began,
so that libraries are part of both figures. What is foreseen must never be less; it should not be much more.

``LEXIGRAFT_BENCH_MEMORY`` names the models to try (``starters``, ``float32``, ``bfloat16``; all by default),
``LEXIGRAFT_BENCH_JOBS`` the jobs (``score``, ``merged``; all), ``LEXIGRAFT_BENCH_FOLDER`` where the models
are kept for the next time (a gigabyte). Run it with ``make bench ARGS='-k memory'``.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tokenizers import pre_tokenizers

from core.catalog import load_catalog
from core.jobs.registry import job_kind
from core.terminal import table

ROOT = Path(__file__).parents[2]
STARTERS = ROOT / "resources" / "starter"
MINILM = ROOT / ".real-models" / "minilm"
MODELS = os.environ.get("LEXIGRAFT_BENCH_MEMORY", "starters float32 bfloat16").split()
JOBS = os.environ.get("LEXIGRAFT_BENCH_JOBS", "")
VOCABULARY, HIDDEN, LAYERS = 128_000, 512, 8
PROMPT = "It was the best of tim"
PASSAGE = "The ferryman took the lantern down from its nail and went out into the rain. " * 4
MOST = 1.25
"""Of the peak, what may be foreseen, beside what libraries take more or less of."""
SPARE = 150_000_000
HEAD = ["job", "models", "foreseen MB", "peak MB", "foreseen / peak", "seconds"]

_JOB = """
import json, sys, tempfile
from pathlib import Path
import psutil
from core.catalog import load_catalog
from core.jobs.context import Control
from core.jobs.request import RunSpec
from core.jobs.running import run_job

load_catalog()
spec = RunSpec.model_validate_json(sys.argv[1])
idle = psutil.Process().memory_info().rss
with tempfile.TemporaryDirectory() as folder:
    ended = run_job(spec, workdir=Path(folder), on_event=lambda event: None, control=Control())
assert ended.status == "done", ended.error
print(json.dumps({"peak": ended.result["peak_memory_bytes"] - idle, "seconds": ended.result["seconds"]}))
"""


def jobs(models: list[Path], dtype: str, text: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, kind, and what is asked for."""
    first, *_ = models
    typed = {"dtype": dtype}
    write = {"models": [first], "prompt": PROMPT, "max_bytes": 120, **typed}
    yield "generate", "generate", write
    for count in range(2, len(models) + 1):
        yield f"generate, {count} models", "generate", {**write, "models": models[:count]}
    yield "generate, 64 samples", "generate", {**write, "strategy": {"kind": "sample"}, "samples": 64}
    yield "generate, 8 beams", "generate", {**write, "strategy": {"kind": "beam", "beams": 8}}
    yield "generate, contrastive", "generate", {**write, "strategy": {"kind": "contrastive"}}
    yield "generate, long prompt", "generate", {**write, "prompt": PASSAGE}
    yield "score", "score", {"models": models[:2], "text": [text], **typed}
    yield "score, byte by byte", "score", {"models": models[:2], "prompt": PASSAGE, "exact": True, **typed}
    yield "bytes", "bytes", {"models": models[:2], "prompt": PROMPT, "write": 100, **typed}
    every = {"models": [first], "prompt": PROMPT, "write": 40, "convention": "all", **typed}
    yield "bytes, every spelling", "bytes", every
    yield "ensemble", "ensemble", {"models": models[:2], "prompt": PROMPT, "max_bytes": 60, **typed}
    measured = {"models": models[:2], "max_bytes": 0, "text": [text], "text_bytes": 1_000, **typed}
    yield "ensemble, measured", "ensemble", measured
    gap = {"model": first, "prefix": "It was the best of ", "suffix": ", it was the worst of times.", **typed}
    yield "fill", "fill", gap
    yield "fill, studied", "fill", {"model": first, "text": [text], "cuts": 20, **typed}
    yield "draft", "draft", {"model": first, "draft": models[-1], "prompt": PROMPT, **typed}
    byte_by_byte = {"model": first, "draft": models[-1], "prompt": PROMPT, "verify": "bytes", "max_tokens": 8}
    yield "draft, byte by byte", "draft", {**byte_by_byte, **typed}
    yield "draft, looked up", "draft", {"model": first, "prompt": PROMPT, **typed}
    if dtype != "bfloat16":  # they have no number type
        yield "lens", "lens", {"model": first, "prompt": PROMPT}
        yield "lens, long prompt", "lens", {"model": first, "beside": models[-1], "prompt": PASSAGE}
        few = {"steps": 5, "penalties": "10", "measured": 512}
        yield "subnetwork", "subnetwork", {"model": first, "text": [text], **few}
        yield "subnetwork, written", "subnetwork", {"model": first, "written": 1_000, **few}
        merged = {"model": first, "text": [text], "max_bytes": 20, "size": 20_000, "cache": False}
        yield "merged", "merged", merged
        yield "merged, graph", "merged", {**merged, "index": "hnsw"}


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = os.environ.get("LEXIGRAFT_BENCH_FOLDER")
    return Path(given) if given else tmp_path_factory.mktemp("memory")


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", MODELS)
def test_that_no_job_takes_more_than_was_foreseen(kind: str, place: Path) -> None:
    models, dtype = list(itertools.islice(itertools.cycle(_starters()), 4)), "auto"
    if kind != "starters":
        stored = torch.bfloat16 if kind == "bfloat16" else torch.float32
        models, dtype = [write_llama(place / f"{kind}-{number}", stored, number) for number in (1, 2)], kind
    wanted = list(jobs(models, dtype, STARTERS / "texts" / "prose.txt"))
    if kind == "starters" and MINILM.is_dir():
        asked = {"model": write_bert(place / "bert"), "text": "The [MASK] took the lantern down."}
        wanted.append(("masked", "masked", asked))
    lines = []
    for name, job, asked in wanted:
        if JOBS and job not in JOBS.split():
            continue
        foreseen, peak, seconds = measured(job, asked)
        lines.append([name, kind, f"{foreseen / 1e6:,.0f}", f"{peak / 1e6:,.0f}", f"{foreseen / peak:.2f}",
                      f"{seconds:.1f}"])  # fmt: skip
        print("\n", *lines[-1], sep=" | ", flush=True)
    print(f"\n{table(HEAD, lines)}")
    for name, _, foreseen, peak, *_ in lines:
        least, most = (int(figure.replace(",", "")) for figure in (peak, foreseen))
        assert least <= most <= MOST * least + SPARE / 1e6, name


def _starters() -> list[Path]:
    return [STARTERS / "prose-bpe", STARTERS / "prose-unigram"]


def measured(job: str, asked: dict[str, Any]) -> tuple[int, int, float]:
    """Bytes foreseen, bytes taken, seconds."""
    load_catalog()
    kind = job_kind(job)
    request = kind.request.model_validate(asked)
    told = kind.load_preview()(request)
    assert not told.problems, told.problems
    spec = {"kind": job, "request": request.model_dump(mode="json"), "device": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", _JOB, json.dumps(spec)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return told.memory_bytes or 0, found["peak"], found["seconds"]


def write_llama(folder: Path, dtype: torch.dtype, seed: int) -> Path:
    """Random numbers in two shards, with a tokenizer of as many tokens; what is there already is kept."""
    if (folder / "model.safetensors.index.json").is_file():
        return folder
    folder.mkdir(parents=True)
    _write_tokenizer(folder, seed)
    layer = {f"self_attn.{name}_proj": (HIDDEN, HIDDEN) for name in "qkvo"}
    layer |= {f"mlp.{name}_proj": (4 * HIDDEN, HIDDEN) for name in ("gate", "up")}
    layer |= {"mlp.down_proj": (HIDDEN, 4 * HIDDEN)}
    layer |= {"input_layernorm": (HIDDEN,), "post_attention_layernorm": (HIDDEN,)}
    shapes: dict[str, tuple[int, ...]] = {
        f"model.layers.{number}.{name}.weight": shape
        for number in range(LAYERS)
        for name, shape in layer.items()
    }
    body = {**shapes, "model.norm.weight": (HIDDEN,)}
    parts = [{"model.embed_tokens.weight": (VOCABULARY, HIDDEN)}, body]
    torch.manual_seed(seed)
    where = {}
    for number, part in enumerate(parts, 1):
        name = f"model-{number:05d}-of-{len(parts):05d}.safetensors"
        where |= dict.fromkeys(part, name)
        numbers = {
            key: (torch.ones(shape) if len(shape) == 1 else torch.randn(shape) * 0.05).to(dtype)
            for key, shape in part.items()
        }
        save_file(numbers, folder / name, metadata={"format": "pt"})
    _write(folder / "config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": VOCABULARY,
        "hidden_size": HIDDEN, "intermediate_size": 4 * HIDDEN, "num_hidden_layers": LAYERS,
        "num_attention_heads": 8, "num_key_value_heads": 8, "max_position_embeddings": 8_192,
        "tie_word_embeddings": True, "bos_token_id": 0, "eos_token_id": 0, "rms_norm_eps": 1e-5,
        "torch_dtype": str(dtype).removeprefix("torch."),
    })  # fmt: skip
    _write(folder / "model.safetensors.index.json", {"metadata": {}, "weight_map": where})
    return folder


def write_bert(folder: Path) -> Path:
    """MiniLM's measures and tokenizer, random weights, and the head that MiniLM has lost."""
    if not (folder / "config.json").is_file():
        from transformers import BertConfig, BertForMaskedLM

        BertForMaskedLM(BertConfig.from_pretrained(MINILM)).save_pretrained(folder)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copyfile(MINILM / name, folder / name)
    return folder


def _write_tokenizer(folder: Path, seed: int) -> None:
    """BPE over bytes: a token that ends texts, the bytes, pairs of letters and of pairs."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    letters = "etaoinshrdlcumwfgypbvkjxqz"[seed - 1 :] + "ETAOINSHRDLCUMWFGYPBVKJXQZ"
    pairs = list(itertools.product(["Ġ", *letters], letters))
    quads = itertools.product(["".join(pair) for pair in pairs], repeat=2)
    rest = VOCABULARY - 1 - len(alphabet) - len(pairs)
    some = [(one, two) for one, two in quads if not two.startswith("Ġ")][:rest]
    merges = [*pairs, *some]
    tokens = ["<|endoftext|>", *alphabet, *("".join(pair) for pair in merges)]
    data = json.loads(_bare_tokenizer())
    data["model"] |= {
        "vocab": {token: id for id, token in enumerate(tokens)},
        "merges": [list(pair) for pair in merges],
    }
    (folder / "tokenizer.json").write_text(json.dumps(data), encoding="utf-8")
    named = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|endoftext|>",
        "bos_token": "<|endoftext|>",
    }
    _write(folder / "tokenizer_config.json", named)


def _bare_tokenizer() -> str:
    from tests.tiny_models import tiny_tokenizer

    return tiny_tokenizer("bpe", 300).to_str()


def _write(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
