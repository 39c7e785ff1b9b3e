"""Where a result comes from: versions, machine, device, threads and hashes of the inputs."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class InputHash(BaseModel):
    model_config = ConfigDict(frozen=True)

    field: str
    kind: str
    path: str
    sha256: str


class Provenance(BaseModel):
    """Enough to explain a figure a year later. `accelerator` is the graphics card's name, if one was used."""

    model_config = ConfigDict(frozen=True)

    versions: dict[str, str] = Field(default_factory=dict)
    platform: str = ""
    processor: str = ""
    device: str = "cpu"
    accelerator: str = ""
    threads: int = 0
    seed: int = 0
    inputs: list[InputHash] = Field(default_factory=list)
