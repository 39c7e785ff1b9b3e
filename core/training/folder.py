"""The files of a trained model: a folder that transformers opens."""

from __future__ import annotations

import shutil
from pathlib import Path

from safetensors.torch import save_file
from transformers import PreTrainedModel

from core.tokenizers.files import tokenizer_files


def write_model(folder: Path, network: PreTrainedModel, tokenizer: Path) -> None:
    """Weights in the network's own number type, its configuration, and the tokenizer's files as they are."""
    # Named parameters have each tensor once: a tied head is the input embedding.
    tensors = {name: weight.detach().cpu().contiguous() for name, weight in network.named_parameters()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    network.config.architectures = [type(network).__name__]
    network.config.dtype = network.dtype
    network.config.save_pretrained(folder)
    network.generation_config.save_pretrained(folder)
    # The library's files can be read by nobody else; these are files like all others.
    shutil.copymode(folder / "config.json", folder / "model.safetensors")
    for name, file in tokenizer_files(tokenizer).items():
        shutil.copyfile(file, folder / name)
