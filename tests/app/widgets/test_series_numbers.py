from __future__ import annotations

from pathlib import Path

from app.widgets.series_numbers import keep_numbers, kept_numbers, numbers_of, restore_numbers
from core.project.project import Project


def test_that_a_name_keeps_its_number_in_a_project(tmp_path: Path) -> None:
    with Project.create(tmp_path / "lab") as project:
        assert keep_numbers(project, ["a", "b", "c"]) == {"a": 0, "b": 1, "c": 2}
        assert keep_numbers(project, ["c", "d"]) == {"c": 2, "d": 3}
        assert numbers_of(project, ["b", "new"]) == {"b": 1, "new": 4}
        assert "new" not in kept_numbers(project)


def test_that_no_two_in_a_view_are_alike(tmp_path: Path) -> None:
    with Project.create(tmp_path / "lab") as project:
        names = [f"system {number}" for number in range(9)]
        keep_numbers(project, names)
        both = keep_numbers(project, ["another"])
        assert both["another"] == 0
        assert numbers_of(project, ["another", "system 0"]) == {"another": 0, "system 0": 1}
        assert len(set(numbers_of(project, names).values())) == len(names)


def test_that_numbers_come_back_and_what_is_none_is_left_out(tmp_path: Path) -> None:
    with Project.create(tmp_path / "lab") as project:
        restore_numbers(project, {"a": 3, "b": "red", "c": -1})
        restore_numbers(project, "nothing")
        assert kept_numbers(project) == {"a": 3}
