"""Model folders written from others: the new tensors in, all else bit for bit."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, PreTrainedModel

from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.models import write as module
from core.models.folder import ModelFolder, open_model
from core.models.headers import read_header
from core.models.tensors import read_tensor
from core.models.write import write_model
from core.output import new_folder
from tests.core.models.checkpoints import EMBEDDING, HEAD, LLAMA, NORM, WIDTH, llama, write_folder

ROWS = 64
TABLE = torch.randn(ROWS, WIDTH, generator=torch.Generator().manual_seed(5))


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def written(source: ModelFolder, out: Path, ctx: Context, **settings: Any) -> ModelFolder:
    settings = {
        "replacements": {EMBEDDING: TABLE, HEAD: TABLE + 1},
        "config": source.config,
        "files": {},
    } | settings
    with new_folder(out) as folder:
        write_model(source, folder, ctx=ctx, **settings)
    return open_model(out)


@pytest.mark.parametrize("shards", [1, 2, 4])
def test_that_new_matrices_are_in_and_all_else_is_bit_for_bit(
    tmp_path: Path, ctx: Context, shards: int
) -> None:
    source = open_model(write_folder(tmp_path / "a", shards=shards))
    model = written(source, tmp_path / "größer", ctx, config=LLAMA | {"vocab_size": ROWS})
    assert set(model.tensors) == set(source.tensors)
    for name, tensor in llama().items():
        new = {EMBEDDING: TABLE, HEAD: TABLE + 1}.get(name, tensor)
        assert torch.equal(read_tensor(model, name), new)
    assert (model.vocab_size, len(model.files), model.tied) == (ROWS, shards, False)


def test_that_files_without_a_new_tensor_are_copied_byte_for_byte(tmp_path: Path, ctx: Context) -> None:
    source = open_model(write_folder(tmp_path / "a", shards=4))
    model = written(source, tmp_path / "out", ctx, replacements={NORM: torch.ones(WIDTH)})
    changed = source.tensors[NORM].file.name
    for file in source.files:
        same = file.path.read_bytes() == (model.path / file.path.name).read_bytes()
        assert same is (file.path.name != changed)


def test_that_the_index_says_the_new_size_and_keeps_what_else_it_said(tmp_path: Path, ctx: Context) -> None:
    source = open_model(write_folder(tmp_path / "a", shards=3))
    model = written(source, tmp_path / "out", ctx, config=LLAMA | {"vocab_size": ROWS})
    name = "model.safetensors.index.json"
    before = json.loads((source.path / name).read_text(encoding="utf-8"))
    after = json.loads((model.path / name).read_text(encoding="utf-8"))
    assert after["weight_map"] == before["weight_map"]
    assert after["metadata"] == {
        "total_size": sum(tensor.bytes for tensor in model.tensors.values()),
        "made_by": "a test",
    }


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float8_e4m3fn])
def test_that_narrow_numbers_are_written_bit_for_bit(
    tmp_path: Path, ctx: Context, dtype: torch.dtype
) -> None:
    source = open_model(write_folder(tmp_path / "a", llama(tied=True, dtype=dtype), tie_word_embeddings=True))
    model = written(source, tmp_path / "out", ctx, replacements={EMBEDDING: TABLE[:40].to(dtype)})
    assert torch.equal(
        read_tensor(model, EMBEDDING).view(torch.uint8), TABLE[:40].to(dtype).view(torch.uint8)
    )


def test_that_the_library_of_the_format_reads_what_was_written(tmp_path: Path, ctx: Context) -> None:
    mixed = llama() | {NORM: torch.ones(WIDTH, dtype=torch.float64), "odd": torch.ones(3, dtype=torch.uint8)}
    source = open_model(write_folder(tmp_path / "a", mixed))
    model = written(source, tmp_path / "out", ctx, config=LLAMA | {"vocab_size": ROWS})
    with safe_open(model.path / "model.safetensors", "pt") as opened:
        assert opened.metadata() == {"format": "pt"}
        assert torch.equal(opened.get_tensor(EMBEDDING), TABLE)
        assert torch.equal(opened.get_tensor(NORM), mixed[NORM])
    header = read_header(model.path / "model.safetensors")
    assert header.data % 8 == 0
    sizes = {"F64": 8, "F32": 4, "U8": 1}
    assert all((t.begin - header.data) % sizes[t.dtype] == 0 for t in header.tensors.values())


def test_that_a_file_without_metadata_stays_without(tmp_path: Path, ctx: Context) -> None:
    folder = write_folder(tmp_path / "a")
    save_file(llama(), folder / "model.safetensors")
    model = written(open_model(folder), tmp_path / "out", ctx, config=LLAMA | {"vocab_size": ROWS})
    assert model.files[0].metadata is None


@pytest.mark.parametrize("shards", [1, 3])
def test_that_transformers_opens_the_written_folder(tmp_path: Path, ctx: Context, shards: int) -> None:
    source = open_model(write_folder(tmp_path / "a", shards=shards))
    out = written(source, tmp_path / "out", ctx, config=LLAMA | {"vocab_size": ROWS}).path
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(out)
    assert torch.equal(model.get_input_embeddings().weight, TABLE)  # type: ignore[union-attr]
    assert torch.equal(model.get_output_embeddings().weight, TABLE + 1)  # type: ignore[union-attr]
    assert model(torch.tensor([[1, ROWS - 1]])).logits.shape == (1, 2, ROWS)


def test_that_other_files_are_those_given_and_no_others(tmp_path: Path, ctx: Context) -> None:
    folder = write_folder(tmp_path / "a")
    (folder / "README.md").write_text("the base's", encoding="utf-8")
    (folder / "LICENSE").write_text("free", encoding="utf-8")
    files = {"LICENSE": folder / "LICENSE", "tokenizer.json": b"{}"}
    out = written(open_model(folder), tmp_path / "out", ctx, replacements={}, files=files).path
    assert {file.name for file in out.iterdir()} == {
        "LICENSE",
        "tokenizer.json",
        "config.json",
        "model.safetensors",
    }
    assert (out / "LICENSE").read_text(encoding="utf-8") == "free"
    assert json.loads((out / "config.json").read_text(encoding="utf-8")) == LLAMA


def test_that_without_replacements_the_weights_are_the_same_file(tmp_path: Path, ctx: Context) -> None:
    source = open_model(write_folder(tmp_path / "a"))
    out = written(source, tmp_path / "out", ctx, replacements={}).path
    assert (out / "model.safetensors").read_bytes() == source.files[0].path.read_bytes()


def test_that_a_file_system_that_cannot_share_blocks_is_copied_to_all_the_same(
    tmp_path: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*args: object, **settings: object) -> int:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(module.os, "copy_file_range", cannot, raising=False)
    source = open_model(write_folder(tmp_path / "a", shards=2))
    model = written(source, tmp_path / "out", ctx, config=LLAMA | {"vocab_size": ROWS})
    assert torch.equal(read_tensor(model, NORM), llama()[NORM])
    assert torch.equal(read_tensor(model, EMBEDDING), TABLE)


@pytest.mark.parametrize("name", ["../out.json", "../b.json", "config.json", "model.safetensors"])
def test_that_a_file_of_an_impossible_name_is_a_fault(tmp_path: Path, ctx: Context, name: str) -> None:
    source = open_model(write_folder(tmp_path / "a"))
    with pytest.raises(ValueError, match="cannot be written"):
        written(source, tmp_path / "out", ctx, files={name: b""})
    assert not (tmp_path / "out").exists()


def test_that_an_unknown_tensor_is_a_fault(tmp_path: Path, ctx: Context) -> None:
    source = open_model(write_folder(tmp_path / "a"))
    with pytest.raises(ValueError, match="no tensors"):
        written(source, tmp_path / "out", ctx, replacements={"modle.norm": TABLE})


# Stopped, full, changed underneath


def test_that_a_stop_is_heard_between_chunks_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 64)
    control = Control()
    seen: list[float] = []

    class Stopped(Context):
        def progress(self, done: float, total: float, stage: str) -> None:
            seen.append(done / total)
            if done > total / 2:
                control.cancel()
            super().progress(done, total, stage)

    source = open_model(write_folder(tmp_path / "a"))
    with pytest.raises(Cancelled):
        written(source, tmp_path / "out", Stopped(workdir=tmp_path, control=control))
    assert len(seen) > 20
    assert seen == sorted(seen)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_that_progress_ends_at_the_whole(tmp_path: Path) -> None:
    seen: list[tuple[float, float]] = []

    class Watched(Context):
        def progress(self, done: float, total: float, stage: str) -> None:
            seen.append((done, total))

    source = open_model(write_folder(tmp_path / "a", shards=2))
    written(source, tmp_path / "out", Watched(workdir=tmp_path), config=LLAMA | {"vocab_size": ROWS})
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1]


def test_that_a_disk_that_becomes_full_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(tensor: torch.Tensor) -> list[memoryview]:
        raise OSError(errno.ENOSPC, "No space left on device")

    source = open_model(write_folder(tmp_path / "a"))
    monkeypatch.setattr(module, "_chunks", full)
    with pytest.raises(UserError, match="The disk became full") as error:
        written(source, tmp_path / "out", ctx)
    assert error.value.field == "out"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("number", [0, 1])
def test_that_a_source_that_changed_since_is_named(tmp_path: Path, ctx: Context, number: int) -> None:
    source = open_model(write_folder(tmp_path / "a", shards=2))
    replacements = {NORM: torch.ones(WIDTH)}  # of one file; the other is copied
    file = source.files[number].path
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(UserError, match=rf"{file} cannot be read: it has become shorter"):
        written(source, tmp_path / "out", ctx, replacements=replacements)
    file.unlink()
    with pytest.raises(UserError, match=f"There is no {file}"):
        written(source, tmp_path / "out", ctx, replacements=replacements)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


class Halves:
    """A tensor that is made while it is written."""

    shape = (ROWS, WIDTH)
    dtype = torch.float32

    def blocks(self) -> Iterator[torch.Tensor]:
        yield from TABLE.split(7)


@pytest.mark.parametrize("shards", [1, 3])
def test_that_a_tensor_that_was_not_there_is_written_while_it_is_made(
    tmp_path: Path, ctx: Context, shards: int
) -> None:
    source = open_model(
        write_folder(tmp_path / "a", llama(tied=True), shards=shards, tie_word_embeddings=True)
    )
    config = LLAMA | {"vocab_size": ROWS, "tie_word_embeddings": False}
    settings: dict[str, Any] = {"replacements": {EMBEDDING: Halves()}, "additions": {HEAD: TABLE + 1}}
    model = written(source, tmp_path / "out", ctx, config=config, **settings)
    opened: PreTrainedModel = AutoModelForCausalLM.from_pretrained(model.path)
    assert torch.equal(opened.get_input_embeddings().weight, TABLE)  # type: ignore[union-attr]
    assert torch.equal(opened.get_output_embeddings().weight, TABLE + 1)  # type: ignore[union-attr]
    for name in source.tensors.keys() - {EMBEDDING}:
        assert torch.equal(read_tensor(model, name), read_tensor(source, name))


def test_that_other_files_may_lie_in_folders(tmp_path: Path, ctx: Context) -> None:
    source = open_model(write_folder(tmp_path / "a"))
    config = LLAMA | {"vocab_size": ROWS}
    model = written(source, tmp_path / "out", ctx, config=config, files={"1_Pooling/config.json": b"{}"})
    assert (model.path / "1_Pooling" / "config.json").read_bytes() == b"{}"
