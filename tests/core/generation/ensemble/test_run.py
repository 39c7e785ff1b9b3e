"""The ensemble job, through its door."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import Cancelled, UserError
from core.generation.covers.opened import byte_model
from core.generation.ensemble.preview import preview
from core.generation.ensemble.request import EnsembleRequest
from core.generation.ensemble.result import EnsembleResult
from core.generation.ensemble.rules.proxy import Proxy
from core.generation.ensemble.run import ensemble
from core.generation.language.opened import open_language_model
from core.jobs.context import Context, Control
from core.jobs.events import Partial
from tests.core.generation.starters import STARTERS, starter
from tests.tiny_models import write_text, write_tiny_model


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two of different vocabularies, with random weights."""
    folder = tmp_path_factory.mktemp("models")
    return [write_tiny_model(folder / "one"), write_tiny_model(folder / "two", vocab_size=280, seed=1)]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_text(tmp_path_factory.mktemp("texts") / "held out.txt", 400)


def asked(folder: Path, seed: int = 0, **fields: Any) -> tuple[EnsembleResult, list[dict[str, Any]]]:
    partials: list[dict[str, Any]] = []
    ctx = Context(
        seed=seed,
        workdir=folder,
        send=lambda event: partials.append(event.data) if isinstance(event, Partial) else None,
    )
    return ensemble(EnsembleRequest(**fields), ctx), partials


def test_that_models_write_together_and_stream_what_they_write(models: list[Path], tmp_path: Path) -> None:
    fields = {"models": models, "prompt": "The ferr", "max_bytes": 12, "decoding": "sample"}
    result, partials = asked(tmp_path, seed=3, **fields)
    assert result.text == asked(tmp_path, seed=3, **fields)[0].text
    assert result.text != asked(tmp_path, seed=4, **fields)[0].text
    assert "".join(one.text for one in result.characters) == result.text
    streamed = [one for part in partials if part["part"] == "written" for one in part["characters"]]
    assert "".join(one["text"] for one in streamed) == result.text
    for one in result.characters:
        assert sum(one.owed) == pytest.approx(1)
        assert one.weights == pytest.approx((0.5, 0.5))


def test_that_the_figures_are_those_of_the_members_own_laws(
    models: list[Path], text: Path, tmp_path: Path
) -> None:
    """Of the first window, by the chain rule; the Bayesian mixture's is the mean of the probabilities."""
    fields = {"models": models, "text": [text], "max_bytes": 0, "stride": 32, "text_bytes": 256}
    result, _ = asked(tmp_path, how={"kind": "bayes"}, convention="all", beam=64, **fields)
    first = result.stretches[0]
    data = text.read_bytes()[: first.bytes]
    logs = []
    for path in models:
        language = open_language_model(path, Context(workdir=tmp_path))
        model = byte_model(language, convention="all", beam=64)
        logs.append(model.read(model.start(), data).log_probability - model.start().log_probability)
    rates = [-log / np.log(2) / len(data) for log in logs]
    assert first.members == pytest.approx(rates, abs=1e-3)
    mean = -np.log2((2 ** -(first.members[0] * len(data)) + 2 ** -(first.members[1] * len(data))) / 2)
    assert first.together == pytest.approx(mean / len(data), abs=1e-3)
    assert {one.kind for one in result.rules} == {"bayes", "mixture", "product"}


def test_that_a_bayesian_mixture_is_never_much_worse_than_its_best_member(
    models: list[Path], text: Path, tmp_path: Path
) -> None:
    """Not over all windows of a text: at most log2 of the number of members for each text."""
    other = write_text(tmp_path / "other.txt", 300)
    texts = {"text": [text, other], "max_bytes": 0, "stride": 32}
    result, _ = asked(tmp_path, how={"kind": "bayes"}, models=models, **texts)
    assert len(result.stretches) > 20
    for one in result.measured[1:]:
        best = min(member.value for member in one.members)
        assert one.together.value <= best + 1 / one.bytes + 1e-9


def test_that_learnt_weights_are_told_and_the_rest_is_measured(
    models: list[Path], text: Path, tmp_path: Path
) -> None:
    fields = {"models": models, "text": [text], "max_bytes": 0, "stride": 64, "fit": 0.5}
    result, _ = asked(tmp_path, how={"kind": "mixture"}, **fields)
    assert result.learnt_on == 4 * 64
    assert result.learnt_on + result.measured[0].bytes == 400
    assert sum(result.weights) == pytest.approx(1)
    assert "learnt on" in result.tables()[-1].head[1]


