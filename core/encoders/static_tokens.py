"""One vector for each token of a tokenizer: model2vec, and sentence-transformers' StaticEmbedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from core.encoders.encoder import Floats, Role, Similarity
from core.encoders.recipe import STEPS, Recipe, read_modules, read_settings, steps_of, unknown_step
from core.encoders.request import EncoderFields
from core.encoders.static import Bags, StaticEncoder
from core.encoders.steps import open_steps, read_weights
from core.encoders.word_cache import WordCache, cuts_at_spaces
from core.errors import UserError
from core.jobs.content_hash import content_hash
from core.jobs.context import Context
from core.json_files import read_json_object

if TYPE_CHECKING:
    import tokenizers

_VERSION = "1"
_MOST_TOKENS = 512
"""Of model2vec, where nothing else is asked for."""


class StaticTokens(StaticEncoder):
    """Opened by `open_model2vec` or `open_static_embedding`.

    Args:
        table: (tokens, d) float32; a token's weight is in its row.
        without: an id that does not count: the unknown token of model2vec.
        steps: what is done to the means.
    """

    def __init__(
        self,
        path: Path,
        tokenizer: tokenizers.Tokenizer,
        table: torch.Tensor,
        *,
        recipe: Recipe,
        most_tokens: int | None,
        without: int | None,
        steps: torch.nn.Module,
        width: int,
    ) -> None:
        self.name, self.path, self.width, self.most_tokens = path.name, path, width, most_tokens
        self.recipe, self.similarity = recipe, recipe.similarity
        self._tokenizer, self._table, self._without, self._steps = tokenizer, table, without, steps
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._words = WordCache(tokenizer) if cuts_at_spaces(tokenizer) else None

    @cached_property
    def digest(self) -> str:
        weights = content_hash(self.path, "model")
        prompts = sorted(self.recipe.prompts.items())
        return f"static {_VERSION} {weights} {prompts} {self.similarity} {self.most_tokens} {self._without}"

    def bags(self, texts: Sequence[str], role: Role) -> Bags:
        prompt = self.recipe.prompt(role)
        read = [prompt + text for text in texts] if prompt else list(texts)
        bags = Bags(*self._ids(read), np.zeros(len(read), dtype=bool))
        if self._without is not None:
            bags = bags.without(bags.rows == self._without)
        if prompt:
            blank = np.array([not text.strip() for text in texts])
            bags = bags.without(np.repeat(blank, np.diff(bags.starts)))
        return bags if self.most_tokens is None else bags.first(self.most_tokens)

    def _ids(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if self._words is not None:
            return self._words.ids(texts)
        encodings = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        found = [encoding.ids for encoding in encodings]
        starts = np.concatenate([[0], np.cumsum(list(map(len, found)), dtype=np.int64)])
        return np.fromiter(chain.from_iterable(found), dtype=np.int64, count=int(starts[-1])), starts

    def table(self, rows: NDArray[np.int64]) -> tuple[torch.Tensor, NDArray[np.int64]]:
        return self._table, rows

    def spans(self, text: str, role: Role) -> list[tuple[int, int]]:
        prompt = self.recipe.prompt(role)
        encoding = self._tokenizer.encode(prompt + text, add_special_tokens=False)
        return [
            (max(0, first - len(prompt)), max(0, last - len(prompt)))
            for id, (first, last) in zip(encoding.ids, encoding.offsets, strict=True)
            if id != self._without
        ]

    def after(self, means: Floats) -> Floats:
        with torch.inference_mode():
            made: Floats = self._steps(torch.from_numpy(means)).numpy()
        return made


def is_model2vec(path: Path) -> bool:
    """A tokenizer and one matrix, as model2vec saves them."""
    config = path / "config.json"
    if not (path / "tokenizer.json").is_file() or not (path / "model.safetensors").is_file():
        return False
    if config.is_file():
        return read_json_object(config).get("model_type") == "model2vec"
    from core.models.headers import read_header

    return (
        not (path / "modules.json").is_file()
        and "embeddings" in read_header(path / "model.safetensors").tensors
    )


def open_model2vec(path: Path, fields: EncoderFields, ctx: Context, *, field: str) -> StaticTokens:
    """A folder of model2vec: the unknown token does not count, as in its own program; texts are cut after 512
    tokens.

    Raises:
        UserError: a file is missing or damaged.
    """
    file = path / "config.json"
    config = read_json_object(file, field=field) if file.is_file() else {}
    similarity: Similarity = "dot" if config.get("normalize") is False else "cosine"
    return _opened(path, path, Recipe(similarity=similarity), fields, ctx, field, model2vec=True)


def open_static_embedding(path: Path, fields: EncoderFields, ctx: Context, *, field: str) -> StaticTokens:
    """A folder of sentence-transformers whose first module is a StaticEmbedding.

    Raises:
        UserError: a file is missing or damaged, or a step is not known.
    """
    modules = path / "modules.json"
    (_, first), *rest = read_modules(modules, field=field)
    for place, (kind, _) in enumerate(rest):
        if kind not in STEPS:
            raise unknown_step(modules, kind, place + 1, field)
    steps = tuple(steps_of(rest, path))
    prompts, similarity = read_settings(path, field=field)
    recipe = Recipe(steps=steps, prompts=prompts, similarity=similarity)
    return _opened(path, path / first, recipe, fields, ctx, field, model2vec=False)


def _opened(
    path: Path,
    root: Path,
    recipe: Recipe,
    fields: EncoderFields,
    ctx: Context,
    field: str,
    *,
    model2vec: bool,
) -> StaticTokens:
    from core.encoders.changed import changed

    recipe = changed(recipe, fields)
    ctx.progress(0, 1, f"Opening {path.name}")
    tokenizer = open_tokenizer(root, field)
    table = _folded(read_weights(root, field=field), root, field)
    if tokenizer.get_vocab_size() > len(table):
        raise UserError(
            f"{root}: its tokenizer has {tokenizer.get_vocab_size():,} tokens, but there are only "
            f"{len(table):,} vectors; the two do not belong together.",
            field=field,
        )
    if not torch.isfinite(table).all():
        raise UserError(
            f"{root / 'model.safetensors'} is damaged: it holds what is no number (NaN or infinity). Use an "
            "intact copy.",
            field=field,
        )
    steps, width = open_steps(recipe.steps, table.shape[1], field=field)
    most = _MOST_TOKENS if model2vec else None
    return StaticTokens(
        path,
        tokenizer,
        table,
        recipe=recipe,
        most_tokens=fields.most_tokens or most,
        without=_unknown(tokenizer) if model2vec else None,
        steps=steps,
        width=width,
    )


def open_tokenizer(folder: Path, field: str) -> tokenizers.Tokenizer:
    """Its tokenizer.json.

    Raises:
        UserError: it cannot be opened.
    """
    import tokenizers

    file = folder / "tokenizer.json"
    try:
        return tokenizers.Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises nothing more special
        raise UserError(f"{file} cannot be opened: {error}", field=field) from error


def _folded(weights: Mapping[str, torch.Tensor], folder: Path, field: str) -> torch.Tensor:
    """(tokens, d) float32: model2vec may have one row for several tokens, and a weight for each token."""
    table = weights.get("embedding.weight", weights.get("embeddings"))
    if table is None or table.ndim != 2:
        raise UserError(
            f"{folder / 'model.safetensors'} holds no matrix called embeddings, or embedding.weight.",
            field=field,
        )
    table = table.float()
    if (mapping := weights.get("mapping")) is not None:
        table = table[mapping.long()]
    if (factors := weights.get("weights")) is not None:
        table = table * factors.float()[:, None]
    return table.contiguous()


def _unknown(tokenizer: tokenizers.Tokenizer) -> int | None:
    token = getattr(tokenizer.model, "unk_token", None)
    return tokenizer.token_to_id(token) if isinstance(token, str) else None
