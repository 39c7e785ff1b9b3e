from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from transformers import AutoModelForCausalLM

from core.errors import UserError
from core.models.pretrained import open_pretrained

STARTER = Path(__file__).parents[3] / "resources" / "starter" / "prose-bpe"


def test_that_a_config_of_another_model_is_told_by_tensor_and_shapes(tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    shutil.copytree(STARTER, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["intermediate_size"] += 8
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(UserError, match=r"mlp\.down_proj\.weight is 256 × [\d,]+, and its config\.json asks"):
        open_pretrained(AutoModelForCausalLM, folder, field="models")
