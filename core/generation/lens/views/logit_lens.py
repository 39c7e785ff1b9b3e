"""The logit lens: what each layer would foretell, if the head read it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

from pydantic import ConfigDict, Field

from core.generation.lens.views.view import View, view
from core.jobs.request import Metric, Table
from core.tokenizers.shown import Labels

if TYPE_CHECKING:
    from core.generation.lens.reading import Reading
    from core.jobs.context import Context

MOST_PLACES = 120_000
"""Tokens that are told at most, of all layers and positions together."""


class Place(NamedTuple):
    """One position in one layer. Entropy and divergence are in bits."""

    ids: tuple[int, ...]
    """The likeliest next tokens, the best first."""
    probabilities: tuple[float, ...]
    final: float
    """The probability of what the last layer thinks likeliest."""
    rank: int
    """Where that stands here, from 0."""
    entropy: float
    divergence: float
    """D_KL(the last layer's law ‖ this one)."""


@view
class LogitLens(View):
    """``head(final norm(hidden))`` of each layer at each position; layer 0 is the embedding, the last the
    model itself. DoLa reads early layers so (arXiv 2309.03883)."""

    model_config = ConfigDict(frozen=True)
    name: ClassVar[str] = "logit lens"

    layers: list[list[Place]]
    """Layer by layer, position by position."""
    texts: dict[int, str] = Field(default_factory=dict)
    """The tokens that are named, as a person can read them."""

    @classmethod
    def of(cls, reading: Reading, ctx: Context) -> Self:
        import torch

        length = len(reading.ids)
        top = max(1, min(reading.top, MOST_PLACES // (length * (reading.layers + 1))))
        layers: list[list[Place]] = []
        known = reading.decoder.tokens
        with torch.inference_mode():
            last = reading.logits[:, :known].log_softmax(-1).double()
            best = last.argmax(-1, keepdim=True)
            for number, hidden in enumerate(reading.hidden):
                ctx.progress(number, reading.layers + 1, "Reading the layers off")
                log = reading.decoder.read_off(hidden)[:, :known].cpu().log_softmax(-1).double()
                found = log.topk(top)
                chosen = log.gather(1, best)
                columns = (
                    found.indices.tolist(),
                    found.values.exp().tolist(),
                    chosen[:, 0].exp().tolist(),
                    (log > chosen).sum(1).tolist(),
                    _bits(-(log.exp() * log).sum(1)),
                    _bits((last.exp() * (last - log)).sum(1)),
                )
                layers.append(
                    [
                        Place(tuple(ids), tuple(round(p, 6) for p in likely), round(own, 6), *rest)
                        for ids, likely, own, *rest in zip(*columns, strict=True)
                    ]
                )
        named = sorted({id for layer in layers for place in layer for id in place.ids})
        labels = Labels(reading.decoder.tokenizer.vocabulary)
        return cls(layers=layers, texts={id: labels[id] for id in named})

    def settled(self) -> list[int]:
        """For each position, the first layer from which on the likeliest token is the last layer's."""
        found = []
        for position, final in enumerate(self.layers[-1]):
            layer = len(self.layers) - 1
            while layer and self.layers[layer - 1][position].ids[0] == final.ids[0]:
                layer -= 1
            found.append(layer)
        return found

    def agreement(self) -> list[float]:
        """For each layer, the share of positions whose likeliest token is the last layer's."""
        last = self.layers[-1]
        return [
            fmean(here.ids[0] == there.ids[0] for here, there in zip(layer, last, strict=True))
            for layer in self.layers
        ]

    def metrics(self) -> list[Metric]:
        return [Metric(name="settled at layer", value=fmean(self.settled()))]

    def tables(self, tokens: Sequence[str]) -> list[Table]:
        rows = [
            [
                number,
                self.texts[layer[-1].ids[0]],
                f"{layer[-1].probabilities[0]:.3f}",
                f"{layer[-1].final:.3f}",
                layer[-1].rank + 1,
                f"{layer[-1].entropy:.2f}",
                f"{layer[-1].divergence:.2f}",
                f"{share:.0%}",
            ]
            for number, (layer, share) in enumerate(zip(self.layers, self.agreement(), strict=True))
        ]
        head = [
            "layer",
            "after the last token",
            "p",
            "of the final choice",
            "its rank",
            "entropy",
            "divergence",
        ]
        return [Table([*head, "agrees"], rows)]


def _bits(nats: object) -> list[float]:
    import torch

    assert isinstance(nats, torch.Tensor)
    return [round(value, 4) for value in (nats / torch.log(torch.tensor(2.0))).clamp(min=0).tolist()]
