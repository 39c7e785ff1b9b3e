"""The map of a collection, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.retrieval.map.request import MapRequest
from core.retrieval.map.result import MapResult

MAP = declare(
    JobKind(
        kind="retrieval-map",
        title="Map a collection",
        summary="Lay a collection's documents out on a plane, those together that an encoder takes for "
        "alike, with the queries among them.",
        request=MapRequest,
        result=MapResult,
        run="core.retrieval.map.run:draw",
        preview="core.retrieval.map.preview:preview",
        command=("retrieval", "map"),
        panel="retrieval",
        resumable=True,
    )
)
