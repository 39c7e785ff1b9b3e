"""A model in numbers of 16 bits (bfloat16): about twice as fast where the processor multiplies them itself.

What else was tried is in the table of ``tests/benchmarks/bench_encoding.py``.
"""

from __future__ import annotations

import copy

import numpy as np
import torch

from core.encoders.encoder import Encoder, Texts
from core.encoders.transformer import PROBES, TransformerEncoder
from core.jobs.context import Context

LEAST_COSINE = 0.999
"""The mean cosine to float32 below which the fast vectors are not used."""
_SAMPLE = 16
_CHARACTERS = 1_000
"""Of a document that is looked at."""
_STAGE = "Comparing fast with exact vectors"


class FastEncoder(TransformerEncoder):
    """`exact` in 16 bits; the norms' sums, the pooling and all that follows it are computed in 32.

    `cosine` is the mean one to the exact vectors of the texts that were last tried.
    """

    def __init__(self, exact: TransformerEncoder, dtype: torch.dtype) -> None:
        model = copy.deepcopy(exact.model).to(dtype)
        super().__init__(model, exact.tokenizer, exact.recipe, exact.steps, exact.width, exact.path)
        self._exact: TransformerEncoder | None = exact
        self._dtype = dtype
        self.cosine = 1.0

    @property
    def digest(self) -> str:
        return f"{super().digest} {self._dtype}"

    def compare(self, texts: list[str], ctx: Context) -> bool:
        """Whether the vectors of these texts are as good as the exact ones; warns where they are not."""
        assert self._exact is not None
        exact = self._exact.encode(texts, ctx, stage=_STAGE)
        fast = self.encode(texts, ctx, stage=_STAGE)
        lengths = np.linalg.norm(exact, axis=1) * np.linalg.norm(fast, axis=1)
        there = lengths > 0
        if not there.any():
            return True
        self.cosine = float(((exact * fast).sum(axis=1)[there] / lengths[there]).mean())
        if not self.cosine >= LEAST_COSINE:
            ctx.warn(
                f"{self.name} is encoded in float32: with fewer bits its vectors have a mean cosine of only "
                f"{self.cosine:.4f} to those, and {LEAST_COSINE} is the least."
            )
            return False
        return True

    def fitted(self, documents: Texts, ctx: Context) -> Encoder:
        """Compares vectors of some of the documents; gives the exact encoder where they differ."""
        if self._exact is None:
            return self
        rows = np.unique(np.linspace(0, len(documents) - 1, min(_SAMPLE, len(documents))).astype(int))
        texts = [documents.texts(row, row + 1)[0][:_CHARACTERS] for row in rows.tolist()]
        if texts and not self.compare(texts, ctx):
            return self._exact
        ctx.log(f"{self.name}, fast: mean cosine {self.cosine:.5f} to float32 on {len(texts)} documents.")
        self._exact = None  # gives its memory back
        return self


def made_fast(encoder: TransformerEncoder, ctx: Context) -> TransformerEncoder:
    """The encoder in 16 bits; itself, with a warning, where that is not faster here or not as good."""
    dtype = fast_type(ctx.device)
    if dtype is None:
        ctx.warn(
            f"{encoder.name} is encoded in float32: this processor does not multiply numbers of 16 bits "
            "itself (AVX512-BF16 or AMX), so that nothing would be faster."
        )
        return encoder
    fast = FastEncoder(encoder, dtype)
    return fast if fast.compare(list(PROBES), ctx) else encoder


def fast_type(device: str) -> torch.dtype | None:
    """The numbers of 16 bits that a device computes with; None: it does not."""
    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    if device == "mps":
        return torch.float16
    able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    names = ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16")
    return torch.bfloat16 if any(able.get(name) for name in names) else None
