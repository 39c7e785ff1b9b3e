"""WECHSEL: the nearest base tokens in a space of words, against the paper's formulas worked in float64."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.jobs.context import Context
from core.tokenizers.canonical import Kind
from core.transplant.methods.wechsel import Wechsel
from core.transplant.rows import Task
from core.vectors.texts import Words
from core.vectors.training import Training, train
from tests.core.transplant.methods.tasks import made
from tests.core.transplant.methods.texts import dense, prose_task, written


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Task:
    return prose_task(tmp_path_factory.mktemp("wechsel"))


def unit(vectors: np.ndarray) -> np.ndarray:
    """As the paper's program makes vectors of length 1."""
    vectors = vectors.astype(np.float64)
    return vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-8)


def expected_weights(target: np.ndarray, base: np.ndarray, sources: list[int], size: int) -> np.ndarray:
    """Each row: its ten nearest, weighed by softmax(cosine / 0.1)."""
    found = np.zeros((len(target), size))
    cosines = unit(target) @ unit(base[sources]).T
    for row, values in enumerate(cosines):
        if target[row].any():
            best = np.argsort(-values)[:10]
            weights = np.exp((values[best] - values[best[0]]) / 0.1)
            found[row, np.array(sources)[best]] = weights / weights.sum()
    return found


def text_ids(task: Task) -> list[int]:
    return [token.id for token in task.inputs.base_tokenizer.vocabulary if token.kind is Kind.TEXT]


def test_that_neighbours_and_weights_are_the_papers(given: Task, tmp_path: Path) -> None:
    rows, _ = made(Wechsel(dimensions=16), given, tmp_path)
    ctx = Context(workdir=tmp_path)
    vectors = train(Words(given.corpus, 10**7), Training(dimensions=16), 0, ctx, "Training")

    def spelt(tokenizer: object) -> np.ndarray:
        entries = tokenizer.vocabulary.entries
        texts = [
            entry.bytes.decode("utf-8", "ignore").strip() if entry.kind is Kind.TEXT else ""
            for entry in entries
        ]
        return np.asarray(vectors.of(texts))

    base, target = spelt(given.inputs.base_tokenizer), spelt(given.inputs.target)[given.targets.numpy()]
    wanted = expected_weights(target, base, text_ids(given), len(given.table))
    whole = [row for row, data in enumerate(given.target_bytes) if _is_text(data)]
    # "the" and " the" have one vector: which of the two is tenth is left open, what they make is not.
    difference = (dense(rows, len(given.table)) - wanted)[whole]
    assert np.abs(difference @ unit(base)).max() < 1e-4
    assert np.allclose(np.sort(dense(rows, 500)[whole]), np.sort(wanted[whole]), atol=1e-4)
    assert bool(rows.made[whole].sum() > 0.9 * len(whole))


def _is_text(data: bytes) -> bool:
    try:
        return bool(data.decode())
    except UnicodeDecodeError:
        return False


def glove(folder: Path, name: str, vectors: dict[str, np.ndarray]) -> Path:
    lines = [f"{word} {' '.join(map(repr, vector.tolist()))}" for word, vector in vectors.items()]
    return written(folder, name, "\n".join(lines))


def drawn(task: Task, width: int) -> dict[str, np.ndarray]:
    words = sorted(set(task.corpus[0].read_text(encoding="utf-8").split()))
    matrix = np.random.default_rng(0).standard_normal((len(words), width))
    return dict(zip(words, matrix, strict=True))


def test_that_without_ngrams_a_token_is_the_mean_of_the_words_it_occurs_in(
    given: Task, tmp_path: Path
) -> None:
    words = drawn(given, 6)
    rows, _ = made(Wechsel(vectors=glove(tmp_path, "glove.txt", words)), given, tmp_path)

    def spread(tokenizer: object) -> np.ndarray:
        sums, mass = np.zeros((tokenizer.vocabulary.size, 6)), np.zeros(tokenizer.vocabulary.size)
        for rank, (word, vector) in enumerate(words.items(), start=1):
            for text in (word, " " + word):
                for id in set(tokenizer.encode(text).ids):
                    sums[id] += vector / rank
                    mass[id] += 1 / rank
        return sums / np.where(mass > 0, mass, 1)[:, None]

    base, target = spread(given.inputs.base_tokenizer), spread(given.inputs.target)[given.targets.numpy()]
    sources = text_ids(given)
    sources = [id for id in sources if base[id].any()]
    wanted = expected_weights(target, base, sources, len(given.table))
    assert np.abs(dense(rows, len(given.table)) - wanted).max() < 1e-4


def test_that_turned_vectors_are_turned_back(given: Task, tmp_path: Path) -> None:
    words = drawn(given, 6)
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((6, 6)))[0]
    one = glove(tmp_path, "target.txt", words)
    other = glove(tmp_path, "base.txt", {word: vector @ turn for word, vector in words.items()})
    plain, _ = made(Wechsel(vectors=one), given, tmp_path)
    common, _ = made(Wechsel(vectors=one, base_vectors=other), given, tmp_path)
    dictionary = written(tmp_path, "words.tsv", "\n".join(f"{word}\t{word}" for word in list(words)[:40]))
    named, _ = made(Wechsel(vectors=one, base_vectors=other, dictionary=dictionary), given, tmp_path)
    for rows in (common, named):
        assert np.abs(dense(rows, 500) - dense(plain, 500)).max() < 1e-3


def test_that_wider_vectors_are_narrowed(given: Task, tmp_path: Path) -> None:
    words = drawn(given, 6)
    wide = {word: np.concatenate([vector, np.full(3, 0.01)]) for word, vector in words.items()}
    rows, _ = made(
        Wechsel(vectors=glove(tmp_path, "a.txt", words), base_vectors=glove(tmp_path, "b.txt", wide)),
        given,
        tmp_path,
    )
    plain, _ = made(Wechsel(vectors=tmp_path / "a.txt"), given, tmp_path)
    assert np.abs(dense(rows, 500) - dense(plain, 500)).max() < 1e-3


def test_that_what_does_not_go_together_is_refused(given: Task, tmp_path: Path) -> None:
    words = drawn(given, 6)
    one = glove(tmp_path, "a.txt", words)
    strange = written(tmp_path, "strange.tsv", "Ω\tΨ\n")
    bad = written(tmp_path, "bad.txt", "one two three\n")
    for fields, sentence in (
        ({"dictionary": strange}, "only together with"),
        ({"vectors": one, "dictionary": strange}, "give vectors of the base"),
        ({"vectors": one, "base_vectors": one, "dictionary": strange}, "None of the pairs"),
        ({"vectors": one, "base_vectors": one, "dictionary": bad}, "line 1 is 'one two three'"),
        ({"vectors": tmp_path / "nowhere"}, "There is no"),
    ):
        with pytest.raises(UserError, match=sentence) as caught:
            made(Wechsel(**fields), given, tmp_path)
        assert caught.value.field == "method"
