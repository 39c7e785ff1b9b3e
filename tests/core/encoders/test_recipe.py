"""What a folder says of how its encoder is used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.encoders.recipe import Recipe, Step, read_recipe
from core.errors import UserError
from tests.core.encoders.toys import write_encoder


def write(file: Path, data: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(data), encoding="utf-8")


def test_that_sentence_transformers_files_are_read(tmp_path: Path) -> None:
    expected = Recipe(("mean",), 32, steps=(Step("Normalize"),))
    assert read_recipe(write_encoder(tmp_path / "e"), field="base") == expected


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, ("cls",)),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True}, ("cls", "mean")),
        ({"pooling_mode": "lasttoken"}, ("lasttoken",)),
        ({"pooling_mode": ["mean", "max"]}, ("mean", "max")),
        ({"pooling_mode": "mean_sqrt_len_tokens"}, ("mean_sqrt_len",)),
        ({"pooling_mode_mean_tokens": False}, ("mean",)),
    ],
)
def test_that_poolings_are_told_in_their_order(
    config: dict[str, Any], expected: tuple[str, ...], tmp_path: Path
) -> None:
    assert read_recipe(write_encoder(tmp_path / "e", **config), field="base").pooling == expected


def test_that_without_such_files_the_mean_is_taken_or_the_last_token(tmp_path: Path) -> None:
    write(tmp_path / "bert" / "config.json", {"architectures": ["BertModel"], "max_position_embeddings": 128})
    assert read_recipe(tmp_path / "bert", field="base") == Recipe(("mean",), 128)
    write(tmp_path / "llama" / "config.json", {"architectures": ["LlamaForCausalLM"]})
    assert read_recipe(tmp_path / "llama", field="base") == Recipe(("lasttoken",), 512)


def test_that_prompts_are_read(tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "e")
    prompts = {"query": "query: ", "passage": "passage: "}
    write(folder / "config_sentence_transformers.json", {"prompts": prompts, "default_prompt_name": "query"})
    recipe = read_recipe(folder, field="base")
    assert recipe.prompt("document") == "passage: "
    assert recipe.prompt("") == "query: "
    assert Recipe().prompt("query") == ""


def test_that_a_similarity_is_read_and_an_unknown_one_refused(tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "e")
    write(folder / "config_sentence_transformers.json", {"similarity_fn_name": "dot"})
    assert read_recipe(folder, field="base").similarity == "dot"
    write(folder / "config_sentence_transformers.json", {"similarity_fn_name": "manhattan"})
    with pytest.raises(UserError, match="the similarity 'manhattan', which is not known here"):
        read_recipe(folder, field="base")


def test_that_positions_and_the_cut_side_are_read(tmp_path: Path) -> None:
    config = {"model_type": "roberta", "max_position_embeddings": 130, "pad_token_id": 1}
    write(tmp_path / "config.json", config)
    write(tmp_path / "tokenizer_config.json", {"truncation_side": "left"})
    assert read_recipe(tmp_path, field="base") == Recipe(("mean",), 128, cut="left")


def test_that_unknown_steps_and_poolings_are_refused(tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "e", pooling_mode="magic")
    with pytest.raises(UserError, match="pooling that is not known"):
        read_recipe(folder, field="base")
    write(folder / "modules.json", [{"idx": 0, "path": "", "type": "a.models.LSTM"}])
    with pytest.raises(UserError, match="asks for the step LSTM, which is not known"):
        read_recipe(folder, field="base")
    write(folder / "modules.json", [{"idx": 0, "path": "", "type": "a.models.Dense"}])
    with pytest.raises(UserError, match="asks for the step Dense at place 1"):
        read_recipe(folder, field="base")
    write(folder / "modules.json", {"idx": 0})
    with pytest.raises(UserError, match="no list of modules"):
        read_recipe(folder, field="base")
