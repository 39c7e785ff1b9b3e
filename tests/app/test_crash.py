from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import crash

ROOT = Path(__file__).parents[2]
ABORT = "import os; from app import crash; crash.keep_log(); os.abort()"


@pytest.fixture
def hooks() -> Iterator[None]:
    before = sys.excepthook, threading.excepthook
    yield
    sys.excepthook, threading.excepthook = before


def test_that_the_trace_of_a_crash_is_told_once_at_the_next_start() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ABORT], cwd=ROOT, env=os.environ, capture_output=True, timeout=60
    )
    assert done.returncode != 0
    trace = crash.last_crash()
    assert trace is not None
    assert "Aborted" in trace.read_text()
    assert crash.last_crash() is None


def test_that_a_clean_end_leaves_nothing_to_tell(caplog: pytest.LogCaptureFixture) -> None:
    handlers = list(logging.getLogger().handlers)
    crash.keep_log()
    assert list(crash.log_folder().glob("crash-*.log"))
    crash.leave_no_trace()
    assert not list(crash.log_folder().glob("crash-*.log"))
    assert crash.last_crash() is None
    for handler in set(logging.getLogger().handlers) - set(handlers):
        logging.getLogger().removeHandler(handler)


def test_that_another_window_at_work_is_no_crash() -> None:
    crash.log_folder().mkdir(parents=True)
    (crash.log_folder() / f"crash-{os.getppid()}.log").write_text("still writing")
    assert crash.last_crash() is None


def test_that_a_folder_that_cannot_be_written_does_not_keep_it_from_starting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LEXIGRAFT_CACHE", str(tmp_path / "file"))
    crash.keep_log()
    assert crash.last_crash() is None


@pytest.mark.usefixtures("hooks")
def test_that_what_nobody_caught_is_logged_and_told_on_any_thread(caplog: pytest.LogCaptureFixture) -> None:
    told: list[BaseException] = []
    crash.catch_faults(told.append)
    error = ValueError("in a slot")
    sys.excepthook(ValueError, error, None)
    thread = threading.Thread(target=lambda: 1 // 0)
    thread.start()
    thread.join()
    assert told[0] is error
    assert isinstance(told[1], ZeroDivisionError)
    assert [record.levelname for record in caplog.records] == ["CRITICAL", "CRITICAL"]
