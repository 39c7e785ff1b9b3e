from __future__ import annotations

from app.panels.runs.asked import fields_of, flat, kind_title
from tests.app.panels.runs.grafting import record


def test_that_every_field_is_told_in_the_words_of_the_request_defaults_too() -> None:
    run = record(request={"method": {"name": "omp", "k": 8}, "text": ["/a/prose.txt", "/b/code.py"]}, seed=7)
    assert [(field.title, field.text) for field in fields_of(run)] == [
        ("Base model", "base"),
        ("Method", "omp"),
        ("Anchors, k", "8"),
        ("Your text", "prose.txt, code.py"),
        ("Pad rows", "64"),
        ("Seed", "7"),
        ("Device", "auto"),
    ]
    text = next(field for field in fields_of(run) if field.name == "text")
    assert text.whole == "/a/prose.txt\n/b/code.py"


def test_that_a_request_of_another_version_is_told_as_it_was_recorded() -> None:
    run = record(request={"method": {"name": "gone", "depth": 3}, "old_field": True, "nothing": None})
    assert [(field.title, field.text) for field in fields_of(run)][:4] == [
        ("Method", "gone"),
        ("Method, depth", "3"),
        ("Old field", "yes"),
        ("Nothing", "none"),
    ]


def test_that_a_run_of_an_unknown_kind_is_told_too() -> None:
    run = record(kind="brain-surgery", request={"depth": 0.25})
    assert kind_title(run.kind) == "Brain surgery"
    assert next((field.title, field.text) for field in fields_of(run)) == ("Depth", "0.25")


def test_that_nested_data_is_flat_under_names_that_say_where_it_was() -> None:
    assert flat({"a": {"name": "x", "b": {"c": 1}}, "d": {}, "name": "y"}) == {
        "a": "x",
        "a, b, c": 1,
        "d": {},
        "name": "y",
    }
