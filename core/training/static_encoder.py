"""A text encoder that is one vector a token: the mean of a text's rows, made length 1."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

from core.training.pairs import Bags

_PACKAGE = "sentence_transformers.models"
"""Where sentence-transformers finds the two modules, in its releases of before and after 5.0."""


class StaticEncoder(torch.nn.Module):
    """`embedding.weight` (V, width), as sentence-transformers names it; a token's weight is its length."""

    def __init__(self, rows: torch.Tensor) -> None:
        super().__init__()
        self.embedding = torch.nn.EmbeddingBag.from_pretrained(rows, freeze=False, mode="mean")

    def forward(self, bags: Bags) -> torch.Tensor:
        """(m, width) float32, of length 1; zeros for a text without tokens."""
        weight = self.embedding.weight
        mean = torch.nn.functional.embedding_bag(
            bags.ids.to(weight.device), weight.float(), bags.starts.to(weight.device), mode="mean"
        )
        return torch.nn.functional.normalize(mean, dim=1)


def write_static_encoder(folder: Path, network: StaticEncoder, tokenizer: Path) -> None:
    """A folder that sentence-transformers opens: StaticEmbedding and Normalize."""
    modules = [
        {"idx": 0, "name": "0", "path": "0_StaticEmbedding", "type": f"{_PACKAGE}.StaticEmbedding"},
        {"idx": 1, "name": "1", "path": "1_Normalize", "type": f"{_PACKAGE}.Normalize"},
    ]
    inside = folder / "0_StaticEmbedding"
    inside.mkdir()
    (folder / "1_Normalize").mkdir()
    (folder / "1_Normalize" / "config.json").write_text("{}\n", encoding="utf-8")
    weights = inside / "model.safetensors"
    save_file({"embedding.weight": network.embedding.weight.detach().cpu().contiguous()}, weights)
    shutil.copyfile(tokenizer, inside / "tokenizer.json")
    shutil.copymode(inside / "tokenizer.json", weights)
    _write(folder / "modules.json", modules)
    _write(folder / "config_sentence_transformers.json", {"prompts": {}, "similarity_fn_name": "cosine"})


def _write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")
