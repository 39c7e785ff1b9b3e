"""What the form is told before a training starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.jobs.context import Context
from core.training.preview import preview
from core.training.recipes.causal_lm import CausalLm
from core.training.request import TrainRequest
from core.training.run import train


def test_that_faults_stand_beside_their_fields(tiny: Callable[..., TrainRequest], tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    request = tiny(text=[tmp_path / "none.txt", empty], held_out=tmp_path, tokenizer=tmp_path / "nothing")
    found = {(problem.field, problem.message.split("; ")[0]) for problem in preview(request).problems}
    assert ("text", f"There is no file {tmp_path / 'none.txt'}.") in found
    assert ("text", f"{empty} is empty.") in found
    assert ("held_out", f"{tmp_path} is a folder") in found
    assert {field for field, _ in found} == {"text", "held_out", "tokenizer"}


def test_that_the_size_of_the_network_is_said(tiny: Callable[..., TrainRequest]) -> None:
    found = preview(TrainRequest(text=tiny().text, recipe=CausalLm()))
    assert found.problems == []
    assert found.notes["recipe"].startswith("5.3 million parameters, trained on 6.1 million tokens")
    assert 30 < found.seconds < 7200
    assert found.memory_bytes > 4 * CausalLm().parameters(8192)


def test_that_a_given_tokenizer_sets_the_size(tiny: Callable[..., TrainRequest], tmp_path: Path) -> None:
    made = train(tiny(), Context(workdir=tmp_path / "work"))
    request = tiny(tokenizer=made.out, vocab_size=900_000)
    assert preview(request).notes["recipe"].startswith(f"{made.parameters:,} parameters")
