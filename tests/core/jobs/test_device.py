from __future__ import annotations

import sys

import pytest

from core.errors import UserError
from core.jobs import device
from core.jobs.device import available_devices, resolve_device


def test_that_the_processor_needs_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it would fail
    assert resolve_device("cpu") == "cpu"


@pytest.mark.parametrize("there", [["cuda", "cpu"], ["mps", "cpu"], ["cpu"]])
def test_that_auto_is_the_fastest_there_is(there: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "available_devices", lambda: there)
    assert resolve_device("auto") == there[0]
    assert resolve_device(there[0]) == there[0]


def test_that_asking_for_what_is_not_there_says_what_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "available_devices", lambda: ["mps", "cpu"])
    with pytest.raises(UserError) as refused:
        resolve_device("cuda")
    assert refused.value.field == "device"
    assert refused.value.message == (
        "The device cuda (an NVIDIA or AMD card) was asked for, and torch finds none here; there is "
        "mps (an Apple graphics unit), cpu (the processor). Choose one of these, or auto."
    )


def test_that_an_unknown_device_is_refused() -> None:
    with pytest.raises(UserError, match="no device called 'abacus'; there are auto, cpu, cuda, mps"):
        resolve_device("abacus")


def test_that_the_processor_is_always_there() -> None:
    assert available_devices()[-1] == "cpu"


def test_that_what_a_card_is_called_fails_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise AssertionError("Torch not compiled with CUDA enabled")

    monkeypatch.setattr("torch.cuda.get_device_name", none)
    assert device.accelerator_name("cuda") == ""
