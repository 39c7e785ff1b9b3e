"""What is told of the layers."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, field_validator

from core.generation.lens.views import VIEWS, View
from core.generation.lens.views.attention import Attention
from core.generation.lens.views.logit_lens import LogitLens
from core.generation.lens.views.norms import Norms
from core.generation.lens.views.smoothness import Smoothness
from core.jobs.request import Metric, Result, Table


class Looked(BaseModel):
    """What one model showed of a prompt."""

    model_config = ConfigDict(frozen=True)

    model: str
    """Its name."""
    ids: list[int]
    tokens: list[str]
    """As a person can read them, what stands before any text included."""
    first: int = 0
    """The first token of the prompt itself."""
    layers: int
    views: dict[str, SerializeAsAny[View]]

    @field_validator("views", mode="before")
    @classmethod
    def _of_their_kinds(cls, views: Any) -> Any:
        if not isinstance(views, dict):
            return views
        return {
            name: VIEWS[name].model_validate(view) if isinstance(view, dict) else view
            for name, view in views.items()
            if name in VIEWS
        }

    def _view(self, name: str) -> Any:
        return self.views.get(name)

    @property
    def logit_lens(self) -> LogitLens | None:
        found: LogitLens | None = self._view(LogitLens.name)
        return found

    @property
    def attention(self) -> Attention | None:
        found: Attention | None = self._view(Attention.name)
        return found

    @property
    def smoothness(self) -> Smoothness | None:
        found: Smoothness | None = self._view(Smoothness.name)
        return found

    @property
    def norms(self) -> Norms | None:
        found: Norms | None = self._view(Norms.name)
        return found


class LensResult(Result):
    """`models`: the model, and the second one if there is one."""

    models: list[Looked] = Field(min_length=1)
    reference: str | None = None
    """The text whose mean state was taken away; None: the prompt's own."""

    @property
    def looked(self) -> Looked:
        return self.models[0]

    def summary(self) -> str:
        looked, lens = self.looked, self.looked.logit_lens
        if lens is None:
            return f"{looked.model} read {len(looked.ids)} tokens."
        final, settled = lens.layers[-1][-1], lens.settled()[-1]
        said = f"{looked.model} goes on with “{lens.texts[final.ids[0]]}” ({final.probabilities[0]:.0%})"
        if settled == 0:
            return f"{said}, as its embedding alone would."
        if settled == looked.layers:
            return f"{said}; only its last layer decides that."
        return f"{said}; that is settled from layer {settled} of {looked.layers} on."

    def metrics(self) -> list[Metric]:
        return [metric for view in self.looked.views.values() for metric in view.metrics()]

    def headline(self) -> Metric | None:
        lens = self.looked.logit_lens
        return lens.metrics()[0] if lens is not None else None

    def tables(self) -> list[Table]:
        found = [table for view in self.looked.views.values() for table in view.tables(self.looked.tokens)]
        for other in self.models[1:]:
            for view in other.views.values():
                found += [
                    Table([*table.head[:-1], f"{table.head[-1]} ({other.model})"], table.rows)
                    for table in view.tables(other.tokens)
                ]
        return found
