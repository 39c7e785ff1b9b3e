"""The command line: one command a job, made from its request."""

from __future__ import annotations

import difflib
import json
import os
import shlex
import signal
import sys
import tempfile
import traceback
from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from core.catalog import load_catalog
from core.errors import UserError
from core.flags import RequestFlags
from core.jobs.context import Control
from core.jobs.events import ErrorInfo, Finished
from core.jobs.registry import JobKind, job_kind
from core.jobs.request import Request, Result, RunSpec, open_outputs, passing_outputs
from core.terminal import ProgressReport, table

if TYPE_CHECKING:
    from core.jobs.executors import Executor
    from core.project.project import Project
    from core.self_test import Check

DONE, FAILED, BAD_INPUT, CANCELLED = 0, 1, 2, 130

_COMMON = frozenset({"json", "project", "title", "seed", "device", "engine", "help"})
_UNKNOWN = "unrecognized arguments: "
"""What argparse says of a flag that there is not."""
_DEVICES = ("auto", "cpu", "cuda", "mps")
_RESUME = "  runs resume ID          Go on with a run that was interrupted, failed or was cancelled."


def main(argv: Sequence[str] | None = None, *, checks: Sequence[Check] = ()) -> int:
    """Run one command line; its exit code: 0 done, 1 failed, 2 bad input, 130 cancelled.

    Args:
        argv: the words after the program's name.
        checks: what the front end adds to the self-test.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):  # a token may hold what the terminal's encoding has not
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # on a busy machine, threads that spin starve others
    try:
        return _command(words, checks)
    except UserError as error:
        return _refused(error, words)
    except SystemExit as end:  # argparse, after --help
        return int(end.code or 0)
    except KeyboardInterrupt:
        return CANCELLED
    except BrokenPipeError:  # `lexigraft … | head`: nobody listens any more
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - so that the flush at exit has somewhere to go
        return FAILED
    except Exception as error:  # noqa: BLE001 - the outermost frame: a fault is reported, with an exit code
        traceback.print_exc()
        print(f"lexigraft: a fault in Lexigraft: {error}", file=sys.stderr)
        return FAILED


def command_for(spec: RunSpec, project: Path | None = None) -> list[str]:
    """The command line that runs `spec` again, the program's name first; recorded in `project`, if given.

    Raises:
        UserError: the spec's request is not valid.
    """
    load_catalog()
    kind = job_kind(spec.kind)
    flags = _flags(kind)
    words = flags.words(flags.validated(spec.request))
    common: list[str] = []
    if spec.title:
        common += [f"--title={spec.title}"] if spec.title.startswith("-") else ["--title", spec.title]
    if spec.seed:
        common += ["--seed", str(spec.seed)]
    if spec.device != "auto":
        common += ["--device", spec.device]
    if project is not None and "project" not in kind.request.model_fields:
        common += ["--project", str(project)]
    at = words.index("--") if "--" in words else len(words)
    return ["lexigraft", *kind.command, *words[:at], *common, *words[at:]]


def spec_from(words: Sequence[str]) -> RunSpec:
    """The run that a command line (without the program's name) asks for; the inverse of `command_for`."""
    kind, rest = _kind_of(words)
    return _parse(kind, rest)[0]


# Which command


def _command(words: list[str], checks: Sequence[Check]) -> int:
    first = words[0] if words else ""
    if first in ("", "-h", "--help", "help"):
        print(_overview())
        return DONE if first else BAD_INPUT
    if first == "--version":
        print(f"lexigraft {_version()}")
        return DONE
    if first == "--self-test":
        from core.self_test import run_self_test

        return run_self_test(checks)
    if first == "sample":
        _parser("sample", "Run the sample graft with every method and print one table.").parse_args(words[1:])
        from core.sample import run_headless

        with _stopped_by_signals(Control()) as control:
            return run_headless(control)
    if first == "run":
        return _run_saved(words[1:])
    if words[:2] == ["runs", "resume"]:
        return _resume(words[2:])
    kind, rest = _kind_of(words)
    spec, options = _parse(kind, rest)
    return _run(spec, options)


def _kind_of(words: Sequence[str]) -> tuple[JobKind, list[str]]:
    kinds = {command: kind for kind in load_catalog() for command in (kind.command, *kind.also)}
    for length in (2, 1):
        kind = kinds.get(tuple(words[:length]))
        if kind is not None:
            return kind, list(words[length:])
    group = [replace(kind, command=command) for command, kind in kinds.items() if command[0] == words[0]]
    if group:
        if words[1:2] in (["-h"], ["--help"]):
            print(_listing(group))
            if words[0] == "runs":
                print(_RESUME)
            raise SystemExit(DONE)
        there = ", ".join(" ".join(kind.command) for kind in group)
        raise UserError(f"Which of the {words[0]} commands? There are {there}.")
    names = [" ".join(command) for command in kinds] + ["run", "sample"]
    near = _nearest(" ".join(words[:2]), names) or _nearest(words[0], names)
    hint = f"did you mean {near!r}?" if near else "lexigraft --help lists them."
    raise UserError(f"There is no command {words[0]!r}; {hint}")


def _nearest(word: str, names: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word, list(names), 1)), None)


