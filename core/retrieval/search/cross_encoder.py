"""A model that reads a query and a document together and gives one number."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context

_TOKENS_ON_CPU = 2048
_TOKENS_ON_ACCELERATOR = 32_768
_MOST_TOKENS = 512


class CrossEncoder:
    """A folder of transformers with one label; the score is its logit.

    Raises:
        UserError: the model has several labels, or cannot be read.
    """

    def __init__(self, folder: Path, ctx: Context) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        try:
            self._tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
            model = AutoModelForSequenceClassification.from_pretrained(str(folder), local_files_only=True)
        except (OSError, ValueError, RuntimeError) as error:
            said = str(error).split("\n", 1)[0]
            raise UserError(f"{folder} cannot be read as a cross-encoder: {said}", field="system") from None
        labels = int(model.config.num_labels)
        if labels != 1:
            raise UserError(
                f"{folder} gives {labels} labels to a pair; a cross-encoder that ranks gives one number.",
                field="system",
            )
        self._device = ctx.device
        self._model = model.float().to(self._device).eval()
        stated = int(getattr(model.config, "max_position_embeddings", _MOST_TOKENS))
        self._most = min(stated, int(self._tokenizer.model_max_length), 8192)

    def scores(self, pairs: Sequence[tuple[str, str]], ctx: Context) -> NDArray[np.float64]:
        """(n,) of pairs of query and document; a document that is too long is cut."""
        encoded = [
            self._tokenizer(query, document, truncation="only_second", max_length=self._most)
            for query, document in pairs
        ]
        lengths = np.array([len(one["input_ids"]) for one in encoded])
        order = np.argsort(-lengths, kind="stable")
        budget = _TOKENS_ON_CPU if self._device == "cpu" else _TOKENS_ON_ACCELERATOR
        found = np.empty(len(pairs))
        first = 0
        while first < len(order):
            ctx.progress(first, len(order), "Reading pairs")
            rows = order[first : first + max(1, budget // max(1, int(lengths[order[first]])))]
            batch = self._tokenizer.pad([encoded[row] for row in rows], return_tensors="pt")
            with torch.inference_mode():
                logits = self._model(**batch.to(self._device)).logits[:, 0]
            found[rows] = logits.double().cpu().numpy()
            first += len(rows)
        if not np.isfinite(found).all():
            raise UserError(
                "The cross-encoder gives no number (NaN): its weights are damaged.", field="system"
            )
        return found
