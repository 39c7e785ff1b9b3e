"""What a map tells."""

from __future__ import annotations

from pydantic import Field

from core.jobs.request import Metric, Result, Table
from core.retrieval.result_parts import Skipped


class MapResult(Result):
    out: str
    """The folder with ``map.sqlite`` (`core.retrieval.map.inspect`)."""
    collection: str
    encoder: str
    """Its name, for a person."""
    method: str
    """``umap`` or ``pca``."""
    documents: int
    """On the map."""
    without_vector: int = 0
    """Documents without text: they are not on it."""
    queries: int
    laid_out: int
    """Documents that were laid out together; the others were put beside their nearest."""
    width: int
    """Of the vectors."""
    preserved: float
    """The share of a document's 10 nearest that are among its 10 nearest on the map, too."""
    chance: float
    """The same of a map drawn by lot."""
    explained: float | None = None
    """Of PCA: the share of the variance that the plane shows."""
    skipped: list[Skipped] = Field(default_factory=list)

    def summary(self) -> str:
        return (
            f"On this map {self.preserved:.0%} of a document's 10 nearest neighbours are still the nearest; "
            f"by chance {self.chance:.1%} would be."
        )

    def metrics(self) -> list[Metric]:
        return [Metric(name="neighbours kept@10", value=self.preserved)]

    def headline(self) -> Metric | None:
        return self.metrics()[0]

    def tables(self) -> list[Table]:
        rows: list[list[object]] = [
            ["documents", self.documents],
            ["queries", self.queries],
            ["laid out together", self.laid_out],
            ["neighbours kept@10", round(self.preserved, 4)],
            ["by chance", round(self.chance, 4)],
        ]
        if self.explained is not None:
            rows.append(["variance shown", round(self.explained, 4)])
        return [Table(["map", ""], rows)]
