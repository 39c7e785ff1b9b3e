"""For every test: no display, no network, and settings, caches and data of its own."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

ROOT = Path(__file__).parent.parent
PATIENCE = 40_000
"""Milliseconds that a test of the window waits for what is to come. Waiting ends when it comes; pytest-qt's
five seconds are too few for a machine that is busy with something else."""
for wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitExposed, QtBot.waitActive):
    wait.__kwdefaults__["timeout"] = PATIENCE

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "2")
if "--show" not in sys.argv:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--show", action="store_true", help="open the windows on the real display")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of texts, tokenizers and models that the tests read but that is no part of the source."""
    folder = Path(os.environ.get("LEXIGRAFT_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"needs the test data: there is no {folder} (LEXIGRAFT_TEST_DATA may name another)")
    return folder


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    for name in ("CONFIG", "CACHE", "DATA"):
        monkeypatch.setenv(f"LEXIGRAFT_{name}", str(home / name.lower()))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection to another machine fails the test that tried it."""
    tried: list[object] = []
    for method in ("connect", "connect_ex"):
        original = getattr(socket.socket, method)

        def guarded(self: socket.socket, address: object, original: object = original) -> object:
            there = address[0] if isinstance(address, tuple) else None
            if self.family in (socket.AF_INET, socket.AF_INET6) and there not in (
                "127.0.0.1",
                "::1",
                "localhost",
            ):
                tried.append(address)
                raise PermissionError(f"no network in tests: {address}")
            return original(self, address)  # type: ignore[operator]

        monkeypatch.setattr(socket.socket, method, guarded)
    yield
    assert not tried, f"the test reached for the network: {tried}"
