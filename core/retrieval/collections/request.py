"""What the making of a collection is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic.config import JsonDict

from core.jobs.request import Request
from core.retrieval.collections.builders import BUILDERS, Builder, parse

NO_COLUMN = "-"
"""As the name of a column: there is none, and none is guessed."""
_GUESSED: JsonDict = {"none": "guessed", "advanced": True}
_NO_COLUMN: JsonDict = {"none": "none, or guessed", "advanced": True}


def _own_first(cls: type[Builder]) -> list[str]:
    """A builder's parameters, those that it shares with others last."""
    own = [name for name in cls.__annotations__ if name in cls.model_fields]
    return [
        *(name for name in own if name != "kind"),
        *(name for name in cls.model_fields if name not in own),
    ]


def _said(cls: type[Builder], name: str) -> str:
    return json.dumps(cls.model_fields[name].get_default()).removesuffix(".0")


def _picks() -> list[dict[str, Any]]:
    return [
        {
            "name": kind,
            "title": cls.title,
            "sentence": cls.sentence,
            "takes": " ".join(f"{name}={_said(cls, name)}" for name in _own_first(cls)),
        }
        for kind, cls in BUILDERS.items()
    ]


class CollectionRequest(Request):
    """Make a collection (documents, queries, judgements) of what a person has.

    Fields in the order in which a person decides.
    """

    source: Path = Field(
        title="Documents",
        description="A table (CSV, TSV, JSON Lines, Parquet), documents of TREC, a folder of text files, or "
        "a collection.",
        json_schema_extra={"input": "file"},
    )
    queries: Path | None = Field(
        None,
        title="Queries",
        description="TREC topics, a table, lines of id, tab and text, or a query in each line.",
        json_schema_extra={"input": "file", "none": "none of their own"},
    )
    judgements: Path | None = Field(
        None,
        title="Judgements",
        description="Which document answers which query: TREC qrels, or BEIR's table.",
        json_schema_extra={"input": "file", "none": "none"},
    )
    typed: list[str] = Field(
        default_factory=list,
        title="Typed queries",
        description="One to a line. Without judgements they can be looked at, but not be measured.",
    )
    make: list[str] = Field(
        default_factory=list,
        title="Made queries",
        description="Made of the documents, so that it is known which document answers.",
        json_schema_extra={"picks": _picks()},  # type: ignore[dict-item]
    )
    count: int = Field(
        200, ge=1, le=100_000, title="How many", description="Queries of each kind that is made."
    )
    text_columns: list[str] = Field(
        default_factory=list,
        title="Text columns",
        description="Of a table; joined by a space. Guessed where none is named. In JSON, paths: a.b[0].",
    )
    id_column: str | None = Field(
        None,
        title="Id column",
        description="By default guessed; rows are numbered where there is none, or where this is -.",
        json_schema_extra=_GUESSED,
    )
    title_column: str | None = Field(
        None, title="Title column", description="Goes before the text.", json_schema_extra=_NO_COLUMN
    )
    query_column: str | None = Field(
        None,
        title="Query column",
        description="Of a table in which each row is a query and what answers it.",
        json_schema_extra=_NO_COLUMN,
    )
    positive_column: str | None = Field(
        None, title="Answer column", description="The text that answers.", json_schema_extra=_NO_COLUMN
    )
    negative_column: str | None = Field(
        None,
        title="Negative column",
        description="A text that does not answer: judged 0.",
        json_schema_extra=_NO_COLUMN,
    )
    grade_column: str | None = Field(
        None,
        title="Grade column",
        description="How well the answer answers, a whole number.",
        json_schema_extra=_NO_COLUMN,
    )
    passage: int | None = Field(
        None,
        ge=8,
        le=100_000,
        title="Passages of",
        description="Documents are cut into passages of so many words at most, where sentences end.",
        json_schema_extra={"none": "not cut", "unit": "words"},
    )
    overlap: int = Field(
        0,
        ge=0,
        title="Overlap",
        description="Of a passage's words, so many begin the next one.",
        json_schema_extra={"advanced": True, "unit": "words"},
    )
    tokenizer: Path | None = Field(
        None,
        title="Tokenizer",
        description="Passages are measured in its tokens instead of words.",
        json_schema_extra={"input": "tokenizer", "advanced": True, "none": "words"},
    )
    twice: Literal["refuse", "first", "last", "number"] = Field(
        "refuse",
        title="An id with two texts",
        description="What becomes of them. The same text twice is always kept once.",
        json_schema_extra={
            "advanced": True,
            "labels": {
                "refuse": "Refuse",
                "first": "Keep the first",
                "last": "Keep the last",
                "number": "Number them",
            },
        },
    )
    topic: Literal["title", "description", "both"] = Field(
        "title",
        title="Part of a topic",
        description="Of TREC's topics, which part is the query.",
        json_schema_extra={
            "advanced": True,
            "labels": {"title": "Title", "description": "Description", "both": "Both"},
        },
    )
    header: Literal["auto", "yes", "no"] = Field(
        "auto",
        title="Header",
        description="Whether the first row of a CSV names the columns.",
        json_schema_extra={"advanced": True, "labels": {"auto": "Auto", "yes": "Yes", "no": "No"}},
    )
    separator: Literal["auto", "comma", "tab", "semicolon", "bar"] = Field(
        "auto",
        title="Separator",
        description="Between the columns of a CSV.",
        json_schema_extra={
            "advanced": True,
            "labels": {
                "auto": "Auto",
                "comma": "Comma",
                "tab": "Tab",
                "semicolon": "Semicolon",
                "bar": "Bar",
            },
        },
    )
    limit: int | None = Field(
        None,
        ge=1,
        title="At most",
        description="Documents, the first ones.",
        json_schema_extra={"advanced": True, "none": "all"},
    )
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the collection; the run's own folder by default.",
        json_schema_extra={"output": "folder", "advanced": True},
    )
    replace: bool = Field(
        False,
        title="Replace",
        description="Replace the collection in the output folder.",
        json_schema_extra={"advanced": True},
    )

    @field_validator("make")
    @classmethod
    def _known(cls, make: list[str]) -> list[str]:
        return list(dict.fromkeys(parse(line).line for line in make if line.strip()))

    @model_validator(mode="after")
    def _fits(self) -> CollectionRequest:
        altering = [builder.title for builder in self.builders if builder.alters]
        if altering and len(self.make) > 1:
            raise ValueError(
                f"{altering[0]!r} takes its queries out of the documents: have it made without other kinds"
            )
        if self.passage is not None and self.overlap >= self.passage:
            raise ValueError("passages overlap by less than they are long")
        return self

    @property
    def builders(self) -> list[Builder]:
        return [parse(line) for line in self.make]

    @property
    def separated_by(self) -> str | None:
        """The character; None: to be found out."""
        return {"comma": ",", "tab": "\t", "semicolon": ";", "bar": "|"}.get(self.separator)

    @property
    def with_header(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.header)
