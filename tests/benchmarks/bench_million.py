"""A collection of a million documents: opened, gone through, made of a table, and searched.

Each figure is of a fresh program; memory is the highest that it takes, above what it took before it began.

- open: every line read and checked, places and ids kept.
- all texts: read in blocks of 1,024, as an encoder does.
- one at a time: 20,000 texts from all over the file.
- made: the same corpus as a JSON Lines table, through the job that makes collections.
- the systems of ``LEXIGRAFT_BENCH_SYSTEMS`` (separated by ``;``, none by default), each by ``retrieval run``:
  ``bm25;dense model=.real-models/glove``.

``LEXIGRAFT_BENCH_DOCUMENTS`` sets the size (1,000,000), ``LEXIGRAFT_BENCH_FOLDER`` where the collection is
kept for the next time (half a gigabyte). Run it with ``make bench ARGS="-k million"``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.terminal import table
from tests.benchmarks.synthetic_collection import synthetic_collection

ROOT = Path(__file__).parents[2]
DOCUMENTS = int(os.environ.get("LEXIGRAFT_BENCH_DOCUMENTS", "1000000"))
FOLDER = os.environ.get("LEXIGRAFT_BENCH_FOLDER", "")
SYSTEMS = [line for line in os.environ.get("LEXIGRAFT_BENCH_SYSTEMS", "").split(";") if line]
MOST_BYTES = 160
"""Of memory, for each document, to open and to read a collection."""
ONE_AT_A_TIME = 20_000


# In a program of its own


def opened(folder: str) -> dict[str, Any]:
    from core.collections.read import open_collection

    with _measured() as found:
        collection = open_collection(Path(folder))
    return {**found, "what": f"{len(collection.documents):,} documents"}


def all_texts(folder: str) -> dict[str, Any]:
    from core.collections.read import open_collection

    documents = open_collection(Path(folder)).documents
    with _measured() as found:
        read = sum(
            sum(map(len, documents.texts(first, first + 1_024))) for first in range(0, len(documents), 1_024)
        )
    return {**found, "what": f"{read / 1e6:,.0f} M characters"}


def one_at_a_time(folder: str) -> dict[str, Any]:
    from core.collections.read import open_collection

    documents = open_collection(Path(folder)).documents
    with _measured() as found:
        for number in range(ONE_AT_A_TIME):
            documents.text(number * 7_919 % len(documents))
    return {**found, "what": f"{found['seconds'] / ONE_AT_A_TIME * 1e6:.0f} µs each"}


def made(folder: str) -> dict[str, Any]:
    from core.retrieval.collections.run import collect

    with tempfile.TemporaryDirectory() as out, _measured() as found:
        result = collect(source=Path(folder) / "corpus.jsonl", out=Path(out) / "made")
    return {**found, "what": f"{result.documents:,} documents"}


@contextmanager
def _measured() -> Iterator[dict[str, Any]]:
    import psutil

    found: dict[str, Any] = {}
    idle = psutil.Process().memory_info().rss
    began = time.perf_counter()
    yield found
    found["seconds"] = time.perf_counter() - began
    # Not ru_maxrss, which a program has from the one that started it. Linux only.
    peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024
    found["memory"] = (peak - idle) / 1e6


def apart(function: str, folder: Path) -> dict[str, Any]:
    program = (
        f"import json; from tests.benchmarks.bench_million import {function}; "
        f"print(json.dumps({function}({str(folder)!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=3600
    )
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def ranked(folder: Path, system: str, out: Path) -> dict[str, Any]:
    """As the command line tells it."""
    done = subprocess.run(
        [sys.executable, "-m", "app", "retrieval", "run", "--collection", str(folder), "--system", system,
         "--out", str(out), "--k", "100", "--json"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=7200,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.timeout(7200)
def bench_that_a_million_documents_take_little_memory(shared_data: Path) -> None:
    lines = []
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(FOLDER or temporary) / f"synthetic-{DOCUMENTS}"
        folder = synthetic_collection(place, DOCUMENTS, shared_data)
        size = (folder / "corpus.jsonl").stat().st_size / 1e6
        for function in ("opened", "all_texts", "one_at_a_time", "made"):
            found = apart(function, folder)
            lines.append(
                [
                    function.replace("_", " "), f"{found['seconds']:.1f}", f"{size / found['seconds']:.0f}",
                    f"{found['memory']:.0f}", found["what"],
                ]
            )  # fmt: skip
        print(f"\n{DOCUMENTS:,} documents, {size:,.0f} MB, {os.cpu_count()} threads")
        print(table(["", "seconds", "MB/s", "memory MB", ""], lines))
        for system in SYSTEMS:
            report = ranked(folder, system, Path(temporary) / "run")
            costs = report["systems"][0]["costs"]
            print(
                f"{system}: {report['seconds']:.0f} s, {report['peak_memory_bytes'] / 1e6:,.0f} MB; encode "
                f"{costs['encode_seconds']:.1f} s, build {costs['build_seconds']:.1f} s, search "
                f"{costs['search_seconds']:.2f} s, index {costs['index_bytes'] / 1e6:,.0f} MB"
            )
            print({name: figure["value"] for name, figure in report["systems"][0]["measures"].items()})
    most = max(float(line[3]) for line in lines[:3])
    assert most * 1e6 < MOST_BYTES * DOCUMENTS + 60e6, f"{most:.0f} MB"


test_memory = bench_that_a_million_documents_take_little_memory
