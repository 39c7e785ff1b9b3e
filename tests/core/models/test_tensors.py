"""One tensor, or some of its rows, read from its own bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.errors import UserError
from core.models.folder import open_model
from core.models.tensors import read_tensor, row_blocks, safetensors_dtype, torch_dtype
from tests.core.models.checkpoints import EMBEDDING, NORM, ROWS, WIDTH, llama, write_folder


@pytest.mark.parametrize(
    "dtype",
    [
        torch.float32,
        torch.float16,
        torch.bfloat16,
        torch.float64,
        torch.float8_e4m3fn,
        torch.float8_e5m2,
        torch.int64,
        torch.uint8,
        torch.bool,
    ],
)
def test_that_every_number_type_is_read_bit_for_bit(tmp_path: Path, dtype: torch.dtype) -> None:
    other = torch.randn(5, 3, generator=torch.Generator().manual_seed(1)).to(dtype)
    model = open_model(write_folder(tmp_path / "a", llama() | {"other": other}))
    found = read_tensor(model, "other")
    assert found.dtype == dtype == torch_dtype(model.tensors["other"])
    assert torch.equal(found.view(torch.uint8), other.view(torch.uint8))
    assert safetensors_dtype(dtype) == model.tensors["other"].dtype


@pytest.mark.parametrize("shards", [1, 3])
def test_that_every_tensor_of_every_shard_is_read(tmp_path: Path, shards: int) -> None:
    model = open_model(write_folder(tmp_path / "a", shards=shards))
    for name, tensor in llama().items():
        assert torch.equal(read_tensor(model, name), tensor)


@pytest.mark.parametrize("rows", [slice(3, 7), slice(None, 2), slice(-2, None), slice(5, 5), slice(38, 99)])
def test_that_some_rows_are_those_rows(tmp_path: Path, rows: slice) -> None:
    model = open_model(write_folder(tmp_path / "a"))
    assert torch.equal(read_tensor(model, EMBEDDING, rows), llama()[EMBEDDING][rows])


def test_that_scalars_and_empty_tensors_are_read(tmp_path: Path) -> None:
    more = {"one": torch.tensor(2.5), "none": torch.empty(0, 4)}
    model = open_model(write_folder(tmp_path / "a", llama() | more))
    assert read_tensor(model, "one").item() == 2.5
    assert read_tensor(model, "none").shape == (0, 4)


@pytest.mark.parametrize("block_bytes", [1, 4 * WIDTH * 7, 2**20])
def test_that_blocks_are_the_matrix_in_order(tmp_path: Path, block_bytes: int) -> None:
    model = open_model(write_folder(tmp_path / "a"))
    blocks = list(row_blocks(model, EMBEDDING, block_bytes=block_bytes))
    starts = [start for start, _ in blocks]
    assert starts == list(range(0, ROWS, max(1, block_bytes // (4 * WIDTH))))
    assert torch.equal(torch.cat([block for _, block in blocks]), llama()[EMBEDDING])


def test_that_only_the_bytes_asked_for_are_read(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a")
    model = open_model(folder)
    norm = model.tensors[NORM]
    raw = bytearray(norm.file.read_bytes())
    raw[: norm.begin], raw[norm.end :] = bytes(norm.begin), bytes(len(raw) - norm.end)
    norm.file.write_bytes(raw)
    assert torch.equal(read_tensor(model, NORM), llama()[NORM])


def test_that_a_file_that_became_shorter_or_went_away_is_a_sentence(tmp_path: Path) -> None:
    model = open_model(write_folder(tmp_path / "a"))
    last = max(model.tensors, key=lambda name: model.tensors[name].end)
    file = model.tensors[last].file
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(UserError, match="has been cut short since it was opened"):
        read_tensor(model, last)
    file.unlink()
    with pytest.raises(UserError, match="There is no "):
        read_tensor(model, last)


def test_that_a_number_type_that_torch_has_not_is_a_sentence(tmp_path: Path) -> None:
    model = open_model(write_folder(tmp_path / "a", llama() | {"wide": torch.ones(2, dtype=torch.complex64)}))
    with pytest.raises(UserError, match="stores numbers as C64"):
        read_tensor(model, "wide")
