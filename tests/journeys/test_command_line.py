"""From the first command to the last: graft, list, share, import, repeat, and open the model elsewhere."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from core.cli import command_for
from core.jobs.request import RunSpec
from tests.journeys.conftest import Bench, Program

pytestmark = [pytest.mark.story, pytest.mark.timeout(300)]


def test_that_a_graft_goes_all_the_way(bench: Bench, program: Program, command: Any) -> None:
    out = bench.place / "grafted"
    words = bench.transplant("--text", bench.text, "--out", out, "--project", bench.project, method="omp")
    first = program(*words, "--k", 4, "--seed", 5, "--title", "First graft", "--json")
    assert first.code == 0, first.err
    result = first.json
    assert result.keys() >= {
        *("run", "seconds", "peak_memory_bytes", "warnings"),
        *("out", "bits_per_byte", "matched", "approximated", "mean_residual"),
    }
    assert (result["run"], result["out"]) == (1, str(out))
    assert result["bits_per_byte"]["before"].keys() == {"all", "text.txt"}
    assert result["bits_per_byte"]["after"].keys() == {"all", "text.txt"}
    assert 0 <= result["mean_residual"] <= 1.5
    assert result["matched"] + result["approximated"] <= result["vocab_size"]

    # It is in the project, with its figures and with what repeats it.
    (row,) = command("runs", "list", "--project", bench.project, "--json").json["rows"]
    assert (row["id"], row["status"], row["title"]) == (1, "done", "First graft")
    assert row["headline"]["value"] == result["bits_per_byte"]["after"]["all"]
    shown = command("runs", "show", 1, "--project", bench.project, "--json")
    record = shown.json["record"]
    assert record["provenance"]["versions"]["torch"]
    assert {item["field"] for item in record["provenance"]["inputs"]} >= {"base", "target_tokenizer", "text"}

    # A saved run runs again, and so does the command that shows it; both find the same.
    saved = bench.place / "run.json"
    saved.write_text(shown.out)
    again = command("run", "--request", saved, "--project", bench.project, "--json")
    assert again.code == 2, "its output folder is taken"
    assert again.json["error"]["field"] == "out"
    spec = RunSpec.model_validate({name: record[name] for name in RunSpec.model_fields})
    method = spec.request["method"]
    assert (spec.seed, method["name"], method["k"]) == (5, "omp", 4)
    said = shlex.split(shlex.join(command_for(spec)))
    assert said[0] == "lexigraft"
    repeated = command(*said[1:], "--replace", "--json")
    assert repeated.code == 0, repeated.err
    _same_figures(repeated.json, result)
    request = {**record["request"], "out": None}
    saved.write_text(json.dumps({**spec.model_dump(), "request": request, "title": "Second"}))
    second = command("run", "--request", saved, "--project", bench.project, "--json")
    assert second.code == 0, second.err
    _same_figures(second.json, result)
    assert second.json["run"] == 3, "the refused one is a run too"

    # The project travels.
    packed = bench.place / "lab.lexigraft.zip"
    assert command("project", "share", bench.project, "--out", packed, "--json").json["out"] == str(packed)
    there = bench.place / "there"
    imported = command("project", "import", packed, there, "--json").json
    assert imported["runs"] == {"done": 2, "failed": 1}
    assert command("project", "check", there, "--json").json["ok"] is True
    elsewhere = command("runs", "show", 3, "--project", there, "--json").json
    assert elsewhere["record"]["result"]["bits_per_byte"] == result["bits_per_byte"]
    assert elsewhere["record"]["result"]["out"].startswith(str(there))
    described = command("models", "describe", elsewhere["record"]["result"]["out"], "--json").json
    assert described["vocab_size"] == result["padded_vocab_size"]


def _same_figures(one: dict[str, Any], other: dict[str, Any]) -> None:
    for figure in ("bits_per_byte", "matched", "approximated", "mean_residual", "tokens", "parts"):
        assert one[figure] == other[figure], figure


@pytest.mark.parametrize("method", ["mean", "omp"])
def test_that_transformers_opens_what_was_written_and_generates(
    method: str, bench: Bench, command: Any
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    out = bench.place / "grafted"
    assert command(*bench.transplant("--out", out, method=method)).code == 0
    model = AutoModelForCausalLM.from_pretrained(out)
    tokenizer = AutoTokenizer.from_pretrained(out)
    target = AutoTokenizer.from_pretrained(bench.target)
    text = "The ferryman took the lantern down"
    assert tokenizer(text)["input_ids"] == target(text)["input_ids"]
    made = model.generate(**tokenizer(text, return_tensors="pt"), max_new_tokens=8, do_sample=False)
    assert made.shape[1] > len(tokenizer(text)["input_ids"])
    assert int(made.max()) < len(tokenizer)
