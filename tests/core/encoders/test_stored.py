"""Vectors kept on disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.encoders import stored as module
from core.encoders.encoder import FAILED, OK, Encoder, Part, Role, Slices
from core.encoders.room import drop_oldest
from core.encoders.stored import stored_vectors
from core.encoders.truncated import TruncatedEncoder
from core.errors import Cancelled, UserError
from core.jobs.context import Context
from tests.core.encoders.texts import ListedTexts

TEXTS = [f"text {number % 70}" for number in range(100)]


class Counting(Encoder):
    """A vector of a text's characters; ten texts at a time, the last first."""

    name, width = "counting", 8

    def __init__(self, stop_after: int = 10**9) -> None:
        self.encoded: list[str] = []
        self.stop_after = stop_after

    @property
    def digest(self) -> str:
        return "counting"

    def parts(
        self, texts: Slices, ctx: Context, *, role: Role = "", stage: str = "Encoding"
    ) -> Iterator[Part]:
        for first in reversed(range(0, len(texts), 10)):
            some = texts[first : first + 10]
            if len(self.encoded) >= self.stop_after:
                raise Cancelled
            self.encoded += some
            status = np.array([FAILED if "bad" in text else OK for text in some], dtype=np.uint8)
            yield Part(np.arange(first, first + len(some)), expected(some), status)


def expected(texts: list[str]) -> np.ndarray:
    rows = np.array(
        [np.bincount([ord(char) % 8 for char in text], minlength=8) for text in texts], dtype=np.float32
    )
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def test_that_a_second_run_encodes_and_reads_nothing(tmp_path: Path, ctx: Context) -> None:
    encoder, texts = Counting(), ListedTexts(TEXTS)
    first = stored_vectors(encoder, texts, ctx, cache=tmp_path)
    assert (first.encoded, first.cached) == (100, False)
    np.testing.assert_array_equal(first.vectors, expected(TEXTS))
    again = ListedTexts(TEXTS)
    second = stored_vectors(Counting(stop_after=0), again, ctx, cache=tmp_path)
    assert (second.encoded, second.cached, second.seconds, again.read) == (0, True, 0.0, 0)
    assert isinstance(second.vectors, np.memmap)
    np.testing.assert_array_equal(second.vectors, first.vectors)
    np.testing.assert_array_equal(second.status, np.ones(100))


def test_that_without_a_cache_they_are_in_memory(ctx: Context) -> None:
    found = stored_vectors(Counting(), ListedTexts(TEXTS), ctx)
    np.testing.assert_array_equal(found.vectors, expected(TEXTS))


def test_that_roles_encoders_and_collections_are_kept_apart(tmp_path: Path, ctx: Context) -> None:
    stored_vectors(Counting(), ListedTexts(TEXTS), ctx, cache=tmp_path)
    asked = Counting()
    stored_vectors(asked, ListedTexts(TEXTS), ctx, role="query", cache=tmp_path)
    assert len(asked.encoded) == 100
    other = stored_vectors(Counting(stop_after=0), ListedTexts(TEXTS[:30]), ctx, cache=tmp_path)
    np.testing.assert_array_equal(other.vectors, expected(TEXTS[:30]))


def test_that_a_stopped_run_goes_on_where_it_was(tmp_path: Path, ctx: Context) -> None:
    stopped = Counting(stop_after=40)
    with pytest.raises(Cancelled):
        stored_vectors(stopped, ListedTexts(TEXTS), ctx, cache=tmp_path)
    (folder,) = tmp_path.glob("vectors/*/*")
    assert not (folder / "meta.json").exists()
    assert np.flatnonzero(np.fromfile(folder / "status.u8", dtype=np.uint8)).tolist() == list(range(60, 100))
    resumed = Counting()
    found = stored_vectors(resumed, ListedTexts(TEXTS), ctx, cache=tmp_path)
    assert (len(resumed.encoded), found.encoded) == (60, 60)
    np.testing.assert_array_equal(found.vectors, expected(TEXTS))


def test_that_only_new_texts_are_encoded(tmp_path: Path, ctx: Context) -> None:
    stored_vectors(Counting(), ListedTexts(TEXTS), ctx, cache=tmp_path)
    more = ["new 1", *TEXTS[50:], "new 2", *TEXTS[:50]]
    encoder = Counting()
    found = stored_vectors(encoder, ListedTexts(more), ctx, cache=tmp_path)
    assert encoder.encoded == ["new 1", "new 2"]
    assert found.encoded == 2
    np.testing.assert_array_equal(found.vectors, expected(more))


