"""Vectors trained on text: the same for the same seed, stopped when asked, refused when there is nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.jobs.events import Progress
from core.vectors.texts import Tokens, Words, tokenised
from core.vectors.training import Training, train
from core.vectors.vectors import SubwordVectors, WordVectors
from tests.core.transplant.toys import ROLES, prose, trained, write_tokenizer

SMALL = Training(dimensions=16, epochs=2, min_count=2)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(prose(), encoding="utf-8")
    return path


def words(text: Path) -> Words:
    return Words([text], 10**6)


def test_that_a_seed_says_all(text: Path, tmp_path: Path) -> None:
    strings = ["the", "whale", "unheardofness"]
    made = [
        train(words(text), SMALL, seed, Context(workdir=tmp_path), "Training").of(strings)
        for seed in (1, 1, 2)
    ]
    assert np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])
    assert (np.abs(made[0]).sum(axis=1) > 0).all()


def test_that_plain_word2vec_knows_only_its_words(text: Path, tmp_path: Path) -> None:
    training = Training(dimensions=16, epochs=1, min_count=2, ngrams=None, skip_gram=True)
    found = train(words(text), training, 0, Context(workdir=tmp_path), "Training")
    assert isinstance(found, WordVectors)
    assert not found.of(["unheardofness"]).any()
    assert found.of(["the"]).any()
    assert found.counts[0] == max(found.counts)


def test_that_words_that_stand_in_the_same_places_are_near(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    sets = [["red", "green", "blue"], ["one", "two", "three"]]
    sentences = [
        [f"a{kind}", str(draw.choice(sets[kind])), f"b{kind}"]
        for kind in draw.integers(2, size=3000).tolist()
    ]
    training = Training(dimensions=10, epochs=10, min_count=1, ngrams=None, skip_gram=True)
    found = train(sentences, training, 3, Context(workdir=tmp_path), "Training")
    red, green, one = found.of(["red", "green", "one"])
    near = red @ green / np.linalg.norm(red) / np.linalg.norm(green)
    far = red @ one / np.linalg.norm(red) / np.linalg.norm(one)
    assert near > far + 0.2


def test_that_a_stop_is_heard_within_a_round(text: Path, tmp_path: Path) -> None:
    control = Control()
    stages = []

    def send(event: object) -> None:
        if isinstance(event, Progress):
            stages.append(event.stage)
            if event.stage == "Training":
                control.cancel()

    ctx = Context(workdir=tmp_path, send=send, control=control)  # type: ignore[arg-type]
    with pytest.raises(Cancelled):
        train(words(text), Training(dimensions=100, epochs=1000, min_count=1), 0, ctx, "Training")
    assert stages[-1] == "Training"


def test_that_a_text_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="too short: nothing occurs 5 times") as caught:
        train([["a", "b"]], Training(), 0, Context(workdir=tmp_path), "Training")
    assert caught.value.field == "corpus"


def test_that_a_text_becomes_a_tokenizers_tokens(text: Path, tmp_path: Path) -> None:
    from core.tokenizers.open import open_tokenizer

    tokenizer = open_tokenizer(write_tokenizer(tmp_path, trained("byte-level", 600), ROLES["byte-level"]))
    found = tokenised(tokenizer, [text], 10**6, Context(workdir=tmp_path))
    assert isinstance(found, Tokens)
    assert tokenizer.decode(found.ids.tolist()).split() == text.read_text(encoding="utf-8").split()
    names = [str(id) for id in range(600)]
    sentences = list(found.named(names))
    assert [int(name) for sentence in sentences for name in sentence] == found.ids.tolist()
    assert max(map(len, sentences)) <= 1000
    vectors = train(found.named(names), SMALL, 0, Context(workdir=tmp_path), "Training")
    assert isinstance(vectors, SubwordVectors)
    assert len(vectors.words) > 100


def test_that_missing_texts_are_refused(tmp_path: Path) -> None:
    for paths in ([], [tmp_path / "nowhere.txt"]):
        with pytest.raises(UserError) as caught:
            list(Words(paths, 100))
        assert caught.value.field == "corpus"
