"""Models opened to be measured: foreseen, complete, and gone afterwards."""

from __future__ import annotations

import gc
import json
import shutil
import weakref
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import UserError
from core.jobs.context import Context
from core.transplant.loading import foresee, with_model


def test_that_the_model_is_in_float32_and_gone_when_the_work_is_done(toys: Path, tmp_path: Path) -> None:
    kept: list[weakref.ref[torch.Tensor]] = []

    def work(model: torch.nn.Module) -> torch.dtype:
        weight = next(model.parameters())
        kept.append(weakref.ref(weight))
        assert not model.training
        return weight.dtype

    gc.disable()
    try:
        assert with_model(toys / "base", 1, Context(workdir=tmp_path), work, field="base") is torch.float32
        assert kept[0]() is None
    finally:
        gc.enable()


def test_that_an_incomplete_model_is_refused(toys: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(toys / "base", tmp_path / "base")
    tensors = load_file(folder / "model.safetensors")
    del tensors["model.norm.weight"], tensors["model.layers.0.mlp.up_proj.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserError, match=r"lacks the tensor model.layers.0.mlp.up_proj.weight and 1 more"):
        with_model(folder, 1, Context(workdir=tmp_path), lambda model: None, field="base")


def test_that_what_transformers_does_not_know_is_refused(toys: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(toys / "base", tmp_path / "base")
    config = json.loads((folder / "config.json").read_bytes())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "unheard-of"}))
    with pytest.raises(UserError, match="transformers cannot open") as caught:
        with_model(folder, 1, Context(workdir=tmp_path), lambda model: None, field="base")
    assert caught.value.field == "base"
    assert "\n" not in caught.value.message


def test_that_too_large_a_model_is_foreseen(toys: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"Measuring base takes about .* GB of memory, and .* GB are free"):
        with_model(toys / "base", 10**14, Context(workdir=tmp_path), lambda model: None, field="base")
    foresee(1, "cpu", "Nothing", "Do nothing.", "base")
