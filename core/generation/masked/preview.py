"""What can be said of filling masks before it runs, without torch."""

from __future__ import annotations

from core.errors import UserError
from core.generation.language.footprint import job_memory
from core.generation.masked.folder import masked_folder
from core.generation.masked.request import MaskedRequest
from core.jobs.preview import Preview, Problem
from core.models.result import model_words

_TOKENS = 2_048
"""Read in one call, at most."""


def preview(request: MaskedRequest) -> Preview:
    """Never raises."""
    try:
        folder = masked_folder(request.model, field="model")
    except UserError as error:
        return Preview(problems=[Problem(field=error.field, message=error.message)])
    return Preview(
        notes={"model": model_words(folder.family, folder.parameters, folder.vocab_size)},
        memory_bytes=job_memory([folder], tokens=_TOKENS, rows=_TOKENS),
    )
