"""A sentence encoder: texts in, one vector each out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from core.encoders.pooling import pool
from core.encoders.recipe import Recipe, read_recipe
from core.errors import UserError
from core.jobs.context import Context

if TYPE_CHECKING:
    import tokenizers

_TOKENS_ON_CPU = 1_024
"""In a batch: more are no faster, since they fall out of the cache, and a stop would be heard later."""
_TOKENS_ON_ACCELERATOR = 32_768
_TEXTS_AT_ONCE = 1_000


class SentenceEncoder:
    """A model of transformers with its tokenizer, in float32 on the context's device.

    Args:
        model: gives states for token ids.
        tokenizer: puts the special tokens around a text; its own padding and truncation are replaced.
        recipe: how vectors are made of states.
    """

    def __init__(
        self, model: torch.nn.Module, tokenizer: tokenizers.Tokenizer, recipe: Recipe, name: str
    ) -> None:
        self.recipe = recipe
        self.model = model
        self._tokenizer = tokenizer
        self._name = name
        tokenizer.no_padding()
        tokenizer.enable_truncation(recipe.most_tokens)

    def encode(
        self, texts: Sequence[str], ctx: Context, *, stage: str = "Encoding", prompt: str = ""
    ) -> NDArray[np.float32]:
        """(n, d) float32, in the order of `texts`; zeros for a text without tokens.

        Equal texts are encoded once. Batches are of like lengths, the longest first, so that little is
        padding; they do not change a vector by more than rounding.

        Raises:
            UserError: the model gives no numbers.
        """
        unique = list(dict.fromkeys(texts))
        ids = self._ids(unique, prompt, ctx, stage)
        order = sorted(range(len(ids)), key=lambda place: (-len(ids[place]), place))
        total = sum(map(len, ids))
        done = 0
        found: NDArray[np.float32] | None = None
        for batch in self._batches(order, ids):
            ctx.progress(done, total, stage)
            vectors = self._vectors([ids[place] for place in batch])
            if not np.isfinite(vectors).all():
                raise UserError(
                    f"{self._name} gives no number for some texts (NaN): its weights are damaged. Use an "
                    "intact copy.",
                    field="base",
                )
            if found is None:
                found = np.zeros((len(unique), vectors.shape[1]), dtype=np.float32)
            found[batch] = vectors
            done += sum(len(ids[place]) for place in batch)
        ctx.progress(total, total, stage)
        if found is None:
            found = np.zeros((len(unique), self._width), dtype=np.float32)
        places = {text: place for place, text in enumerate(unique)}
        return found[[places[text] for text in texts]]

    def _ids(self, texts: Sequence[str], prompt: str, ctx: Context, stage: str) -> list[list[int]]:
        """With special tokens, cut to the most tokens; none for a text of white space only."""
        found: list[list[int]] = []
        for first in range(0, len(texts), _TEXTS_AT_ONCE):
            ctx.progress(0, 1, stage)
            some = [prompt + text for text in texts[first : first + _TEXTS_AT_ONCE]]
            if self.recipe.lower_case:
                some = [text.lower() for text in some]
            found += [encoding.ids for encoding in self._tokenizer.encode_batch(some)]
        return [ids if text.strip() else [] for ids, text in zip(found, texts, strict=True)]

    def _batches(self, order: Sequence[int], ids: Sequence[Sequence[int]]) -> list[list[int]]:
        budget = _TOKENS_ON_CPU if self._device.type == "cpu" else _TOKENS_ON_ACCELERATOR
        batches: list[list[int]] = []
        for place in order:
            length = len(ids[place])
            if not length:
                break
            if not batches or (len(batches[-1]) + 1) * len(ids[batches[-1][0]]) > budget:
                batches.append([])
            batches[-1].append(place)
        return batches

    def _vectors(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        padded = torch.zeros((len(ids), len(ids[0])), dtype=torch.long)
        for row, text in enumerate(ids):
            padded[row, : len(text)] = torch.tensor(text)
        lengths = torch.tensor([len(text) for text in ids])
        mask = torch.arange(padded.shape[1])[None] < lengths[:, None]
        padded, mask = padded.to(self._device), mask.to(self._device)
        with torch.inference_mode():
            states = self.model(input_ids=padded, attention_mask=mask.long()).last_hidden_state
            vectors = pool(states, mask, self.recipe.pooling)
            if self.recipe.normalise:
                vectors = torch.nn.functional.normalize(vectors, dim=1)
        made: NDArray[np.float32] = vectors.cpu().numpy()
        return made

    @property
    def _device(self) -> torch.device:
        return next(self.model.parameters()).device

    @property
    def _width(self) -> int:
        return int(self.model.config.hidden_size) * len(self.recipe.pooling)  # type: ignore[union-attr, arg-type]


def open_encoder(
    folder: Path, ctx: Context, *, recipe: Recipe | None = None, field: str = "base"
) -> SentenceEncoder:
    """Open an encoder's folder: a model of transformers, and a tokenizer.json.

    Args:
        recipe: instead of what the folder says.

    Raises:
        UserError: one of its files is missing or damaged, or transformers does not open it.
    """
    import tokenizers

    recipe = recipe or read_recipe(folder, field=field)
    file = folder / "tokenizer.json"
    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises nothing more special
        raise UserError(f"{file} cannot be opened: {error}", field=field) from error
    ctx.check()
    model = _model(folder, field).to(ctx.device).eval()
    return SentenceEncoder(model, tokenizer, recipe, folder.name)


def _model(folder: Path, field: str) -> torch.nn.Module:
    from transformers import AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        model, report = AutoModel.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError, RuntimeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UserError(f"transformers cannot open {folder}: {reason}", field=field) from error
    finally:
        logging.set_verbosity(before)
    missing = sorted(key for key in report["missing_keys"] if not key.startswith("pooler."))
    if missing:
        raise UserError(
            f"{folder} is incomplete: it lacks the tensor {missing[0]}. Use an intact copy.", field=field
        )
    found: torch.nn.Module = model
    return found
