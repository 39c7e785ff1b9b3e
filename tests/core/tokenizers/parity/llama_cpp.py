"""llama.cpp's way with vocabularies of the kind llama, as plainly as it can be said (llama-vocab.cpp)."""

from __future__ import annotations

import heapq
from pathlib import Path

from core.tokenizers.gguf_header import read_header


class LlamaCpp:
    """Merge the pair that makes the token of the highest score, the leftmost first; the rest are bytes."""

    def __init__(self, file: Path) -> None:
        header = read_header(file)  # held against the gguf package elsewhere, which takes seconds
        tokens, scores = (header[f"tokenizer.ggml.{key}"] for key in ("tokens", "scores"))
        self.ids = {token: id for id, token in enumerate(tokens)}
        self.score = dict(zip(tokens, scores, strict=True))

    def encode(self, text: str) -> list[int]:
        if not text:
            return []
        row: list[str | None] = list(f" {text}".replace(" ", "\u2581"))
        after = [*range(1, len(row)), -1]
        before = list(range(-1, len(row) - 1))
        waiting: list[tuple[float, int, int, str]] = []

        def propose(left: int, right: int) -> None:
            if left >= 0 and right >= 0:
                joined = f"{row[left]}{row[right]}"
                if joined in self.ids:
                    heapq.heappush(waiting, (-self.score[joined], left, right, joined))

        for at in range(len(row) - 1):
            propose(at, at + 1)
        while waiting:
            _, left, right, joined = heapq.heappop(waiting)
            if row[left] is None or row[right] is None or f"{row[left]}{row[right]}" != joined:
                continue
            row[left], row[right] = joined, None
            after[left] = after[right]
            if after[right] >= 0:
                before[after[right]] = left
            propose(before[left], left)
            propose(left, after[left])
        return [id for symbol in row if symbol is not None for id in self._ids(symbol)]

    def _ids(self, symbol: str) -> list[int]:
        if symbol in self.ids:
            return [self.ids[symbol]]
        return [self.ids[f"<0x{byte:02X}>"] for byte in symbol.encode()]
