"""The models in memory."""

from __future__ import annotations

from core.generation.language.opened import open_language_model
from core.generation.language.resident import residents, unload
from core.generation.memory.job import MODELS_IN_MEMORY
from core.generation.memory.request import ModelsInMemoryRequest
from core.generation.memory.result import ModelsInMemoryResult
from core.jobs.context import Context
from core.jobs.registry import job


@job(MODELS_IN_MEMORY)
def models_in_memory(request: ModelsInMemoryRequest, ctx: Context) -> ModelsInMemoryResult:
    """Let go, load, and tell what is there.

    Raises:
        UserError: a folder to load holds no language model, or does not fit.
    """
    unload(request.unload)
    for path in request.load:
        open_language_model(path, ctx, dtype=request.dtype, field="load")
    return ModelsInMemoryResult(residents=residents())
