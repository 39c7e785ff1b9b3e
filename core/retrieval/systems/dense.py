"""One vector a text, and the nearest of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, model_validator

from core.encoders.request import EncoderFields
from core.retrieval.systems.names import encoder_name
from core.retrieval.systems.system import System, system

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.ranking import Ranking, Task

_INDEXES: dict[str, Any] = {"exact": "Exact", "flat": "FAISS flat", "ivf": "FAISS IVF", "hnsw": "FAISS HNSW"}


@system
class Dense(System, EncoderFields):
    title: ClassVar[str] = "Dense vectors"
    sentence: ClassVar[str] = "One vector a text by an encoder; the nearest documents are found."

    kind: Literal["dense"] = "dense"
    index: Literal["exact", "flat", "ivf", "hnsw"] = Field(
        "exact",
        title="Index",
        description="Exact compares with every document. IVF and HNSW look at some only; what they find is "
        "scored exactly, and their recall against exact search is told.",
        json_schema_extra={"advanced": True, "labels": _INDEXES},
    )
    nlist: int | None = Field(
        None,
        ge=1,
        title="IVF lists",
        description="Into how many lists the documents are put.",
        json_schema_extra={"advanced": True, "none": "4 √n"},
    )
    nprobe: int = Field(
        16,
        ge=1,
        title="IVF probes",
        description="How many of the lists are looked at for a query.",
        json_schema_extra={"advanced": True},
    )
    m: int = Field(
        32,
        ge=2,
        le=256,
        title="HNSW neighbours",
        description="Links of a document in the graph (M).",
        json_schema_extra={"advanced": True},
    )
    ef_construction: int = Field(
        200,
        ge=1,
        title="HNSW breadth when built",
        description="How many candidates are kept while the graph is built (efConstruction).",
        json_schema_extra={"advanced": True},
    )
    ef_search: int = Field(
        128,
        ge=1,
        title="HNSW breadth when asked",
        description="How many candidates are kept for a query (efSearch); never fewer than are asked for.",
        json_schema_extra={"advanced": True},
    )
    compress: str | None = Field(
        None,
        title="Compression",
        description="A code that the documents' vectors are kept in, in a line, such as int8 or pq m=48.",
        json_schema_extra={"advanced": True, "none": "float32"},
    )

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Dense:
        if self.compress and self.index != "exact":
            raise ValueError(f"compress={self.compress} is searched exactly; leave out index={self.index}")
        return self

    def rank(self, task: Task, ctx: Context) -> Ranking:
        from core.retrieval.search.dense import rank

        return rank(self, task, ctx)

    def named(self) -> str:
        if self.label:
            return self.label
        parts = [encoder_name(self)]
        if self.index != "exact":
            parts.append(_INDEXES[self.index].removeprefix("FAISS ").replace("flat", "FAISS flat"))
        if self.compress:
            parts.append(self.compress)
        return " · ".join(parts)
