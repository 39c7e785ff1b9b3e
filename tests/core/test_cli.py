from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

import core.cli
from core.catalog import load_catalog
from core.cli import command_for, main, spec_from
from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import JobKind, declare
from core.jobs.request import Metric, Request, Result, RunSpec


class ProbeRequest(Request):
    word: str = Field(description="What to say.")
    ending: str = Field("done", description="How to end.")
    times: int = Field(1, ge=1, description="How often to say it.")
    out: Path | None = Field(None, description="Where to write.", json_schema_extra={"output": "file"})


class ProbeResult(Result):
    said: str

    def summary(self) -> str:
        return f"It said {self.said}."

    def metrics(self) -> list[Metric]:
        return [
            Metric(name="length", value=len(self.said), slice="all"),
            Metric(name="depth", value=float("nan")),
        ]


class PlacedRequest(Request):
    out: Path | None = Field(None, description="Where to write.", json_schema_extra={"output": "file"})


def run_probe(request: ProbeRequest, ctx: Context) -> ProbeResult:
    ctx.progress(0, request.times, "saying")
    if request.ending == "bad input":
        raise UserError("There is no such word; say another.", field="word")
    if request.ending == "fault":
        raise ZeroDivisionError("never mind")
    if request.ending == "ctrl-c":
        signal.raise_signal(signal.SIGINT)
    ctx.progress(1, request.times, "saying")
    ctx.warn("Words are cheap.")
    return ProbeResult(said=f"{request.word * request.times}{ctx.seed}")


PROBE = declare(
    JobKind(
        kind="cli-probe",
        title="Probe",
        summary="Say a word.",
        request=ProbeRequest,
        result=ProbeResult,
        run=f"{__name__}:run_probe",
        command=("probe",),
        recorded=False,
    )
)
PLACED = declare(
    JobKind(
        kind="cli-placed",
        title="Placed",
        summary="Write something.",
        request=PlacedRequest,
        result=ProbeResult,
        run=f"{__name__}:run_probe",
        command=("placed",),
    )
)


@pytest.fixture(autouse=True)
def _with_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = (*load_catalog(), PROBE, PLACED)
    monkeypatch.setattr(core.cli, "load_catalog", lambda: everything)


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "project"
    assert main(["project", "new", str(folder)]) == 0
    capsys.readouterr()
    return folder


def answer(capsys: pytest.CaptureFixture[str]) -> Any:
    """The one JSON object on standard output."""
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    return json.loads(lines[0])


def test_that_json_is_exactly_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "--word", "ab", "--times", "2", "--seed", "7", "--json"]) == 0
    result = answer(capsys)
    assert result["said"] == "abab7"
    assert result["run"] is None
    assert result["warnings"] == ["Words are cheap."]
    assert result["seconds"] >= 0
    assert result["peak_memory_bytes"] > 0


def test_that_a_person_gets_the_sentence_and_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "--word", "ab"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("It said ab0.\n\nfigure  of   value\n")
    assert "saying    0%  0 of 1" in said.err
    assert "warning: Words are cheap." in said.err


@pytest.mark.parametrize(
    ("ending", "code", "sentence"),
    [
        ("bad input", 2, "lexigraft: --word: There is no such word; say another."),
        ("fault", 1, "ZeroDivisionError: never mind"),
        ("ctrl-c", 130, "Cancelled."),
    ],
)
def test_that_the_exit_code_says_how_it_ended(
    ending: str, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["probe", "--word", "a", "--ending", ending]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert ("Traceback" in said.err) == (code == 1)


def test_that_a_failure_is_one_json_object_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "--word", "a", "--ending", "bad input", "--json"]) == 2
    assert answer(capsys)["error"] == {
        "kind": "user",
        "message": "There is no such word; say another.",
        "field": "word",
    }
    assert main(["probe", "--json"]) == 2
    assert "--word" in answer(capsys)["error"]["message"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["probe"],
            "The following arguments are required: --word; lexigraft probe --help says what there is.",
        ),
        (["probe", "--word", "a", "--times", "0"], "--times: must be at least 1."),
        (
            ["probe", "--word", "a", "--tiems", "2"],
            "Unrecognized arguments: --tiems 2; did you mean --times?",
        ),
        (["prob"], "There is no command 'prob'; did you mean 'probe'?"),
        (["project"], "Which of the project commands? There are project new, "),
        (["run", "--request", "nowhere.json"], "nowhere.json cannot be read: No such file or directory."),
        (["placed"], "Say where to write with --out, or record the run in a project with --project."),
    ],
)
def test_that_bad_input_gets_one_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"lexigraft: {sentence}")
    assert said.err.count("\n") == 1


