"""Rankings of several systems made one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from core.retrieval.systems.system import System, system

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.ranking import Ranking, Task

Fusion = Literal["rrf", "convex", "combsum", "combmnz", "combmax", "combmin", "combanz", "isr", "borda"]
_FUSIONS: dict[str, Any] = {
    "rrf": "RRF",
    "convex": "Convex",
    "combsum": "CombSUM",
    "combmnz": "CombMNZ",
    "combmax": "CombMAX",
    "combmin": "CombMIN",
    "combanz": "CombANZ",
    "isr": "ISR",
    "borda": "Borda",
}


@system
class Hybrid(System):
    title: ClassVar[str] = "Hybrid"
    source: ClassVar[str] = "Cormack and others 2009 (RRF)"
    sentence: ClassVar[str] = "The rankings of other systems made one."

    kind: Literal["hybrid"] = "hybrid"
    of: list[str] | None = Field(
        None,
        min_length=1,
        title="Of",
        description="Names of systems in the list; a kind or a model's name will do.",
        json_schema_extra={"none": "the dense one and BM25"},
    )
    fusion: Fusion = Field(
        "rrf",
        title="Fusion",
        description="By ranks (RRF, ISR, Borda) or by scores made comparable.",
        json_schema_extra={"labels": _FUSIONS},
    )
    rrf_k: float = Field(
        60,
        gt=0,
        title="k of RRF",
        description="A document at rank r gets 1 / (k + r).",
        json_schema_extra={"advanced": True},
    )
    alpha: float = Field(
        0.5,
        ge=0,
        le=1,
        title="α",
        description="The first system's weight in a convex fusion; the others share the rest. Do not tune it "
        "on the queries that you report.",
        json_schema_extra={"advanced": True},
    )
    norm: Literal["minmax", "max", "sum", "zscore", "rank"] = Field(
        "minmax",
        title="Scores",
        description="How scores of different systems are made comparable.",
        json_schema_extra={
            "advanced": True,
            "labels": {
                "minmax": "Min-max",
                "max": "By the highest",
                "sum": "By the sum",
                "zscore": "Z-score",
                "rank": "By rank",
            },
        },
    )

    def rank(self, task: Task, ctx: Context) -> Ranking:
        from core.retrieval.search.hybrid import rank

        return rank(self, task, ctx)

    def needs(self) -> list[str]:
        return list(self.of or ("dense", "bm25"))

    def named(self) -> str:
        if self.label:
            return self.label
        count = len(self.needs())
        how = _FUSIONS[self.fusion]
        if self.fusion == "convex":
            how += f", α {self.alpha:g},"
        return f"Hybrid · {how} of {'both' if count == 2 else count}"
