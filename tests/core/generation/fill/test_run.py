"""The filling job, through its door."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import Cancelled, UserError
from core.generation.fill.preview import preview
from core.generation.fill.request import FillRequest
from core.generation.fill.result import FillResult
from core.generation.fill.run import fill
from core.generation.fill.sentinels import prompt, sentinels
from core.generation.language.opened import open_language_model
from core.jobs.context import Context, Control
from core.jobs.events import Partial
from tests.core.generation.starters import STARTERS, starter
from tests.tiny_models import write_text, write_tiny_model

NAMES = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "one")


@pytest.fixture(scope="module")
def told_of_gaps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its last rows are special tokens for gaps."""
    from tokenizers import AddedToken, Tokenizer

    folder = write_tiny_model(tmp_path_factory.mktemp("models") / "two", vocab_size=320)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in NAMES])
    tokenizer.save(str(folder / "tokenizer.json"))
    from transformers import AutoModelForCausalLM

    grown = AutoModelForCausalLM.from_pretrained(folder)
    grown.resize_token_embeddings(tokenizer.get_vocab_size(), mean_resizing=False)
    grown.save_pretrained(folder)
    return folder


def asked(folder: Path, seed: int = 0, **fields: Any) -> tuple[FillResult, list[dict[str, Any]]]:
    partials: list[dict[str, Any]] = []
    ctx = Context(
        seed=seed,
        workdir=folder,
        send=lambda event: partials.append(event.data) if isinstance(event, Partial) else None,
    )
    return fill(FillRequest(**fields), ctx), partials


GAP = {
    "prefix": "The ferr",
    "suffix": " took the lantern",
    "max_bytes": 4,
    "candidates": 3,
    "suffix_bytes": 6,
}


def test_that_a_gap_is_filled_and_the_same_seed_fills_it_alike(model: Path, tmp_path: Path) -> None:
    result, _ = asked(tmp_path, seed=1, model=model, **GAP)
    filling = result.filling
    assert filling is not None
    assert filling == asked(tmp_path, seed=1, model=model, **GAP)[0].filling
    assert filling != asked(tmp_path, seed=2, model=model, **GAP)[0].filling
    assert result.texts == [filling.candidates[0].text, filling.drawn]
    assert 1 <= filling.effective <= filling.tried
    assert [one.method for one in filling.baselines] == ["exact", "healing", "plain"]
    assert not filling.sentinels


def test_that_the_study_tells_every_kind_of_cut(model: Path, tmp_path: Path) -> None:
    text = write_text(tmp_path / "text.txt", 2_000)
    fields = {"model": model, "text": [text], "cuts": 24, "ahead": 8, "greedy_bytes": 2}
    result, partials = asked(tmp_path, **fields)
    study = result.study
    assert study is not None
    assert study == asked(tmp_path, **fields)[0].study
    first, inside, border = study.kinds[:3]
    assert (first.cuts, inside.cuts + border.cuts) == (24, 24)
    rates = [one.methods["plain"].bits_per_byte.value * one.cuts for one in study.kinds[:3]]
    assert rates[0] == pytest.approx(rates[1] + rates[2])
    low, high = first.plain_more.low, first.plain_more.high
    assert low is not None
    assert high is not None
    assert low <= first.plain_more.value <= high
    assert sum(len(part["cuts"]) for part in partials) == 24
    assert "2410.09303" in study.published


@pytest.mark.parametrize("name", STARTERS)
def test_that_the_exact_law_foretells_best_where_starters_prompts_end_within_words(
    name: str, tmp_path: Path
) -> None:
    """The whole figures are measured by the command; here, that the order holds on a few cuts."""
    result, _ = asked(
        tmp_path, model=starter(name), text=[starter("texts") / "prose.txt"], cuts=24, ahead=8, context=64
    )
    assert result.study is not None
    inside = next(one for one in result.study.kinds if one.kind == "inside a token")
    assert inside.plain_more.value > 0.3
    assert inside.methods["exact"].first_byte.value > inside.methods["plain"].first_byte.value