def _overview() -> str:
    return f"""\
lexigraft {_version()}: a desktop lab for embeddings

Without a command, the window opens. Commands (lexigraft COMMAND --help says more):

{_listing(load_catalog())}
{_RESUME}
  run --request FILE      Run a saved request.
  sample                  Run the sample graft with every method and print one table.

  --self-test             Run one small job of each kind and say what works.
  --version               The version.

Every command takes --json (one JSON object on standard output), --project DIR (record the run
there), --seed N, --device NAME. Exit codes: 0 done, 1 failed, 2 bad input, 130 cancelled."""


def _listing(kinds: Sequence[JobKind]) -> str:
    return "\n".join(f"  {' '.join(kind.command):<22}  {kind.summary}" for kind in kinds)


def _version() -> str:
    try:
        return version("lexigraft")
    except PackageNotFoundError:
        return "(from source)"


# What it asks for


class _Parser(ArgumentParser):
    """Raises `UserError` where argparse prints its usage and exits."""

    def error(self, message: str) -> NoReturn:
        hint = f"{self.prog} --help says what there is."
        unknown = message.removeprefix(_UNKNOWN).split("=")[0].split()
        if message.startswith(_UNKNOWN) and (near := _nearest(unknown[0], self._option_string_actions)):
            hint = f"did you mean {near}?"
        raise UserError(f"{message[0].upper()}{message[1:]}; {hint}")


def _parser(command: str, description: str) -> _Parser:
    return _Parser(
        prog=f"lexigraft {command}",
        description=description,
        allow_abbrev=False,
        formatter_class=RawDescriptionHelpFormatter,
    )


def _flags(kind: JobKind) -> RequestFlags:
    return RequestFlags(kind.request, _COMMON)


def _add_common(parser: ArgumentParser, request: type[Request] | None) -> None:
    common = parser.add_argument_group("every command")
    fields = request.model_fields if request else {}
    common.add_argument("--json", action="store_true", help="print exactly one JSON object: the result")
    if "project" not in fields:
        common.add_argument("--project", metavar="DIR", type=Path, help="record the run in this project")
    if request:
        common.add_argument("--title", metavar="TEXT", default="", help="what to call the run in the project")
    default = 0 if request else None  # `run` keeps what the saved request says
    common.add_argument(
        "--seed", metavar="N", type=int, default=default, help="the only source of randomness (default 0)"
    )
    common.add_argument(
        "--device", choices=_DEVICES, default="auto" if request else None, help="where to compute"
    )
    common.add_argument("--engine", choices=("thread", "process"), default="thread", help=SUPPRESS)


