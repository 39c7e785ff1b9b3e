"""What the form is told before a healing runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.heal.preview import preview
from core.heal.request import HealRequest


def test_that_the_form_is_told_what_will_be_trained_and_what_it_costs(
    asked: Callable[..., HealRequest], text: Path
) -> None:
    found = preview(asked(train="new rows"))
    assert found.problems == []
    assert found.notes["model"].startswith("Llama")
    assert found.notes["base"].startswith("base, named by the report: Llama")
    assert found.notes["train"].endswith("of 448 rows")
    assert found.notes["tokens"] == "10 steps of 64: 640"
    assert found.notes["held_out"] == "The last 900 bytes are kept back for it."
    assert "gone through about" in found.notes["text"]
    assert found.seconds > 0
    more = preview(asked(train="embeddings and lora", beside="mean", rank=64))
    assert more.memory_bytes > found.memory_bytes
    assert more.disk_bytes > found.disk_bytes
    assert more.seconds > found.seconds


def test_that_a_named_held_out_text_is_measured_up_to_its_limit(
    asked: Callable[..., HealRequest], held_out: Path
) -> None:
    assert preview(asked(held_out=[held_out])).notes["held_out"] == "1.5 kB"
    assert preview(asked(held_out=[held_out], max_bytes=1000)).notes["held_out"] == "1.0 kB"


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"model": "missing"}, "model", "There is no folder"),
        ({"base": "missing"}, "base", "There is no folder"),
        ({"text": ["missing.txt"]}, "text", "There is no file"),
        ({"held_out": ["missing.txt"]}, "held_out", "There is no file"),
        ({"train": "lora", "penalty": 1.0}, "penalty", "LoRA alone trains none"),
    ],
)
def test_that_faults_are_told_beside_their_fields(
    asked: Callable[..., HealRequest], fields: dict[str, object], field: str, message: str
) -> None:
    [problem] = preview(asked(**fields)).problems
    assert problem.field == field
    assert message in problem.message


def test_that_what_is_in_the_output_folder_and_a_text_measured_on_are_told(
    asked: Callable[..., HealRequest], grafts: Path, text: Path
) -> None:
    problems = preview(asked(out=grafts / "untied", held_out=[text])).problems
    assert {problem.field for problem in problems} == {"out", "held_out"}


def test_that_without_a_record_of_rows_the_form_is_told_so(
    asked: Callable[..., HealRequest], grafts: Path
) -> None:
    [problem] = preview(asked(model=grafts / "base", train="new rows")).problems
    assert problem.field == "train"
    assert "goal" in preview(asked(model=grafts / "base")).notes["base"]
