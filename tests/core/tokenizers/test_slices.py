"""Parsing in slices gives what the JSON parser gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tokenizers import slices
from core.tokenizers.slices import parse_vocabulary, parse_without_merges

CONTENTS = st.text(max_size=6) | st.sampled_from(
    ['"', "\\", '\\"', "]", "}", ",", "a\nb", "\u2028", "<0x0A>"]
)
NUMBERS = st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.none() | st.booleans() | NUMBERS | CONTENTS | st.lists(st.none() | CONTENTS, max_size=3)
VOCABULARIES = (
    st.dictionaries(CONTENTS, NUMBERS)
    | st.dictionaries(CONTENTS, ANYTHING)
    | st.lists(st.tuples(CONTENTS, NUMBERS))
    | st.lists(ANYTHING)
    | ANYTHING
)
MERGES = st.lists(CONTENTS) | st.lists(st.tuples(CONTENTS, CONTENTS)) | st.lists(ANYTHING) | ANYTHING
MODELS = st.fixed_dictionaries({"type": ANYTHING}, optional={"vocab": VOCABULARIES, "merges": MERGES})
FILES = st.fixed_dictionaries({"version": ANYTHING}, optional={"model": MODELS | ANYTHING, "vocab": ANYTHING})


@pytest.fixture(autouse=True, params=[1, 3, 2_000], scope="module")
def _slices_of(request: pytest.FixtureRequest) -> Any:
    """The patterns, made for slices of so many items."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices, "_AT_ONCE", request.param)
        patch.setattr(slices, "_NUMBERED", slices._several(slices._NUMBERED_ITEM, "}"))
        patch.setattr(slices, "_SCORED", slices._several(slices._SCORED_ITEM, "]"))
        patch.setattr(slices, "_MERGES", slices._several(slices._MERGE_ITEM, "]"))
        yield


@given(data=FILES, indent=st.sampled_from([None, 0, 2]), ascii_only=st.booleans())
def test_that_it_gives_what_the_parser_gives_without_simple_merges(
    data: Any, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only)
    expected = json.loads(text)
    found = parse_without_merges(text)
    if isinstance(expected.get("model"), dict) and found["model"].get("merges") == []:
        expected["model"]["merges"] = []
    assert found == expected


@given(data=FILES, indent=st.sampled_from([None, 0, 2]))
def test_that_merges_are_handed_on_as_the_parser_has_them(data: Any, indent: int | None) -> None:
    text = json.dumps(data, indent=indent)
    model = json.loads(text).get("model")
    expected = model.get("merges") if isinstance(model, dict) else None
    merges: list[Any] = []
    parse_without_merges(text, merges)
    assert merges == (expected if isinstance(expected, list) else [])


@given(vocabulary=VOCABULARIES, indent=st.sampled_from([None, 0, 2]))
def test_that_a_vocabulary_by_itself_is_parsed_likewise(vocabulary: Any, indent: int | None) -> None:
    text = json.dumps(vocabulary, indent=indent)
    assert parse_vocabulary(f" {text}\n") == json.loads(text)
    with pytest.raises(ValueError, match="Extra data"):
        parse_vocabulary(f"{text} x")


@given(
    data=FILES,
    cut=st.integers(0, 200),
    put=st.sampled_from(["", ",", "}", "]", '"', "x", "0", "\\", "-", " "]),
    take=st.integers(0, 3),
)
def test_that_it_refuses_what_the_parser_refuses(data: Any, cut: int, put: str, take: int) -> None:
    data["model"] = {"vocab": data.get("model"), "type": "BPE"}
    text = json.dumps(data)
    at = cut % len(text)
    text = text[:at] + put + text[at + take :]
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 - whatever the parser raises
            parse_without_merges(text)
    else:
        found = parse_without_merges(text)
        if isinstance(expected, dict) and isinstance(expected.get("model"), dict):
            expected["model"].pop("merges", None)
            found["model"].pop("merges", None)
        assert found == expected


def test_that_merges_are_passed_over_in_both_manners() -> None:
    for merges in (['a "', "b ]"], [["a", '"'], ["]", "b"]]):
        data = {"model": {"merges": merges, "vocab": {"a": 0}}, "after": 1}
        found = parse_without_merges(json.dumps(data))
        assert found == {"model": {"merges": [], "vocab": {"a": 0}}, "after": 1}


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"model"', '{"model":', '{"model": {', '{"model": {"vocab": {"a": 0,}}}', "{} x", "{,}"],
)
def test_that_an_error_says_where_it_is(text: str) -> None:
    with pytest.raises(json.JSONDecodeError) as error:
        parse_without_merges(text)
    assert 0 <= error.value.pos <= len(text)
