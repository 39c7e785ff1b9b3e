"""Vectors of strings by a sentence encoder: BERT and its kin in a folder, the mean over the tokens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from core.errors import UserError
from core.jobs.context import Context
from core.models.folder import open_model
from core.vectors.vectors import Floats, Vectors

_AT_ONCE = 256
_LONGEST = 64
"""Tokens of one string that are looked at."""


class EncoderVectors(Vectors):
    """Any string has a vector.

    Args:
        path: a folder with an encoder and its tokenizer, as sentence-transformers or transformers save it.

    Raises:
        UserError: it is no such folder.
    """

    subwords = True

    def __init__(self, path: Path, ctx: Context, *, field: str) -> None:
        from transformers import AutoModel, AutoTokenizer

        folder = open_model(path, field=field)
        if folder.is_causal_lm:
            raise UserError(
                f"{path} is a {folder.architecture}, no encoder; choose a folder with a BERT or a sentence "
                "encoder.",
                field=field,
            )
        self.words = ()
        self._ctx = ctx
        given = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(path, **given)
            self._model = AutoModel.from_pretrained(path, **given).to(ctx.device).eval()
        except (OSError, ValueError, KeyError) as error:
            raise UserError(f"{path} cannot be opened as an encoder: {error}", field=field) from None
        self.width = folder.hidden_size

    def of(self, strings: Sequence[str]) -> Floats:
        different = sorted({string for string in strings if string}, key=lambda string: (len(string), string))
        found: dict[str, Floats] = {"": np.zeros(self.width, dtype=np.float32)}
        for first in range(0, len(different), _AT_ONCE):
            self._ctx.progress(first, len(different), "Embedding tokens with the encoder")
            some = different[first : first + _AT_ONCE]
            found |= dict(zip(some, self._means(some), strict=True))
        return (
            np.stack([found[string] for string in strings])
            if len(strings)
            else np.zeros((0, self.width), "f4")
        )

    def _means(self, strings: list[str]) -> Floats:
        read = self._tokenizer(
            strings, padding=True, truncation=True, max_length=_LONGEST, return_tensors="pt"
        ).to(self._model.device)
        mask = read["attention_mask"][..., None]
        with torch.inference_mode():
            hidden = self._model(**read).last_hidden_state.float()
            return np.asarray(((hidden * mask).sum(dim=1) / mask.sum(dim=1)).cpu().numpy())
