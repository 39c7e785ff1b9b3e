"""Vectors in every format that they are published in, and each way in which a file can be damaged."""

from __future__ import annotations

import gzip
import importlib.util
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from gensim.models import FastText, KeyedVectors
from gensim.models.fasttext import load_facebook_vectors, save_facebook_model
from safetensors.numpy import save_file

from core.errors import UserError
from core.jobs.context import Context
from core.vectors.read import read_vectors
from core.vectors.vectors import SubwordVectors, Vectors

GLOVE = Path(__file__).parents[3] / ".real-models" / "glove"
WORDS = ["the", "of", "naïve", "日本", "x"]
MATRIX = np.random.default_rng(0).standard_normal((5, 4), dtype=np.float32)


def read(path: Path, **fields: int) -> Vectors:
    return read_vectors(path, Context(workdir=path.parent), field="method", **fields)


def lines(words: list[str] = WORDS, matrix: np.ndarray = MATRIX) -> list[str]:
    return [f"{word} {' '.join(map(repr, row.tolist()))}" for word, row in zip(words, matrix, strict=True)]


def saved(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path, *parts: str) -> None:
    with pytest.raises(UserError) as caught:
        read(path)
    assert caught.value.field == "method"
    assert str(path) in caught.value.message
    for part in parts:
        assert part in caught.value.message


def assert_read(found: Vectors) -> None:
    assert list(found.words) == WORDS
    assert found.width == 4
    assert np.array_equal(found.of(["日本", "nowhere", "the"]), [MATRIX[3], np.zeros(4), MATRIX[0]])


def test_that_glove_text_is_read(tmp_path: Path) -> None:
    assert_read(read(saved(tmp_path / "glove.txt", "\n".join(lines()) + "\n")))
    assert_read(read(saved(tmp_path / "no-end.txt", "\n".join(lines()))))


def test_that_words_with_spaces_are_read(tmp_path: Path) -> None:
    found = read(saved(tmp_path / "glove.txt", "a 1 2 3\n. . . 4 5 6\n"))
    assert list(found.words) == ["a", ". . ."]
    assert found.of([". . ."]).tolist() == [[4, 5, 6]]


def test_that_word2vec_text_and_packed_text_are_read(tmp_path: Path) -> None:
    text = "\n".join(["5 4", *lines()]) + "\n"
    assert_read(read(saved(tmp_path / "cc.vec", text)))
    (tmp_path / "cc.vec.gz").write_bytes(gzip.compress(text.encode()))
    assert_read(read(tmp_path / "cc.vec.gz"))


def test_that_gensims_files_are_read_as_gensim_reads_them(tmp_path: Path) -> None:
    vectors = KeyedVectors(4)
    vectors.add_vectors(WORDS, MATRIX)
    for name, binary in (("w2v.bin", True), ("w2v.txt", False)):
        vectors.save_word2vec_format(tmp_path / name, binary=binary)
        assert_read(read(tmp_path / name))


def test_that_only_the_first_words_are_read_of_a_large_file(tmp_path: Path) -> None:
    vectors = KeyedVectors(4)
    vectors.add_vectors(WORDS, MATRIX)
    for name, binary in (("w2v.bin", True), ("w2v.txt", False)):
        vectors.save_word2vec_format(tmp_path / name, binary=binary)
        found = read(tmp_path / name, most=2)
        assert list(found.words) == WORDS[:2]
        assert found.notes == (f"{name}: the first 2 of its 5 words were read.",)


def test_that_fasttext_gives_what_gensim_gives_for_any_string(tmp_path: Path) -> None:
    sentences = [["über", "the", "sea"], ["the", "ship", "sails"], ["the", "seas", "日本語"]] * 5
    model = FastText(sentences, vector_size=8, min_count=1, epochs=2, bucket=500, workers=1, seed=1)
    save_facebook_model(model, str(tmp_path / "cc.bin"))
    found = read(tmp_path / "cc.bin")
    assert isinstance(found, SubwordVectors)
    assert isinstance(found.matrix, np.memmap)
    theirs = load_facebook_vectors(str(tmp_path / "cc.bin"))
    strings = ["the", "日本語", "seaship", "übersee", "日本", "q"]
    assert np.allclose(found.of(strings), [theirs.get_vector(string) for string in strings], atol=1e-6)
    assert found.of([""]).tolist() == [[0.0] * 8]
    assert list(found.words) == list(theirs.index_to_key)
    assert found.counts[0] == 15


def test_that_a_damaged_fasttext_file_is_refused(tmp_path: Path) -> None:
    model = FastText([["a", "b"]] * 5, vector_size=4, min_count=1, epochs=1, bucket=50, workers=1)
    save_facebook_model(model, str(tmp_path / "whole.bin"))
    data = (tmp_path / "whole.bin").read_bytes()
    for size in (6, 20, 70, 100, 120, 400):
        (tmp_path / "cut.bin").write_bytes(data[:size])
        refused(tmp_path / "cut.bin", "cut short")
    (tmp_path / "old.bin").write_bytes(data[:4] + struct.pack("<i", 11) + data[8:])
    refused(tmp_path / "old.bin", "version 11")