def test_that_a_run_is_recorded_where_project_says(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "--word", "a", "--project", str(project), "--title", "First", "--json"]) == 0
    run = answer(capsys)["run"]
    assert main(["runs", "show", str(run), "--project", str(project), "--json"]) == 0
    record = answer(capsys)["record"]
    assert (record["status"], record["title"], record["request"]["word"]) == ("done", "First", "a")
    assert record["result"]["said"] == "a0"


def test_that_a_missing_project_is_a_sentence_with_the_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing"
    assert main(["probe", "--word", "a", "--project", str(missing)]) == 2
    assert f"lexigraft project new {missing}" in capsys.readouterr().err
    assert not missing.exists()


def test_that_a_saved_request_and_a_recorded_run_run_again(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "request.json"
    file.write_text(RunSpec(kind="cli-probe", request={"word": "b"}, seed=3).model_dump_json())
    assert main(["run", "--request", str(file), "--project", str(project), "--json"]) == 0
    first = answer(capsys)
    assert first["said"] == "b3"
    assert main(["runs", "show", str(first["run"]), "--project", str(project), "--json"]) == 0
    file.write_text(capsys.readouterr().out)
    assert main(["run", "--request", str(file), "--seed", "4", "--json"]) == 0
    assert answer(capsys)["said"] == "b4"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is no JSON file"),
        ("[]", "is no saved request"),
        ('{"kind": "cli-probe", "request": {}, "colour": 1}', "is no saved request: colour"),
        ('{"kind": "juggle", "request": {}}', "There is no job called 'juggle'"),
        ('{"kind": "cli-probe", "request": {"word": 1}}', "--word: must be a text."),
    ],
)
def test_that_a_bad_request_file_gets_one_sentence(
    text: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "request.json"
    file.write_text(text)
    assert main(["run", "--request", str(file)]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "spec",
    [
        RunSpec(kind="cli-probe", request={"word": "a b"}),
        RunSpec(kind="cli-probe", request={"word": "-x", "times": 3}, seed=5, device="cpu", title="--odd"),
        RunSpec(kind="project-share", request={"folder": "-odd", "with_models": True}, title="t"),
        RunSpec(kind="runs-show", request={"id": 4, "project": "p"}),
    ],
)
def test_that_the_command_of_a_run_makes_that_run(spec: RunSpec) -> None:
    program, *words = command_for(spec)
    assert program == "lexigraft"
    again = spec_from(words)
    request = next(kind for kind in core.cli.load_catalog() if kind.kind == spec.kind).request
    assert request.model_validate(again.request) == request.model_validate(spec.request)
    assert again.model_copy(update={"request": spec.request}) == spec


def test_that_the_command_of_a_run_without_a_place_of_its_own_names_the_project() -> None:
    spec = RunSpec(kind="cli-placed", request={"out": None})
    words = command_for(spec, Path("my lab"))
    assert words == ["lexigraft", "placed", "--project", "my lab"]
    assert spec_from(words[1:]) == spec


def test_that_every_command_helps_and_explains_each_field(capsys: pytest.CaptureFixture[str]) -> None:
    for kind in load_catalog():
        assert main([*kind.command, "--help"]) == 0
        said = " ".join(capsys.readouterr().out.split())
        for name, field in kind.request.model_fields.items():
            assert field.description, f"{kind.kind}: {name} has no description"
            assert " ".join(field.description.split()) in said


def test_that_the_overview_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(" ".join(kind.command) in said for kind in load_catalog())


def test_that_the_program_starts_without_anything_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from core.cli import main; code = main(['--help']); "
        "print([m for m in ('torch', 'transformers', 'sqlalchemy', 'PySide6') if m in sys.modules]); "
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_that_a_run_which_did_not_finish_can_be_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = ["--project", str(tmp_path / "lab")]
    assert main(["project", "new", str(tmp_path / "lab")]) == 0
    assert main(["probe", "--word", "hey", "--ending", "fault", *lab]) == 1
    assert main(["runs", "resume", "1", *lab]) == 1
    monkeypatch.setattr(sys.modules[__name__], "run_probe", lambda request, ctx: ProbeResult(said="again"))
    capsys.readouterr()
    assert main(["runs", "resume", "1", *lab, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["run"], said["said"]) == (1, "again")
    assert main(["runs", "resume", "1", *lab]) == 2
    assert "Run 1 cannot be resumed: it is done." in capsys.readouterr().err
    assert main(["runs", "resume", "9", *lab]) == 2
    assert main(["runs", "resume", "1", "--project", str(tmp_path / "none")]) == 2
