"""The models in memory, declared as a job. A question: it leaves no run behind.

It answers for the process that it runs in: in the window, that of the engine (`Session.ask_engine`).
"""

from __future__ import annotations

from core.generation.memory.request import ModelsInMemoryRequest
from core.generation.memory.result import ModelsInMemoryResult
from core.jobs.registry import JobKind, declare

MODELS_IN_MEMORY = declare(
    JobKind(
        kind="models-in-memory",
        title="Models in memory",
        summary="Tell which language models the engine holds in memory, load some ahead, or let some go.",
        request=ModelsInMemoryRequest,
        result=ModelsInMemoryResult,
        run="core.generation.memory.run:models_in_memory",
        command=("models", "memory"),
        recorded=False,
    )
)
