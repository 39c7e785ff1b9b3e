"""A tokenizer of any format, ready to cut text into tokens."""

from __future__ import annotations

from pathlib import Path

from core.tokenizers.config import config_notes, folder_of, read_config
from core.tokenizers.detection import detect
from core.tokenizers.tokenizer import Encoding, Step, Tokenizer

__all__ = ["Encoding", "Step", "Tokenizer", "open_tokenizer"]


def open_tokenizer(path: Path, *, field: str | None = None) -> Tokenizer:
    """Open a tokenizer: a file of any format, a folder that holds one, or the name of an encoding.

    The format is told by the content. What the file says of truncation, padding and dropout is off.

    Args:
        path: such as ``tokenizer.json``, a model's folder, ``tokenizer.model``, ``cl100k_base``.
        field: the request's field that named it, for the error.

    Raises:
        UserError: there is none, or it is damaged: which file, and what is wrong with it.
    """
    format, file = detect(path, field=field)
    tokenizer = format.open(file, field=field)
    config = read_config(folder_of(tokenizer.path, format.names), field=field)
    tokenizer.notes = (*tokenizer.notes, *config_notes(config, tokenizer))
    return tokenizer
