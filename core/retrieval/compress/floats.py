"""Floating-point numbers of 4 or 2 bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import faiss
import numpy as np
import torch
from numpy.typing import NDArray

from core.jobs.context import Context
from core.retrieval.compress.compressed import Compressed, Which, by_block


def cast(vectors: NDArray[np.float32], kind: str, ctx: Context) -> NDArray[Any]:
    """(n, d) of `kind`: ``float32``, ``float16``, or ``bfloat16`` as the upper 16 bits (uint16), rounded to
    the nearest, ties to even. What is too large for a float16 becomes the largest that it can hold."""
    codes = np.empty(
        vectors.shape, {"float32": np.float32, "float16": np.float16, "bfloat16": np.uint16}[kind]
    )
    for first, last in by_block(len(vectors), ctx, "Encoding"):
        block = np.asarray(vectors[first:last], dtype=np.float32)
        if kind == "bfloat16":
            block = torch.from_numpy(np.ascontiguousarray(block)).bfloat16().view(torch.uint16).numpy()
        elif kind == "float16":
            most = np.finfo(np.float16).max
            block = np.clip(block, -most, most)
        codes[first:last] = block
    return codes


class Floats(Compressed):
    """Read block by block as float32."""

    def __init__(self, line: str, parts: Mapping[str, NDArray[Any]]) -> None:
        codes = parts["codes"]
        super().__init__(line, parts, count=len(codes), width=codes.shape[1])
        self._codes = torch.from_numpy(codes)
        if codes.dtype == np.uint16:
            self._codes = self._codes.view(torch.bfloat16)

    def by_code(self) -> Any:
        kinds = {
            torch.float16: faiss.ScalarQuantizer.QT_fp16,
            torch.bfloat16: faiss.ScalarQuantizer.QT_bf16,
        }
        if self._codes.dtype not in kinds:
            return None
        kind = kinds[self._codes.dtype]
        index = faiss.IndexScalarQuantizer(self.width, kind, faiss.METRIC_INNER_PRODUCT)
        index.is_trained = True
        index.add_sa_codes(np.ascontiguousarray(self.parts["codes"]).view(np.uint8))
        return index

    def decoded(self, which: Which) -> NDArray[np.float32]:
        return np.asarray(self._codes[which].float().numpy())
