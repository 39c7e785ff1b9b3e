"""Safetensors headers: what they say, and every way in which they may be wrong."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from core.errors import UserError
from core.models.headers import read_header
from tests.core.models.checkpoints import entry, raw_safetensors


def refused(file: Path) -> str:
    with pytest.raises(UserError) as error:
        read_header(file, field="base")
    assert error.value.field == "base"
    assert str(file) in error.value.message
    return error.value.message


def test_that_a_header_gives_the_place_of_each_tensor(tmp_path: Path) -> None:
    tensors = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.ones(3, dtype=torch.bfloat16)}
    file = tmp_path / "modèle.safetensors"
    save_file(tensors, file, metadata={"format": "pt"})
    header = read_header(file)
    raw = file.read_bytes()
    assert header.metadata == {"format": "pt"}
    assert header.size == len(raw)
    assert {name: (tensor.dtype, tensor.shape) for name, tensor in header.tensors.items()} == {
        "a": ("F32", (2, 3)),
        "b": ("BF16", (3,)),
    }
    found = header.tensors["a"]
    assert (found.bytes, found.elements) == (24, 6)
    assert raw[found.begin : found.end] == tensors["a"].numpy().tobytes()


def test_that_empty_tensors_and_scalars_have_a_place(tmp_path: Path) -> None:
    file = raw_safetensors(
        tmp_path / "a.safetensors",
        {"none": entry("F32", [0, 4], 0, 0), "one": entry("F32", [], 0, 4), "half": entry("F4", [2], 4, 5)},
        bytes(5),
    )
    tensors = read_header(file).tensors
    assert {name: tensor.elements for name, tensor in tensors.items()} == {"none": 0, "one": 1, "half": 2}


@pytest.mark.parametrize("keep", [0, 5, 8, 30])
def test_that_a_file_cut_short_in_its_header_is_refused(tmp_path: Path, keep: int) -> None:
    file = tmp_path / "a.safetensors"
    save_file({"a": torch.ones(64)}, file)
    file.write_bytes(file.read_bytes()[:keep])
    assert "again" in refused(file)


def test_that_a_file_cut_short_in_its_numbers_is_refused_with_both_sizes(tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    save_file({"a": torch.ones(1000)}, file)
    whole = file.stat().st_size
    file.write_bytes(file.read_bytes()[:2000])
    assert f"speaks of {whole:,} bytes, but the file has 2,000" in refused(file)


def test_that_a_header_of_absurd_length_is_refused_before_anything_is_allocated(tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    raw_safetensors(file, {}, length=2**62)
    tracemalloc.start()
    assert "would be 4,611,686,018,427,387,904 bytes long" in refused(file)
    raw_safetensors(file, {}, length=90_000_000)
    assert "its header takes 90,000,008 bytes, but the file has 10" in refused(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


F32 = "F32"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"{", "its header is no valid JSON"),
        (b"[" * 100_000, "its header is no valid JSON"),
        (b"[]", "its header is no JSON object"),
        (b'{"a": 1, "a": 2}', "it names 'a' twice"),
        ({"a": 1}, "'a' is not described"),
        ({"a": entry("F99", [1], 0, 4)}, "unknown number type 'F99'"),
        ({"a": {"shape": [1], "data_offsets": [0, 4]}}, "unknown number type None"),
        ({"a": entry(F32, [-1], 0, 4)}, "has no proper shape"),
        ({"a": entry(F32, [1.0], 0, 4)}, "has no proper shape"),  # type: ignore[list-item]
        ({"a": entry(F32, [2**70], 0, 4)}, "has no proper shape"),
        ({"a": entry(F32, [1] * 1000, 0, 4)}, "has no proper shape"),
        ({"a": entry(F32, [1], 4, 0)}, "has no proper place"),
        ({"a": {"dtype": F32, "shape": [1], "data_offsets": [0]}}, "has no proper place"),
        ({"a": entry(F32, [2], 0, 4)}, "does not fill its place"),
        ({"a": entry(F32, [1], 0, 4), "b": entry(F32, [1], 2, 6)}, "'b' overlaps the one before it"),
        ({"a": entry(F32, [1], 0, 4), "b": entry(F32, [1], 0, 4)}, "'b' overlaps the one before it"),
        ({"a": entry(F32, [1], 4, 8)}, "'a' leaves a hole before it"),
        ({"a": entry(F32, [1], 0, 4)}, "4 bytes at its end belong to no tensor"),
        ({"__metadata__": {"a": 1}}, "__metadata__ should map text to text"),
        ({"__metadata__": []}, "__metadata__ should map text to text"),
    ],
)
def test_that_a_header_that_contradicts_itself_is_refused(tmp_path: Path, header: Any, reason: str) -> None:
    file = raw_safetensors(tmp_path / "a.safetensors", header, bytes(8))
    assert reason in refused(file)


def test_that_a_pointer_left_by_git_is_told_apart_from_damage(tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    file.write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1234\n", encoding="utf-8"
    )
    assert "git lfs pull" in refused(file)


def test_that_a_missing_file_and_a_folder_in_its_place_are_sentences(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.safetensors").startswith("There is no ")
    (tmp_path / "b.safetensors").mkdir()
    assert "cannot be read: is a directory" in refused(tmp_path / "b.safetensors")
