"""What the project tells the outside: frozen copies of its rows, light to import.

Database objects never leave `core.project`; these do, across threads and processes.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.events import ErrorInfo
from core.jobs.provenance import Provenance
from core.jobs.request import Metric, RunSpec

Status = Literal["queued", "running", "paused", "done", "failed", "cancelled", "interrupted"]
ChangeKind = Literal["runs", "assets", "views", "project"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class ProjectInfo(_Record):
    """`schema_version` is the database's, `created_with` the version of Lexigraft that made it."""

    name: str
    schema_version: int
    created_with: str
    created: datetime


class RunRecord(_Record):
    """One run. Times are UTC; `seconds` is the running time.

    `result`, `provenance` and the error's traceback can be long: `Project.runs` leaves them out,
    `Project.run` has them. `progress` is the last known share done, 0 to 1.
    """

    id: int
    kind: str
    title: str
    status: Status
    request: dict[str, Any]
    seed: int
    device: Literal["auto", "cpu", "cuda", "mps"]
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    seconds: float | None = None
    result: dict[str, Any] | None = None
    error: ErrorInfo | None = None
    provenance: Provenance | None = None
    note: str = ""
    parent: int | None = None
    headline: Metric | None = None
    summary: str = ""
    deleted: bool = False
    position: int | None = None
    progress: float | None = None

    @property
    def spec(self) -> RunSpec:
        """What repeats this run."""
        return RunSpec(
            kind=self.kind, request=self.request, seed=self.seed, device=self.device, title=self.title
        )


class Excerpt(NamedTuple):
    """What was found in a text, as it is written there, and what stands around it, in one line."""

    before: str
    match: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.match}{self.after}"


class MetricRecord(_Record):
    """One figure of one run; `value` may be NaN."""

    run: int
    name: str
    value: float
    slice: str | None = None


class ArtifactRecord(_Record):
    """One published file: `name` in the run's folder, `path` in the project, both with ``/``."""

    run: int
    name: str
    path: str
    bytes: int
    sha256: str
    media_type: str


class AssetRecord(_Record):
    """Something a run reads. `present` was looked up when this record was made."""

    id: int
    where: str
    kind: str
    sha256: str | None = None
    description: str = ""
    present: bool = True


class Change(_Record):
    """What kind of thing a commit changed, in which runs, and who asked for it."""

    kinds: frozenset[ChangeKind]
    runs: frozenset[int] = frozenset()
    initiator: str | None = None


class CheckReport(_Record):
    """What *Check project* found: counts per finding, one sentence per detail.

    `repaired` counts what was mended, after `backup` was written.
    """

    findings: dict[str, int] = Field(default_factory=dict)
    details: list[str] = Field(default_factory=list)
    repaired: dict[str, int] = Field(default_factory=dict)
    backup: Path | None = None

    @property
    def ok(self) -> bool:
        return not self.findings
