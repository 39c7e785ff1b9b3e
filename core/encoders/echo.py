"""Echo embeddings (arXiv 2402.15449): the text twice, and only its second copy is pooled, whose tokens have
all seen the whole text even where attention is causal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.encoders.encoder import Slices
from core.encoders.recipe import Recipe
from core.encoders.tokens import Tokens, some_at_a_time
from core.jobs.context import Context

if TYPE_CHECKING:
    import tokenizers

_BETWEEN = " "


def twice(
    texts: Slices, tokenizer: tokenizers.Tokenizer, prompt: str, recipe: Recipe, ctx: Context, stage: str
) -> Tokens:
    """The prompt and the text twice; each copy is cut to half of what is left of the most tokens."""
    around = tokenizer.num_special_tokens_to_add(False)
    alone = len(tokenizer.encode(prompt + _BETWEEN, add_special_tokens=False).ids)
    room = max(1, (recipe.most_tokens - around - alone) // 2)
    ids: list[NDArray[np.int32]] = []
    pooled: list[tuple[int, int]] = []
    cut: list[bool] = []
    for given in some_at_a_time(texts):
        ctx.progress(0, 1, stage)
        some = [text.lower() for text in given] if recipe.lower_case else list(given)
        shorter = [
            text if len(encoding.ids) <= room else text[: encoding.offsets[room - 1][1]]
            for text, encoding in zip(
                some, tokenizer.encode_batch(some, add_special_tokens=False), strict=True
            )
        ]
        doubled = tokenizer.encode_batch([f"{prompt}{text}{_BETWEEN}{text}" for text in shorter])
        for text, whole, encoding in zip(shorter, some, doubled, strict=True):
            second = len(prompt) + len(text) + len(_BETWEEN)
            inside = [
                place
                for place, (offsets, special) in enumerate(
                    zip(encoding.offsets, encoding.special_tokens_mask, strict=True)
                )
                if not special and offsets[1] > second
            ]
            found = encoding.ids if text.strip() and inside else []
            ids.append(np.array(found, dtype=np.int32))
            pooled.append((inside[0], inside[-1] + 1) if found else (0, 0))
            cut.append(bool(found) and len(text) < len(whole))
    starts = np.concatenate([[0], np.cumsum([len(some) for some in ids], dtype=np.int64)])
    flat = np.concatenate(ids) if ids else np.empty(0, dtype=np.int32)
    return Tokens(flat, starts, np.array(pooled, dtype=np.int32).reshape(-1, 2), np.array(cut, dtype=bool))
