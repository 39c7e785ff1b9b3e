"""The making of a collection, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.retrieval.collections.request import CollectionRequest
from core.retrieval.collections.result import CollectionResult

COLLECTION = declare(
    JobKind(
        kind="collection",
        title="Make a collection",
        summary="Make a test collection of a table, a folder of texts or TREC's files, and say what was left "
        "out or mended.",
        request=CollectionRequest,
        result=CollectionResult,
        run="core.retrieval.collections.run:collect",
        preview="core.retrieval.collections.preview:preview",
        command=("retrieval", "collection"),
        panel="retrieval",
    )
)
