"""Surface forms: the bytes of a token as ids of the base's pieces, whatever tokenizer the token is from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from core.hypernetwork.config import HypernetworkConfig
from core.tokenizers.tokenizer import Tokenizer

BYTES = 256


class SurfaceForms:
    """Cuts bytes into pieces of the base's tokenizer; what it lacks is spelt in bytes of the network's own.

    Args:
        tokenizer: the base's, or the one that came with a published network.
        config: of a network trained here its `extra_tokens` begin with the 256 bytes.
        bytes_of_its_own: whether they do. A published network's tokenizer knows its own extra tokens.
    """

    def __init__(
        self, tokenizer: Tokenizer, config: HypernetworkConfig, *, bytes_of_its_own: bool = True
    ) -> None:
        self._tokenizer = tokenizer
        self._config = config
        self._bytes_of_its_own = bytes_of_its_own
        self._known: dict[bytes, list[int]] = {}

    def pieces(self, data: bytes) -> list[int]:
        """At most `longest` ids; none where the network has nothing to spell the bytes with."""
        found = self._known.get(data)
        if found is None:
            found = self._known[data] = self._cut(data)[: self._config.longest]
        return found

    def matrix(
        self, tokens: Sequence[bytes], tell: Callable[[int], None] = lambda done: None
    ) -> torch.Tensor:
        """(n, L) int64, filled up with the padding id; a row of nothing but padding has no pieces.

        Args:
            tell: is told now and then how many are done.
        """
        forms = torch.full((len(tokens), self._config.longest), self._config.padding)
        for row, data in enumerate(tokens):
            if row % 256 == 0:
                tell(row)
            ids = self.pieces(data)
            forms[row, : len(ids)] = torch.tensor(ids, dtype=torch.long)
        return forms

    def _cut(self, data: bytes) -> list[int]:
        most = self._config.base_tokens + self._config.extra_tokens
        ids = [id for id in self._tokenizer.pieces(data) if id < most and id != self._config.padding]
        if not self._bytes_of_its_own or self._spelt(ids) >= len(data):
            return ids
        known = self._tokenizer.vocabulary.byte_ids
        return [known.get(byte, self._config.base_tokens + byte) for byte in data]

    def _spelt(self, ids: Sequence[int]) -> int:
        """How many bytes the pieces stand for: fewer than there are, where some could not be spelt."""
        entries = self._tokenizer.vocabulary.entries
        return sum(len(entry.bytes) for id in ids if (entry := entries[id]) is not None)
