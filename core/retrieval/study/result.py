"""What a study of pooling and attention tells."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Table
from core.retrieval.evaluate.result import EvaluationResult
from core.retrieval.result_parts import Comparison, Figure

PRIMARY = "nDCG@10"
SIGNIFICANT = 0.05


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Cell(_Part):
    """One way to make a vector."""

    name: str
    """Unique: ``mean · bidirectional · layer 3``."""
    pooling: str
    """Or the kind of a trained head."""
    attention: str
    """``causal`` or ``bidirectional``."""
    layer: int
    """From 1; that of the last layer where all are read."""
    trained: bool = False
    own: bool = False
    """The model's own choice."""
    measures: dict[str, Figure]
    width: int
    """Of the vector."""
    pool_seconds: float
    """To make all vectors of the states that are there."""
    parameters: int = 0
    """Of a trained head."""


class Training(_Part):
    """Of one head on one kind of attention."""

    name: str
    """Of its cell."""
    path: str
    """The folder that it can be opened from as an encoder."""
    parameters: int
    seconds: float
    losses: list[float]
    """Of the steps, in the mean of each twentieth."""


class Pass(_Part):
    """All texts through the model once."""

    attention: str
    echo: bool
    seconds: float
    tokens: int


class StudyResult(EvaluationResult):
    """An evaluation whose systems are the ways to make a vector, and what these are.

    `out` also holds a folder for each trained head. `comparisons`: each way with the model's own, on nDCG@10,
    corrected for their number.
    """

    out: str
    model: str
    layers: int
    made: str
    """What attention the model was made with."""
    cells: list[Cell]
    """As many as there are systems, with their names."""
    designs: dict[str, str] = Field(default_factory=dict)
    """Of the five designs of arXiv 2409.02727 those that are there → the name of the cell."""
    between_designs: list[Comparison] = Field(default_factory=list)
    trainings: list[Training] = Field(default_factory=list)
    passes: list[Pass] = Field(default_factory=list)
    pairs: int = 0
    pairs_from: str = ""
    """In words."""

    @property
    def own(self) -> Cell:
        return next(cell for cell in self.cells if cell.own)

    def best_first(self) -> list[Cell]:
        return sorted(self.cells, key=lambda cell: -value(cell))

    def against_own(self, cell: Cell) -> Comparison | None:
        return next((found for found in self.comparisons if found.a == cell.name), None)

    def summary(self) -> str:
        best, own = self.best_first()[0], self.own
        if best.own:
            return f"The model's own choice, {own.name}, is the best of {len(self.cells)}: {value(own):.3f}."
        found = self.against_own(best)
        real = found is not None and found.adjusted < SIGNIFICANT
        p = "" if found is None else f" (p = {found.adjusted:.2g})"
        if real:
            return (
                f"{best.name} beats the model's own choice, {own.name}, by {value(best) - value(own):.3f} "
                f"on {PRIMARY}{p}."
            )
        return (
            f"{best.name} has the most {PRIMARY}, {value(best):.3f}, but is not told apart from the model's "
            f"own choice, {own.name}, with {value(own):.3f}{p}."
        )

    def metrics(self) -> list[Metric]:
        return [
            Metric(name=name, value=figure.value, slice=cell.name)
            for cell in self.cells
            for name, figure in cell.measures.items()
        ]

    def headline(self) -> Metric | None:
        best = self.best_first()[0]
        return Metric(name=PRIMARY, value=value(best), slice=best.name)

    def tables(self) -> list[Table]:
        names = list(self.cells[0].measures)
        head = ["", *names, "to the own", "p adjusted", "width", "pooling s"]
        tables = [Table(head, [self._row(cell, names) for cell in self.best_first()])]
        if self.between_designs:
            rows = [
                [f"{c.a} − {c.b}", f"{c.difference:+.4f} [{c.low:+.4f}, {c.high:+.4f}]", f"{c.p:.2g}",
                 f"{c.adjusted:.2g}", f"{c.wins}/{c.ties}/{c.losses}"]
                for c in self.between_designs
            ]  # fmt: skip
            tables.append(Table(["designs of arXiv 2409.02727", PRIMARY, "p", "p adjusted", "W/T/L"], rows))
        if self.trainings:
            trained = [
                [t.name, t.parameters, round(t.seconds, 1), round(t.losses[0], 3), round(t.losses[-1], 3)]
                for t in self.trainings
            ]
            tables.append(Table(["trained head", "weights", "seconds", "first loss", "last loss"], trained))
        return tables

    def _row(self, cell: Cell, names: list[str]) -> list[object]:
        found = self.against_own(cell)
        figures = [cell.measures[name] for name in names]
        return [
            cell.name + (" (own)" if cell.own else ""),
            *(
                f"{f.value:.4f}" + (f" [{f.low:.4f}, {f.high:.4f}]" if f.low is not None else "")
                for f in figures
            ),
            None if found is None else f"{found.difference:+.4f}",
            None if found is None else f"{found.adjusted:.2g}",
            cell.width,
            round(cell.pool_seconds, 2),
        ]


def value(cell: Cell) -> float:
    """Its nDCG@10."""
    return cell.measures[PRIMARY].value
