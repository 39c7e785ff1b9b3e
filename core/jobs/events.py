"""What a running job says to the outside. Each event is plain JSON data with a literal `type`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from core.jobs.provenance import Provenance


class _Event(BaseModel):
    # A loss that has become NaN stays one on its way through JSON.
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="constants")


class Progress(_Event):
    """How far a stage is. `rate` (units a second) and `eta` (seconds) are None until they are stable."""

    type: Literal["progress"] = "progress"
    stage: str
    done: float
    total: float
    rate: float | None = None
    eta: float | None = None
    elapsed: float = 0.0


class Partial(_Event):
    """A streamed piece of the result: a plot point, a token."""

    type: Literal["partial"] = "partial"
    data: dict[str, Any]


class Log(_Event):
    type: Literal["log"] = "log"
    level: Literal["info", "warning"] = "info"
    message: str


class ErrorInfo(_Event):
    """Why a run failed.

    ``user``: the world is to blame; ``fault``: we are; ``memory``: it ran out; ``engine``: its process died.
    """

    kind: Literal["user", "fault", "memory", "engine"]
    message: str
    field: str | None = None
    traceback: str = ""


class Finished(_Event):
    """The last event of every job, never dropped. A job that was *cancelled* may have a result so far."""

    type: Literal["finished"] = "finished"
    status: Literal["done", "failed", "cancelled"]
    result: dict[str, Any] | None = None
    error: ErrorInfo | None = None
    provenance: Provenance | None = None


Event = Annotated[Progress | Partial | Log | Finished, Field(discriminator="type")]
EVENT: TypeAdapter[Progress | Partial | Log | Finished] = TypeAdapter(Event)
"""Reads an event back from JSON: ``EVENT.validate_json(line)``."""
