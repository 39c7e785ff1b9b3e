from __future__ import annotations

from app.widgets.model_signs import model_names, model_signs
from app.widgets.series_numbers import kept_numbers


def test_that_names_are_short_and_no_two_alike() -> None:
    assert model_names(["/m/prose-bpe", "/p/artifacts/14/model"]) == ["prose-bpe", "run 14"]
    assert model_names(["/a/prose", "/b/prose"]) == ["a/prose", "b/prose"]
    assert model_names(["/a/prose", "/a/prose"]) == ["a/prose", "prose (2)"]


def test_that_a_model_has_one_colour_in_every_view() -> None:
    first = model_signs(None, ["/m/one of signs", "/m/two of signs"])
    assert len({sign.number for sign in first}) == 2
    assert model_signs(None, ["/m/two of signs"])[0] == first[1]
    assert kept_numbers(None)["two of signs"] == first[1].number


def test_that_looking_keeps_no_colour() -> None:
    model_signs(None, ["/m/only looked at"], keep=False)
    assert "only looked at" not in kept_numbers(None)
