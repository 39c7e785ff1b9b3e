"""The job, through its public door, on models of a few kilobytes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import Cancelled, UserError
from core.generation.score.preview import preview
from core.generation.score.request import ScoreRequest
from core.generation.score.result import ScoreResult
from core.generation.score.run import score
from core.jobs.context import Context, Control
from core.models.bits_per_byte import bits_per_byte, token_losses
from core.models.pretrained import open_pretrained
from core.tokenizers.open import open_tokenizer
from tests.tiny_models import TEXT, write_tiny_model


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("models")
    return [write_tiny_model(folder / "one", "bpe"), write_tiny_model(folder / "two", "unigram", seed=1)]


@pytest.fixture(scope="module")
def result(models: list[Path]) -> ScoreResult:
    found: ScoreResult = score(models=models, prompt=TEXT)
    return found


def test_that_bits_per_byte_are_those_that_the_program_measures_elsewhere(
    models: list[Path], result: ScoreResult, tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM

    for number, folder in enumerate(models):
        ids = open_tokenizer(folder / "tokenizer.json").encode(TEXT).ids
        plain: Any = open_pretrained(AutoModelForCausalLM, folder, field="models")
        losses = token_losses(
            plain, ids, prefix=plain.config.bos_token_id, context=64, ctx=Context(workdir=tmp_path)
        )
        assert result.bits_per_byte[number] == pytest.approx(bits_per_byte(losses, len(TEXT)), rel=1e-5)
        assert result.perplexity[number] == pytest.approx(float(losses.double().mean().exp()), rel=1e-5)
        assert result.tokens[number] == len(ids)
        told = torch.tensor([record.logprob for record in result.records[number]])
        assert torch.allclose(-told, losses, atol=1e-4)


def test_that_what_is_told_fits_together(result: ScoreResult) -> None:
    size = len(TEXT.encode())
    assert result.models == ["one", "two"]
    assert result.text == TEXT
    assert result.bytes == [size, size]
    for number, records in enumerate(result.records):
        assert [record.start for record in records] == [0, *(record.end for record in records[:-1])]
        assert records[-1].end == size
        points = result.curve.points[number]
        assert len(points) == size
        assert sum(point or 0 for point in points) / size == pytest.approx(
            result.bits_per_byte[number], abs=1e-3
        )
    (difference,) = result.differences
    assert difference.words == len(TEXT.split()) + 1  # and the line's end
    assert 0 < difference.half < difference.words / 2
    first = result.passages[0]
    assert TEXT.encode()[first.start : first.end].decode().strip() == first.text
    assert "half of what they differ by falls on" in result.summary()
    assert ScoreResult.model_validate_json(result.model_dump_json()) == result
    assert [table.head[0] for table in result.tables()] == ["model", "byte"]


def test_that_files_have_figures_of_their_own_and_every_token_can_be_written(
    models: list[Path], tmp_path: Path
) -> None:
    short, packed = tmp_path / "short.txt", tmp_path / "packed.txt.gz"
    short.write_text("The ferryman took the lantern.", encoding="utf-8")
    with gzip.open(packed, "wt", encoding="utf-8") as file:
        file.write("There is no bridge.")
    out = tmp_path / "tokens.jsonl"
    found = score(models=models[:1], text=[short, packed], out=out)
    assert [(text.name, text.start, text.bytes) for text in found.slices] == [
        ("short", 0, 30),
        ("packed", 30, 19),
    ]
    alone = score(models=models[:1], text=[packed])
    assert found.slices[1].bits_per_byte == pytest.approx(alone.bits_per_byte)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["end"] for line in lines] == [record.end for record in found.records[0]]
    assert all(line["model"] == 0 for line in lines)
    assert found.summary().startswith("one needs ")


def test_that_long_texts_keep_the_beginning_token_by_token(models: list[Path], tmp_path: Path) -> None:
    text = tmp_path / "long.txt"
    text.write_text(TEXT * 300, encoding="utf-8")
    found = score(models=models[:1], text=[text], alternatives=2)
    (records,) = found.records
    assert 80_000 <= records[-1].end < found.bytes[0]
    assert records[0].alternatives
    assert not records[-1].alternatives
    assert len(found.curve.points[0]) <= 2000


def test_that_a_stop_is_heard_within_a_passage(models: list[Path], tmp_path: Path) -> None:
    control = Control()
    sent: list[Any] = []

    def send(event: Any) -> None:
        sent.append(event)
        if event.type == "partial" and event.data["part"] == "curve":
            control.cancel()

    with pytest.raises(Cancelled):
        score(
            ScoreRequest(models=models, prompt=TEXT * 200),
            Context(workdir=tmp_path, send=send, control=control),
        )
    assert sum(event.type == "partial" and event.data["part"] == "curve" for event in sent) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "There is nothing to score"),
        ({"text": ["nowhere.txt"]}, "nowhere.txt"),
        ({"prompt": TEXT, "context": 16, "stride": 16}, "would leave tokens out"),
    ],
)
def test_that_what_cannot_be_scored_is_said_before_a_model_is_opened(
    models: list[Path], fields: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        score(models=models, **fields)


def test_that_invalid_utf_8_is_one_sentence(models: list[Path], tmp_path: Path) -> None:
    file = tmp_path / "latin.txt"
    file.write_bytes("Fährmann".encode("latin-1"))
    with pytest.raises(UserError, match="is not UTF-8 text"):
        score(models=models, text=[file])


def test_that_characters_that_a_tokenizer_lacks_are_left_out_and_said(
    models: list[Path], tmp_path: Path
) -> None:
    texts = [tmp_path / "known.txt", tmp_path / "unknown.txt"]
    texts[0].write_text("The old clock.", encoding="utf-8")
    texts[1].write_text("漢字", encoding="utf-8")
    found = score(models=models, text=texts)
    assert found.bytes == [14, 14]
    assert found.slices[1].bits_per_byte == [None, None]
    assert any("6 bytes were not scored" in warning for warning in found.warnings)
    with pytest.raises(UserError, match="Nothing of the text could be scored"):
        score(models=models, prompt="漢字")


def test_that_a_form_is_told_models_texts_and_cost(models: list[Path], tmp_path: Path) -> None:
    found = preview(ScoreRequest(models=models, prompt=TEXT))
    assert found.problems == []
    assert found.notes["text"] == f"1 text · {len(TEXT)} bytes"
    assert found.notes["models"] == "Parameters (vocabulary): 7.7 k (320), 4.9 k (145)"
    exact = preview(ScoreRequest(models=models, prompt=TEXT, exact=True))
    assert exact.seconds is not None
    assert found.seconds is not None
    assert exact.seconds > found.seconds
    wrong = preview(ScoreRequest(models=[tmp_path / "none"]))
    assert [problem.field for problem in wrong.problems] == ["text", "models"]
