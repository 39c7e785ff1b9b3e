"""What a description of a model is asked for."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from core.jobs.request import Request


class DescribeModelRequest(Request):
    """What a model folder holds, from its headers: no weight is read."""

    model: Path = Field(
        title="Model",
        description="The model's folder, the one that holds its config.json.",
        json_schema_extra={"input": "model", "positional": True},
    )
    content_hash: bool = Field(
        False,
        title="Content hash",
        description="Also give the SHA-256 of its files, which reads them all the first time.",
    )
