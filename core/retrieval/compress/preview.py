"""What can be said of a trial of compression before it runs, without torch."""

from __future__ import annotations

import zlib
from contextlib import suppress
from pathlib import Path

from core.jobs.preview import Preview, Problem
from core.retrieval.compress.request import CompressRequest
from core.retrieval.compress.spelt import asked
from core.retrieval.evaluate.preview import lines_in
from core.retrieval.evaluate.preview import preview as of_evaluation
from core.retrieval.evaluate.request import RetrievalRequest

_A_CODEC, _A_DOCUMENT = 0.4, 1e-4
"""Seconds of a code, whatever the collection's size, and for each document: learning of codebooks, coding."""
_FIELDS = {"systems": "encoder"}


def preview(request: CompressRequest) -> Preview:
    """Never raises. Looks at the files as an evaluation of the encoder does."""
    plain = of_evaluation(
        RetrievalRequest.model_validate(
            {
                "collection": request.collection,
                "systems": [request.encoder],
                "measures": request.measures,
                "split": request.split,
            }
        )
    )
    number = len(asked(request.codec, 384, 10_000))
    notes = {_FIELDS.get(field, field): said for field, said in plain.notes.items()}
    notes["codec"] = "1 code is tried" if number == 1 else f"{number} codes are tried"
    seconds = number * (_A_CODEC + _A_DOCUMENT * _documents(request.collection.expanduser()))
    return Preview(
        problems=[
            Problem(field=_FIELDS.get(p.field or "", p.field), message=p.message) for p in plain.problems
        ],
        notes=notes,
        seconds=None if plain.seconds is None else plain.seconds + seconds,
        memory_bytes=plain.memory_bytes,
    )


def _documents(folder: Path) -> int:
    """About how many; 0 where that cannot be read."""
    for file in (folder / "corpus.jsonl", folder / "corpus.jsonl.gz"):
        with suppress(OSError, EOFError, zlib.error):
            return lines_in(file)[0]
    return 0
