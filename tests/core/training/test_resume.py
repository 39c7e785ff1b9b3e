"""A training that was stopped or killed goes on to the very weights that it would have reached."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from core.errors import Cancelled
from core.jobs.context import Context, Control
from core.jobs.events import Log, Partial, Progress
from core.training.checkpoint import State
from core.training.request import TrainRequest
from core.training.run import train

CHILD = """
import os, signal, sys
from pathlib import Path
from core.jobs.context import Context
from core.jobs.events import Partial
from core.training import checkpoint
from core.training.request import TrainRequest
from core.training.run import train

request = TrainRequest.model_validate_json(Path(sys.argv[1]).read_text())
work, when = Path(sys.argv[2]), sys.argv[3]
save_file = checkpoint.save_file

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def tell(event):
    if when == "between two checkpoints" and isinstance(event, Partial) and event.data["step"] == 7:
        die()

def save(tensors, path, metadata):
    save_file(tensors, path, metadata=metadata)
    if when == "in the middle of one" and '"done":7' in metadata["state"]:
        os.truncate(path, path.stat().st_size // 2)
        die()

checkpoint.save_file = save
train(request, Context(seed=5, workdir=work, send=tell))
"""


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


class Stopping:
    """Presses stop once the training has told of step `last`."""

    def __init__(self, last: int) -> None:
        self.control, self.last, self.steps = Control(), last, list[int]()

    def __call__(self, event: Progress | Partial | Log) -> None:
        if isinstance(event, Partial):
            self.steps.append(event.data["step"])
            if event.data["step"] == self.last:
                self.control.cancel()


def test_that_a_cancelled_training_goes_on_to_the_same_weights(
    tiny: Callable[..., TrainRequest], tmp_path: Path
) -> None:
    whole, halved = (
        tiny(dtype="float32", checkpoint_every=0, out=tmp_path / name) for name in ("whole", "halved")
    )
    uninterrupted = train(whole, Context(seed=5, workdir=tmp_path / "a"))
    for last in (3, 8):
        stopping = Stopping(last)
        with pytest.raises(Cancelled):
            train(halved, Context(seed=5, workdir=tmp_path / "b", send=stopping, control=stopping.control))
        assert stopping.steps == list(range(1, last + 1))
        assert not halved.out.exists()
    torch.rand(100)  # what happens to the global generator in between changes nothing
    resumed = train(halved, Context(seed=5, workdir=tmp_path / "b"))
    assert same(weights(whole.out), weights(halved.out))
    assert resumed.curve == uninterrupted.curve
    assert resumed.held_out_bits_per_byte == uninterrupted.held_out_bits_per_byte


@pytest.mark.story
@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a signal of POSIX systems")
@pytest.mark.parametrize(
    ("kind", "when"), [("byte-bpe", "between two checkpoints"), ("unigram", "in the middle of one")]
)
def test_that_a_killed_training_goes_on_to_the_same_weights(
    tiny: Callable[..., TrainRequest], tmp_path: Path, kind: str, when: str
) -> None:
    whole, killed = (
        tiny(tokenizer_kind=kind, vocab_size=400, dtype="float32", checkpoint_every=0, out=tmp_path / name)
        for name in ("whole", "killed")
    )
    request = tmp_path / "request.json"
    request.write_text(killed.model_dump_json())
    work = tmp_path / "work"
    child = subprocess.run(
        [sys.executable, "-c", CHILD, request, work, when], env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    assert child.returncode == -signal.SIGKILL
    assert not killed.out.exists()
    left = State.model_validate_json(_metadata(work / "checkpoint" / "state.safetensors")["state"])
    assert left.done == 6

    steps = Stopping(last=-1)
    train(killed, Context(seed=5, workdir=work, send=steps))
    assert steps.steps == list(range(1, 13))
    train(whole, Context(seed=5, workdir=tmp_path / "other"))
    assert same(weights(whole.out), weights(killed.out))
    assert (whole.out / "tokenizer.json").read_bytes() == (killed.out / "tokenizer.json").read_bytes()


@pytest.mark.parametrize("difference", ["seed", "recipe", "text", "tokenizer"])
def test_that_the_checkpoint_of_another_training_is_left_alone(
    tiny: Callable[..., TrainRequest], tmp_path: Path, difference: str
) -> None:
    stopping = Stopping(3)
    first = tiny(dtype="float32", checkpoint_every=0)
    with pytest.raises(Cancelled):
        train(first, Context(seed=5, workdir=tmp_path / "work", send=stopping, control=stopping.control))
    other = first
    if difference == "recipe":
        other = tiny({"learning_rate": 0.02}, dtype="float32")
    elif difference == "tokenizer":
        other = tiny(dtype="float32", tokenizer_kind="unigram", vocab_size=400)
    elif difference == "text":
        [text] = first.text
        text.write_text(text.read_text(encoding="utf-8").upper(), encoding="utf-8")
    seed = 6 if difference == "seed" else 5
    train(other, Context(seed=seed, workdir=tmp_path / "work"))
    fresh = other.model_copy(update={"out": tmp_path / "fresh"})
    train(fresh, Context(seed=seed, workdir=tmp_path / "elsewhere"))
    assert same(weights(other.out), weights(fresh.out))


def test_that_a_damaged_checkpoint_means_a_new_start(
    tiny: Callable[..., TrainRequest], tmp_path: Path
) -> None:
    state = tmp_path / "work" / "checkpoint" / "state.safetensors"
    state.parent.mkdir(parents=True)
    state.write_bytes(b"no checkpoint")
    steps = Stopping(last=-1)
    train(tiny(), Context(workdir=tmp_path / "work", send=steps))
    assert steps.steps == list(range(1, 13))


def _metadata(file: Path) -> dict[str, str]:
    with safe_open(file, framework="pt") as saved:
        found: dict[str, str] = saved.metadata()
    return found
