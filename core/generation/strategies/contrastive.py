"""Contrastive search: a likely token that does not say again what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.strategies.strategy import Strategy, strategy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch

    from core.generation.decoding.writing import Decoding, Writing
    from core.generation.language.language_model import LanguageModel


@strategy
class Contrastive(Strategy):
    title: ClassVar[str] = "Contrastive search"
    source: ClassVar[str] = "2202.06417"
    sentence: ClassVar[str] = "Of the k likeliest tokens, one unlike what stands there already."

    kind: Literal["contrastive"] = "contrastive"
    k: int = Field(4, ge=1, le=16, title="k", description="Tokens that are tried each time.")
    alpha: float = Field(
        0.6, ge=0, le=1, title="α", description="How much likeness weighs against probability; 0 is greedy."
    )

    @property
    def width(self) -> int:
        return self.k

    def write(
        self, language: LanguageModel, writings: Sequence[Writing], decoding: Decoding
    ) -> Iterator[None]:
        """Section 4: the largest (1 − α)·p − α·max_j cos(h, h_j), with h of the last layer."""
        import torch

        from core.generation.decoding.law import Law
        from core.generation.decoding.reading import read_prompts
        from core.generation.decoding.stepwise import rows_of, with_room

        live = read_prompts(language, writings, decoding, hidden=True)
        logits = rows_of(live)
        said = {writing: _unit(writing.hidden) for writing in live if writing.hidden is not None}
        while live := with_room(live):
            decoding.ctx.check()
            law = Law(logits, decoding.alternatives, language.name)
            scores = torch.stack(
                [decoding.scores(row, one, one.drawn) for row, one in zip(logits, live, strict=True)]
            )
            logs = scores.log_softmax(-1)
            k = min(self.k, logs.shape[-1])
            tried = logs.topk(k).indices
            found = language.advance(
                [writing.state for writing in live if writing.state is not None for _ in range(k)],
                [[id] for ids in tried.tolist() for id in ids],
                hidden=True,
            )
            assert found.hidden is not None
            states = _unit(found.hidden).view(len(live), k, -1)
            picked = []
            for number, writing in enumerate(live):
                likeness = (states[number] @ said[writing].T).amax(-1)
                probabilities = logs[number, tried[number]].exp()
                value = (1 - self.alpha) * probabilities - self.alpha * likeness
                value = value.masked_fill(probabilities == 0, float("-inf"))
                picked.append(int(value.numpy().argmax()))
            ids = [int(tried[number, place]) for number, place in enumerate(picked)]
            for number, (writing, id, seen) in enumerate(zip(live, ids, law.seen(ids), strict=True)):
                at = number * k + picked[number]
                writing.add(id, seen, float(logs[number, id]))
                writing.state, writing.row = found.states[at], found.logits[at]
                said[writing] = torch.cat([said[writing], states[number, picked[number]][None]])
            yield
            live = [writing for writing in live if writing.stopped is None]
            logits = rows_of(live)


def _unit(rows: torch.Tensor) -> torch.Tensor:
    return rows / rows.norm(dim=-1, keepdim=True).clamp(min=1e-12)
