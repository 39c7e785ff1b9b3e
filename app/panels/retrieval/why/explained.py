"""What the model is asked about a document that a system found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.encoders.request import EncoderFields
from core.jobs.lines import parsed
from core.jobs.request import RunSpec
from core.retrieval.systems import SYSTEMS
from core.retrieval.why.job import WHY

if TYPE_CHECKING:
    from core.retrieval.evaluate.result import SystemFigures

BARE = ("dense", "model")


def encoder_of(system: SystemFigures) -> dict[str, Any] | None:
    """Its encoder, as a request has it; None of a system that has none."""
    try:
        found = parsed(system.line, SYSTEMS, bare=BARE)
    except ValueError:
        return None
    if not isinstance(found, dict) or not found.get("model") or found.get("kind") == "rerank":
        return None
    used = {key: value for key, value in found.items() if key in EncoderFields.model_fields}
    return {"kind": "dense", **used}


def explanation(
    request: dict[str, Any], encoder: dict[str, Any], query: str, document: str
) -> RunSpec | None:
    """The job; None where the evaluation's collection is not known or no longer there."""
    collection = request.get("collection")
    if not isinstance(collection, str) or not Path(collection).is_dir():
        return None
    asked = {"collection": collection, "encoder": encoder, "query": query, "document": document}
    if isinstance(request.get("split"), str):
        asked["split"] = request["split"]
    made = WHY.request.model_validate(asked)
    return RunSpec(kind=WHY.kind, request=made.model_dump(mode="json"), title=f"why {document} for {query}")
