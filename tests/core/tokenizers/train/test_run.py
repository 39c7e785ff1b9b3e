"""The job: what it writes and tells, what it refuses, that a stop leaves nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from tokenizers import Tokenizer

from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.jobs.events import Partial, Progress
from core.tokenizers.train.algorithms import ALGORITHMS
from core.tokenizers.train.request import TrainTokenizerRequest
from core.tokenizers.train.result import TrainTokenizerResult
from core.tokenizers.train.run import train
from tests.core.tokenizers.train.texts import TEXTS

Asked = Callable[..., TrainTokenizerRequest]


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """A request; what is given takes the place of what would be there."""
    text = tmp_path / "texts" / "text.txt"
    text.parent.mkdir()
    text.write_text("".join(TEXTS), encoding="utf-8", newline="")

    def make(algorithm: str = "bpe", parameters: dict[str, Any] | None = None, **fields: Any) -> Any:
        given = {"text": [text], "vocab_size": 500, "out": tmp_path / "out", **fields}
        return TrainTokenizerRequest(algorithm={"name": algorithm, **(parameters or {})}, **given)

    return make


def context(folder: Path, **more: Any) -> Context:
    return Context(workdir=folder / "work", **more)


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_that_every_algorithm_is_trained_written_and_measured(
    name: str, asked: Asked, tmp_path: Path
) -> None:
    result = train(asked(name), context(tmp_path))
    assert isinstance(result, TrainTokenizerResult)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    assert (result.algorithm, result.vocab_size, result.out) == (name, 500, str(tmp_path / "out"))
    own, *others = result.held_out
    assert own.tokenizer == ALGORITHMS[name].title
    assert [other.tokenizer for other in others] == ([] if name == "bpe" else ["Byte-level BPE"])
    size = len("".join(TEXTS).encode())
    assert result.text_bytes + result.held_out_bytes == size
    assert 0.05 * size <= result.held_out_bytes < 0.07 * size
    for row in result.held_out:
        assert row.bytes_per_token == pytest.approx(result.held_out_bytes / row.tokens)
        assert 0 < row.renyi_efficiency <= 1
    assert result.settings == ALGORITHMS[name](name=name).model_dump(exclude={"name"})


def test_that_the_figures_are_those_of_the_library(asked: Asked, tmp_path: Path) -> None:
    result = train(asked(held_out_share=0.2), context(tmp_path))
    whole = "".join(TEXTS).encode()
    held_out = whole[result.text_bytes :].decode()
    plain = Tokenizer.from_file(str(tmp_path / "out" / "tokenizer.json"))
    tokens = len(plain.encode(held_out).ids)
    assert result.held_out[0].tokens == pytest.approx(tokens, abs=3)
    assert result.held_out[0].fertility == pytest.approx(tokens / len(held_out.split()), rel=0.01)


def test_that_without_an_output_folder_the_runs_own_is_written_to_again_and_again(
    asked: Asked, tmp_path: Path
) -> None:
    for _ in range(2):
        result = train(asked(out=None), context(tmp_path))
        assert result.out == str(tmp_path / "work" / "tokenizer")
    assert (tmp_path / "work" / "tokenizer" / "tokenizer.json").is_file()


def test_that_the_same_request_and_seed_write_the_same_bytes(asked: Asked, tmp_path: Path) -> None:
    def written(seed: int) -> bytes:
        train(asked("supertokens", replace=True, beside_bpe=False), context(tmp_path, seed=seed))
        return (tmp_path / "out" / "tokenizer.json").read_bytes()

    assert written(3) == written(3) != written(4)


def test_that_without_held_out_text_nothing_is_measured(asked: Asked, tmp_path: Path) -> None:
    result = train(asked("superbpe", held_out_share=0), context(tmp_path))
    assert (result.held_out, result.held_out_bytes) == ([], 0)
    assert result.summary() == f"SuperBPE: 500 tokens. Written to {tmp_path / 'out'}."
    assert result.headline() is None


def test_that_special_tokens_are_added_as_asked(asked: Asked, tmp_path: Path) -> None:
    train(asked(special_tokens=["<|user|>", "[BOT]"]), context(tmp_path))
    data = json.loads((tmp_path / "out" / "tokenizer.json").read_text("utf-8"))
    assert [(entry["id"], entry["content"]) for entry in data["added_tokens"]] == [
        (0, "<|endoftext|>"), (1, "<|user|>"), (2, "[BOT]"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["the", "", "<>", "<0x0A>", "< s"])
def test_that_a_special_token_that_could_be_text_is_refused(name: str, asked: Asked) -> None:
    with pytest.raises(ValidationError, match="could be a part of a text"):
        asked(special_tokens=[name])


def test_that_what_is_there_is_replaced_only_when_asked(asked: Asked, tmp_path: Path) -> None:
    train(asked(), context(tmp_path))
    with pytest.raises(UserError, match="not empty; choose another folder, or ask for it to be replaced"):
        train(asked(), context(tmp_path))
    assert train(asked(vocab_size=400, replace=True), context(tmp_path)).vocab_size == 400
    (tmp_path / "out" / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="holds no tokenizer, so it is not replaced"):
        train(asked(replace=True), context(tmp_path))


@pytest.mark.parametrize(
    "stage", ["Reading the text", "Reading for the tokenizer", "Measuring Supertokens", "last"]
)
def test_that_a_stop_leaves_nothing_behind(stage: str, asked: Asked, tmp_path: Path) -> None:
    control = Control()

    def send(event: object) -> None:
        last = isinstance(event, Partial) and len(event.data["held_out"]) == 2
        if (stage == "last" and last) or (isinstance(event, Progress) and event.stage == stage):
            control.cancel()

    with pytest.raises(Cancelled):
        train(asked("supertokens"), context(tmp_path, control=control, send=send))
    assert sorted(path.name for path in tmp_path.iterdir()) in (["texts"], ["texts", "work"])
    assert not list(tmp_path.rglob("work/tokenizer*"))


def test_that_a_stop_keeps_what_was_to_be_replaced(asked: Asked, tmp_path: Path) -> None:
    train(asked(), context(tmp_path))
    before = (tmp_path / "out" / "tokenizer.json").read_bytes()
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        train(asked(vocab_size=400, replace=True), context(tmp_path, control=control))
    assert (tmp_path / "out" / "tokenizer.json").read_bytes() == before


@pytest.mark.parametrize(
    ("fields", "message", "field"),
    [
        ({"vocab_size": 90_000}, "The text is too short for a vocabulary of 90,000", "vocab_size"),
        (
            {"algorithm": "unigram", "vocab_size": 300},
            "Unigram needs a vocabulary of at least 354",
            "vocab_size",
        ),
        ({"text": [Path("nowhere")]}, "There is no", "text"),
    ],
)
def test_that_what_cannot_be_is_said_in_a_sentence(
    fields: dict[str, Any], message: str, field: str, asked: Asked, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=message) as caught:
        train(asked(**fields), context(tmp_path))
    assert caught.value.field == field
    assert not (tmp_path / "out").exists()
