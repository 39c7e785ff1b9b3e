import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import UserError
from core.generation.language.opened import open_language_model
from core.jobs.context import Context
from tests.tiny_models import tiny_tokenizer, write_tiny_model


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(device="cpu", workdir=tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path / "tiny")


def change(file: Path, **values: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | values), encoding="utf-8")


def refusal(folder: Path, ctx: Context) -> str:
    with pytest.raises(UserError) as refused:
        open_language_model(folder, ctx, field="models")
    assert refused.value.field == "models"
    return refused.value.message


def test_that_what_stands_before_and_after_texts_is_known(folder: Path, ctx: Context) -> None:
    (folder / "generation_config.json").write_text('{"eos_token_id": [0, 7]}', encoding="utf-8")
    model = open_language_model(folder, ctx)
    assert (model.name, model.context) == ("tiny", 64)
    assert model.begin == (0,)
    assert model.ends == frozenset({0, 7})
    assert not model.puts_space
    assert b"".join(model.pieces[id] or b"" for id in model.encode("the rain")) == b"the rain"


def test_that_an_end_that_the_vocabulary_has_not_ends_nothing(folder: Path, ctx: Context) -> None:
    """GPT-2's own default, 50256, stays in the config.json of a model with a smaller vocabulary."""
    change(folder / "config.json", eos_token_id=50256)
    assert open_language_model(folder, ctx).ends == frozenset({0})


def test_that_an_encoder_is_told_to_fill_masks(folder: Path, ctx: Context) -> None:
    change(folder / "config.json", architectures=["BertForMaskedLM"])
    assert "fills masks in a text, and does not go on with one" in refusal(folder, ctx)


def test_that_another_kind_of_model_is_named(folder: Path, ctx: Context) -> None:
    change(folder / "config.json", architectures=["LlamaForSequenceClassification"])
    said = refusal(folder, ctx)
    assert "is no causal language model, but a LlamaForSequenceClassification" in said


def test_that_code_of_its_own_is_refused(folder: Path, ctx: Context) -> None:
    change(folder / "config.json", auto_map={"AutoModelForCausalLM": "evil.Model"})
    assert "runs no code that comes with a model" in refusal(folder, ctx)


def test_that_pickled_weights_are_refused(folder: Path, ctx: Context) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert "a pickle, which may run any code" in refusal(folder, ctx)


def test_that_a_missing_tokenizer_is_said(folder: Path, ctx: Context) -> None:
    (folder / "tokenizer.json").unlink()
    assert "tokenizer.json" in refusal(folder, ctx)


def test_that_a_tokenizer_with_more_tokens_than_the_head_is_refused(tmp_path: Path, ctx: Context) -> None:
    folder = write_tiny_model(tmp_path / "narrow", vocab_size=300)
    tiny_tokenizer("bpe", 330).save(str(folder / "tokenizer.json"))
    assert "330 tokens, and the model foretells only 300" in refusal(folder, ctx)
