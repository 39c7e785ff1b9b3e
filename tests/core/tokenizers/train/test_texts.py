"""The texts of a training: held-out ends, samples, names of special tokens."""

from __future__ import annotations

import gzip
from itertools import pairwise
from pathlib import Path

import pytest

from core.errors import UserError
from core.tokenizers import corpus
from core.tokenizers.train.texts import between, read_portions, sample
from tests.core.tokenizers.train.texts import CTX, TEXTS

WHOLE = "".join(TEXTS)


def test_that_the_end_of_each_text_is_held_out_from_the_start_of_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(WHOLE, encoding="utf-8", newline="")
    with gzip.open(tmp_path / "b.txt.gz", "wb") as file:
        file.write(WHOLE.upper().encode())
    training, held_out = read_portions([tmp_path], 0.1, CTX)
    whole = WHOLE, WHOLE.upper()
    assert len("".join(training)) + len("".join(held_out)) == 2 * len(WHOLE)
    for kept, held, text in zip(training.ranges, held_out.ranges, whole, strict=True):
        assert (kept.begin, kept.end, held.end) == (0, held.begin, len(text))
        assert text[: held.begin].endswith("\n")
        assert 0.1 <= (held.end - held.begin) / len(text) < 0.12
    assert training.bytes == len("".join(training).encode())
    assert held_out.bytes == len("".join(held_out).encode())
    assert (len(training), len(held_out)) == (len(list(training)), len(list(held_out)))


def test_that_texts_over_several_blocks_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "BLOCK", 5_000)
    file = tmp_path / "a.txt"
    file.write_text(WHOLE, encoding="utf-8", newline="")
    training, held_out = read_portions([file], 0.3, CTX)
    assert "".join(training) + "".join(held_out) == WHOLE
    assert list(training) == list(training)
    assert max(map(len, training)) < 10_000


def test_that_nothing_need_be_held_out(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one line", encoding="utf-8")
    training, held_out = read_portions([file], 0, CTX)
    assert (list(training), list(held_out), held_out.bytes) == (["one line"], [], 0)
    training, held_out = read_portions([file], 0.5, CTX)
    assert (list(training), list(held_out)) == (["one "], ["line"])


@pytest.mark.parametrize("content", ["", " \n\n\t"])
def test_that_a_text_without_text_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"a\.txt: there is nothing in it to train on") as caught:
        read_portions([file], 0.1, CTX)
    assert caught.value.field == "text"


def test_that_a_sample_is_spread_evenly() -> None:
    texts = [f"{number:04d}" for number in range(1_000)]
    found = list(sample(texts, 400))
    assert len(found) == 100
    gaps = {int(after) - int(before) for before, after in pairwise(found)}
    assert gaps == {10}
    assert list(sample(texts, 4_000)) == texts


def test_that_texts_are_cut_at_the_names_of_special_tokens() -> None:
    texts = ["a<s>b</s>", "<s>", "c<s><s>d"]
    assert list(between(texts, ["<s>", "</s>"])) == ["a", "b", "c", "d"]
    assert list(between(texts, [])) == texts
