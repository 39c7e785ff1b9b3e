"""How much a model, or a part of one, speaks as a bigram: on held-out text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch

from core.generation.inside.decoder import Decoder
from core.generation.inside.states import states
from core.generation.subnetwork.bigrams import Bigrams
from core.generation.subnetwork.result import Measured, StreamPoint
from core.jobs.context import Context

_LOGITS = 2**24
"""At once."""
_STREAM_TOKENS = 1_024


class Measuring:
    """The held-out text, and what the bigram says of it.

    Args:
        windows: (n, T) ids.
    """

    def __init__(self, decoder: Decoder, bigrams: Bigrams, windows: torch.Tensor, ctx: Context) -> None:
        self._decoder, self._bigrams, self._ctx = decoder, bigrams, ctx
        self._windows = windows.to(decoder.device)
        self._skipped = len(decoder.begin)  # what follows the beginning of a window began no text
        contexts, following = self._pairs(self._windows)
        self._surprisal = bigrams.surprisal(contexts, following).cpu().double()
        self._seen = bigrams.seen(contexts, following).cpu()
        self.tokens = len(following)
        self.seen = float(self._seen.double().mean())
        self.entropy = float(bigrams.entropy(contexts).mean()) / math.log(2)

    def measure(self, weights: Mapping[str, torch.Tensor]) -> Measured:
        """Of the model with `weights` in place of its own of that name."""
        surprisals, agreeing, divergences = [], 0, 0.0
        for part in self._parts():
            self._ctx.check()
            contexts, following = self._pairs(part)
            logits = self._logits(part, weights)
            own = torch.nn.functional.cross_entropy(logits, following, reduction="none")
            surprisals.append(own.cpu().double())
            agreeing += int((logits.argmax(-1) == self._bigrams.best(contexts)).sum())
            crossed = self._bigrams.cross_entropy(logits, contexts).cpu().double()
            divergences += float((crossed - self._bigrams.entropy(contexts).cpu()).sum())
        mine = torch.cat(surprisals)
        return Measured(
            correlation=correlation(mine[self._seen], self._surprisal[self._seen]),
            agreement=agreeing / self.tokens,
            divergence=divergences / self.tokens / math.log(2),
            loss=float(mine.mean()) / math.log(2),
        )

    def loss(self, weights: Mapping[str, torch.Tensor]) -> float:
        """Bits a token, of the tokens that come."""
        total = 0.0
        for part in self._parts():
            self._ctx.check()
            _, following = self._pairs(part)
            logits = self._logits(part, weights)
            total += float(torch.nn.functional.cross_entropy(logits, following, reduction="sum"))
        return total / self.tokens / math.log(2)

    def stream(self, weights: Mapping[str, torch.Tensor]) -> list[StreamPoint]:
        """The residual stream's directions, layer by layer.

        Raises:
            UserError: the model cannot be looked into.
        """
        windows = self._windows[: max(1, _STREAM_TOKENS // self._windows.shape[1])]
        found = states(self._decoder, windows, weights=weights)
        with torch.inference_mode():
            ids = windows[:, self._skipped :].reshape(-1)
            read = self._decoder.module.get_input_embeddings().weight[ids]
            final = found.logits[:, self._skipped :, : self._decoder.tokens].argmax(-1).reshape(-1)
            told = self._decoder.head.weight[final]
            points = []
            for layer, hidden in enumerate(found.hidden):
                here = hidden[:, self._skipped :].reshape(len(ids), -1)
                points.append(
                    StreamPoint(
                        layer=layer,
                        embedding=_cosine(here, read),
                        output=_cosine(self._decoder.final_norm(here), told),
                    )
                )
        return points

    def _parts(self) -> Sequence[torch.Tensor]:
        at_once = max(1, _LOGITS // (self._windows.shape[1] * self._decoder.folder.vocab_size))
        parts: Sequence[torch.Tensor] = self._windows.split(at_once)
        return parts

    def _pairs(self, windows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(n,) each: tokens that are measured after, and those that follow them."""
        return windows[:, self._skipped : -1].reshape(-1), windows[:, self._skipped + 1 :].reshape(-1)

    def _logits(self, ids: torch.Tensor, weights: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """(n, V) float32, after each of those that are measured after."""
        with torch.inference_mode():
            out = self._decoder.read(ids, weights)
        return out.logits.float()[:, self._skipped : -1].flatten(0, 1)  # type: ignore[no-any-return]


def correlation(a: torch.Tensor, b: torch.Tensor) -> float:
    """Pearson's r of two vectors; 0 where one does not vary."""
    a, b = a - a.mean(), b - b.mean()
    lengths = float(a.norm() * b.norm())
    return float(a @ b) / lengths if lengths else 0.0


def _cosine(a: torch.Tensor, b: torch.Tensor) -> float:
    """Mean over rows; widths that differ (a projected embedding) have none."""
    if a.shape != b.shape:
        return 0.0
    return float(torch.nn.functional.cosine_similarity(a, b, dim=-1).mean())
