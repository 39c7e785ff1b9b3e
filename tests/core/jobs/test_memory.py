from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from core.jobs import memory
from core.jobs.memory import PeakMemory, free_memory
from tests.core.jobs.test_executors import wait_for


def test_that_a_peak_in_between_is_seen() -> None:
    peak = PeakMemory()
    with peak.measured():
        before = peak.bytes
        block = b"x" * 80_000_000
        wait_for(lambda: peak.bytes > before + 60_000_000)
        del block
    assert peak.bytes > before + 60_000_000


def test_that_a_record_of_the_process_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    records = iter([10**12, 2 * 10**12])
    monkeypatch.setattr(memory, "_record", lambda: next(records))
    peak = PeakMemory()
    with peak.measured():
        pass
    assert peak.bytes == 2 * 10**12


def test_that_free_memory_is_some_of_the_machines() -> None:
    assert 0 < free_memory() <= psutil.virtual_memory().total


@pytest.mark.parametrize(
    ("files", "free"),
    [
        ({"memory.max": "5000", "memory.current": "3000", "memory.stat": "anon 2\ninactive_file 700"}, 2700),
        ({"memory.max": "5000", "memory.current": "6000"}, 0),
        ({"memory.max": "max", "memory.current": "3000"}, None),
        ({}, None),
    ],
)
def test_that_a_container_may_take_no_more_than_it_is_given(
    files: dict[str, str], free: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text + "\n")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    if free is None:
        assert free_memory() > 10_000
    else:
        assert free_memory() == free
