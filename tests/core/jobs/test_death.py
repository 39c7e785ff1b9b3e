from __future__ import annotations

import pytest

from core.jobs.death import sentence


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (-9, "killed it (SIGKILL), probably because it was out of memory"),
        (137, "killed it (SIGKILL), probably because it was out of memory"),
        (-11, "it crashed: an invalid memory access, SIGSEGV"),
        (-6, "it crashed: a library gave up, SIGABRT"),
        (-15, "ended it (SIGTERM)"),
        (-10, "it was ended by SIGUSR1"),
        (0xC0000005, "it crashed: an invalid memory access"),
        (0xC0000005 - 2**32, "it crashed: an invalid memory access"),
        (1, "it ended with exit code 1"),
        (0, "it ended with exit code 0"),
        (-250, "it ended with exit code -250"),
        (None, "it stopped answering"),
    ],
)
def test_that_an_exit_code_is_put_in_words(code: int | None, cause: str) -> None:
    said = sentence(code)
    assert said.startswith("The engine process died: ")
    assert f"{cause}. It is started anew for the next run." in said
