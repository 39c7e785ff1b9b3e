"""Model folders understood from their headers, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from core.errors import UserError
from core.models.folder import is_model_folder, open_model
from tests.core.models.checkpoints import EMBEDDING, HEAD, NORM, ROWS, WIDTH, llama, write_folder, write_json

BODY = sum(tensor.numel() for name, tensor in llama().items() if name not in (EMBEDDING, HEAD))
TABLE = ROWS * WIDTH


def refused(folder: Path) -> str:
    with pytest.raises(UserError) as error:
        open_model(folder, field="base")
    assert error.value.field == "base"
    assert str(folder) in error.value.message
    assert error.value.message.endswith(".")
    return error.value.message


# What it says


def test_that_an_untied_model_is_described(tmp_path: Path) -> None:
    model = open_model(write_folder(tmp_path / "größer"))
    assert (model.architecture, model.family, model.is_causal_lm) == ("LlamaForCausalLM", "Llama", True)
    assert (model.input_embedding, model.head, model.tied) == (EMBEDDING, HEAD, False)
    assert (model.vocab_size, model.hidden_size, model.layers, model.context) == (ROWS, WIDTH, 2, 32)
    assert (model.parameters, model.dtype) == (BODY + 2 * TABLE, "float32")
    assert model.memory_bytes == 4 * model.parameters
    assert (model.head_biases, model.other_vocabulary_tensors) == ((), ())
    assert model.tokenizer_path is None


def test_that_a_tied_model_counts_its_matrix_once(tmp_path: Path) -> None:
    tied = llama(tied=True, dtype=torch.bfloat16)
    model = open_model(write_folder(tmp_path / "absent", tied, tie_word_embeddings=None))
    assert (model.head, model.tied, model.parameters) == (None, True, BODY + TABLE)
    assert (model.dtype, model.memory_bytes) == ("bfloat16", 2 * (BODY + TABLE))
    stored = tied | {HEAD: tied[EMBEDDING].clone()}
    for setting in (True, False):
        model = open_model(write_folder(tmp_path / str(setting), stored, tie_word_embeddings=setting))
        assert (model.head, model.tied, model.parameters) == (HEAD, True, BODY + TABLE)
        assert model.memory_bytes == 2 * (BODY + TABLE)


def test_that_two_matrices_that_differ_anywhere_are_untied_as_transformers_has_it(tmp_path: Path) -> None:
    large = {EMBEDDING: torch.ones(3000, 64), NORM: torch.ones(64)}
    head = large[EMBEDDING].clone()
    head[1234, 5] = 2  # between the samples
    changes = {"vocab_size": 3000, "hidden_size": 64}
    folder = write_folder(tmp_path / "a", {**large, HEAD: head}, **changes)
    assert not open_model(folder).tied
    folder = write_folder(tmp_path / "b", llama(), tie_word_embeddings=True)
    assert not open_model(folder).tied


@pytest.mark.parametrize("shards", [2, 5])
def test_that_shards_are_one_model(tmp_path: Path, shards: int) -> None:
    model = open_model(write_folder(tmp_path / "a", shards=shards))
    assert len(model.files) == shards
    assert set(model.tensors) == set(llama())
    assert model.weight_bytes == sum(file.stat().st_size for file in model.path.glob("*.safetensors"))


def test_that_one_file_goes_before_shards(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a", shards=2)
    save_file(llama(), folder / "model.safetensors")
    assert [file.path.name for file in open_model(folder).files] == ["model.safetensors"]


def test_that_buffers_are_no_parameters(tmp_path: Path) -> None:
    buffers = {
        "model.layers.0.self_attn.rotary_emb.inv_freq": torch.ones(2),
        "transformer.h.0.attn.bias": torch.ones(1, 1, 4, 4),
        "embeddings.position_ids": torch.arange(4),
    }
    model = open_model(write_folder(tmp_path / "a", llama() | buffers))
    assert model.parameters == BODY + 2 * TABLE
    assert model.dtype == "float32"


def test_that_the_number_type_is_that_of_most_parameters(tmp_path: Path) -> None:
    tensors = llama(dtype=torch.float16)
    tensors[NORM] = tensors[NORM].float()
    assert open_model(write_folder(tmp_path / "a", tensors)).dtype == "float16"


GPT2 = {
    "architectures": ["GPT2LMHeadModel"],
    "n_embd": WIDTH,
    "n_layer": 1,
    "n_positions": 16,
    "vocab_size": ROWS,
}
BERT = {
    "architectures": ["BertForMaskedLM"],
    "hidden_size": WIDTH,
    "num_hidden_layers": 1,
    "vocab_size": ROWS,
}


@pytest.mark.parametrize(
    ("names", "config", "expected"),
    [
        (["transformer.wte.weight", "transformer.wpe.weight"], GPT2, ("GPT2", True, None, ())),
        (
            ["bert.embeddings.word_embeddings.weight", "cls.predictions.bias"],
            BERT,
            ("Bert", False, None, ("cls.predictions.bias",)),
        ),
        (
            ["gpt_neox.embed_in.weight", "embed_out.weight"],
            GPT2 | {"architectures": ["GPTNeoXForCausalLM"]},
            ("GPTNeoX", True, "embed_out.weight", ()),
        ),
        (
            ["some.body.embed_tokens.weight"],
            GPT2 | {"architectures": ["NewForCausalLM"]},
            ("New", True, None, ()),
        ),
    ],
)
def test_that_other_architectures_have_other_names(
    tmp_path: Path,
    names: list[str],
    config: dict[str, Any],
    expected: tuple[str, bool, str | None, tuple[str, ...]],
) -> None:
    shapes = {name: (ROWS,) if name.endswith("bias") else (ROWS, WIDTH) for name in names}
    shapes["transformer.wpe.weight"] = (16, WIDTH)
    tensors = {name: torch.rand(shape) for name, shape in shapes.items()}
    model = open_model(write_folder(tmp_path / "a", tensors, config))
    assert (model.family, model.is_causal_lm, model.head, model.head_biases) == expected
    assert model.input_embedding == names[0]
    assert model.layers == 1


def test_that_the_language_model_of_a_multimodal_one_is_described(tmp_path: Path) -> None:
    tensors = {f"model.language_{name}": tensor for name, tensor in llama(tied=True).items()}
    nested = {"vocab_size": ROWS, "hidden_size": WIDTH, "num_hidden_layers": 7}
    config = {"architectures": ["SomeForConditionalGeneration"], "text_config": nested}
    model = open_model(write_folder(tmp_path / "a", tensors, config))
    assert model.input_embedding == "model.language_model.embed_tokens.weight"
    assert (model.layers, model.family) == (7, "Some")


def test_that_other_tensors_of_the_vocabularys_length_are_listed(tmp_path: Path) -> None:
    more = {"model.per_layer.weight": torch.ones(3, ROWS), "model.lengths": torch.ones(ROWS)}
    model = open_model(write_folder(tmp_path / "a", llama() | more))
    assert set(model.other_vocabulary_tensors) == set(more)


def test_that_a_vocabulary_as_long_as_another_size_does_not_accuse_the_whole_model(tmp_path: Path) -> None:
    more = {
        "model.layers.0.mlp.wide.weight": torch.ones(ROWS, 3),
        "model.embed_more.weight": torch.ones(ROWS, 3),
    }
    model = open_model(write_folder(tmp_path / "a", llama() | more, intermediate_size=ROWS))
    assert model.other_vocabulary_tensors == ("model.embed_more.weight",)


def test_that_a_tokenizer_inside_is_found(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a")
    write_json(folder / "tokenizer.json", {})
    assert open_model(folder).tokenizer_path == folder / "tokenizer.json"


def test_that_a_model_folder_is_told_from_others(tmp_path: Path) -> None:
    assert is_model_folder(write_folder(tmp_path / "a"))
    assert is_model_folder(write_folder(tmp_path / "b", shards=2))
    (tmp_path / "b" / "config.json").unlink()
    assert not is_model_folder(tmp_path / "b")
    assert not is_model_folder(tmp_path / "nowhere")


# What is refused: the folder and its configuration


def test_that_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    assert "There is no folder" in refused(tmp_path / "nowhere")
    folder = write_folder(tmp_path / "a")
    assert "is a file; choose the model's folder" in refused(folder / "config.json")


def test_that_a_missing_configuration_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a")
    (folder / "config.json").unlink()
    assert refused(folder) == f"{folder} is no model folder: it has no config.json."
    write_json(folder / "adapter_config.json", {})
    assert "merge that into its model first" in refused(folder)


def test_that_a_gguf_is_pointed_to_the_original_weights(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    assert "original weights in safetensors" in refused(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "nul", "[" * 100_000])
def test_that_a_malformed_configuration_is_refused_by_name(tmp_path: Path, text: str) -> None:
    folder = write_folder(tmp_path / "a")
    (folder / "config.json").write_text(text, encoding="utf-8")
    assert str(folder / "config.json") in refused(folder)


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("config.json", {"auto_map": {"AutoModel": "modeling_own.OwnModel"}}),
        ("config.json", {"text_config": {"auto_map": {"AutoModel": "modeling_own.OwnModel"}}}),
        ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": [None, "modeling_own.OwnModel"]}}),
        ("generation_config.json", {"deep": [{"auto_map": "modeling_own.OwnModel"}]}),
    ],
)
def test_that_code_of_its_own_is_refused_by_name(tmp_path: Path, name: str, config: dict[str, Any]) -> None:
    folder = write_folder(tmp_path / "a")
    write_json(folder / name, json.loads((folder / "config.json").read_text()) | config)
    message = refused(folder)
    assert str(folder / name) in message
    assert "modeling_own.OwnModel" in message or "AutoTokenizer" in config.get("auto_map", {})
    assert "auto_map" in message


def test_that_a_folder_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "a")

    def barred(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", barred)
    assert refused(folder) == f"{folder} may not be read: permission denied."


# What is refused: the weights


def test_that_missing_weights_are_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a")
    (folder / "model.safetensors").unlink()
    assert refused(folder) == f"{folder} has no weights: there is no model.safetensors in it."


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.ckpt"])
def test_that_pickled_weights_are_refused_with_the_way_out(tmp_path: Path, name: str) -> None:
    folder = write_folder(tmp_path / "a")
    (folder / "model.safetensors").rename(folder / name)
    message = refused(folder)
    assert name in message
    assert "pickle" in message
    assert "save_pretrained" in message


def test_that_pickled_weights_beside_safetensors_are_ignored(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04")
    assert open_model(folder).parameters == BODY + 2 * TABLE


def test_that_weights_under_another_name_are_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a")
    (folder / "model.safetensors").rename(folder / "consolidated.safetensors")
    assert "has consolidated.safetensors, but transformers looks for model.safetensors" in refused(folder)


def test_that_weights_cut_short_are_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a")
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    assert f"{file} is cut short" in refused(folder)


def test_that_a_missing_shard_is_refused_by_name(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a", shards=3)
    (folder / "model-00002-of-00003.safetensors").unlink()
    assert "of its 3 weight files, model-00002-of-00003.safetensors is missing" in refused(folder)


def changed_index(change: Callable[[dict[str, str]], object]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        file = folder / "model.safetensors.index.json"
        index = json.loads(file.read_text(encoding="utf-8"))
        change(index["weight_map"])
        write_json(file, index)

    return apply


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda places: places.update(x="../outside.safetensors"), "no safetensors file beside it"),
        (lambda places: places.update(x="/etc/passwd"), "no safetensors file beside it"),
        (lambda places: places.update(x=7), "no safetensors file beside it"),
        (lambda places: places.clear(), "it has no weight_map"),
        (lambda places: places.update(x=places[NORM]), "mixes the files of two models"),
    ],
)
def test_that_an_index_that_is_wrong_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    folder = write_folder(tmp_path / "a", shards=2)
    changed_index(change)(folder)
    assert reason in refused(folder)


def test_that_one_tensor_in_two_shards_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a", shards=2)
    save_file({NORM: torch.ones(WIDTH), HEAD: torch.ones(1)}, folder / "model-00001-of-00002.safetensors")
    assert "mixes the files of two models" in refused(folder)


@pytest.mark.parametrize(
    ("config", "tensors"),
    [
        ({"quantization_config": {"quant_method": "gptq", "bits": 4}}, {}),
        ({"quantization_config": {"quant_method": "awq", "bits": 4}}, {}),
        ({"quantization_config": {"quant_method": "bitsandbytes", "load_in_8bit": True}}, {}),
        ({"quantization_config": {"quant_method": "fp8"}}, {}),
        ({"compression_config": {"format": "pack-quantized"}}, {}),
        ({}, {"model.layers.0.mlp.up_proj.weight_scale_inv": torch.ones(2)}),
        ({}, {"model.layers.0.mlp.up_proj.qweight": torch.ones(2, 2, dtype=torch.int32)}),
        ({}, {"model.layers.0.mlp.up_proj.weight.absmax": torch.ones(2)}),
    ],
)
def test_that_quantised_weights_are_refused(
    tmp_path: Path, config: dict[str, Any], tensors: dict[str, torch.Tensor]
) -> None:
    folder = write_folder(tmp_path / "a", llama() | tensors, **config)
    assert "quantised weights" in refused(folder)


@pytest.mark.parametrize("shape", [(ROWS - 1, WIDTH), (ROWS, WIDTH + 1)])
def test_that_a_head_of_another_shape_is_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    folder = write_folder(tmp_path / "a", llama() | {HEAD: torch.ones(shape)})
    assert "does not fit its embedding" in refused(folder)


def test_that_an_embedding_of_whole_numbers_is_refused(tmp_path: Path) -> None:
    tensors = llama() | {EMBEDDING: torch.ones(ROWS, WIDTH, dtype=torch.int8)}
    assert f"stores {EMBEDDING} as I8" in refused(write_folder(tmp_path / "a", tensors))


# What is refused: what does not fit together


def test_that_a_vocabulary_and_an_embedding_that_disagree_are_refused_with_both_sizes(tmp_path: Path) -> None:
    message = refused(write_folder(tmp_path / "a", vocab_size=32_000))
    assert "a vocabulary of 32,000" in message
    assert f"has {ROWS} rows" in message


def test_that_a_model_without_word_embeddings_is_refused(tmp_path: Path) -> None:
    tensors = {"vision.patch.weight": torch.ones(4, 4)}
    assert "no word embeddings" in refused(write_folder(tmp_path / "a", tensors))


def test_that_an_empty_embedding_is_refused(tmp_path: Path) -> None:
    tensors = llama() | {EMBEDDING: torch.ones(0, WIDTH)}
    assert "empty embedding" in refused(write_folder(tmp_path / "a", tensors, vocab_size=0))


def test_that_a_missing_head_that_is_not_tied_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a", llama(tied=True), tie_word_embeddings=False)
    assert "the weights are incomplete" in refused(folder)
