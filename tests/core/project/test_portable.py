from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.project.portable import MARK, PortablePaths, replace_prefixes

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(json_values)
def test_that_what_is_no_path_inside_comes_back_unchanged(value):
    paths = PortablePaths(Path("/no/such/project"))
    assert paths.restore(paths.store(value)) == value


def test_that_paths_inside_are_marked_and_found_again_elsewhere(tmp_path):
    here, there = PortablePaths(tmp_path / "here"), PortablePaths(tmp_path / "there")
    value = {"a": [str(tmp_path / "here"), str(tmp_path / "here" / "artifacts" / "1")], "b": "/here/x"}
    stored = here.store(value)
    assert stored == {"a": [MARK, MARK + "artifacts/1"], "b": "/here/x"}
    assert there.restore(stored) == {
        "a": [str(tmp_path / "there"), str(tmp_path / "there" / "artifacts" / "1")],
        "b": "/here/x",
    }


def test_that_a_path_through_a_link_is_recognised(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    paths = PortablePaths(tmp_path / "link")
    assert paths.store(str(tmp_path / "link" / "x")) == MARK + "x"
    assert paths.store(str(tmp_path / "real" / "x")) == MARK + "x"


def test_that_a_forged_mark_leads_nowhere(tmp_path):
    paths = PortablePaths(tmp_path / "lab")
    for forged in (MARK + "../secret", MARK + "/etc/passwd", MARK + "a\0b"):
        assert paths.restore(forged) == forged


@pytest.mark.parametrize(
    ("text", "expected"),
    [("/a/b", "/c"), ("/a/b/x/y", "/c/x/y"), ("/a/bc", "/a/bc"), ("x/a/b", "x/a/b"), ("/a", "/a")],
)
def test_that_only_whole_folder_names_are_replaced(text, expected):
    assert replace_prefixes(text, [("/a/b", "/c")]) == expected