@pytest.mark.parametrize("type", ["float32", "float16"])
def test_that_arrays_are_mapped_with_the_words_beside_them(tmp_path: Path, type: str) -> None:
    matrix = MATRIX.astype(type)
    np.save(tmp_path / "emb.npy", matrix)
    saved(tmp_path / "words.txt", "\n".join(WORDS) + "\n")
    (tmp_path / "other").mkdir()
    save_file({"embeddings": matrix}, tmp_path / "other" / "model.safetensors")
    saved(tmp_path / "other" / "vocab.json", json.dumps({word: i for i, word in enumerate(WORDS)}))
    saved(tmp_path / "other" / "config.json", "{}")
    for path in (
        tmp_path / "emb.npy",
        tmp_path,
        tmp_path / "other",
        tmp_path / "other" / "model.safetensors",
    ):
        found = read(path)
        assert list(found.words) == WORDS
        assert np.array_equal(found.of(["x"])[0], matrix[4].astype("float32"))
        assert isinstance(found.matrix, np.memmap)  # type: ignore[attr-defined]


def test_that_arrays_that_do_not_fit_their_words_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "emb.npy", MATRIX)
    refused(tmp_path / "emb.npy", "without words", "emb.txt")
    saved(tmp_path / "emb.txt", "a\nb\n")
    with pytest.raises(UserError, match=r"lists 2 words, but emb\.npy has 5 rows"):
        read(tmp_path / "emb.npy")
    np.save(tmp_path / "emb.npy", MATRIX[0])
    refused(tmp_path / "emb.npy", "shape (4,)")
    np.save(tmp_path / "emb.npy", np.array([{}]), allow_pickle=True)
    refused(tmp_path / "emb.npy", "damaged")
    broken = MATRIX.copy()
    broken[3, 1] = np.nan
    np.save(tmp_path / "emb.npy", broken)
    saved(tmp_path / "emb.txt", "\n".join(WORDS))
    refused(tmp_path / "emb.npy", "'日本'", "NaN")


def test_that_damaged_text_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "glove.txt"
    refused(saved(path, "a 1 2 3\nb 1 2\n"), "line 2", "2 numbers, where the others have 3")
    refused(saved(path, "a 1 2\nb 1 nan\n"), "line 2", "NaN")
    refused(saved(path, "a 1 2\nb 1 x\nc 1 2\n"), "line 2", "numbers")
    refused(saved(path, "3 2\na 1 2\nb 1 2\n"), "cut short", "3 words, but 2 follow")
    refused(saved(path, "word\n"), "no vectors")
    refused(saved(path, ""), "empty")
    refused(tmp_path / "nowhere.txt", "There is no")
    (tmp_path / "broken.vec.gz").write_bytes(gzip.compress(b"a 1 2\n" * 1000)[:40])
    refused(tmp_path / "broken.vec.gz", "unpacked")


def test_that_damaged_binary_is_refused(tmp_path: Path) -> None:
    vectors = KeyedVectors(4)
    broken = MATRIX.copy()
    broken[2, 0] = np.inf
    vectors.add_vectors(WORDS, broken)
    vectors.save_word2vec_format(tmp_path / "w2v.bin", binary=True)
    refused(tmp_path / "w2v.bin", "naïve", "NaN")
    data = (tmp_path / "w2v.bin").read_bytes()
    (tmp_path / "cut.bin").write_bytes(data[:60])
    refused(tmp_path / "cut.bin", "cut short")
    (tmp_path / "shifted.bin").write_bytes(data[:4] + b"long-" * 1000 + data[4:])
    refused(tmp_path / "shifted.bin", "damaged")


def test_that_repeated_words_are_counted_and_the_first_counts(tmp_path: Path) -> None:
    found = read(saved(tmp_path / "glove.txt", "a 1 2\nb 3 4\na 5 6\n"))
    assert found.of(["a", "b"]).tolist() == [[1, 2], [3, 4]]
    assert found.notes == ("glove.txt: 1 of its lines repeat a word; the first of each counts.",)


def test_that_a_folder_without_one_array_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "no array")
    np.save(tmp_path / "a.npy", MATRIX)
    np.save(tmp_path / "b.npy", MATRIX)
    refused(tmp_path, "more than one")


@pytest.mark.skipif(not GLOVE.is_dir(), reason="GloVe is not there")
def test_that_the_published_glove_is_read() -> None:
    if importlib.util.find_spec("pyarrow") is None:
        refused(GLOVE, "pyarrow")
        return
    found = read(GLOVE)
    assert len(found.words) == 400_000
    king, queen, cabbage = found.of(["king", "queen", "cabbage"])
    assert king @ queen > 2 * (king @ cabbage)