def test_that_a_damaged_store_is_made_again(tmp_path: Path, ctx: Context) -> None:
    stored_vectors(Counting(), ListedTexts(TEXTS), ctx, cache=tmp_path)
    (folder,) = tmp_path.glob("vectors/*/*")
    with (folder / "vectors.f32").open("r+b") as file:
        file.truncate(100)
    encoder = Counting()
    found = stored_vectors(encoder, ListedTexts(TEXTS), ctx, cache=tmp_path)
    assert len(encoder.encoded) == 100
    np.testing.assert_array_equal(found.vectors, expected(TEXTS))


def test_that_failed_texts_are_tried_again_elsewhere_and_all_failing_is_told(
    tmp_path: Path, ctx: Context
) -> None:
    found = stored_vectors(Counting(), ListedTexts([*TEXTS, "bad"]), ctx, cache=tmp_path)
    assert found.status[-1] == FAILED
    assert "for 1 texts" in ctx.warnings[0]
    encoder = Counting()
    stored_vectors(encoder, ListedTexts(["bad", *TEXTS]), ctx, cache=tmp_path)
    assert encoder.encoded == ["bad"]
    with pytest.raises(UserError, match="gives no number"):
        stored_vectors(Counting(), ListedTexts(["bad 1", "bad 2"]), ctx, cache=tmp_path)


def test_that_truncated_vectors_need_no_encoding(tmp_path: Path, ctx: Context) -> None:
    texts = ListedTexts(TEXTS)
    stored_vectors(Counting(), texts, ctx, cache=tmp_path)
    encoder = TruncatedEncoder(Counting(stop_after=0), 3, field="system")
    found = stored_vectors(encoder, texts, ctx, cache=tmp_path)
    first = expected(TEXTS)[:, :3]
    np.testing.assert_allclose(found.vectors, first / np.linalg.norm(first, axis=1, keepdims=True), atol=1e-6)
    assert found.cached
    with pytest.raises(UserError, match="has 8 dimensions; 9 cannot be kept"):
        TruncatedEncoder(Counting(), 9, field="system")


def test_that_no_texts_are_no_vectors(tmp_path: Path, ctx: Context) -> None:
    found = stored_vectors(Counting(), ListedTexts([]), ctx, cache=tmp_path)
    assert found.vectors.shape == (0, 8)
    assert not found.cached


def test_that_what_cannot_be_written_is_told(tmp_path: Path, ctx: Context) -> None:
    (tmp_path / "vectors").write_text("a file where a folder should be")
    with pytest.raises(UserError, match="Vectors cannot be kept in"):
        stored_vectors(Counting(), ListedTexts(TEXTS), ctx, cache=tmp_path)


def test_that_a_full_disk_is_told_before_anything_is_encoded(
    tmp_path: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    encoder = Counting()
    with pytest.raises(UserError, match="No space left on device"):
        stored_vectors(encoder, ListedTexts(TEXTS), ctx, cache=tmp_path)
    assert encoder.encoded == []
    assert not list(tmp_path.rglob("vectors.f32"))


def test_that_the_oldest_go_when_there_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = tmp_path / "indexes" / "one.faiss"
    folders = [tmp_path / "vectors" / "encoder" / name for name in ("old", "new", "mine")]
    for age, folder in enumerate([tmp_path / "bm25" / "older", *folders]):
        folder.mkdir(parents=True)
        (folder / "vectors.f32").write_bytes(bytes(100))
        os.utime(folder, (age, age))
    index.parent.mkdir()
    index.write_bytes(bytes(100))
    drop_oldest(tmp_path, 100, keep=folders[2], most=1000)
    assert all(folder.exists() for folder in folders)
    drop_oldest(tmp_path, 100, keep=folders[2], most=400)
    assert [folder.exists() for folder in folders] == [False, True, True]
    assert not (tmp_path / "bm25" / "older").exists()
    drop_oldest(tmp_path, 100, keep=folders[2], most=200)
    assert folders[2].exists()
    assert not index.exists()


def test_that_vectors_reach_the_disk_before_the_status_says_so(
    tmp_path: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FLUSH_SECONDS", 0.0)
    written: list[str] = []
    flush, write = np.memmap.flush, module._write_whole
    monkeypatch.setattr(np.memmap, "flush", lambda self: (written.append("vectors"), flush(self))[1])
    monkeypatch.setattr(
        module, "_write_whole", lambda file, data: (written.append(file.name), write(file, data))[1]
    )
    stored_vectors(Counting(), ListedTexts(TEXTS), ctx, cache=tmp_path)
    assert written[0] == "keys.b16"
    assert written[-1] == "meta.json"
    assert all(written[at - 1] == "vectors" for at, name in enumerate(written) if name == "status.u8")
    assert written.count("status.u8") > 5
