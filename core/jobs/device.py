"""Where to compute: the processor or a graphics card. torch is only imported where the answer needs it."""

from __future__ import annotations

from contextlib import suppress

from core.errors import UserError

_NAMES = {"cpu": "the processor", "cuda": "an NVIDIA or AMD card", "mps": "an Apple graphics unit"}


def resolve_device(wanted: str) -> str:
    """``auto`` as ``cuda``, ``mps`` or ``cpu``, the first that there is; any other as itself.

    Raises:
        UserError: `wanted` is not there; the sentence names what is.
    """
    if wanted == "cpu":
        return wanted
    if wanted not in ("auto", *_NAMES):
        raise UserError(
            f"There is no device called {wanted!r}; there are auto, {', '.join(_NAMES)}.", field="device"
        )
    there = available_devices()
    if wanted == "auto":
        return there[0]
    if wanted not in there:
        have = ", ".join(f"{name} ({_NAMES[name]})" for name in there)
        choice = "one of these" if len(there) > 1 else "that"
        raise UserError(
            f"The device {wanted} ({_NAMES[wanted]}) was asked for, and torch finds none here; "
            f"there is {have}. Choose {choice}, or auto.",
            field="device",
        )
    return wanted


def available_devices() -> list[str]:
    """What torch can compute on here, the fastest first; ``cpu`` is always the last."""
    import torch

    there = []
    if torch.cuda.is_available():
        there.append("cuda")
    if torch.backends.mps.is_available():
        there.append("mps")
    return [*there, "cpu"]


def accelerator_name(device: str) -> str:
    """What the card calls itself; empty for the processor."""
    if device == "cuda":
        import torch

        with suppress(RuntimeError, AssertionError):  # the card failed, or torch was built without any
            return str(torch.cuda.get_device_name())
    return "Apple graphics unit" if device == "mps" else ""
