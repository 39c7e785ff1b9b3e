"""What can be said of a LIMIT test before it runs, without torch: faults, its size, its time."""

from __future__ import annotations

import random
from pathlib import Path

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.retrieval.limit.pattern import fewest, relevant
from core.retrieval.limit.request import LimitRequest
from core.retrieval.systems import System

_START = 3.0
_TOKENS_A_LIKE, _TOKENS_A_QUERY = 3.2, 8
_OPERATIONS_A_SECOND = 60e9
"""Of an encoder, on two cores."""
_LIBRARIES = 500_000_000
_BYTES_A_LIKE = 16


def preview(request: LimitRequest) -> Preview:
    """Never raises; makes no texts."""
    problems: list[Problem] = []
    notes: dict[str, str] = {}
    documents, queries = request.documents, request.queries
    if request.given is None:
        try:
            relevant(request.pattern, documents, queries, request.k, random.Random(0))
            if request.pattern == "dense":
                notes["pattern"] = f"Only {fewest(queries, request.k)} documents are relevant to anything."
        except UserError as error:
            problems.append(Problem(field=error.field, message=error.message))
    elif not request.given.expanduser().is_dir():
        problems.append(Problem(field="given", message=f"There is no folder {request.given}."))
    tokens = documents * request.per_document * _TOKENS_A_LIKE + queries * _TOKENS_A_QUERY
    weights, said = 0, []
    for system in request.systems:
        try:
            found, words = _weights(system)
            weights += found
            said += [words] if words else []
        except UserError as error:
            problems.append(Problem(field="systems", message=error.message))
    if said:
        notes["systems"] = "; ".join(said)
    return Preview(
        problems=problems,
        notes=notes,
        seconds=None if problems else _START + 2 * tokens * weights / _OPERATIONS_A_SECOND + documents / 2e4,
        memory_bytes=_LIBRARIES + documents * request.per_document * _BYTES_A_LIKE + 4 * weights,
        disk_bytes=documents * request.per_document * _BYTES_A_LIKE,
    )


def _weights(system: System) -> tuple[int, str]:
    """Those that every token goes through, and words about the model; none for what is no model's folder."""
    from core.models.folder import open_model
    from core.models.result import model_words

    model = getattr(system, "model", None)
    if model is None:
        return 0, ""
    path = Path(model).expanduser()
    if not path.exists():
        raise UserError(f"{system.named()}: there is no {path}.")
    if not (path / "config.json").is_file():
        return 0, ""
    try:
        folder = open_model(path, field="systems")
    except UserError:
        return 0, ""  # no model of transformers, such as one of static vectors; the run will tell
    words = model_words(folder.family, folder.parameters, folder.vocab_size)
    return max(1, folder.parameters - folder.vocab_size * folder.hidden_size), f"{path.name}: {words}"
