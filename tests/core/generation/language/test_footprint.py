"""What a job takes, from headers; against true peaks it is held in tests/benchmarks/bench_memory.py."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.generation.language.footprint import LIBRARIES, job_memory, records_bytes
from core.models.folder import ModelFolder, open_model
from tests.tiny_models import write_tiny_model


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[ModelFolder]:
    place = tmp_path_factory.mktemp("models")
    return [open_model(write_tiny_model(place / name, hidden=128, layers=2)) for name in ("one", "two")]


def test_that_a_folder_that_is_given_twice_is_opened_once(folders: list[ModelFolder]) -> None:
    one, other = folders
    weights = 4 * one.parameters
    alone = job_memory([one], tokens=0)
    assert weights <= job_memory([one, other], tokens=0) - alone
    assert job_memory([one, one], tokens=0) - alone < weights


def test_that_numbers_of_16_bits_take_half_once_the_file_is_read(folders: list[ModelFolder]) -> None:
    one = folders[0]
    full, half = (
        job_memory([one], dtype=dtype, tokens=0, beside=0) - LIBRARIES for dtype in ("float32", "bfloat16")
    )
    assert half < full + 2 * one.parameters  # the file, in 32 bits, is mapped while it is read
    grown = [job_memory([one], dtype=dtype, tokens=10**6) for dtype in ("float32", "bfloat16")]
    assert grown[1] - LIBRARIES < 0.6 * (grown[0] - LIBRARIES)


def test_that_more_to_read_tell_and_ask_for_takes_more(folders: list[ModelFolder]) -> None:
    least = job_memory(folders, tokens=10_000)
    assert job_memory(folders, tokens=20_000) > least
    assert job_memory(folders, tokens=10_000, rows=1_000) > least
    assert job_memory(folders, tokens=10_000, spelt=True) > least
    assert job_memory(folders, tokens=10_000, beside=7) == least + 7
    assert records_bytes(100, 5) > records_bytes(100, 0) > 0


def test_that_it_needs_no_torch(folders: list[ModelFolder]) -> None:
    code = (
        "import sys; from pathlib import Path; from core.models.folder import open_model;"
        "from core.generation.language.footprint import job_memory;"
        f"print(job_memory([open_model(Path({str(folders[0].path)!r}))], tokens=5), 'torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(job_memory(folders[:1], tokens=5)), "False"]
