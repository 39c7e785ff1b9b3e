"""What a model folder says of the transplant it comes from: which of its rows are new, and of which base."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.heal.request import HealRequest
from core.json_files import read_json_object
from core.models.folder import ModelFolder, is_model_folder

REPORT = "transplant_report.json"
ROWS = "transplant_rows.npz"

_MADE = ("method", "fallback")
_EMPTY = ("padding",)


_MENDS = {"train": "train all embeddings", "beside": "leave out what is beside it"}


def row_kinds(model: ModelFolder, field: str = "train") -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids of the rows that the transplant made, and of those that it copied, both ascending.

    Args:
        field: the request's that asks for them, for the error.

    Raises:
        UserError: the folder has no record of its rows, or one that is not its own; or none of them is new.
    """
    file = model.path / ROWS
    if not file.is_file():
        raise UserError(
            f"{model.path} does not say which of its rows are new: there is no {ROWS} in it. Choose a folder "
            f"that a transplant has written, or {_MENDS[field]}.",
            field=field,
        )
    try:
        with np.load(file, allow_pickle=False) as found:
            names = [str(name) for name in found["source_names"]]
            sources = np.asarray([names[number] for number in found["sources"]])
    except Exception:  # noqa: BLE001 - a damaged archive raises whatever its damage leads to
        raise UserError(
            f"{file} is damaged: it does not say where each row comes from.", field=field
        ) from None
    if len(sources) > model.vocab_size:
        raise UserError(
            f"{file} speaks of {len(sources):,} rows, but the model has {model.vocab_size:,}: one of the two "
            "belongs to another model.",
            field=field,
        )
    made = np.flatnonzero(np.isin(sources, _MADE))
    if not len(made):
        raise UserError(f"{model.path} has no new rows: its transplant copied every one.", field=field)
    return made, np.flatnonzero(~np.isin(sources, _MADE + _EMPTY))


def find_base(model: Path, given: Path | None) -> Path | None:
    """The base that was asked for, or else the one that the transplant's report names.

    A report names a folder by its path, or by a name that is looked for beside the model.
    None where it is not there.
    """
    if given is not None:
        return given
    if not (model / REPORT).is_file():
        return None
    try:
        named = read_json_object(model / REPORT).get("base")
    except UserError:
        return None
    if not isinstance(named, str) or not named:
        return None
    place = model.absolute().parent / named  # an absolute path stays what it is
    return place if place.resolve() != model.resolve() and is_model_folder(place) else None


def check_model(model: ModelFolder, field: str) -> None:
    """Raises `UserError` where it is no causal language model."""
    if model.config.get("architectures") and not model.is_causal_lm:
        raise UserError(
            f"{model.path} is a {model.architecture}; healing needs a causal language model, which foretells "
            "the next token.",
            field=field,
        )


def check_rows(request: HealRequest, model: ModelFolder) -> None:
    """Raises `UserError` where what is asked of new rows cannot be: there are none, or none are trained."""
    if request.train == "lora" and request.penalty:
        raise UserError(
            "The penalty keeps trained rows near to where they began, and LoRA alone trains none: train new "
            "rows or embeddings, or leave the penalty at 0.",
            field="penalty",
        )
    if request.train == "new head rows" and (model.tied or model.head is None):
        raise UserError(
            f"{model.path} has one matrix for input and output, so that the output's rows cannot be trained "
            "alone. Train new rows, or untie the head in the transplant.",
            field="train",
        )
    if request.trains_new_rows:
        row_kinds(model, "train")
    if request.beside == "mean":
        row_kinds(model, "beside")