def _parse(kind: JobKind, words: list[str]) -> tuple[RunSpec, Namespace]:
    flags = _flags(kind)
    parser = _parser(" ".join(kind.command), kind.summary)
    flags.add_to(parser)
    _add_common(parser, kind.request)
    options = parser.parse_args(words)
    request = flags.validated(flags.values(options))
    spec = RunSpec(
        kind=kind.kind,
        request=request.model_dump(mode="json"),
        seed=options.seed,
        device=options.device,
        title=options.title,
    )
    if "project" in kind.request.model_fields:
        options.project = None
    elif options.project is None:
        _require_output(kind, request)
    return spec, options


def _require_output(kind: JobKind, request: Request) -> None:
    """A job that writes a result worth keeping needs a place for it: one of its own, or a project."""
    for name in open_outputs(request) if kind.recorded else ():
        flag = f"--{name.replace('_', '-')}"
        raise UserError(
            f"Say where to write with {flag}, or record the run in a project with --project.", field=name
        )


def _run_saved(words: list[str]) -> int:
    parser = _parser("run", "Run a saved request: what `lexigraft runs show ID --json` and the window save.")
    parser.add_argument(
        "--request", metavar="FILE", required=True, type=Path, help="the JSON file; - is standard input"
    )
    _add_common(parser, None)
    options = parser.parse_args(words)
    spec = _read_spec(options.request)
    load_catalog()
    kind = job_kind(spec.kind)
    request = _flags(kind).validated(spec.request)
    if options.project is None:
        _require_output(kind, request)
    changes = {"seed": options.seed, "device": options.device}
    return _run(
        spec.model_copy(update={key: value for key, value in changes.items() if value is not None}), options
    )


def _resume(words: list[str]) -> int:
    parser = _parser("runs resume", "Go on with a run that was interrupted, failed or was cancelled.")
    parser.add_argument("id", metavar="ID", type=int, help="the run's number, which it keeps")
    parser.add_argument(
        "--project", metavar="DIR", required=True, type=Path, help="the project that holds it"
    )
    parser.add_argument("--json", action="store_true", help="print exactly one JSON object: the result")
    parser.add_argument("--engine", choices=("thread", "process"), default="thread", help=SUPPRESS)
    options = parser.parse_args(words)
    load_catalog()
    with _opened(options.project) as project:
        spec = project.run(options.id).spec
    return _run(spec, options, resumed=options.id)


def _read_spec(file: Path) -> RunSpec:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        data = json.loads(text)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror or error}.", field="request") from None
    except ValueError:
        raise UserError(f"{file} is no JSON file.", field="request") from None
    record = data.get("record") if isinstance(data, dict) else None
    if isinstance(record, dict):  # the answer of `lexigraft runs show`
        data = {name: record[name] for name in RunSpec.model_fields if name in record}
    try:
        return RunSpec.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UserError(
            f"{file} is no saved request: {where or 'the file'}: {first['msg']}.", field="request"
        ) from None


# Running it


def _run(spec: RunSpec, options: Namespace, resumed: int | None = None) -> int:
    """Run `spec`; `resumed` is the run of the project that it goes on with."""
    report = ProgressReport(sys.stderr)
    executor = _executor(options.engine)
    try:
        with _stopped_by_signals(Control()) as control:
            if options.project is None:
                with tempfile.TemporaryDirectory(prefix="lexigraft-") as folder:
                    finished = executor.run(spec, workdir=Path(folder), on_event=report, control=control)
                finished = _without_passing(spec, finished)
            else:
                finished = _recorded(spec, options.project, resumed, executor, report, control)
    finally:
        executor.close()
    return _say(spec, finished, options)


def _without_passing(spec: RunSpec, finished: Finished) -> Finished:
    """A result does not name what went with the run's folder."""
    if finished.result is None:
        return finished
    request = job_kind(spec.kind).request.model_validate(spec.request)
    gone = {name: None for name in passing_outputs(request) if name in finished.result}
    return finished.model_copy(update={"result": {**finished.result, **gone}})


def _executor(name: str) -> Executor:
    from core.jobs.executors import ProcessExecutor, ThreadExecutor

    return ProcessExecutor() if name == "process" else ThreadExecutor()


