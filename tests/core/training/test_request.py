"""The request, as the command line and a saved file give it."""

from __future__ import annotations

import argparse

import pytest
from pydantic import ValidationError

from core.errors import UserError
from core.flags import RequestFlags
from core.training.recipes import RECIPES
from core.training.request import TrainRequest


def parsed(line: str) -> TrainRequest:
    flags = RequestFlags(TrainRequest)
    parser = argparse.ArgumentParser()
    flags.add_to(parser)
    request = flags.validated(flags.values(parser.parse_args(line.split())))
    assert isinstance(request, TrainRequest)
    return request


def test_that_the_command_of_the_readme_is_understood() -> None:
    request = parsed("--text corpus.txt --tokenizer-kind byte-bpe --vocab-size 8192 --out small-model")
    assert (request.tokenizer_kind, request.vocab_size, request.recipe.name) == (
        "byte-bpe",
        8192,
        "causal-lm",
    )


def test_that_the_recipes_parameters_are_flags_and_come_back() -> None:
    request = parsed(
        "--text a --text b --recipe causal-lm --hidden-size 64 --heads 2 --steps 7 --learning-rate 0.01 "
        "--warmup 0.2"
    )
    assert request.recipe.model_dump(exclude_defaults=True) == {
        "hidden_size": 64, "heads": 2, "steps": 7, "learning_rate": 0.01, "warmup": 0.2,
    }  # fmt: skip
    assert parsed(" ".join(RequestFlags(TrainRequest).words(request))) == request


def test_that_a_request_survives_json() -> None:
    request = parsed("--text a --held-out b --hidden-size 32 --heads 4 --dtype float32")
    assert TrainRequest.model_validate_json(request.model_dump_json()) == request


def test_that_an_unknown_recipe_and_heads_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValidationError, match="causal-lm"):
        TrainRequest(text=["a"], recipe={"name": "none"})
    with pytest.raises(UserError, match="does not divide into 3 heads"):
        parsed("--text a --hidden-size 64 --heads 3")


def test_that_recipes_are_found_by_being_there() -> None:
    assert "causal-lm" in RECIPES
    assert all(recipe.title and recipe.sentence for recipe in RECIPES.values())
