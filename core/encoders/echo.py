"""Echo embeddings (arXiv 2402.15449): the text twice, and only its second copy is pooled, whose tokens have
all seen the whole text even where attention is causal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    ids: list[NDArray[np.int32]] = []
    pooled: list[tuple[int, int]] = []
    cut: list[bool] = []
    for some in some_at_a_time(texts):
        ctx.progress(0, 1, stage)
        for encoding, second, shortened in doubled(some, tokenizer, prompt, recipe):
            inside = np.flatnonzero(second_copy(encoding, second))
            found = encoding.ids if len(inside) else []
            ids.append(np.array(found, dtype=np.int32))
            pooled.append((int(inside[0]), int(inside[-1]) + 1) if found else (0, 0))
            cut.append(bool(found) and shortened)
    starts = np.concatenate([[0], np.cumsum([len(some) for some in ids], dtype=np.int64)])
    flat = np.concatenate(ids) if ids else np.empty(0, dtype=np.int32)
    return Tokens(flat, starts, np.array(pooled, dtype=np.int32).reshape(-1, 2), np.array(cut, dtype=bool))


def doubled(
    texts: Sequence[str], tokenizer: tokenizers.Tokenizer, prompt: str, recipe: Recipe
) -> Iterator[tuple[tokenizers.Encoding, int, bool]]:
    """For each text the tokens of prompt, text and text; the character at which the second copy begins; and
    whether the copies were cut."""
    around = tokenizer.num_special_tokens_to_add(False)
    alone = len(tokenizer.encode(prompt + _BETWEEN, add_special_tokens=False).ids)
    room = max(1, (recipe.most_tokens - around - alone) // 2)
    whole = [text.lower() for text in texts] if recipe.lower_case else list(texts)
    read = [
        text if len(encoding.ids) <= room else text[: encoding.offsets[room - 1][1]]
        for text, encoding in zip(whole, tokenizer.encode_batch(whole, add_special_tokens=False), strict=True)
    ]
    encodings = tokenizer.encode_batch([f"{prompt}{text}{_BETWEEN}{text}" for text in read])
    for text, before, encoding in zip(read, whole, encodings, strict=True):
        yield encoding, len(prompt) + len(text) + len(_BETWEEN), len(text) < len(before)


def second_copy(encoding: tokenizers.Encoding, second: int) -> NDArray[np.bool_]:
    """(tokens,): those of the second copy; a token that reaches into it from the space before is one."""
    offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    special = np.array(encoding.special_tokens_mask, dtype=bool)
    return np.asarray(~special & (offsets[:, 1] > second))
