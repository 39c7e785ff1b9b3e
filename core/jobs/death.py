"""What a dead engine process died of, as a sentence for a person."""

from __future__ import annotations

import signal

_SIGNALS = {
    "SIGSEGV": "it crashed: an invalid memory access, SIGSEGV",
    "SIGBUS": "it crashed: a file or memory that it was reading went away, SIGBUS",
    "SIGABRT": "it crashed: a library gave up, SIGABRT",
    "SIGILL": "it crashed: an instruction that this processor does not have, SIGILL",
    "SIGFPE": "it crashed: an impossible calculation, SIGFPE",
    "SIGKILL": "the system or another program killed it (SIGKILL), probably because it was out of memory",
    "SIGTERM": "the system or another program ended it (SIGTERM)",
}
_WINDOWS = {
    0xC0000005: "it crashed: an invalid memory access",
    0xC0000017: "it was out of memory",
    0xC000001D: "it crashed: an instruction that this processor does not have",
    0xC00000FD: "it crashed: its stack overflowed",
    0xC0000135: "one of its libraries is missing",
    0xC0000409: "it crashed: a library gave up",
}
"""Status codes of the system, by which a process ends that crashed."""


def sentence(exit_code: int | None) -> str:
    """`exit_code` as `multiprocessing.Process` gives it: of a signal the negative number."""
    return f"The engine process died: {cause(exit_code)}. It is started anew for the next run."


def cause(code: int | None) -> str:
    """What a process died of, as part of a sentence."""
    if code is None:
        return "it stopped answering"
    if code & 0xFFFFFFFF in _WINDOWS:
        return _WINDOWS[code & 0xFFFFFFFF]
    number = -code if code < 0 else code - 128 if 128 < code < 192 else 0  # a shell in between adds 128
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"it ended with exit code {code}"
    return _SIGNALS.get(name, f"it was ended by {name}")
