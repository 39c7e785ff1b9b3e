from __future__ import annotations

import errno
import gc
import os
import weakref

import pytest

from core.errors import UserError
from core.jobs.failure import error_info

OutOfMemoryError = type("OutOfMemoryError", (RuntimeError,), {})  # torch's, by its name

CUDA = "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 15.77 GiB."
CPU = (
    "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to "
    "allocate 4000000000000 bytes. Error code 12 (Cannot allocate memory)"
)
WINDOWS = "[enforce fail at alloc_cpu.cpp:116] data. DefaultCPUAllocator: not enough memory: you tried to …"


class Held:
    """Something large that a job holds as it fails."""


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OutOfMemoryError(CUDA),
        RuntimeError(CUDA),
        RuntimeError(CPU),
        RuntimeError(WINDOWS),
        RuntimeError("MPS backend out of memory (MPS allocated: 9.07 GB)"),
        OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
    ],
)
def test_that_running_out_of_memory_is_told_apart(error: BaseException) -> None:
    assert error_info(error).kind == "memory"


def test_that_torchs_own_error_counts_as_memory() -> None:
    import torch

    assert error_info(torch.OutOfMemoryError("Allocation failed")).kind == "memory"
    with pytest.raises(RuntimeError) as raised:
        torch.empty(2**60, dtype=torch.uint8)
    assert error_info(raised.value).kind == "memory"


@pytest.mark.parametrize(
    ("error", "where"),
    [(RuntimeError(CUDA), "The graphics card's memory"), (MemoryError("8 GB"), "The memory was not enough")],
)
def test_that_it_is_said_which_memory_was_too_small(error: BaseException, where: str) -> None:
    assert error_info(error).message.startswith(where)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "/data/model.safetensors"),
            "The disk that /data/model.safetensors lies on is full. Free some space, then run this again.",
        ),
        (
            Exception("Error while serializing: I/O error: No space left on device (os error 28)"),
            "The disk is full. Free some space, then run this again.",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "/data/model.safetensors"),
            "/data/model.safetensors cannot be read or written: Permission denied. "
            "Check the place and who may use it.",
        ),
    ],
)
def test_that_what_the_disk_does_is_the_worlds_fault(error: Exception, sentence: str) -> None:
    info = error_info(error)
    assert (info.kind, info.message, info.traceback) == ("user", sentence, "")


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), FileNotFoundError("gone"), OSError("odd")])
def test_that_any_other_error_is_a_fault_of_ours(error: Exception) -> None:
    info = error_info(error)
    assert info.kind == "fault"
    assert info.message == f"A fault in Lexigraft: {type(error).__name__}: {error}"


def test_that_the_message_is_one_line_and_the_rest_is_in_the_traceback() -> None:
    info = error_info(ValueError("first\nsecond"))
    assert info.message == "A fault in Lexigraft: ValueError: first"
    assert "second" in info.traceback


def test_that_half_a_character_in_a_files_name_is_spelt_out() -> None:
    info = error_info(UserError("caf\udce9.txt is empty."))
    assert info.message == "caf\\udce9.txt is empty."


def test_that_what_a_failed_job_held_is_released() -> None:
    seen: list[weakref.ref[Held]] = []

    def load() -> None:
        model = Held()
        seen.append(weakref.ref(model))
        try:
            raise KeyError("weights")
        except KeyError as error:
            raise MemoryError from error

    try:
        load()
    except MemoryError as raised:
        error_info(raised)
        gc.collect()
        assert seen[0]() is None
