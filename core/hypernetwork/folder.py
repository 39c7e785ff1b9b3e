"""A hypernetwork in a folder: config.json and model.safetensors, in the layout of the published ones.

Read are folders written here, and folders of the reference layout (github.com/bminixhofer/zett,
`hf_hypernet`, on the Hub as ``benjamin/zett-hypernetwork-…``): the torch port's safetensors, or
``flax_model.msgpack``. What can be said of the latter: names, shapes and arithmetic follow the port's
source, and tests read folders that they write in that layout; no published folder (hundreds of megabytes)
was opened for them, and its tokenizer is used as this program reads it, where the authors convert it to
bytes first. Pickles are refused, and code that comes with a folder is never run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors.torch import load_file, save_file

from core.errors import UserError
from core.hypernetwork.config import HypernetworkConfig
from core.hypernetwork.msgpack import read_arrays
from core.hypernetwork.network import Hypernetwork
from core.jobs.faults import words_of
from core.json_files import read_json_object
from core.models.headers import read_header
from core.output import new_folder

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
FLAX = "flax_model.msgpack"
TOKENIZER = "tokenizer.json"
_KIND = "zett_hypernetwork"
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_NOT_USED = re.compile(
    r"model\.embeddings\.(word_embeddings\.weight|position_ids|token_type_ids)|model\.pooler\..*"
)
"""What the encoder's own class has and a hypernetwork never asks."""
_MUST = {
    "hn_model_type": ("roberta", "roberta", "another encoder than RoBERTa's"),
    "hn_embed_using_source_embeddings": (True, False, "pieces that are not rows of the base"),
    "hn_add_inter_token_attention": (False, False, "attention between tokens"),
    "hn_embed_target_priors": (False, False, "the tokens' priors"),
    "hn_concat_last_hidden_state": (False, False, "the last states side by side"),
    "hn_language_adapter_bottleneck_dim": (0, 0, "language adapters"),
}
"""Settings → the value that is understood, the value where it is not said, and what another would mean."""


def save(network: Hypernetwork, out: Path, *, trained: Mapping[str, Any]) -> None:
    """Write the network to the new folder `out`, whole or not at all.

    Args:
        trained: what it was trained on and how, as JSON data; kept in its config.json.

    Raises:
        UserError: the folder cannot be written.
    """
    config: dict[str, Any] = {"architectures": ["ZettHypernet"], "model_type": _KIND}
    config |= {name: value for name, (value, _, _) in _MUST.items()}
    config |= {"hn_model_name_or_path": "roberta-base"}
    config |= network.config.model_dump(mode="json", by_alias=True)
    config["lexigraft_training"] = dict(trained)
    tensors = {name: weight.detach().cpu().contiguous() for name, weight in network.state_dict().items()}
    with new_folder(out, replace=True, what="hypernetwork", field=None) as folder:
        (folder / CONFIG).write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", "utf-8")
        save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def read_config(folder: Path, *, field: str | None = None) -> HypernetworkConfig:
    """The shape of the network in a folder; reads no weights.

    Raises:
        UserError: the folder holds no hypernetwork, or one with parts that are not understood here.
    """
    if not (folder / CONFIG).is_file():
        raise UserError(
            f"{folder} holds no hypernetwork: it has no {CONFIG}. Choose the folder that holds one.",
            field=field,
        )
    data = read_json_object(folder / CONFIG, field=field)
    if data.get("model_type") != _KIND:
        raise UserError(
            f"{folder / CONFIG} describes a model of type {data.get('model_type')!r}, not a hypernetwork "
            f"({_KIND}).",
            field=field,
        )
    for name, (wanted, unsaid, what) in _MUST.items():
        if data.get(name, unsaid) != wanted:
            raise UserError(
                f"{folder / CONFIG} asks for {what} ({name} = {data.get(name, unsaid)!r}), which is not "
                "understood here.",
                field=field,
            )
    try:
        return HypernetworkConfig.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise UserError(f"{folder / CONFIG}: {name}: {words_of(first)}.", field=field) from None


def load(folder: Path, *, field: str | None = None) -> Hypernetwork:
    """The network in a folder, in float32 on the CPU, ready to foretell.

    Raises:
        UserError: there is no hypernetwork, only a pickled one, or its weights do not fit its config.json.
    """
    config = read_config(folder, field=field)
    if config.width % config.attention_heads:
        raise UserError(
            f"{folder / CONFIG}: {config.attention_heads} attention heads do not divide a width of "
            f"{config.width}.",
            field=field,
        )
    found, file = _weights(folder, field)
    with torch.device("meta"):
        network = Hypernetwork(config)
    wanted = network.state_dict()
    for name, there in wanted.items():
        if name not in found:
            raise UserError(f"{file} lacks the weights {name}, which its {CONFIG} asks for.", field=field)
        if found[name].shape != there.shape:
            raise UserError(
                f"{file}: the weights {name} are {_shape(found[name])} where its {CONFIG} asks for "
                f"{_shape(there)}.",
                field=field,
            )
    if unknown := sorted(name for name in found if name not in wanted and not _NOT_USED.fullmatch(name)):
        raise UserError(f"{file} has weights that are not understood here: {unknown[0]}.", field=field)
    weights = {name: found[name].float() for name in wanted}
    if broken := next((name for name, weight in weights.items() if not weight.isfinite().all()), None):
        raise UserError(f"{file}: the weights {broken} hold numbers that are none (NaN).", field=field)
    network.load_state_dict(weights, assign=True)
    for buffer in ("position_ids", "token_type_ids"):  # not part of the weights, and so still without numbers
        shape = getattr(network.model.embeddings, buffer).shape
        setattr(network.model.embeddings, buffer, torch.zeros(shape, dtype=torch.long))
    network.eval().requires_grad_(False)
    return network


def _weights(folder: Path, field: str | None) -> tuple[dict[str, torch.Tensor], Path]:
    """Tensors under the torch port's names, and the file that holds them."""
    file = folder / WEIGHTS
    if file.is_file():
        read_header(file, field=field)  # or a sentence says what is wrong with it
        return load_file(file), file
    file = folder / FLAX
    if file.is_file():
        return dict(_ported(path, array) for path, array in read_arrays(file, field=field).items()), file
    if pickled := next((each.name for each in sorted(folder.iterdir()) if each.suffix in _PICKLES), None):
        raise UserError(
            f"{folder / pickled} is a pickle, which could run code when it is opened; use the folder's "
            f"{WEIGHTS} or {FLAX}.",
            field=field,
        )
    raise UserError(f"{folder} has no weights: neither {WEIGHTS} nor {FLAX}.", field=field)


def _ported(path: tuple[str, ...], array: torch.Tensor) -> tuple[str, torch.Tensor]:
    """An array of flax under the name that it has in torch, and turned as it lies there."""
    if path == ("model", "embeddings", "lang_embedding", "embedding"):
        return "lang_embeddings.weight", array
    *above, last = (re.sub(r"^layers_(\d+)$", r"\1", name) for name in path)
    if last == "kernel" and array.ndim == 2:
        return ".".join([*above, "weight"]), array.T
    names = {"kernel": "weight", "embedding": "weight", "scale": "weight"}
    return ".".join([*above, names.get(last, last)]), array


def _shape(tensor: torch.Tensor) -> str:
    return " × ".join(map(str, tensor.shape)) or "one number"
