"""One vector a text, and the nearest of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from core.encoders.request import EncoderFields
from core.retrieval.systems.system import System, system

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.ranking import Ranking, Task


@system
class Dense(System, EncoderFields):
    title: ClassVar[str] = "Dense vectors"
    sentence: ClassVar[str] = "One vector a text by an encoder; the nearest documents are found."

    kind: Literal["dense"] = "dense"

    def rank(self, task: Task, ctx: Context) -> Ranking:
        raise NotImplementedError
