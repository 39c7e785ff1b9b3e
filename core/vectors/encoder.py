"""Vectors of strings by a sentence encoder: BERT and its kin in a folder, the mean over the tokens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.encoders.recipe import Recipe
from core.encoders.transformer import open_transformer
from core.errors import UserError
from core.jobs.context import Context
from core.models.folder import open_model
from core.vectors.vectors import Floats, Vectors

_RECIPE = Recipe(pooling=("mean",), most_tokens=64, similarity="dot", blank=True)
"""Tokens are short; the vectors are the plain means, also of a token of white space."""


class EncoderVectors(Vectors):
    """Any string has a vector.

    Args:
        path: a folder with an encoder and its tokenizer, as sentence-transformers or transformers save it.

    Raises:
        UserError: it is no such folder.
    """

    subwords = True

    def __init__(self, path: Path, ctx: Context, *, field: str) -> None:
        folder = open_model(path, field=field)
        if folder.is_causal_lm:
            raise UserError(
                f"{path} is a {folder.architecture}, no encoder; choose a folder with a BERT or a sentence "
                "encoder.",
                field=field,
            )
        self.words = ()
        self._ctx = ctx
        self._encoder = open_transformer(path, ctx, recipe=_RECIPE, field=field)
        self.width = self._encoder.width

    def of(self, strings: Sequence[str]) -> Floats:
        return self._encoder.encode(strings, self._ctx, stage="Embedding tokens with the encoder")
