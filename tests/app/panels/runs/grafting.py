"""A kind of run for the tests of the Runs panel, with a choice, slices and files; and how to make some."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from core.jobs.context import Context
from core.jobs.events import ErrorInfo, Finished
from core.jobs.provenance import InputHash, Provenance
from core.jobs.registry import JobKind, declare, job
from core.jobs.request import Metric, Request, Result, RunSpec
from core.project.project import Project
from core.project.records import RunRecord
from tests.app.counting import COUNT


class Omp(BaseModel):
    name: Literal["omp"] = "omp"
    k: int = Field(64, title="Anchors, k")


class Fvt(BaseModel):
    name: Literal["fvt"] = "fvt"


class GraftRequest(Request):
    base: Path = Field(Path("base"), title="Base model", json_schema_extra={"input": "model"})
    method: Annotated[Omp | Fvt, Field(discriminator="name")] = Field(Omp(), title="Method")
    text: list[Path] = Field(default_factory=list, title="Your text", json_schema_extra={"input": "text"})
    pad_to: int = Field(64, title="Pad rows")


class GraftResult(Result):
    bits: dict[str, float] = Field(default_factory=dict)
    matched: int = 0

    def summary(self) -> str:
        return f"It takes {self.bits['all']:.3f} bits per byte."

    def metrics(self) -> list[Metric]:
        found = [Metric(name="bits per byte", value=value, slice=part) for part, value in self.bits.items()]
        return [*found, Metric(name="matched", value=self.matched)]

    def headline(self) -> Metric | None:
        return Metric(name="bits per byte", value=self.bits["all"], slice="all")


GRAFT = declare(
    JobKind(
        kind="test-graft",
        title="Graft",
        summary="Grafts.",
        request=GraftRequest,
        result=GraftResult,
        run="tests.app.panels.runs.grafting:graft",
        command=("test-graft",),
        panel="transplant",
        resumable=True,
    )
)


@job(GRAFT)
def graft(request: GraftRequest, ctx: Context) -> GraftResult:
    ctx.progress(1, 2, "grafting")
    return GraftResult(bits={"all": 1.5})


PROVENANCE = Provenance(
    versions={"torch": "2.9.1"},
    platform="Linux",
    device="cpu",
    threads=2,
    seed=7,
    inputs=[InputHash(field="base", kind="model", path="/models/base", sha256="3f" * 32)],
)


def record(run_id: int = 1, **fields: Any) -> RunRecord:
    """A run as the project would tell of it."""
    given = {
        "kind": "test-graft",
        "title": "base → target",
        "status": "done",
        "request": {"method": {"name": "omp", "k": 64}},
        "seed": 0,
        "device": "auto",
        "created": datetime(2026, 3, 5, 12, 0, tzinfo=UTC),
    }
    return RunRecord.model_validate({"id": run_id, **given, **fields})


class Lab:
    """Short words for what every test does: each makes a run, and gives its number."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def queue(self, title: str = "Graft", kind: str = GRAFT.kind, **request: Any) -> int:
        return self.project.add_run(RunSpec(kind=kind, request=request, title=title)).result()

    def count(self) -> int:
        """A queued run of another kind, which has no panel and cannot be resumed."""
        return self.queue("count", COUNT.kind)

    def start(self, title: str = "Graft", **request: Any) -> int:
        run = self.queue(title, **request)
        self.project.start_run(run).result()
        return run

    def done(self, title: str = "Graft", bits: float = 2.0, *, files: bool = False, **request: Any) -> int:
        run = self.start(title, **request)
        if files:
            (self.project.run_workdir(run) / "model.bin").write_bytes(b"0" * 64_000)
        result = {"bits": {"all": bits, "prose.txt": bits - 0.1}, "matched": 4_771, "seconds": 3.25}
        finished = Finished(status="done", result=result, provenance=PROVENANCE)
        self.project.finish_run(run, finished).result()
        return run

    def failed(self, title: str = "Graft", message: str = "There is no model in gone.") -> int:
        run = self.start(title)
        error = ErrorInfo(kind="fault", message=message, traceback="Traceback\nIndexError: 8193")
        self.project.finish_run(run, Finished(status="failed", error=error)).result()
        return run
