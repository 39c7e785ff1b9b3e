"""The training job through its public door."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.jobs.events import Partial, Progress
from core.tokenizers.open import open_tokenizer
from core.training import train
from core.training.request import TrainRequest
from core.training.result import TrainResult


@pytest.mark.parametrize("kind", ["byte-bpe", "unigram"])
def test_that_what_is_written_opens_with_transformers_and_generates(
    tiny: Callable[..., TrainRequest], tmp_path: Path, kind: str
) -> None:
    result = train(tiny(tokenizer_kind=kind, vocab_size=400), Context(workdir=tmp_path / "work"))
    model = AutoModelForCausalLM.from_pretrained(result.out)
    tokenizer = AutoTokenizer.from_pretrained(result.out)
    assert model.dtype == torch.bfloat16
    assert model.config.vocab_size == len(tokenizer) == result.vocab_size == 400
    assert (model.config.bos_token_id, model.config.eos_token_id) == (
        tokenizer.bos_token_id,
        tokenizer.eos_token_id,
    )
    given = tokenizer("the river", return_tensors="pt")
    made = model.generate(**given, max_new_tokens=4, min_new_tokens=4, do_sample=False)
    assert made.shape == (1, given.input_ids.shape[1] + 4)
    assert result.parameters == sum(weight.numel() for weight in model.parameters())


def test_that_training_lowers_the_loss_and_the_curve_is_streamed(
    tiny: Callable[..., TrainRequest], tmp_path: Path
) -> None:
    events: list[object] = []
    result = train(tiny({"steps": 40}), Context(workdir=tmp_path / "work", send=events.append))
    streamed = [event.data for event in events if isinstance(event, Partial)]
    assert streamed == [point.model_dump() for point in result.curve]
    assert [point.step for point in result.curve] == list(range(1, 41))
    assert result.curve[0].loss == pytest.approx(math.log(300), rel=0.05)
    assert result.final_loss == result.curve[-1].loss < 0.8 * result.curve[0].loss
    assert 0 < result.held_out_bits_per_byte < math.log2(300)
    stages = {event.stage for event in events if isinstance(event, Progress)}
    assert {"Encoding the text", "Training", "Measuring the held-out text"} <= stages


def test_that_a_long_curve_is_thinned_out_to_means(
    tiny: Callable[..., TrainRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = train(tiny({"steps": 13}, out=tmp_path / "every"), Context(workdir=tmp_path / "a")).curve
    monkeypatch.setattr("core.training.trainer.CURVE_POINTS", 5)
    thinned = train(tiny({"steps": 13}, out=tmp_path / "thinned"), Context(workdir=tmp_path / "b")).curve
    assert [point.step for point in thinned] == [3, 6, 9, 12, 13]
    assert thinned[1].loss == pytest.approx(sum(point.loss for point in every[3:6]) / 3)
    assert thinned[1].rate == every[5].rate


def test_that_a_training_is_the_same_each_time_and_another_with_another_seed(
    tiny: Callable[..., TrainRequest], tmp_path: Path
) -> None:
    def trained(name: str, seed: int) -> TrainResult:
        request = tiny(out=tmp_path / name)
        found: TrainResult = train(request, Context(seed=seed, workdir=tmp_path / f"work-{name}"))
        return found

    first, again, other = trained("first", 1), trained("again", 1), trained("other", 2)
    assert first.curve == again.curve
    assert first.curve != other.curve
    weights = [Path(result.out, "model.safetensors").read_bytes() for result in (first, again, other)]
    assert weights[0] == weights[1] != weights[2]


def test_that_an_existing_tokenizer_is_taken_as_it_is(
    tiny: Callable[..., TrainRequest], tmp_path: Path
) -> None:
    first = train(tiny(out=tmp_path / "first"), Context(workdir=tmp_path / "a"))
    second = train(tiny(out=tmp_path / "second", tokenizer=first.out), Context(workdir=tmp_path / "b"))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    assert second.curve == first.curve


def test_that_held_out_text_is_not_trained_on(
    tiny: Callable[..., TrainRequest], text: Path, tmp_path: Path
) -> None:
    held_out = tmp_path / "held-out.txt"
    held_out.write_text("quiet boats wait\n" * 20, encoding="utf-8")
    whole = train(tiny(held_out=held_out), Context(workdir=tmp_path / "a"))
    assert (whole.text_bytes, whole.held_out_bytes) == (text.stat().st_size, held_out.stat().st_size)
    share = train(tiny(held_out_share=0.25, replace=True), Context(workdir=tmp_path / "b"))
    assert share.text_bytes + share.held_out_bytes == text.stat().st_size
    assert share.held_out_bytes == pytest.approx(text.stat().st_size / 4, rel=0.05)
    nothing = train(tiny(held_out_share=0, replace=True), Context(workdir=tmp_path / "c"))
    assert nothing.held_out_bits_per_byte is None
    assert nothing.headline().name == "final loss"


def test_that_held_out_bits_per_byte_are_those_of_the_written_model(
    tiny: Callable[..., TrainRequest], tmp_path: Path
) -> None:
    """By hand: one window a document, since the text is shorter than the context."""
    held_out = tmp_path / "held-out.txt"
    held_out.write_text("quiet boats", encoding="utf-8")
    result = train(tiny({"context": 64}, held_out=held_out), Context(workdir=tmp_path / "work"))
    model = AutoModelForCausalLM.from_pretrained(result.out)
    tokenizer = open_tokenizer(Path(result.out))
    ids = torch.tensor([[model.config.bos_token_id, *tokenizer.encode("quiet boats").ids]])
    with torch.inference_mode():
        logits = model(ids).logits[0, :-1].float()
    nats = torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum")
    assert result.held_out_bits_per_byte == pytest.approx(float(nats) / math.log(2) / 11, rel=1e-4)


def test_that_without_an_output_folder_the_model_is_an_artifact_of_the_run(
    tiny: Callable[..., TrainRequest], tmp_path: Path
) -> None:
    result = train(tiny(out=None), Context(workdir=tmp_path / "work"))
    assert Path(result.out) == tmp_path / "work" / "model"
    assert (tmp_path / "work" / "model" / "config.json").is_file()


def test_that_the_card_says_what_the_model_was_made_of(
    tiny: Callable[..., TrainRequest], tmp_path: Path
) -> None:
    result = train(tiny(), Context(seed=3, workdir=tmp_path / "work"))
    card = Path(result.out, "README.md").read_text(encoding="utf-8")
    assert f"{result.held_out_bits_per_byte:.4f} bits per byte" in card
    assert "- text.txt" in card
    assert "12 steps, seed 3" in card
    assert "| learning rate | 0.01 |" in card


def test_that_the_result_tells_its_figures(tiny: Callable[..., TrainRequest], tmp_path: Path) -> None:
    result = train(tiny(), Context(workdir=tmp_path / "work"))
    metrics = {metric.name: metric.value for metric in result.metrics()}
    assert metrics["bits per byte"] == result.headline().value == result.held_out_bits_per_byte
    assert metrics["tokens seen"] == 12 * 4 * 16
    assert re.search(r"\d\.\d{3} bits per byte on held-out text", result.summary())
    assert TrainResult.model_validate_json(result.model_dump_json()) == result


def test_that_stop_is_heard_within_a_batch(tiny: Callable[..., TrainRequest], tmp_path: Path) -> None:
    control = Control()
    heard: list[str] = []

    def press(event: object) -> None:
        if isinstance(event, Partial):
            heard.append("step")
            threading.Timer(0.05, control.cancel).start()

    request = tiny({"batch": 2048, "context": 64, "steps": 3})  # many parts of 16 sequences a step
    began = time.monotonic()
    with pytest.raises(Cancelled):
        train(request, Context(workdir=tmp_path / "work", send=press, control=control))
    assert heard == ["step"]
    assert time.monotonic() - began < 60
    assert not request.out.exists()


@pytest.mark.parametrize(
    ("content", "fields", "message", "field"),
    [
        (b"", {}, "holds no text", "text"),
        (b"caf\xe9 au lait" * 100, {}, "is not UTF-8 text", "text"),
        (b"too short", {"vocab_size": 258}, "The text is", "text"),
        (
            b"some words in a short text\n" * 40,
            {"vocab_size": 2000},
            "too short for a vocabulary",
            "vocab_size",
        ),
        (b"some words\n" * 40, {"tokenizer_kind": "unigram"}, "needs a vocabulary of at least", "vocab_size"),
        (b"some words\n" * 40, {"tokenizer": "missing"}, "missing", "tokenizer"),
        (b"some words\n" * 40, {"held_out": "missing.txt"}, "There is no file missing.txt", "held_out"),
    ],
)
def test_that_bad_input_ends_in_one_sentence(
    tiny: Callable[..., TrainRequest],
    text: Path,
    tmp_path: Path,
    content: bytes,
    fields: dict[str, object],
    message: str,
    field: str,
) -> None:
    text.write_bytes(content)
    request = tiny(**fields)
    with pytest.raises(UserError, match=re.escape(message)) as caught:
        train(request, Context(workdir=tmp_path / "work"))
    assert caught.value.field == field
    assert not request.out.exists()


def test_that_a_folder_with_something_in_it_is_not_overwritten(
    tiny: Callable[..., TrainRequest], tmp_path: Path
) -> None:
    kept = tmp_path / "model" / "thesis.txt"
    kept.parent.mkdir()
    kept.write_text("mine", encoding="utf-8")
    for replace in (False, True):
        with pytest.raises(UserError, match="not empty") as caught:
            train(tiny(replace=replace), Context(workdir=tmp_path / "work"))
        assert caught.value.field == "out"
    assert kept.read_text(encoding="utf-8") == "mine"
