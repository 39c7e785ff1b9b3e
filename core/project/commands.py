"""What the command line does with projects and runs; see `core.project.job` for the words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from core.jobs.context import Context
from core.jobs.registry import job
from core.project import job as kinds
from core.project.opening import ReadOnlyFolderError
from core.project.project import Project
from core.project.recent import remember


@job(kinds.NEW)
def new_project(request: kinds.NewProjectRequest, ctx: Context) -> kinds.ProjectResult:
    with Project.create(request.folder, request.name) as project:
        return _described(project)


@job(kinds.OPEN)
def open_project(request: kinds.OpenProjectRequest, ctx: Context) -> kinds.ProjectResult:
    with Project.open(request.folder) as project:
        return _described(project)


@job(kinds.SHARE)
def share_project(request: kinds.ShareProjectRequest, ctx: Context) -> kinds.ShareProjectResult:
    with _for_reading(request.folder) as project:
        out = request.out or project.folder.with_name(f"{project.folder.name}.lexigraft.zip")
        written = project.share(out, with_models=request.with_models)
    return kinds.ShareProjectResult(out=str(written), bytes=written.stat().st_size)


@job(kinds.IMPORT)
def import_project(request: kinds.ImportProjectRequest, ctx: Context) -> kinds.ProjectResult:
    with Project.import_archive(request.archive, request.folder) as project:
        return _described(project)


@job(kinds.CHECK)
def check_project(request: kinds.CheckProjectRequest, ctx: Context) -> kinds.CheckProjectResult:
    # Only reading, a database too damaged to be worked with can still be examined.
    with Project.open(request.folder, read_only=not request.repair, trusted=True) as project:
        report = project.check(repair=request.repair)
    backup = str(report.backup) if report.backup else None
    return kinds.CheckProjectResult(ok=report.ok, **report.model_dump(exclude={"backup"}), backup=backup)


@job(kinds.LIST)
def list_runs(request: kinds.ListRunsRequest, ctx: Context) -> kinds.ListRunsResult:
    with _for_reading(request.project) as project:
        runs = project.runs()
        found = project.find_text(request.find) if request.find is not None else None
    wanted = set(kinds.RunLine.model_fields) - {"found"}
    return kinds.ListRunsResult(
        rows=[
            kinds.RunLine(
                **run.model_dump(include=wanted), found=str(found[run.id]) if found is not None else ""
            )
            for run in runs
            if request.kind in (None, run.kind)
            and request.status in (None, run.status)
            and (found is None or run.id in found)
        ]
    )


@job(kinds.SHOW)
def show_run(request: kinds.ShowRunRequest, ctx: Context) -> kinds.ShowRunResult:
    with _for_reading(request.project) as project:
        return kinds.ShowRunResult(
            record=project.run(request.id),
            figures=project.metrics([request.id]),
            artifacts=project.artifacts(request.id),
            folder=str(project.run_folder(request.id)),
        )


def _for_reading(folder: Path) -> Project:
    """Open for writing where possible, so that what a killed process left running says *interrupted*."""
    try:
        return Project.open(folder)
    except ReadOnlyFolderError:
        return Project.open(folder, read_only=True)


def _described(project: Project) -> kinds.ProjectResult:
    remember(project.folder, project.name)
    info = project.info
    return kinds.ProjectResult(
        folder=str(project.folder),
        name=info.name,
        schema_version=info.schema_version,
        runs=dict(Counter(run.status for run in project.runs())),
        notices=project.notices,
    )
