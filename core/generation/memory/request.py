"""What can be asked of the models in memory."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from core.generation.fields import NumberType
from core.jobs.request import Request


class ModelsInMemoryRequest(Request):
    load: list[Path] = Field(
        default=[],
        title="Load",
        description="Folders to read into memory now, so that the next run need not.",
        json_schema_extra={"input": "model"},
    )
    unload: list[Path] = Field(
        default=[],
        title="Let go",
        description="Folders whose models shall leave memory; those that are not there are passed over.",
        json_schema_extra={"input": "model"},
    )
    dtype: NumberType = "auto"
