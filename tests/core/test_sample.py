from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

import core.sample
from core.cli import command_for, main, spec_from
from core.errors import UserError
from core.folders import data_folder, resources_folder
from core.jobs.context import Control
from core.jobs.registry import job_kind
from core.project.project import Project
from core.sample import COMPARED, SEEDS, ensure_sample_project, run_headless, sample_spec
from core.transplant.methods import METHODS
from tests.tiny_models import TEXT, write_tiny_model

TEXTS = resources_folder() / "starter" / "texts"


@pytest.fixture
def tiny_starters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Models of a few kilobytes in the starters' place."""
    starter = tmp_path / "resources" / "starter"
    write_tiny_model(starter / core.sample.BASE, "unigram")
    write_tiny_model(starter / core.sample.TARGET, "bpe", seed=1)
    (starter / "texts").mkdir()
    for name, text in {"prose": TEXT, "python": "x = 1\n" * 20, "german": "Das ist ein Brief.\n" * 9}.items():
        (starter / "texts" / f"{name}.txt").write_text(text, encoding="utf-8")
    monkeypatch.setattr(core.sample, "resources_folder", lambda: tmp_path / "resources")
    return starter


# The project


def test_that_the_sample_project_is_made_once() -> None:
    folder = ensure_sample_project()
    assert folder.parent == data_folder()
    with Project.open(folder) as project:
        assert project.name == "Sample"
        project.set_project_name("Mine").result()
    assert ensure_sample_project() == folder
    with Project.open(folder) as project:
        assert project.name == "Mine"
    assert [path.name for path in data_folder().iterdir()] == ["Sample"]


def test_that_of_two_that_start_at_once_both_get_the_project_of_the_quicker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    create: Callable[..., Project] = Project.create
    others = iter([True])

    def create_while_another_does(folder: Path, name: str) -> Project:
        mine = create(folder, name)
        if next(others, False):
            with Project.open(ensure_sample_project()) as theirs:
                theirs.set_project_name("The quicker").result()
        return mine

    monkeypatch.setattr(Project, "create", create_while_another_does)
    with Project.open(ensure_sample_project()) as project:
        assert project.name == "The quicker"
    assert [path.name for path in data_folder().iterdir()] == ["Sample"]


def test_that_something_else_in_its_place_is_a_sentence() -> None:
    folder = data_folder() / "Sample"
    folder.mkdir(parents=True)
    (folder / "letter.txt").write_text("Dear Nina")
    with pytest.raises(UserError, match="is in the way of the sample project"):
        ensure_sample_project()
    assert [path.name for path in data_folder().iterdir()] == ["Sample"]
    assert (folder / "letter.txt").read_text() == "Dear Nina"


def test_that_a_place_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LEXIGRAFT_DATA", str(tmp_path / "file" / "below"))
    with pytest.raises(UserError, match=r"cannot be made in .*: Not a directory\. .* LEXIGRAFT_DATA"):
        ensure_sample_project()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        ("UPDATE alembic_version SET version_num = '0099'", "was made by a newer Lexigraft"),
        ("DROP TABLE alembic_version", "is not a Lexigraft project"),
    ],
)
@pytest.mark.usefixtures("tiny_starters")
def test_that_a_sample_project_that_cannot_be_opened_is_a_sentence(
    spoil: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = sqlite3.connect(ensure_sample_project() / "project.lexigraft")
    with connection:
        connection.execute(spoil)
    connection.close()
    assert main(["sample"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert "Traceback" not in said.err


# The graft


@pytest.mark.usefixtures("tiny_starters")
def test_that_the_sample_graft_is_a_transplant_like_any_other() -> None:
    spec = sample_spec()
    request = job_kind("transplant").request.model_validate(spec.request)
    assert request.model_dump(mode="json") == spec.request
    assert [Path(path).stem for path in spec.request["text"]] == ["german", "prose", "python"]
    assert spec_from([*command_for(spec)[1:], "--project", "lab"]) == spec


@pytest.mark.parametrize(
    ("gone", "named"), [("prose-unigram/config.json", "model prose-unigram"), ("texts", "texts")]
)
def test_that_a_broken_installation_is_a_sentence(
    gone: str, named: str, tiny_starters: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tiny_starters / gone).rename(tiny_starters / "gone")
    with pytest.raises(UserError, match=named):
        sample_spec()
    assert main(["sample"]) == 2
    assert capsys.readouterr().err == (
        f"lexigraft: The sample's {named} should be in {tiny_starters}, but cannot be found there; "
        "install Lexigraft again.\n"
    )


@pytest.mark.usefixtures("tiny_starters")
def test_that_the_sample_graft_shows_several_methods_in_one_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_headless() == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert max(map(len, lines[:-1])) <= 100, "the last names a folder"
    at = next(number for number, line in enumerate(lines) if line.startswith("method"))
    assert "all  prose  python  arithmetic  others  +copied" in re.sub(" {2,}", "  ", lines[at])
    rows = [re.split(r" {2,}", line) for line in lines[at + 2 :]]
    names = [row[0].partition(",")[0] for row in rows[: rows.index([""])]]
    random = [name for name in COMPARED for _ in (SEEDS if METHODS[name].random else [0])]
    assert names == ["(the base)", *random]
    project = ensure_sample_project()
    assert str(project) in lines[-1]
    with Project.open(project) as opened:
        runs = opened.runs()
        after = {
            m.run: m.value for m in opened.metrics() if (m.name, m.slice) == ("bits per byte after", "all")
        }
    assert [run.status for run in runs] == ["done"] * len(random)
    for row, run in zip(rows[1:], sorted(runs, key=lambda run: run.id), strict=False):
        assert f"{after[run.id]:.3f}" in row
    assert f"1 of {len(random)}: " in said.err


@pytest.mark.usefixtures("tiny_starters")
def test_that_a_stopped_sample_graft_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    control = Control()
    control.cancel()
    assert run_headless(control) == 130
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1] == "Cancelled."
    with Project.open(ensure_sample_project()) as project:
        assert [run.status for run in project.runs()] == ["cancelled"]


# The texts


def test_that_the_sample_texts_are_plain_and_of_the_promised_size() -> None:
    files = {path.name: path.read_bytes() for path in TEXTS.glob("*.txt")}
    assert {"prose.txt", "python.txt", "arithmetic.txt"} < set(files)
    assert len(files) == 8
    assert 40_000 <= sum(map(len, files.values())) <= 80_000
    for name, data in files.items():
        text = data.decode("utf-8")
        assert name.isascii()
        assert "\r" not in text
        assert "\ufeff" not in text
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


def test_that_the_sample_arithmetic_is_right() -> None:
    sum_of_two = re.compile(r"([\d,./]+) ([-+x/]) ([\d,./]+) = ([\d,./]+)(?: remainder (\d+))?")
    checked = 0
    for line in (TEXTS / "arithmetic.txt").read_text(encoding="utf-8").splitlines():
        match = sum_of_two.fullmatch(line)
        if match is None:
            continue
        a, b, c = (Fraction(match[group].replace(",", "")) for group in (1, 3, 4))
        found = {"+": a + b, "-": a - b, "x": a * b, "/": c * b + int(match[5] or 0)}[match[2]]
        assert found == (a if match[2] == "/" else c), line
        checked += 1
    assert checked > 60
