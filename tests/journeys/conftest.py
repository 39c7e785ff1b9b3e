"""Whole journeys: the real program, on models of a few kilobytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from core.project.project import Project
from tests.tiny_models import write_text, write_tiny_model

ROOT = Path(__file__).parents[2]
PATIENCE = 100
"""Seconds that one process may take: it imports torch, perhaps beside many others."""


@dataclass
class Answer:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on standard output."""
        lines = self.out.splitlines()
        assert len(lines) == 1, self.out + self.err
        return json.loads(lines[0])


class Program:
    """`lexigraft` as processes of its own."""

    def start(self, *words: object, inside: Sequence[str] = (), **options: Any) -> subprocess.Popen[str]:
        """Start it and do not wait. `inside` is a command line that runs it."""
        return subprocess.Popen(
            [*inside, sys.executable, "-m", "app", *map(str, words)],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def __call__(self, *words: object, inside: Sequence[str] = ()) -> Answer:
        process = self.start(*words, inside=inside)
        out, err = process.communicate(timeout=PATIENCE)
        return Answer(process.returncode, out, err)


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Any:
    """The command line within the test's own process, which has what is slow to import."""

    def run(*words: object) -> Answer:
        capfd.readouterr()
        code = main([str(word) for word in words])
        said = capfd.readouterr()
        return Answer(code, said.out, said.err)

    return run


@dataclass
class Bench:
    """What there is to graft. Read only, except `project`."""

    base: Path
    target: Path
    text: Path
    project: Path
    place: Path
    """A folder for whatever a test writes."""

    def transplant(self, *more: object, method: str = "mean") -> list[object]:
        graft = ["transplant", "--base", self.base, "--target-tokenizer", self.target, "--method", method]
        return [*graft, *more]


@pytest.fixture(scope="session")
def _models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_tiny_model(folder / "base", "bpe")
    write_tiny_model(folder / "target", "unigram", seed=1)
    write_text(folder / "text.txt", 4_000)
    return folder


@pytest.fixture
def bench(_models: Path, tmp_path: Path) -> Bench:
    project = tmp_path / "project"
    Project.create(project).close()
    place = tmp_path / "place"
    place.mkdir()
    return Bench(_models / "base", _models / "target", _models / "text.txt", project, place)
