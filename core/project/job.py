"""The command line's words for projects and runs. Questions and housekeeping: none leaves a run behind."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.registry import JobKind, declare
from core.jobs.request import Metric, Request, Result
from core.project.records import ArtifactRecord, MetricRecord, RunRecord


def _folder(description: str) -> Path:
    field: Path = Field(
        title="Project", description=description, json_schema_extra={"input": "project", "positional": True}
    )
    return field


class NewProjectRequest(Request):
    folder: Path = Field(
        title="Folder",
        description="A new or empty folder for the project.",
        json_schema_extra={"output": "folder", "positional": True},
    )
    name: str | None = Field(None, title="Name", description="What to call it; the folder's name by default.")


class OpenProjectRequest(Request):
    folder: Path = _folder("The project's folder. It is brought up to date, and put right after a crash.")


class ProjectResult(Result):
    folder: str
    name: str
    schema_version: int
    runs: dict[str, int] = Field(default_factory=dict, description="How many runs there are, by status.")
    notices: list[str] = Field(default_factory=list)

    def summary(self) -> str:
        count = sum(self.runs.values())
        states = ", ".join(f"{number} {status}" for status, number in sorted(self.runs.items()))
        runs = f"{count} {'run' if count == 1 else 'runs'} ({states})" if count else "no runs yet"
        return " ".join([f"{self.name} in {self.folder}: {runs}.", *self.notices])


class ShareProjectRequest(Request):
    folder: Path = _folder("The project to share.")
    out: Path | None = Field(
        None,
        title="File",
        description="The file to write; NAME.lexigraft.zip beside the project by default.",
        json_schema_extra={"output": "file"},
    )
    with_models: bool = Field(
        False, title="With models", description="Also pack the models and texts that the runs read."
    )


class ShareProjectResult(Result):
    out: str
    bytes: int

    def summary(self) -> str:
        return f"Shared as {self.out} ({self.bytes:,} bytes)."


class ImportProjectRequest(Request):
    archive: Path = Field(
        title="Shared project",
        description="A .lexigraft.zip.",
        json_schema_extra={"input": "file", "positional": True},
    )
    folder: Path = Field(
        title="Folder",
        description="A new or empty folder to unpack the project into.",
        json_schema_extra={"output": "folder", "positional": True},
    )


class CheckProjectRequest(Request):
    folder: Path = _folder("The project to check.")
    repair: bool = Field(
        False, title="Repair", description="Mend what can be mended, after a backup of the database."
    )


class CheckProjectResult(Result):
    ok: bool
    findings: dict[str, int] = Field(default_factory=dict, description="Counts by kind of finding.")
    details: list[str] = Field(default_factory=list)
    repaired: dict[str, int] = Field(default_factory=dict)
    backup: str | None = None

    def summary(self) -> str:
        if self.ok:
            return "The project is whole: the database and every published file are as they were written."
        found = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in self.findings.items())
        mended = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in self.repaired.items())
        repaired = (
            f" Repaired: {mended}; the database as it was is kept in {self.backup}." if self.backup else ""
        )
        return f"Found: {found}.{repaired}"


class ListRunsRequest(Request):
    project: Path = Field(
        title="Project", description="The project's folder.", json_schema_extra={"input": "project"}
    )
    kind: str | None = Field(None, title="Kind", description="Only runs of this kind, say transplant.")
    status: str | None = Field(None, title="Status", description="Only runs in this state, say done.")
    find: str | None = Field(
        None,
        title="Find",
        description="Only runs with these words in what they were asked to read or have written.",
    )


class RunLine(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: int
    kind: str
    title: str
    status: str
    created: datetime
    seconds: float | None
    headline: Metric | None
    summary: str
    note: str
    found: str = ""
    """Where the words that were sought stand."""


class ListRunsResult(Result):
    rows: list[RunLine]

    def summary(self) -> str:
        return f"{len(self.rows)} {'run' if len(self.rows) == 1 else 'runs'}."


class ShowRunRequest(Request):
    id: int = Field(title="Run", description="The run's number.", json_schema_extra={"positional": True})
    project: Path = Field(
        title="Project", description="The project's folder.", json_schema_extra={"input": "project"}
    )


class ShowRunResult(Result):
    record: RunRecord
    figures: list[MetricRecord]
    artifacts: list[ArtifactRecord]
    folder: str = Field(description="Where the run's published files lie.")

    def summary(self) -> str:
        run = self.record
        text = f"{run.title} (run {run.id}, {run.kind}): {run.status}."
        return " ".join(filter(None, [text, run.summary, run.error.message if run.error else ""]))


def _declare(name: str, summary: str, request: type[Request], result: type[Result], *command: str) -> JobKind:
    return declare(
        JobKind(
            kind="-".join(command),
            title=summary.partition(":")[0].rstrip("."),
            summary=summary,
            request=request,
            result=result,
            run=f"core.project.commands:{name}",
            command=command,
            recorded=False,
        )
    )


NEW = _declare("new_project", "Make a project.", NewProjectRequest, ProjectResult, "project", "new")
OPEN = _declare(
    "open_project", "Open a project: what is in it?", OpenProjectRequest, ProjectResult, "project", "open"
)
SHARE = _declare(
    "share_project", "Share a project: one file.", ShareProjectRequest, ShareProjectResult, "project", "share"
)
IMPORT = _declare(
    "import_project", "Import a shared project.", ImportProjectRequest, ProjectResult, "project", "import"
)
CHECK = _declare(
    "check_project",
    "Check a project for damage.",
    CheckProjectRequest,
    CheckProjectResult,
    "project",
    "check",
)
LIST = _declare("list_runs", "List the runs of a project.", ListRunsRequest, ListRunsResult, "runs", "list")
SHOW = _declare("show_run", "Show one run of a project.", ShowRunRequest, ShowRunResult, "runs", "show")
