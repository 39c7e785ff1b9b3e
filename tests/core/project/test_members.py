from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.project.members import clash, objection

part = st.text(min_size=1, max_size=12) | st.sampled_from(["..", ".", "", "C:", "con", "~", "\\", "a/b"])
name = st.lists(part, min_size=1, max_size=4).map("/".join) | st.text(max_size=20)


@given(name)
def test_that_no_accepted_name_leads_outside_on_any_system(name):
    if objection(name) is not None:
        return
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    assert not posix.is_absolute()
    assert not windows.is_absolute()
    assert not windows.drive
    assert ".." not in posix.parts + windows.parts
    assert Path("/target", name).resolve().is_relative_to("/target")


@given(name)
def test_that_an_accepted_name_is_one_path_on_every_system(name):
    if objection(name) is not None:
        return
    assert PurePosixPath(name).as_posix() == PureWindowsPath(name).as_posix() == name


@pytest.mark.parametrize(
    "name", ["model/config.json", "1/ü 空.txt", ".hidden", "console.txt", "com10", "a.b.c"]
)
def test_that_ordinary_names_are_accepted(name):
    assert objection(name) is None


@pytest.mark.parametrize("name", ["COM1", "lpt9.log", "Nul.tar.gz", "CONIN$", "com¹"])
def test_that_reserved_names_are_refused_in_any_case(name):
    assert objection(name) == "has a name that Windows reserves"


def test_that_names_that_some_system_takes_for_one_clash():
    assert clash(["a", "b/a", "ab"]) is None
    assert clash(["a/File", "a/file"]) == "a/file"
    assert clash(["Straße", "STRASSE"]) == "STRASSE"
    assert clash(["é", "e\u0301"]) == "e\u0301"
    assert clash(["a", "A/b"]) == "A/b"
    assert clash(["A/b", "a"]) == "a"
    assert clash(["A/b", "a/c"]) is None
