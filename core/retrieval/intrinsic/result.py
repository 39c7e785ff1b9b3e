"""What intrinsic tests tell: a row for each test and set, its figures, what was left out."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result, Table
from core.retrieval.result_parts import Skipped

_TOLD = 4
"""Rows that the sentence speaks of."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Published(_Part):
    """A figure that others report for the same test."""

    who: str
    """The model, or people."""
    value: str
    source: str


class IntrinsicFigure(_Part):
    name: str
    value: float
    meaning: str
    """What it is, in a few words."""
    whole: bool = False
    """A number of things."""
    published: list[Published] = Field(default_factory=list)


class Spread(_Part):
    """A histogram: `counts` of what lies between neighbouring `edges`, of which there is one more."""

    title: str
    edges: list[float]
    counts: list[int]


class Section(_Part):
    """A part of a set: a group of analogies."""

    name: str
    right: int
    asked: int


class TestRow(_Part):
    """`used` of `count` items were measured. The first figure is the main one."""

    __test__ = False

    test: str
    title: str
    data: str
    """The file's or collection's name."""
    used: int
    count: int
    figures: list[IntrinsicFigure]
    notes: list[str] = Field(default_factory=list)
    """Sentences."""
    sections: list[Section] = Field(default_factory=list)
    spread: Spread | None = None

    def figure(self, name: str) -> float:
        """
        Raises:
            KeyError: there is none of that name.
        """
        for figure in self.figures:
            if figure.name == name:
                return figure.value
        raise KeyError(name)


class IntrinsicResult(Result):
    encoder: str
    width: int
    rows: list[TestRow]
    skipped: list[Skipped] = Field(default_factory=list)

    def summary(self) -> str:
        measured = [row for row in self.rows if row.figures]
        if not measured:
            return f"{self.encoder} knows too few of the words: nothing was measured."
        said = [f"{row.data}: {row.figures[0].name} {row.figures[0].value:.3f}" for row in measured[:_TOLD]]
        more = f", and {len(measured) - _TOLD} more" if len(measured) > _TOLD else ""
        return f"{self.encoder}: {'; '.join(said)}{more}."

    def metrics(self) -> list[Metric]:
        return [
            Metric(name=figure.name, value=figure.value, slice=row.data)
            for row in self.rows
            for figure in row.figures
        ]

    def headline(self) -> Metric | None:
        return next(iter(self.metrics()), None)

    def tables(self) -> list[Table]:
        figures = Table(
            ["test", "set", "used", "of", "figure", "value", "published"],
            [
                [
                    row.title,
                    row.data,
                    row.used,
                    row.count,
                    figure.name,
                    float(f"{figure.value:.4g}"),
                    _told(figure),
                ]
                for row in self.rows
                for figure in row.figures
            ],
        )
        skipped = Table(
            ["left out", "how many", "the first"],
            [[each.what, each.count, ", ".join(each.places[:3])] for each in self.skipped],
        )
        return [figures, skipped] if self.skipped else [figures]


def _told(figure: IntrinsicFigure) -> str | None:
    return "; ".join(f"{each.who} {each.value}" for each in figure.published) or None
