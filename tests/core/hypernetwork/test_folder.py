"""Hypernetworks on disk: ours, and folders of the published layout that the test writes itself."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import UserError
from core.hypernetwork.folder import load, save
from tests.core.hypernetwork.test_network import FORMS, config, network, source

Tree = dict[str, Any]


def packed(value: Any) -> bytes:
    """msgpack as flax writes it: maps, and arrays as extension 1 of (shape, number type, bytes)."""
    if isinstance(value, dict):
        inside = b"".join(packed(key) + packed(each) for key, each in value.items())
        return struct.pack(">BH", 0xDE, len(value)) + inside
    if isinstance(value, str):
        return struct.pack(">BB", 0xD9, len(value)) + value.encode()
    if isinstance(value, int):
        return struct.pack(">BI", 0xCE, value)
    if isinstance(value, bytes):
        return struct.pack(">BI", 0xC6, len(value)) + value
    if isinstance(value, list | tuple):
        return struct.pack(">BH", 0xDC, len(value)) + b"".join(map(packed, value))
    array = np.ascontiguousarray(value)
    inside = packed([list(array.shape), array.dtype.name, array.tobytes()])
    return struct.pack(">BIb", 0xC9, len(inside), 1) + inside


def flax_tree(tensors: dict[str, torch.Tensor]) -> Tree:
    """The weights under the names that flax's modules give them."""
    tree: Tree = {}
    for name, tensor in tensors.items():
        *above, last = name.split(".")
        array = tensor.numpy()
        if name == "lang_embeddings.weight":
            above, last = ["model", "embeddings", "lang_embedding"], "embedding"
        elif last == "weight" and above[-1].endswith("embeddings"):
            last = "embedding"
        elif last == "weight" and above[-1] in ("LayerNorm", "ln"):
            last = "scale"
        elif last == "weight":
            last, array = "kernel", array.T
        if above[0].endswith("projection") or above[0] == "output_projection_out":
            above = [f"layers_{part}" if part.isdigit() else part for part in above]
        place = tree
        for part in above:
            place = place.setdefault(part, {})
        place[last] = array
    return tree


def published(folder: Path, *, flax: bool, changed: Tree | None = None, **fields: Any) -> Path:
    """A folder such as the authors publish, with what their config.json has beside ours."""
    made = network(**fields)
    folder.mkdir()
    data = {
        "architectures": ["ZettHypernet"],
        "model_type": "zett_hypernetwork",
        "auto_map": {"AutoModel": "modeling_hypernet.ZettHypernet"},
        "hn_model_type": "roberta",
        "hn_embed_using_source_embeddings": True,
        "hn_add_inter_token_attention": False,
        "hn_inter_token_attention_bias_by_priors": True,
        "hidden_size": 6,
        "num_hidden_layers": 22,
        **config(**fields).model_dump(mode="json", by_alias=True, exclude={"digest"}),
    }
    (folder / "config.json").write_text(json.dumps(data | (changed or {})), encoding="utf-8")
    tensors = dict(made.state_dict())
    if flax:
        (folder / "flax_model.msgpack").write_bytes(packed(flax_tree(tensors)))
    else:
        tensors["model.embeddings.word_embeddings.weight"] = torch.zeros(24, 16)
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def test_that_a_saved_network_foretells_the_same(tmp_path: Path) -> None:
    made, rows = network(), source()
    save(made, tmp_path / "network", trained={"base": "toy"})
    again = load(tmp_path / "network")
    assert again.config == made.config
    with torch.no_grad():
        assert torch.allclose(made(FORMS, rows).input, again(FORMS, rows).input, atol=1e-5)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["network"]
    assert json.loads((tmp_path / "network" / "config.json").read_text())["lexigraft_training"] == {
        "base": "toy"
    }


@pytest.mark.parametrize("flax", [False, True])
@pytest.mark.parametrize(
    "fields",
    [{}, {"untied": True}, {"untied": True, "one_output": True}, {"by_language": True, "languages": 3}],
)
def test_that_a_folder_of_the_published_layout_is_read(
    tmp_path: Path, flax: bool, fields: dict[str, Any]
) -> None:
    made = network(**fields)
    found = load(published(tmp_path / "hn", flax=flax, **fields))
    rows = source(12 if fields.get("untied") else 6)
    language = 1 if fields.get("by_language") else None
    with torch.no_grad():
        wanted, given = made(FORMS, rows, language), found(FORMS, rows, language)
    for one, other in zip(wanted, given, strict=True):
        assert (one is None) == (other is None)
        assert one is None or torch.allclose(one, other, atol=1e-5)


