from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from core.errors import UserError
from core.flags import RequestFlags
from core.generation.generate.request import GenerateRequest
from core.jobs.request import Request


class Zero(BaseModel):
    name: Literal["zero"] = "zero"


class Pursuit(BaseModel):
    name: Literal["pursuit"] = "pursuit"
    k: int = Field(64, ge=1, description="Anchors for one token.")
    pad_to: int = Field(1, description="Called like a field of the request.")


class Ridge(BaseModel):
    name: Literal["ridge"] = "ridge"
    strength: float = 0.1
    k: int = 8


class Probe(Request):
    base: Path = Field(
        description="Where to start, 100 %.", json_schema_extra={"input": "model", "positional": True}
    )
    donor: Path | None = Field(None, json_schema_extra={"input": "model"})
    method: Annotated[Zero | Pursuit | Ridge, Field(discriminator="name")] = Pursuit()
    text: list[Path] = Field(default_factory=list, json_schema_extra={"input": "text"})
    layers: list[int] = [1, 2]
    replace: bool = False
    tidy: bool = True
    pad_to: int = Field(64, ge=1)
    rate: float = 0.5
    limit: int | None = Field(10, title="Length", json_schema_extra={"none": "no limit"})
    dtype: Literal["float32", "bfloat16"] = "float32"
    extra: dict[str, int] = {}
    word: str = ""
    passage: str = Field("a", min_length=1)


FLAGS = RequestFlags(Probe, frozenset({"json", "seed"}))


def parsed(*words: str) -> Request:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    FLAGS.add_to(parser)
    return FLAGS.validated(FLAGS.values(parser.parse_args(words)))


def test_that_flags_are_field_names_with_dashes() -> None:
    probe = parsed(
        "base", "--pad-to", "8", "--donor", "d", "--rate", "1e-3", "--dtype", "bfloat16", "--word", "x y"
    )
    assert probe == Probe(
        base=Path("base"), donor=Path("d"), pad_to=8, rate=1e-3, dtype="bfloat16", word="x y"
    )


def test_that_a_list_repeats_its_flag_or_takes_several_values() -> None:
    assert parsed("b", "--text", "1", "--text", "2").text == [Path("1"), Path("2")]  # type: ignore[attr-defined]
    assert parsed("b", "--text", "1", "2").text == [Path("1"), Path("2")]  # type: ignore[attr-defined]


def test_that_switches_go_both_ways_and_defaults_can_be_emptied() -> None:
    probe = parsed("b", "--replace", "--no-tidy", "--no-limit", "--no-layers")
    assert probe == Probe(base=Path("b"), replace=True, tidy=False, limit=None, layers=[])


def test_that_a_choice_takes_the_parameters_of_its_member() -> None:
    assert parsed("b", "--method", "zero") == Probe(base=Path("b"), method=Zero())
    assert parsed("b", "--method", "ridge", "--k", "3", "--strength", "2") == Probe(
        base=Path("b"), method=Ridge(k=3, strength=2)
    )


def test_that_a_parameter_alone_belongs_to_the_default_member() -> None:
    assert parsed("b", "--k", "3") == Probe(base=Path("b"), method=Pursuit(k=3))


def test_that_a_parameter_called_like_a_field_gets_its_choice_in_front() -> None:
    probe = parsed("b", "--pad-to", "8", "--method-pad-to", "2")
    assert probe == Probe(base=Path("b"), pad_to=8, method=Pursuit(pad_to=2))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--pad-to", "0"], "--pad-to: must be at least 1."),
        (["--pad-to", "x"], "--pad-to: must be a whole number."),
        (["--k", "0"], "--k: must be at least 1."),
        (["--method", "zero", "--k", "3"], "--k is no parameter of --method zero, but of pursuit or ridge."),
        (["--layers", "1", "y"], "--layers: must be a whole number."),
        (["--extra", "{"], "--extra: '{' is no JSON text."),
    ],
)
def test_that_a_wrong_value_gets_one_sentence_that_names_its_flag(words: list[str], sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        parsed("b", *words)
    assert refused.value.message == sentence


def test_that_the_help_says_descriptions_choices_and_defaults() -> None:
    parser = argparse.ArgumentParser()
    FLAGS.add_to(parser)
    text = " ".join(parser.format_help().split())
    assert "--method NAME One of zero, pursuit or ridge. (default: pursuit)" in text
    assert "[pursuit, ridge] Anchors for one token. --method-pad-to" in text
    assert "Where to start, 100 %." in text
    assert "[ridge] Strength (default: 0.1)" in text
    assert "One of float32 or bfloat16. (default: float32)" in text
    assert "--no-limit Length: no limit, in place of the default." in text
    assert "--no-layers No layers at all, in place of the default." in text
    assert "(default: 1 2)" in text


def test_that_the_help_says_what_may_be_spelt_in_a_line() -> None:
    parser = argparse.ArgumentParser()
    RequestFlags(GenerateRequest).add_to(parser)
    text = " ".join(parser.format_help().split())
    assert "mirostat (tau, eta), " in text
    assert "top-p (p), " in text


def test_that_a_wrong_parameter_in_a_line_is_named() -> None:
    flags = RequestFlags(GenerateRequest)
    with pytest.raises(UserError) as refused:
        flags.validated({"models": ["here"], "samplers": ["top-k k=3", "top-p p=2"]})
    assert refused.value.message == "--samplers: top-p p: must be at most 1."


words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8).filter(
    lambda text: text != "--"  # argparse of Python 3.11 drops this one wherever it stands
)
paths = words.map(lambda text: Path(text or "p"))
members: st.SearchStrategy[Any] = st.one_of(
    st.just(Zero()),
    st.builds(Pursuit, k=st.integers(1), pad_to=st.integers()),
    st.builds(Ridge, strength=st.floats(allow_nan=False), k=st.integers()),
)
probes = st.builds(
    Probe,
    base=paths,
    donor=st.none() | paths,
    method=members,
    text=st.lists(paths, max_size=3),
    layers=st.lists(st.integers(), max_size=3),
    replace=st.booleans(),
    tidy=st.booleans(),
    pad_to=st.integers(1),
    rate=st.floats(allow_nan=False),
    limit=st.none() | st.integers(),
    dtype=st.sampled_from(["float32", "bfloat16"]),
    extra=st.dictionaries(words, st.integers(), max_size=2),
    word=words,
)


@given(probes)
def test_that_every_request_becomes_words_and_back(probe: Probe) -> None:
    said = FLAGS.words(probe)
    assert all(isinstance(word, str) for word in said)
    assert parsed(*said) == probe


def test_that_words_leave_out_what_is_the_default() -> None:
    probe = Probe(base=Path("b"), method=Ridge(k=8, strength=0.2), text=[Path("-t")])
    assert FLAGS.words(probe) == ["b", "--method", "ridge", "--text=-t", "--strength", "0.2"]
    assert json.loads(probe.model_dump_json())["method"] == {"name": "ridge", "strength": 0.2, "k": 8}


@pytest.mark.parametrize("flag", ["--word", "--passage"])
def test_that_what_is_no_utf8_is_said_to_be_so(flag: str) -> None:
    with pytest.raises(UserError, match=f"{flag}: the text is not UTF-8"):
        parsed("here", flag, b"caf\xe9".decode(errors="surrogateescape"))
    name = b"caf\xe9".decode(errors="surrogateescape")
    assert parsed(name).base == Path(name)  # type: ignore[attr-defined]
