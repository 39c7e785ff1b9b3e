"""Models larger than memory, runs stopped while they write, full disks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from safetensors import SafetensorError

from core.errors import UserError
from core.folders import resources_folder
from core.jobs.context import Context
from core.transplant import checkpoint, run
from core.transplant.methods.method import Method
from core.transplant.methods.omp import Omp
from core.transplant.preview import preview
from core.transplant.request import TransplantRequest
from core.transplant.rows import Rows, Task
from tests.benchmarks.bench_scale import check_bytes, write_bfloat16

STARTER = resources_folder() / "starter"
MEGABYTES = 300
ROOM = 260
"""MB that the job may take beside the libraries."""

_JOB = """
import json, resource, sys
from pathlib import Path
from core.jobs.context import Context
from core.transplant import checkpoint, tables
from core.transplant.request import TransplantRequest
from core.transplant.run import transplant

checkpoint.HELD = tables.HELD = 8 * 2**20
taken = int(Path("/proc/self/status").read_text().split("VmData:")[1].split()[0]) * 1024
limit = taken + int(sys.argv[4]) * 10**6
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
base, target, work = map(Path, sys.argv[1:4])
request = TransplantRequest(
    base=base, target_tokenizer=target, out=work / "out", method={"name": sys.argv[5]}
)
(work / "run").mkdir()
found = transplant(request, Context(workdir=work / "run"))
print(json.dumps(found.sources))
"""


def tokenizer_alone(name: str, folder: Path) -> Path:
    folder.mkdir()
    for file in ("tokenizer.json", "tokenizer_config.json"):
        (folder / file).write_bytes((STARTER / name / file).read_bytes())
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("method", ["fvt", "mean"])
def test_that_a_model_larger_than_its_memory_is_grafted(tmp_path: Path, method: str) -> None:
    base = write_bfloat16(
        tmp_path / "base", MEGABYTES * 10**6, 2048, tokenizer_alone("prose-bpe", tmp_path / "tokenizer"),
        tied=False, shard=80 * 10**6,
    )  # fmt: skip
    target = STARTER / "prose-unigram" / "tokenizer.json"
    words = [str(base), str(target), str(tmp_path), str(ROOM), method]
    done = subprocess.run(
        [sys.executable, "-c", _JOB, *words],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1])["method"] > 1000
    check_bytes(base, tmp_path / "out")


class KilledError(Exception):
    """As if the program had ended here."""


def request_of(toys: Path, out: Path, **fields: Any) -> TransplantRequest:
    return TransplantRequest(
        base=toys / "untied", target_tokenizer=toys / "donor", out=out, method=Omp(k=4), **fields
    )


def test_that_a_run_stopped_while_it_wrote_does_not_make_its_rows_again(
    toys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(*given: Any) -> None:
        raise KilledError

    def never(cls: type[Method], methods: Sequence[Method], task: Task, ctx: Context) -> list[Rows]:
        raise AssertionError("made again")

    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    run.transplant(request_of(toys, tmp_path / "whole"), Context(workdir=tmp_path / "one"))
    request = request_of(toys, tmp_path / "out")
    with monkeypatch.context() as patch:
        patch.setattr(run, "write_graft", dying)
        with pytest.raises(KilledError):
            run.transplant(request, Context(workdir=tmp_path / "other"))
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(Omp, "several", classmethod(never))
    monkeypatch.setattr(run, "_hidden_anchors", lambda *given: {})  # which makes rows of its own
    run.transplant(request, Context(workdir=tmp_path / "other"))
    name = "model.safetensors"
    assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_that_a_disk_that_is_full_is_said_while_rows_are_kept(
    toys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any) -> None:
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(checkpoint, "save_file", full)
    (tmp_path / "run").mkdir()
    with pytest.raises(UserError, match=r"cannot be kept in .*: the disk is full\. Make room"):
        run.transplant(request_of(toys, tmp_path / "out"), Context(workdir=tmp_path / "run"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["untied", "donor"])
def test_that_an_output_inside_a_model_that_is_read_is_refused(toys: Path, tmp_path: Path, name: str) -> None:
    request = request_of(toys, toys / name / "deeper" / "out", donor=toys / "donor")
    (tmp_path / "run").mkdir()
    with pytest.raises(UserError, match="lies inside") as caught:
        run.transplant(request, Context(workdir=tmp_path / "run"))
    assert caught.value.field == "out"
    assert [problem.field for problem in preview(request).problems] == ["out"]


def test_that_more_anchors_than_there_are_cannot_be_asked_for(toys: Path, tmp_path: Path) -> None:
    request = request_of(toys, tmp_path / "out").model_copy(update={"method": Omp(k=1000)})
    (tmp_path / "run").mkdir()
    with pytest.raises(UserError, match="needs at least 1000 anchors") as caught:
        run.transplant(request, Context(workdir=tmp_path / "run"))
    assert caught.value.field == "method"
    assert [problem.field for problem in preview(request).problems] == ["method"]