def test_that_an_ordinary_model_is_no_hypernetwork(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(UserError, match="a model of type 'llama', not a hypernetwork"):
        load(tmp_path)


def test_that_a_folder_without_a_config_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"it has no config\.json"):
        load(tmp_path)


def test_that_a_pickle_is_refused_unopened(tmp_path: Path) -> None:
    folder = published(tmp_path / "hn", flax=False)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UserError, match=r"pytorch_model\.bin is a pickle, which could run code"):
        load(folder, field="method")


def test_that_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    folder = published(tmp_path / "hn", flax=False)
    (folder / "model.safetensors").unlink()
    with pytest.raises(
        UserError, match=r"has no weights: neither model\.safetensors nor flax_model\.msgpack"
    ):
        load(folder)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"hn_add_inter_token_attention": True}, "attention between tokens"),
        ({"hn_model_type": "t5"}, "another encoder than RoBERTa's"),
        ({"hn_embed_target_priors": True}, "the tokens' priors"),
        ({"hn_hidden_size": "wide"}, "hn_hidden_size: must be a whole number"),
        ({"hn_hidden_size": None}, "hn_hidden_size: must be a whole number"),
        ({"hn_num_attention_heads": 3}, "3 attention heads do not divide a width of 16"),
        ({"hn_hidden_size": 32}, "are 16 where its config.json asks for 32|are .* asks for"),
        ({"hn_n_layers": 3}, "lacks the weights model.encoder.layer.2"),
        ({"hn_n_layers": 1}, "has weights that are not understood here: model.encoder.layer.1"),
        ({"separate_out_embeddings": True}, "lacks the weights|asks for"),
    ],
)
def test_that_weights_and_shape_must_agree(tmp_path: Path, changed: Tree, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        load(published(tmp_path / "hn", flax=False, changed=changed))


def test_that_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    folder = published(tmp_path / "hn", flax=False)
    tensors = load_file(folder / "model.safetensors")
    tensors["scaler.b"][0, 2] = torch.nan
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(UserError, match=r"the weights scaler\.b hold numbers that are none"):
        load(folder)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "cut short"),
        (packed({"a": np.zeros(3, np.float32)})[:-2], "cut short"),
        (packed({"a": np.zeros(3, np.float32)}) + b"\x00", "something else than one map"),
        (packed(["a"]), "something else than one map"),
        (b"\x91" * 5000 + b"\x00", "nested too deeply"),
        (b"\xc1", "begins nothing that msgpack knows"),
        (b"\xdf\xff\xff\xff\xff", "more entries than a network has arrays"),
        (b"\xc6\xff\xff\xff\xff", "cut short"),
        (packed({"a": np.zeros(3, np.int32)}), "numbers of the type 'int32'"),
        (packed({"a": 3}), "a is no array"),
        (b"\x81\xa1a\xd4\x02\x00", "extension type 2"),
        (b"\x82\xa1a\xa0\xa1a\xa0", "one twice"),
        (b"\x81\xa1\xff\xa0", "not UTF-8"),
    ],
)
def test_that_a_damaged_flax_file_is_refused_in_a_sentence(
    tmp_path: Path, data: bytes, sentence: str
) -> None:
    folder = published(tmp_path / "hn", flax=True)
    (folder / "flax_model.msgpack").write_bytes(data)
    with pytest.raises(UserError, match=f"cannot be read as flax weights: .*{sentence}"):
        load(folder)


def test_that_an_array_that_does_not_fill_its_place_is_refused(tmp_path: Path) -> None:
    folder = published(tmp_path / "hn", flax=True)
    inside = packed([[1000, 1000], "float32", b"\x00" * 8])
    (folder / "flax_model.msgpack").write_bytes(
        b"\x81\xa1a" + struct.pack(">BIb", 0xC9, len(inside), 1) + inside
    )
    with pytest.raises(UserError, match="does not fill its place"):
        load(folder)
