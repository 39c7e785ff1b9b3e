"""What the making of a collection says in words: its run's title, the facts under its sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, duration
from app.widgets.known_paths import path_label
from core.retrieval.collections.builders import BUILDERS

if TYPE_CHECKING:
    from core.retrieval.collections.request import CollectionRequest
    from core.retrieval.collections.result import CollectionResult


def run_title(request: CollectionRequest) -> str:
    """``abstracts.csv · passages of 200 words · keyword``."""
    parts = [path_label(request.source.absolute())]
    if request.passage is not None:
        unit = "words" if request.tokenizer is None else "tokens"
        parts.append(f"passages of {count(request.passage)} {unit}")
    parts += [builder.title for builder in request.builders]
    return " · ".join(parts)


def facts(result: CollectionResult, run_id: int) -> str:
    """The line under the sentence."""
    parts = [result.format]
    parts += [f"{role}: {column}" for role, column in result.columns.items()]
    parts += [f"{count(number)} queries: {_made_by(line)}" for line, number in result.made.items()]
    return " · ".join([*parts, duration(result.seconds), f"run {run_id}"])


def _made_by(line: str) -> str:
    """The builder's title and its parameters, for what a line says."""
    kind, _, parameters = line.partition(" ")
    title = BUILDERS[kind].title if kind in BUILDERS else kind
    return f"{title[:1].lower()}{title[1:]} {parameters}".strip()


UNJUDGED = (
    "It has no judgements, so nothing can be measured on it: give a file of them, or have queries made of "
    "the documents."
)
