"""The recipe of static encoders: what it learns, writes, refuses, and that it goes on after a stop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.jobs.events import Log, Partial, Progress
from core.training.preview import preview
from core.training.recipes.static_embedding import StaticEmbedding
from core.training.request import TrainRequest
from core.training.run import train

TINY = {"name": "static-embedding", "width": 16, "batch": 32, "steps": 150, "learning_rate": 0.05}
THINGS = {
    "rivers": "water flows bridge boat bank stream ford fish",
    "bread": "flour oven crust yeast dough baker slice butter",
    "ships": "mast sail anchor captain deck harbour rope tide",
    "gardens": "rose spade hedge seed bloom soil weed path",
    "winter": "snow frost ice scarf sledge icicle cold hearth",
    "music": "fiddle tune drum chord song choir note horn",
}


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Paragraphs of three sentences, each on one of six things."""
    draw = np.random.default_rng(0)
    parts = []
    for _ in range(80):
        for name, words in THINGS.items():
            said = [" ".join(draw.permutation(words.split())[:5]).capitalize() + "." for _ in range(3)]
            parts.append(f"{name}\n\n{' '.join(said)}")
    file = tmp_path_factory.mktemp("text") / "text.txt"
    file.write_text("\n\n".join(parts), encoding="utf-8")
    return file


def asked(text: Path, out: Path, recipe: dict[str, Any] | None = None, **fields: Any) -> TrainRequest:
    return TrainRequest(
        text=[text], out=out, vocab_size=400, dtype="float32", recipe={**TINY, **(recipe or {})}, **fields
    )


@pytest.fixture(scope="module")
def trained(text: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    result = train(asked(text, folder / "model"), Context(seed=1, workdir=folder / "work"))
    assert result.curve[-1].loss < 0.6 * result.curve[0].loss
    assert result.curve[0].bits_per_byte is None
    assert result.held_out_bits_per_byte is None
    assert result.held_out_pairs == 10
    assert 0 <= result.held_out_found <= 1
    assert f"of 10 held-out pairs found. Written to {folder / 'model'}." in result.summary()
    assert result.headline().name == "pairs found"
    assert result.parameters == 400 * 16 == StaticEmbedding(width=16).parameters(400)
    return folder / "model"


def test_that_sentence_transformers_opens_it_and_like_texts_lie_together(trained: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(trained), device="cpu")
    vectors = model.encode([*THINGS, *THINGS.values()])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(12), abs=1e-5)
    likeness = vectors[:6] @ vectors[6:].T
    assert likeness.argmax(axis=1).tolist() == list(range(6))


def test_that_the_card_names_what_opens_the_model(trained: Path) -> None:
    card = (trained / "README.md").read_text(encoding="utf-8")
    assert "library_name: sentence-transformers\npipeline_tag: sentence-similarity" in card
    assert "Of 10 held-out titles and sentences" in card
    assert [step["path"] for step in json.loads((trained / "modules.json").read_text())] == [
        "0_StaticEmbedding",
        "1_Normalize",
    ]


def test_that_a_stopped_training_goes_on_to_the_same_weights(
    trained: Path, text: Path, tmp_path: Path
) -> None:
    control = Control()

    def stop(event: Progress | Partial | Log) -> None:
        if isinstance(event, Partial) and event.data["step"] == 70:
            control.cancel()

    request = asked(text, tmp_path / "again", checkpoint_every=0)
    with pytest.raises(Cancelled):
        train(request, Context(seed=1, workdir=tmp_path / "work", send=stop, control=control))
    train(request, Context(seed=1, workdir=tmp_path / "work"))
    weights = [
        load_file(folder / "0_StaticEmbedding" / "model.safetensors")["embedding.weight"]
        for folder in (trained, request.out)
    ]
    assert torch.equal(*weights)


def test_that_a_teacher_is_imitated_and_asked_once(trained: Path, text: Path, tmp_path: Path) -> None:
    """Here the teacher is such a model itself; a student of the same width can become the same."""
    recipe = {"teacher": trained, "steps": 40, "contrast": 0.0, "learning_rate": 0.003}
    request = asked(text, tmp_path / "student", recipe, tokenizer=trained / "0_StaticEmbedding")
    result = train(request, Context(seed=1, workdir=tmp_path / "work"))
    assert result.final_loss < 0.05
    [kept] = (tmp_path / "work").rglob("teacher-*")
    before = {file: file.stat().st_mtime_ns for file in kept.iterdir()}
    again = request.model_copy(update={"replace": True})
    assert train(again, Context(seed=1, workdir=tmp_path / "work")).final_loss == result.final_loss
    assert {file: file.stat().st_mtime_ns for file in kept.iterdir()} == before


def test_that_what_will_not_do_is_refused(trained: Path, text: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="gives vectors of 16 numbers; choose a width of at most that"):
        train(asked(text, tmp_path / "a", {"teacher": trained, "width": 32}), Context(workdir=tmp_path / "w"))
    single = tmp_path / "single.txt"
    single.write_text("Just one sentence in a paragraph.\n\n" * 50, encoding="utf-8")
    with pytest.raises(UserError, match="yields no two pairs"):
        train(
            asked(single, tmp_path / "b", tokenizer=trained / "0_StaticEmbedding", held_out_share=0),
            Context(workdir=tmp_path / "v"),
        )


def test_that_the_size_and_the_time_are_foretold(text: Path, tmp_path: Path) -> None:
    found = preview(asked(text, tmp_path / "none", {"width": 256}))
    assert found.notes["recipe"].startswith("102,400 parameters")
    assert 0 < found.seconds < 600
