"""What arXiv 2508.21038 reports on LIMIT, with the conditions."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

SOURCE = "arXiv 2508.21038"


class Published(BaseModel):
    model_config = ConfigDict(frozen=True)

    who: str
    measure: str
    """R@2, R@100 …: what stands beside it in our own figures."""
    figure: str
    conditions: str


SMALL = (
    Published(
        who="the best single-vector model",
        measure="R@2",
        figure="< 0.60",
        conditions="46 documents, 1,000 queries, dense",
    ),
    Published(
        who="single-vector models",
        measure="R@20",
        figure="< 1",
        conditions="46 documents: not solved by any, though 20 of 46 documents are found",
    ),
    Published(
        who="Gemini 2.5 Pro, reading all 46 documents",
        measure="R@2",
        figure="1.00",
        conditions="a language model that reranks, not an embedding",
    ),
    Published(
        who="free vectors, no text",
        measure="R@2",
        figure="1.00",
        conditions="from 12 dimensions on, optimised on the very queries",
    ),
)
FULL = (
    Published(
        who="single-vector models",
        measure="R@100",
        figure="< 0.20",
        conditions="50,000 documents, 1,000 queries, dense: they struggle to reach it",
    ),
    Published(
        who="E5-Mistral, dense pattern",
        measure="R@100",
        figure="0.048",
        conditions="against 0.404 with another pattern",
    ),
    Published(
        who="a model trained on the task's own training split",
        measure="R@10",
        figure="≤ 0.028",
        conditions="so the task is not hard for want of training data",
    ),
)


def beside(documents: int) -> tuple[Published, ...]:
    """The figures of the paper's version that is nearest in size."""
    return SMALL if documents < 1_000 else FULL
