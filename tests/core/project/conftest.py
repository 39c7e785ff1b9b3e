"""A job kind that needs no engine, and a project to run it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from core.jobs.events import Finished
from core.jobs.provenance import InputHash, Provenance
from core.jobs.registry import JobKind, declare
from core.jobs.request import Metric, Request, Result, RunSpec
from core.project.project import Project


class ProbeRequest(Request):
    base: Path | None = Field(None, json_schema_extra={"input": "model"})
    texts: list[Path] = Field(default_factory=list, json_schema_extra={"input": "text"})
    out: Path | None = Field(None, json_schema_extra={"output": "folder"})
    word: str = ""


class ProbeResult(Result):
    bits: float = 0.0
    out: str | None = None
    words: list[str] = Field(default_factory=list)

    def summary(self) -> str:
        return f"It takes {self.bits} bits."

    def metrics(self) -> list[Metric]:
        return [Metric(name="bits", value=self.bits, slice="all"), Metric(name="depth", value=float("nan"))]

    def headline(self) -> Metric | None:
        return Metric(name="bits", value=self.bits, slice="all")


PROBE = declare(
    JobKind(
        kind="probe",
        title="Probe",
        summary="A job of the tests.",
        request=ProbeRequest,
        result=ProbeResult,
        run="nowhere:nothing",
        command=("probe",),
        resumable=True,
    )
)


class Lab:
    """Short words for what every test does."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def queue(self, title: str = "A probe", **request: Any) -> int:
        return self.project.add_run(RunSpec(kind="probe", request=request), title=title).result()

    def start(self, title: str = "A probe", **request: Any) -> int:
        run = self.queue(title, **request)
        self.project.start_run(run).result()
        return run

    def stage(self, run: int, **files: str) -> Path:
        """Write files, named without their ``.txt``, to the run's staging folder."""
        workdir = self.project.run_workdir(run)
        for name, text in files.items():
            (workdir / f"{name}.txt").write_text(text)
        return workdir

    def finish(self, run: int, **result: Any) -> Finished:
        finished = Finished(
            status="done", result={"bits": 1.5, **result}, provenance=Provenance(device="cpu")
        )
        return self.project.finish_run(run, finished).result()

    def done(self, title: str = "A probe", **files: str) -> int:
        run = self.start(title)
        self.stage(run, **(files or {"weights": "wwww"}))
        self.finish(run)
        return run


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "lab", "Prose lab") as project:
        yield project


@pytest.fixture
def lab(project: Project) -> Lab:
    return Lab(project)


@pytest.fixture
def lab_of() -> Callable[[Project], Lab]:
    return Lab


@pytest.fixture
def provenance() -> Callable[[Path], Provenance]:
    """A provenance whose one input is the given base model."""
    return lambda base: Provenance(
        device="cpu", inputs=[InputHash(field="base", kind="model", path=str(base), sha256="ab" * 32)]
    )