def test_that_the_starters_are_better_together_than_either_alone(tmp_path: Path) -> None:
    result, _ = asked(
        tmp_path,
        models=[starter(name) for name in STARTERS],
        text=[starter("texts") / "prose.txt"],
        max_bytes=0,
        text_bytes=512,
        stride=64,
    )
    assert result.bits_per_byte[2] < min(result.bits_per_byte[:2])
    assert result.measured[0].gain.value > 0
    assert result.summary().startswith("Together they need 1.")
    assert "less than the better of the two" in result.summary()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"models": 1}, "models", "two to four models"),
        ({"how": Proxy()}, "models", "takes 3 models; 2 are given"),
        ({"weights": [1.0]}, "weights", "one weight a model"),
        ({"weights": [-1.0, 2.0]}, "weights", "0 or more"),
        ({"fit": 0.5}, "fit", "give one"),
        ({"how": {"kind": "bayes"}, "fit": 0.5, "text": ["t.txt"]}, "fit", "nothing to learn"),
        ({"samplers": ["repetition"]}, "samplers", "draws bytes"),
        ({"max_bytes": 0}, None, "nothing to do"),
    ],
)
def test_that_what_makes_no_sense_is_told_beforehand(
    models: list[Path], tmp_path: Path, changes: dict[str, Any], field: str | None, words: str
) -> None:
    fields = {"models": models, **changes}
    if changes.get("models") == 1:
        fields["models"] = models[:1]
    with pytest.raises(UserError, match=words) as raised:
        asked(tmp_path, **fields)
    assert raised.value.field == field
    assert any(words in problem.message for problem in preview(EnsembleRequest(**fields)).problems)


def test_that_a_model_that_cannot_do_bytes_and_a_text_that_is_none_are_told(
    models: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="nothing"):
        asked(tmp_path, models=[models[0], tmp_path / "nothing"])
    empty = tmp_path / "empty.txt"
    empty.write_text("")
    with pytest.raises(UserError, match="no text"):
        asked(tmp_path, models=models, text=[empty], max_bytes=0)


def test_that_a_stop_is_heard_while_measuring(models: list[Path], text: Path, tmp_path: Path) -> None:
    control = Control()
    ctx = Context(workdir=tmp_path, control=control, send=lambda event: control.cancel())
    with pytest.raises(Cancelled):
        ensemble(EnsembleRequest(models=models, text=[text], max_bytes=0), ctx)


@pytest.mark.parametrize("part", ["written", "stretch"])
def test_that_what_was_written_by_a_stop_is_given(
    part: str, models: list[Path], text: Path, tmp_path: Path
) -> None:
    control = Control()

    def hear(event: object) -> None:
        if isinstance(event, Partial) and event.data["part"] == part:
            control.cancel()

    fields: dict[str, Any] = {"models": models, "text": [text], "prompt": "It", "max_bytes": 12, "stride": 32}
    fields |= {"decoding": "sample"}
    with pytest.raises(Cancelled) as stop:
        ensemble(EnsembleRequest(**fields), Context(workdir=tmp_path, control=control, send=hear))
    found = stop.value.result
    assert isinstance(found, EnsembleResult)
    assert found.text
    assert found.text == "".join(one.text for one in found.characters)
    assert (found.stopped == "cancelled") == (part == "written")
    assert not found.measured
    assert found.summary().endswith("when they were stopped." if part == "written" else "together.")
    whole = ensemble(EnsembleRequest(**{**fields, "text": []}), Context(workdir=tmp_path))
    assert whole.text.startswith(found.text)


def test_that_a_preview_tells_models_texts_and_cost(models: list[Path], text: Path) -> None:
    told = preview(EnsembleRequest(models=models, text=[text]))
    assert not told.problems
    assert told.notes["models"].startswith("Parameters (vocabulary): ")
    assert told.seconds is not None


def test_that_a_preview_tells_of_a_model_that_writes_nothing(models: list[Path], tmp_path: Path) -> None:
    encoder = write_tiny_model(tmp_path / "encoder")
    config = json.loads((encoder / "config.json").read_text(encoding="utf-8"))
    (encoder / "config.json").write_text(json.dumps({**config, "architectures": ["BertForMaskedLM"]}))
    told = preview(EnsembleRequest(models=[models[0], encoder]))
    assert [problem.field for problem in told.problems] == ["models"]
    assert "fills masks" in told.problems[0].message
