"""A masked language model: an encoder that foretells tokens from what stands on both sides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tokenizers
import torch

from core.encoders.weight_memory import check_memory
from core.errors import UserError
from core.generation.masked.folder import masked_folder
from core.models.pretrained import open_pretrained
from core.tokenizers.files import find_tokenizer
from core.tokenizers.open import open_tokenizer

_SPELLINGS = re.compile(r"\[MASK\]|<mask>|_{3,}")


class MaskedModel:
    """Reads texts with the special tokens around them that it was trained with.

    Args:
        path: a model folder.
        device: where it computes.

    Raises:
        UserError: it holds no masked language model, no tokenizer or none with a mask, or does not fit.
    """

    def __init__(self, path: Path, device: str, *, field: str) -> None:
        from transformers import AutoModelForMaskedLM

        folder = masked_folder(path, field=field)
        check_memory(path, device, field=field)
        file = find_tokenizer(path, field=field)
        self.tokenizer = open_tokenizer(file, field=field)
        mask = self.tokenizer.vocabulary.role("mask")
        token = None if mask is None else self.tokenizer.vocabulary.entries[mask]
        if token is None:
            raise UserError(
                f"The tokenizer in {path} names no mask token, so nothing can be masked: its "
                "special_tokens_map.json or tokenizer_config.json should say which it is (mask_token).",
                field=field,
            )
        self.name = path.name
        self.mask = token.id
        self.mask_name = token.content
        self.most = folder.context
        around = tokenizers.Tokenizer.from_file(str(file)).encode("").ids
        self._before = list(self.tokenizer.prefix)
        self._after = around[len(self._before) :]
        self._module: Any = open_pretrained(AutoModelForMaskedLM, path, field=field).to(device).eval()
        self._device = device

    def spelt(self, text: str) -> str:
        """The text with every way to write a mask as the model's own."""
        return _SPELLINGS.sub(lambda _: self.mask_name, text)

    def read(self, text: str, *, field: str) -> tuple[list[int], list[tuple[int, int]], int]:
        """A text's ids with the special tokens around them, its own tokens' spans, and where they begin.

        Raises:
            UserError: it is longer than the model takes, or has no token at all.
        """
        ids, spans = self.tokenizer.encode(text, specials=True)
        whole = [*self._before, *ids, *self._after]
        if self.most is not None and len(whole) > self.most:
            raise UserError(
                f"The text has {len(whole):,} tokens, and {self.name} takes {self.most:,} at once. "
                "Take a shorter one.",
                field=field,
            )
        if not ids:
            raise UserError("The text has no tokens: write at least a word.", field=field)
        return whole, spans, len(self._before)

    def foretold(self, rows: Sequence[Sequence[int]], places: Sequence[Sequence[int]]) -> torch.Tensor:
        """Log-probabilities (places, V) float32 on the CPU, row after row.

        Args:
            rows: equally long texts as ids.
            places: of each, where something is asked for.
        """
        with torch.inference_mode():
            logits = self._module(input_ids=torch.tensor(rows, device=self._device)).logits
            asked = [logits[row, list(at)] for row, at in enumerate(places)]
            return torch.log_softmax(torch.cat(asked).float().cpu(), dim=-1)
