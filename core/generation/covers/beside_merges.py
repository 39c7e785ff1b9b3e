"""Words that a tokenizer has tokens for, but no merges (`ignore_merges`)."""

from __future__ import annotations

from typing import Any

from core.errors import UserError
from core.tokenizers.files import TOKENIZER, read_tokenizer_json
from core.tokenizers.tokenizer import Tokenizer


def words_beside_merges(tokenizer: Tokenizer) -> int:
    """How many tokens are written only for a whole word, since merges would make others of its letters.

    Where more letters follow, the word is written in these others. So not every beginning of what the
    tokenizer writes is what it writes of the beginning.
    """
    if tokenizer.format != TOKENIZER:
        return 0
    merges: list[Any] = []
    try:
        model = read_tokenizer_json(tokenizer.path, merges_into=merges)["model"]
    except UserError:  # the file went since it was opened
        return 0
    if not model.get("ignore_merges") or not merges:
        return 0
    from tokenizers.models import BPE

    pairs = [tuple(merge.split(" ", 1) if isinstance(merge, str) else merge) for merge in merges]
    vocab = model["vocab"]
    library = BPE(vocab=vocab, merges=pairs)
    return sum([token.id for token in library.tokenize(word)] != [id] for word, id in vocab.items())
