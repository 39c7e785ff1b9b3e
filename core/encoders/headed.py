"""An encoder whose vectors a trained head makes: a folder with ``head.json`` and the head's weights.

The model itself is not copied: the folder says where it lies, and the mark of its content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from core.encoders.encoder import EMPTY, FAILED, OK, TRUNCATED, Encoder, Part, Role, Slices
from core.encoders.heads import HEADS, Head
from core.encoders.recipe import Attention, read_recipe
from core.encoders.request import EncoderFields
from core.errors import UserError
from core.jobs.content_hash import content_hash
from core.jobs.context import Context
from core.json_files import read_json_object

if TYPE_CHECKING:
    import torch

    from core.encoders.layers import LayerStates
    from core.encoders.transformer import TransformerEncoder

FILE, WEIGHTS = "head.json", "model.safetensors"
_VERSION = "1"


class Said(BaseModel):
    """head.json. `model_mark` is the hash of the model's content; `looks_ahead`: whether tokens see those
    after them, which says how layers are read."""

    model_config = ConfigDict(frozen=True)

    head: dict[str, object]
    model: str
    model_mark: str
    attention: Attention
    looks_ahead: bool
    most_tokens: int
    width: int
    layers: int


def is_headed(path: Path) -> bool:
    return (path / FILE).is_file()


def save_head(folder: Path, network: torch.nn.Module, said: Said) -> None:
    """Write both files to `folder`, which is made."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: weight.detach().cpu().contiguous() for name, weight in network.state_dict().items()}
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    (folder / FILE).write_text(said.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")


def open_headed(path: Path, fields: EncoderFields, ctx: Context, *, field: str) -> HeadedEncoder:
    """Open the head and its model.

    Raises:
        UserError: the head is damaged, or its model is not there any more or another one.
    """
    from safetensors.torch import load_file

    from core.encoders.transformer import open_transformer

    try:
        said = Said.model_validate(read_json_object(path / FILE, field=field))
        head = HEADS[str(said.head.get("kind"))].model_validate(said.head)
    except (ValidationError, KeyError):
        raise UserError(
            f"{path / FILE} is damaged, or of a newer version: it names no known head.", field=field
        ) from None
    model = Path(said.model)
    if not model.is_dir():
        raise UserError(
            f"The head {path} belongs to the model {model}, which is not there any more.", field=field
        )
    if content_hash(model, "model") != said.model_mark:
        raise UserError(
            f"The head {path} was trained on {model}, which has changed since then. Train it again.",
            field=field,
        )
    recipe = replace(
        read_recipe(model, field=field),
        attention=said.attention,
        most_tokens=fields.most_tokens or said.most_tokens,
    )
    inner = open_transformer(model, ctx, recipe=recipe, field=field)
    network = head.network(said.width, said.layers)
    try:
        network.load_state_dict(load_file(path / WEIGHTS))
    except Exception as error:  # the libraries raise nothing more special
        raise UserError(f"{path / WEIGHTS} is damaged: {error}", field=field) from error
    return HeadedEncoder(inner, head, network.to(ctx.device).eval(), said.looks_ahead, path)


class HeadedEncoder(Encoder):
    """Vectors that `network` makes of the states of `inner`."""

    def __init__(
        self, inner: TransformerEncoder, head: Head, network: torch.nn.Module, looks_ahead: bool, path: Path
    ) -> None:
        self._inner, self._head, self._network, self._looks_ahead = inner, head, network, looks_ahead
        self.path, self.name = path, path.name
        self.width = int(inner.model.config.hidden_size)  # type: ignore[union-attr, arg-type]
        self.most_tokens, self.similarity = inner.most_tokens, "cosine"

    @cached_property
    def digest(self) -> str:
        weights = hashlib.sha256((self.path / WEIGHTS).read_bytes()).hexdigest()
        said = f"{_VERSION} {self._inner.digest} {self._head!r} {weights}"
        return hashlib.sha256(said.encode()).hexdigest()

    def parts(
        self, texts: Slices, ctx: Context, *, role: Role = "", stage: str = "Encoding"
    ) -> Iterator[Part]:
        left = np.ones(len(texts), dtype=bool)
        for some in self._inner.layer_states(texts, ctx, role=role, stage=stage):
            vectors = headed(self._network, self._head, some, self._looks_ahead).cpu().numpy()
            status = np.where(some.cut, TRUNCATED, OK).astype(np.uint8)
            broken = ~np.isfinite(vectors).all(axis=1)
            vectors[broken], status[broken] = 0.0, FAILED
            left[some.rows] = False
            yield Part(some.rows, vectors, status)
        empty = np.flatnonzero(left)
        if len(empty):
            zeros = np.zeros((len(empty), self.width), dtype=np.float32)
            yield Part(empty, zeros, np.full(len(empty), EMPTY, dtype=np.uint8))


def headed(network: torch.nn.Module, head: Head, some: LayerStates, looks_ahead: bool) -> torch.Tensor:
    """(m, width) float32 of length 1."""
    import torch

    with torch.inference_mode():
        made: torch.Tensor
        if head.reads == "layers":
            made = network(some.by_layer(looks_ahead), None) * some.pooled.any(dim=1, keepdim=True)
        else:
            made = network(some.states[-1].float(), some.pooled)
    return made
