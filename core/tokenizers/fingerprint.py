"""What a tokenizer is, in one number: equal for two files that say the same."""

from __future__ import annotations

import hashlib
import json
from itertools import islice

from core.tokenizers.tokenizer import Tokenizer

_AT_ONCE = 1_000


def fingerprint(tokenizer: Tokenizer) -> str:
    """SHA-256, in hexadecimal, over canonical JSON of every token and of what is done to a text before.

    A token counts with its id, kind, bytes, boundary and score; its spelling in the file does not.
    """
    digest = hashlib.sha256()
    digest.update(_canonical([tokenizer.vocabulary.model, tokenizer.rules]))
    tokens = iter(tokenizer.vocabulary)
    while some := list(islice(tokens, _AT_ONCE)):
        rows = [[token.id, token.kind, token.bytes.hex(), token.boundary, token.score] for token in some]
        digest.update(_canonical(rows))
    return digest.hexdigest()


def _canonical(data: object) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
