"""The sample project, and the sample graft: what the first start offers, and what `lexigraft sample` runs."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from core.catalog import load_catalog
from core.errors import UserError
from core.folders import data_folder, resources_folder
from core.jobs.context import Control
from core.jobs.events import Finished, Log, Partial, Progress
from core.jobs.request import RunSpec
from core.terminal import ProgressReport, table
from core.transplant.methods import METHODS
from core.transplant.request import TransplantRequest
from core.transplant.result import TransplantResult

BASE = "prose-unigram"
TARGET = "prose-bpe"
"""Its tokenizer is the target, and its embeddings are the donor's.

This direction, since it tells the methods apart: about 19 % of the text's tokens fall on rows that a method
made, against 8 % the other way round, where nearly all of the loss sits on copied rows.
"""
METHOD = {"name": "omp", "k": 16}
COMPARED = ("omp", "procrustes", "ridge", "fvt", "mean", "random", "zero")
"""Methods whose grafts are made where there is no display: the quick ones. A sweep knows them all."""
SEEDS = (0, 1, 2)
"""For the methods that draw at random; the others give the same whatever the seed."""

NAME = "Sample"
TITLE = "Sample graft"
SHOWN_SLICES = ("prose", "python", "arithmetic")
"""Columns of their own in the table; all other texts, in other languages, share one."""


def ensure_sample_project() -> Path:
    """The folder of the sample project, made now if there is none. Two processes may ask at once.

    Raises:
        UserError: the folder is taken by something else, or nothing can be written there.
    """
    from core.project.opening import FILE

    folder = data_folder() / NAME
    if not (folder / FILE).is_file():
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            _make(folder)
        except OSError as error:
            raise UserError(
                f"The sample project cannot be made in {folder}: {error.strerror or error}. "
                "The environment variable LEXIGRAFT_DATA can name another place."
            ) from None
    return folder


def _make(folder: Path) -> None:
    """Made beside its place and then renamed, so that another process sees a whole project or none."""
    from core.project.opening import FILE
    from core.project.project import Project

    staging = Path(tempfile.mkdtemp(prefix=f".{NAME}-", dir=folder.parent))
    try:
        Project.create(staging, NAME).close()
        staging.rename(folder)
    except OSError:
        if (folder / FILE).is_file():  # another process was quicker
            return
        if folder.exists():
            raise UserError(
                f"{folder} is in the way of the sample project: it is no project. Move it away and try again."
            ) from None
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def sample_spec(method: dict[str, Any] | None = None, seed: int = 0, title: str = TITLE) -> RunSpec:
    """The sample graft: one starter model onto the other's tokenizer, measured on the sample texts.

    Args:
        method: as in a request, by default `METHOD`.
        seed: for methods that draw at random.
        title: what the run is called.

    Raises:
        UserError: the models or texts that ship with the program are not there.
    """
    starter = resources_folder() / "starter"
    texts = sorted((starter / "texts").glob("*.txt"))
    missing = [name for name in (BASE, TARGET) if not (starter / name / "config.json").is_file()]
    if missing or not texts:
        raise UserError(
            f"The sample's {'model ' + missing[0] if missing else 'texts'} should be in {starter}, but "
            "cannot be found there; install Lexigraft again."
        )
    request = TransplantRequest.model_validate(
        {
            "base": starter / BASE,
            "target_tokenizer": starter / TARGET,
            "donor": starter / TARGET,
            "method": METHOD if method is None else method,
            "text": texts,
        }
    )
    return RunSpec(kind="transplant", request=request.model_dump(mode="json"), seed=seed, title=title)


def run_headless(control: Control | None = None) -> int:
    """Run the sample graft with several methods, recorded in the sample project, and print one table.

    Returns:
        The exit code: 0 done, 1 failed, 2 bad input, 130 cancelled.

    Raises:
        UserError: the sample's files are missing, or its project cannot be opened.
    """
    from core.cli import BAD_INPUT, CANCELLED, DONE, FAILED
    from core.jobs.executors import ThreadExecutor
    from core.project.execution import execute
    from core.project.project import Project

    load_catalog()
    specs = list(_compared())
    results: list[tuple[int, TransplantResult]] = []
    executor, report = ThreadExecutor(), ProgressReport(sys.stderr)
    try:
        with Project.open(ensure_sample_project()) as project:
            for notice in project.notices:
                print(notice, file=sys.stderr)
            for number, spec in enumerate(specs, start=1):
                run = project.add_run(spec).result()
                prefix = f"{number} of {len(specs)}: "
                finished = execute(
                    project, run, executor, on_event=_prefixed(prefix, report), control=control
                )
                if finished.status != "done":
                    break
                results.append((spec.seed, TransplantResult.model_validate(finished.result)))
            where = project.folder
    finally:
        executor.close()
    if results:
        print(_report(results))
        print(f"\nEach is a run, with the model that it wrote, in the project {where}")
    if finished.status == "done":
        return DONE
    if finished.status == "cancelled":
        print("Cancelled.", file=sys.stderr)
        return CANCELLED
    error = finished.error
    if error is not None and error.traceback:
        print(error.traceback, file=sys.stderr)
    message = error.message if error is not None else "The job ended without a result."
    print(f"lexigraft: {specs[len(results)].title}: {message}", file=sys.stderr)
    return BAD_INPUT if error is not None and error.kind == "user" else FAILED


def _compared() -> Iterator[RunSpec]:
    for name in COMPARED:
        method = METHODS[name]
        parameters = METHOD if name == METHOD["name"] else {"name": name}
        for seed in SEEDS if method.random else (0,):
            title = f"{TITLE}: {name}" + (f", seed {seed}" if method.random else "")
            yield sample_spec(parameters, seed, title)


def _prefixed(prefix: str, report: ProgressReport) -> Callable[[Progress | Partial | Log | Finished], None]:
    def pass_on(event: Progress | Partial | Log | Finished) -> None:
        if isinstance(event, Progress):
            event = event.model_copy(update={"stage": f"{prefix}{event.stage}"})
        report(event)

    return pass_on


# The table


def _report(results: list[tuple[int, TransplantResult]]) -> str:
    """The table with a line above and below, at most 100 columns wide."""
    first = results[0][1]
    head = ["method", "seed", "all", *SHOWN_SLICES, "others", "+copied", "+new", "residual", "seconds"]
    rows: list[list[object]] = [
        ["(the base)", None, *_by_slice(first, first.bits_per_byte.before), None, None, None, None]
    ]
    for seed, result in results:
        rows.append(
            [
                _label(result),
                seed if METHODS[result.method].random else None,
                *_by_slice(result, result.bits_per_byte.after),
                *(_added(result, kind) for kind in ("copied", "approximated")),
                None if result.mean_residual is None else f"{result.mean_residual:.3f}",
                f"{result.seconds:.1f}",
            ]
        )
    text = sum(size for name, size in first.bytes.items() if name != "all")
    return "\n".join(
        [
            f"{BASE} given the tokenizer of {TARGET}: of {first.vocab_size:,} tokens {first.matched:,} are "
            f"copied, {first.approximated:,} made anew.",
            f"Bits per byte on {text:,} bytes of sample text, after; then what copied and new tokens add "
            "to the base's.",
            "",
            table(head, rows),
            "",
            _closing(results),
        ]
    )


def _label(result: TransplantResult) -> str:
    k = result.parameters.get("k")
    return result.method if k is None else f"{result.method}, k={k}"


def _by_slice(result: TransplantResult, bits_per_byte: dict[str, float]) -> list[str | None]:
    """Of everything, of each shown slice, and of the rest together, weighted by bytes."""
    shown: dict[str, tuple[float, int]] = {}
    for name, value in bits_per_byte.items():
        if name == "all":
            continue
        column = name.removesuffix(".txt")
        column = column if column in SHOWN_SLICES else "others"
        bits, size = shown.get(column, (0.0, 0))
        shown[column] = (bits + value * result.bytes[name], size + result.bytes[name])
    figures = [shown.get(column) for column in (*SHOWN_SLICES, "others")]
    return [
        _figure(bits_per_byte.get("all")),
        *(_figure(None if figure is None else figure[0] / figure[1]) for figure in figures),
    ]


def _figure(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f}"


def _added(result: TransplantResult, kind: str) -> str | None:
    """What one kind of token costs beyond the base's loss on the same bytes, in bits per byte of all text."""
    parts = [part for part in result.parts if part.kind == kind and part.slice == "all"]
    if not parts or parts[0].bits_before is None:
        return None
    whole = sum(part.bytes for part in result.parts if part.slice == "all")
    return f"{(parts[0].bits - parts[0].bits_before) / whole:+.3f}"


def _closing(results: list[tuple[int, TransplantResult]]) -> str:
    after: dict[str, list[float]] = {}
    for _, result in results:
        if "all" in result.bits_per_byte.after:
            after.setdefault(_label(result), []).append(result.bits_per_byte.after["all"])
    if not after:
        return "None of the sample texts could be measured."
    lowest = min(after, key=lambda label: min(after[label]))
    sentences = [f"Lowest: {lowest}, {min(after[lowest]):.3f}."]
    sentences += [
        f"The {len(values)} seeds of {label} lie within {max(values) - min(values):.3f}."
        for label, values in after.items()
        if len(values) > 1
    ]
    return " ".join(sentences)