@pytest.mark.parametrize("order", ["spm", "psm"])
def test_that_a_model_that_knows_of_gaps_is_asked_in_its_tokens(
    told_of_gaps: Path, tmp_path: Path, order: str
) -> None:
    language = open_language_model(told_of_gaps, Context(workdir=tmp_path))
    found = sentinels(language)
    assert found is not None
    assert found.names == NAMES
    before, after = (language.tokenizer.encode(text).ids for text in ("The ferr", " took"))
    assert prompt(language, found, "The ferr", " took", "psm") == [
        *language.begin, found.prefix, *before, found.suffix, *after, found.middle,
    ]  # fmt: skip
    assert prompt(language, found, "The ferr", " took", "spm") == [
        *language.begin, found.prefix, found.suffix, *after, found.middle,
    ]  # fmt: skip
    result, _ = asked(tmp_path, model=told_of_gaps, order=order, **GAP)
    assert result.filling is not None
    assert result.filling.sentinels == NAMES
    assert result.filling.candidates


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({}, "suffix", "nothing to do"),
        ({"suffix": "x", "ahead": 4, "greedy_bytes": 5}, "greedy_bytes", "at most so many"),
    ],
)
def test_that_what_makes_no_sense_is_told_beforehand(
    model: Path, tmp_path: Path, changes: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(UserError, match=words) as raised:
        asked(tmp_path, model=model, **changes)
    assert raised.value.field == field
    assert words in preview(FillRequest(model=model, **changes)).problems[0].message


def test_that_texts_that_are_too_short_and_models_that_are_none_are_told(model: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.txt"
    short.write_text("Short.")
    with pytest.raises(UserError, match="too short for 10 cuts"):
        asked(tmp_path, model=model, text=[short], cuts=10)
    with pytest.raises(UserError, match="nothing"):
        asked(tmp_path, model=tmp_path / "nothing", suffix="x")


def test_that_a_stop_is_heard(model: Path, tmp_path: Path) -> None:
    control = Control()
    ctx = Context(workdir=tmp_path, control=control, send=lambda event: control.cancel())
    with pytest.raises(Cancelled):
        fill(FillRequest(model=model, **GAP), ctx)


@pytest.mark.parametrize("stage", ["drawing middles", "continuing greedily", "foretelling what follows cuts"])
def test_that_candidates_weighed_by_a_stop_are_given(stage: str, model: Path, tmp_path: Path) -> None:
    class Stopped(Context):
        stopped = False

        def progress(self, done: float, total: float, stage_now: str) -> None:
            self.stopped |= stage_now == stage and done >= 2
            self.check()

        def check(self) -> None:
            if self.stopped:
                raise Cancelled

    text = write_text(tmp_path / "text.txt", 2_000)
    request = FillRequest(model=model, text=[text], cuts=10, **GAP)
    with pytest.raises(Cancelled) as stop:
        fill(request, Stopped(workdir=tmp_path))
    part = stop.value.result
    assert isinstance(part, FillResult)
    assert part.filling is not None
    assert part.filling.candidates
    assert len(part.texts) == 2
    assert len(part.filling.baselines) == {"d": 0, "c": 2, "f": 3}[stage[0]]
    assert part.study is None
    assert part.summary()


def test_that_a_preview_tells_the_model_and_the_cost(model: Path) -> None:
    told = preview(FillRequest(model=model, suffix="x"))
    assert not told.problems
    assert told.notes["model"].startswith("Llama")
    assert told.seconds is not None


def test_that_a_preview_tells_of_a_model_that_writes_nothing(tmp_path: Path) -> None:
    encoder = write_tiny_model(tmp_path / "encoder")
    config = json.loads((encoder / "config.json").read_text(encoding="utf-8"))
    (encoder / "config.json").write_text(json.dumps({**config, "architectures": ["BertForMaskedLM"]}))
    told = preview(FillRequest(model=encoder, suffix="x"))
    assert [problem.field for problem in told.problems] == ["model"]
    assert "fills masks" in told.problems[0].message