def _recorded(
    spec: RunSpec,
    folder: Path,
    resumed: int | None,
    executor: Executor,
    report: ProgressReport,
    control: Control,
) -> Finished:
    from core.project.execution import execute

    with _opened(folder) as project:
        if resumed is None:
            run = project.add_run(spec).result()
        else:
            run = resumed
            project.requeue_run(run).result()
        return execute(project, run, executor, on_event=report, control=control)


def _opened(folder: Path) -> Project:
    from core.project.project import Project

    if not folder.exists():
        new = shlex.join(["lexigraft", "project", "new", str(folder)])
        raise UserError(f"There is no project in {folder}; make one with: {new}", field="project")
    project = Project.open(folder)
    for notice in project.notices:
        print(notice, file=sys.stderr)
    return project


@contextmanager
def _stopped_by_signals(control: Control) -> Iterator[Control]:
    """Ctrl-C (or a polite kill) stops the job at its next report; a second Ctrl-C does not wait for that."""

    def stop(number: int, frame: object) -> None:
        if control.cancelled:
            raise KeyboardInterrupt
        control.cancel()
        with suppress(RuntimeError):  # it came in the midst of a write to the same stream
            print("\nStopping… (Ctrl-C again: at once)", file=sys.stderr)

    before = {}
    with suppress(ValueError):  # not the main thread: a notebook's, a test's
        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield control
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# Saying how it went


def _say(spec: RunSpec, finished: Finished, options: Namespace) -> int:
    kind = job_kind(spec.kind)
    stopped = finished.status == "cancelled"
    if options.json and (finished.result is not None or stopped):
        _print_json({**(finished.result or {"run": None}), **({"status": "cancelled"} if stopped else {})})
    elif finished.result is not None:
        result = kind.result.model_validate(finished.result)
        print(_text(result))
        for warning in result.warnings:
            print(f"warning: {warning}", file=sys.stderr)
        if result.run is not None and options.project is not None:
            print(f"Recorded as run {result.run} in {options.project}.", file=sys.stderr)
    if stopped:
        print("Cancelled.", file=sys.stderr)
        return CANCELLED
    if finished.result is not None:
        return DONE
    error = finished.error or ErrorInfo(kind="fault", message="The job ended without a result.")
    if error.traceback:
        print(error.traceback, file=sys.stderr)
    flag = _flags(kind).flags.get((error.field or "",))
    message = f"{flag.shown}: {error.message}" if flag and error.kind == "user" else error.message
    _print_error(error, message, options.json)
    return BAD_INPUT if error.kind == "user" else FAILED


def _text(result: Result) -> str:
    """A result for a person: its sentence, its rows, its figures."""
    parts = [result.summary() or type(result).__name__]
    if tables := result.tables():
        return "\n\n".join([*parts, *(table(head, rows) for head, rows in tables)])
    rows: list[Any] = getattr(result, "rows", None) or []
    if rows:
        data = [row.model_dump(mode="json") if hasattr(row, "model_dump") else row for row in rows]
        names = [name for name in data[0] if not isinstance(data[0][name], dict | list)]
        parts.append(table(names, [[row.get(name) for name in names] for row in data]))
    if figures := result.metrics():
        parts.append(table(["figure", "of", "value"], [[m.name, m.slice or "", m.value] for m in figures]))
    return "\n\n".join(parts)


def _refused(error: UserError, words: list[str]) -> int:
    said = ErrorInfo(kind="user", message=error.message, field=error.field)
    _print_error(said, error.message, "--json" in words)
    return BAD_INPUT


def _print_error(error: ErrorInfo, message: str, as_json: bool) -> None:
    if as_json:
        _print_json({"run": None, "error": error.model_dump(include={"kind", "message", "field"})})
    print(f"lexigraft: {message}", file=sys.stderr)


def _print_json(data: dict[str, Any]) -> None:
    # In ASCII: any terminal's encoding has that, and half a character in a token does no harm.
    print(json.dumps(to_jsonable_python(data, inf_nan_mode="null")), flush=True)
