"""From the command line to texts, scores and laws of the next byte; what is stopped; what is refused."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest

from core.errors import Cancelled
from core.generation.generate.request import GenerateRequest
from core.generation.generate.run import generate
from core.jobs.context import Context, Control
from core.project.project import Project
from tests.journeys.conftest import Bench
from tests.journeys.test_bad_input import refused
from tests.tiny_models import write_text

pytestmark = [pytest.mark.story, pytest.mark.timeout(300)]

PROMPT = "The ferryman took the lan"
CONTEXT = 64
"""Tokens of the tiny models."""


def both(bench: Bench) -> list[object]:
    return ["--model", bench.base, "--model", bench.target]


# What comes of it


def test_that_texts_are_written_scored_and_foretold_in_one_project(bench: Bench, command: Any) -> None:
    recorded = ["--project", bench.project, "--json"]
    written = command(
        "generate", *both(bench), "--prompt", PROMPT, "--max-tokens", 12, "--no-max-bytes", *recorded
    )
    assert written.code == 0, written.err
    told = written.json
    assert len(told["texts"]) == len(told["tokens"]) == len(told["tokens_per_second"]) == 2
    assert all(len(ids) <= 13 for ids in told["tokens"])
    assert [len(ids) for ids in told["tokens"]] == [len(found) for found in told["logprobs"]]

    scored = command("score", *both(bench), "--prompt", PROMPT, *recorded)
    assert scored.code == 0, scored.err
    assert len(scored.json["bits_per_byte"]) == len(scored.json["bytes"]) == 2
    assert all(0 < rate < 64 for rate in scored.json["bits_per_byte"])

    foretold = command("bytes", "--model", bench.base, "--prompt", PROMPT, *recorded)
    assert foretold.code == 0, foretold.err
    law = foretold.json["next_byte"]
    assert len(law) == 256
    assert 0.5 < sum(law) <= 1 + 1e-9
    assert math.isfinite(foretold.json["log2_probability"])
    assert foretold.json["evaluations"] > 0

    with Project.open(bench.project) as project:
        assert [run.kind for run in project.runs()] == ["bytes", "score", "generate"]
        assert {run.status for run in project.runs()} == {"done"}


def test_that_the_same_seed_replays_the_same_text(bench: Bench, command: Any) -> None:
    words = [
        "generate",
        *both(bench),
        "--prompt",
        PROMPT,
        "--strategy",
        "sample",
        "--max-bytes",
        40,
        "--json",
    ]
    first = command(*words, "--seed", 5, "--project", bench.project).json
    assert command(*words, "--seed", 5).json["texts"] == first["texts"]
    assert command(*words, "--seed", 6).json["texts"] != first["texts"]
    saved = command("runs", "show", first["run"], "--project", bench.project, "--json")
    file = bench.place / "request.json"
    file.write_text(saved.out, encoding="utf-8")
    assert command("run", "--request", file, "--json").json["texts"] == first["texts"]


def test_that_a_person_reads_a_sentence_and_a_table(bench: Bench, command: Any) -> None:
    answer = command("score", *both(bench), "--text", bench.text, "--out", bench.place / "tokens.jsonl")
    assert answer.code == 0, answer.err
    assert "base needs " in answer.out
    assert "bits per byte, target " in answer.out
    assert "bytes per token" in answer.out
    lines = (bench.place / "tokens.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["model"] for line in lines} == {0, 1}


# What is stopped


def test_that_a_stop_is_heard_at_the_next_token(bench: Bench, tmp_path: Path) -> None:
    """No further word of the text is told; and the models are asked no more than once again."""
    control = Control()
    told: list[str] = []

    def send(event: Any) -> None:
        if event.type == "partial":
            told.append(event.data["part"])
            if event.data["part"] == "tokens":
                control.cancel()

    request = GenerateRequest(models=[bench.base, bench.target], prompt=PROMPT, max_bytes=10_000, samples=8)
    with pytest.raises(Cancelled):
        generate(request, Context(workdir=tmp_path, send=send, control=control))
    assert told == ["begun", "tokens"]


# What is refused


def generating(bench: Bench, *words: object) -> list[object]:
    return ["generate", "--model", bench.base, "--json", *words]


def test_that_a_prompt_longer_than_the_context_is_one_sentence(bench: Bench, command: Any) -> None:
    long = "The old clock remarked that it was nine; " * CONTEXT
    refused(command(*generating(bench, "--prompt", long)), "tokens")


def test_that_an_empty_prompt_needs_a_token_to_begin_with(bench: Bench, command: Any) -> None:
    copy = Path(shutil.copytree(bench.base, bench.place / "unbegun"))
    config = json.loads((copy / "config.json").read_text())
    for name in ("bos_token_id", "eos_token_id"):
        config.pop(name, None)
    (copy / "config.json").write_text(json.dumps(config))
    (copy / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
    tokenizer = json.loads((copy / "tokenizer.json").read_text(encoding="utf-8"))
    for token in tokenizer["added_tokens"]:
        token["content"] = "<|gap|>"
    tokenizer["model"]["vocab"] = {
        "<|gap|>" if token == "<|endoftext|>" else token: id
        for token, id in tokenizer["model"]["vocab"].items()
    }
    (copy / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    refused(command("generate", "--model", copy, "--json"), "prompt")


def test_that_invalid_utf_8_is_one_sentence(bench: Bench, command: Any) -> None:
    file = bench.place / "latin.txt"
    file.write_bytes("Der Fährmann".encode("latin-1"))
    refused(command("score", "--model", bench.base, "--text", file, "--json"), "is not UTF-8")
    refused(command(*generating(bench, "--prompts", file)), "UTF-8")
    half = "F\udce4hre"  # as a terminal hands over bytes that are none
    refused(command("score", "--model", bench.base, "--prompt", half, "--json"), "UTF-8")
    refused(command(*generating(bench, "--prompt", half)), "UTF-8")


def test_that_a_missing_chat_template_is_one_sentence(bench: Bench, command: Any) -> None:
    refused(command(*generating(bench, "--prompt", "Good morning.", "--chat")), "chat template")


@pytest.mark.parametrize("verb", ["generate", "score", "bytes"])
def test_that_an_encoder_is_refused_by_its_name(bench: Bench, command: Any, verb: str) -> None:
    copy = Path(shutil.copytree(bench.base, bench.place / "encoder"))
    config = json.loads((copy / "config.json").read_text())
    config |= {"architectures": ["BertForMaskedLM"], "model_type": "bert"}
    (copy / "config.json").write_text(json.dumps(config))
    refused(command(verb, "--model", copy, "--prompt", PROMPT, "--json"), "encoder")


@pytest.mark.parametrize("verb", ["generate", "score", "bytes"])
def test_that_a_folder_without_a_tokenizer_is_refused(bench: Bench, command: Any, verb: str) -> None:
    copy = Path(shutil.copytree(bench.base, bench.place / "mute"))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (copy / name).unlink()
    refused(command(verb, "--model", copy, "--prompt", PROMPT, "--json"), "tokenizer")


def test_that_there_is_something_to_score(bench: Bench, command: Any) -> None:
    refused(command("score", "--model", bench.base, "--json"), "nothing to score")


def test_that_a_damaged_model_is_told_by_its_numbers(bench: Bench, command: Any) -> None:
    from safetensors.numpy import load_file, save_file

    copy = Path(shutil.copytree(bench.base, bench.place / "damaged"))
    tensors = load_file(copy / "model.safetensors")
    tensors["model.norm.weight"][:] = float("nan")
    save_file(tensors, copy / "model.safetensors", metadata={"format": "pt"})
    text = write_text(bench.place / "text.txt", 400)
    refused(command("score", "--model", copy, "--text", text, "--json"), "NaN")
    refused(command("generate", "--model", copy, "--prompt", PROMPT, "--json"), "NaN")
