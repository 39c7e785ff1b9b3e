"""An evaluation as a person's own process: killed in the middle, and gone on with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from core.folders import resources_folder
from core.project.project import Project
from core.retrieval.record.inspect import Record
from tests.journeys.conftest import Bench, Program
from tests.journeys.test_killed import resume

pytestmark = [
    pytest.mark.story,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL"),
]


def test_that_an_evaluation_killed_while_it_encodes_ends_like_one_that_was_not(
    bench: Bench, program: Program, monkeypatch: pytest.MonkeyPatch, command: Any
) -> None:
    monkeypatch.setenv("LEXIGRAFT_CACHE", str(bench.place / "cache"))
    starter = resources_folder() / "starter"
    systems = ["bm25", f"dense 'model={starter / 'prose-bpe'}' pooling=mean label=prose", "hybrid"]
    words: list[object] = ["retrieval", "run", "--collection", starter / "help", "--measures", "AP", "R@10"]
    for system in systems:
        words += ["--system", system]
    victim = program.start(*words, "--project", bench.project, "--title", "Killed")
    kill_while(victim, "Encoding documents")
    with Project.open(bench.project) as project:
        (killed,) = project.runs()
        assert killed.status == "interrupted"
        assert "Killed (run 1)" in project.notices[0]
    ranked = list((bench.project / "artifacts" / "1.partial" / "checkpoint").glob("*.npz"))
    assert len(ranked) == 1, "what BM25 found is kept"

    resume(bench.project)
    with Project.open(bench.project) as project:
        whole, resumed = (project.run(run.id) for run in project.runs())
        assert (resumed.id, resumed.status, whole.status) == (1, "done", "done")
        assert resumed.result is not None
        assert whole.result is not None
        figures = [[system["per_query"] for system in run.result["systems"]] for run in (resumed, whole)]
        assert figures[0] == figures[1]
        assert whole.result["systems"][1]["costs"]["cached"], "its vectors were kept"
        record = Record(Path(resumed.result["out"]))
        assert record.systems == [system["name"] for system in resumed.result["systems"]]
        assert project.check().findings == {}


def kill_while(process: Any, stage: str) -> None:
    """Kill the process at its first word about `stage`."""
    said: list[str] = []
    for line in process.stderr:
        said.append(line)
        if stage in line:
            break
    process.kill()
    process.communicate()
    assert process.returncode == -9, f"it ended before it could be killed: {''.join(said)}"
