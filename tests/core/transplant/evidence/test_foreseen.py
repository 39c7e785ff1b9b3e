"""What is kept of a model's answers, and where."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.transplant.evaluate import Passage, Scored, prefix_of, score
from core.transplant.evidence import foreseen
from core.transplant.evidence.agreement import agree, agreement, divergence
from core.transplant.evidence.foreseen import Foreseen, Watch, first_bytes, places, spelt_bytes
from core.transplant.texts import Slice
from tests.core.transplant.toys import byte_level, vocabulary, wordpiece


def passage(*ends: int) -> Passage:
    return Passage.cut([0] * len(ends), ends, ends[-1])


def test_that_places_are_where_both_part_the_text() -> None:
    before = [[passage(2, 4, 7, 9)]]
    after = [[passage(0, 1, 4, 4, 7, 8, 9)]]
    one, other = places(before, after, skip_first=False)
    assert one[0][0].tolist() == [0, 2, 3]
    assert other[0][0].tolist() == [1, 4, 5], "those that have bytes"
    one, other = places(before, after, skip_first=True)
    assert one[0][0].tolist() == [2, 3]
    assert other[0][0].tolist() == [4, 5]


def test_that_many_places_are_thinned_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreseen, "MOST", 5)
    cut = [[passage(*range(1, 21)), passage(*range(1, 21))]]
    one, other = places(cut, cut, skip_first=False)
    assert [at.tolist() for at in one[0]] == [[0, 10], [0, 9, 19]]
    assert [at.tolist() for at in one[0]] == [at.tolist() for at in other[0]]


def test_that_tokens_are_spelt_as_they_add_to_a_text(tmp_path: Path) -> None:
    level = vocabulary(tmp_path / "l", byte_level(["a", "Ġthe"], ["<x>"]), {"bos": "<x>"})
    assert spelt_bytes(level) == [b"a", b" the", b""]
    words = vocabulary(tmp_path / "w", wordpiece(["[UNK]", "the", "##ing", "."]))
    assert spelt_bytes(words) == [b"", b" the", b"ing", b"."]
    assert first_bytes([b"a", b" the", b""]).tolist() == [97, 32, 256]


def test_that_the_next_bytes_probabilities_are_summed_by_first_bytes() -> None:
    spelt = [b"a", b"ab", b"b", b"", b"c", b"cd"]
    logits = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))  # two rows of padding
    watch = Watch(np.array([1, 4]), first_bytes(spelt))
    watch(0, logits[:3])
    watch(3, logits[3:])
    found = watch.foreseen
    for row, place in enumerate((1, 4)):
        mass = logits[place, :6].softmax(dim=0)
        total = 1 - mass[3]
        assert found.next_byte[row, ord("a")] == pytest.approx(float((mass[0] + mass[1]) / total), rel=1e-5)
        assert found.next_byte[row, ord("c")] == pytest.approx(float((mass[4] + mass[5]) / total), rel=1e-5)
        assert found.next_byte[row].sum() == pytest.approx(1)
        assert found.top[row].tolist() == logits[place, :6].argsort(descending=True)[:5].tolist()


def test_that_tokens_agree_as_far_as_the_shorter_goes() -> None:
    assert agree(b"the", b"there")
    assert agree(b"there", b"the")
    assert not agree(b"the", b"this")
    assert not agree(b"", b"the")
    assert agree(b"", b"")


def test_that_divergence_is_kullback_and_leiblers() -> None:
    one, other = np.zeros((1, 256), np.float32), np.zeros((1, 256), np.float32)
    one[0, :2], other[0, :2] = (0.5, 0.5), (0.25, 0.75)
    assert divergence(one, other)[0] == pytest.approx(0.5 * np.log2(2) + 0.5 * np.log2(2 / 3))
    assert divergence(one, one)[0] == 0
    other[0, :2] = (0, 1)
    assert 10 < divergence(one, other)[0] < 16, "bounded where the other thinks it impossible"


def test_that_agreement_is_counted_by_slice_and_in_all() -> None:
    def scored(*top: list[int]) -> Scored:
        same = np.full((len(top), 256), 1 / 256, np.float32)
        return Scored(passage(1), np.ones(1), Foreseen(np.array(top, np.int32), same))

    spelt = [b"a", b"ab", b"b", b"c", b"d", b"e"]
    before = [[scored([0, 1, 2, 3, 4], [2, 0, 1, 3, 4])], [scored([5, 0, 1, 2, 3])]]
    after = [[scored([1, 0, 2, 3, 4], [3, 4, 2, 0, 1])], [scored([0, 1, 2, 3, 4])]]
    found = agreement([Slice("x", ("",)), Slice("y", ("",))], before, after, spelt, spelt)
    told = {each.slice: each for each in found}
    assert (told["x"].positions, told["x"].top1, told["x"].top5) == (2, 0.5, 1.0)
    assert (told["y"].top1, told["y"].top5) == (0.0, 0.0)
    assert (told["all"].positions, told["all"].top1, told["all"].top5) == (3, pytest.approx(1 / 3), 2 / 3)
    assert told["all"].next_byte == pytest.approx(0, abs=1e-6)


def test_that_a_model_agrees_with_itself(toys: Path, text: Path, tmp_path: Path) -> None:
    from core.jobs.context import Context
    from core.tokenizers.open import open_tokenizer
    from core.transplant.evaluate import read
    from core.transplant.loading import with_model

    ctx = Context(workdir=tmp_path)
    tokenizer = open_tokenizer(toys / "base")
    slices = [Slice("a", (text.read_text(encoding="utf-8"),))]
    kept, before, after = read(slices, tokenizer, tokenizer, ctx)
    at, _ = places(before, after, skip_first=False)
    spelt = spelt_bytes(tokenizer.vocabulary)

    def measured(model: torch.nn.Module) -> list[list[Scored]]:
        return score(
            model, slices=kept, read=before, prefix=prefix_of(tokenizer.vocabulary), context=64,
            when="before", ctx=ctx, at=at, spelt=spelt,
        )  # fmt: skip

    found = with_model(toys / "base", 1, ctx, measured, field="base")
    plain = with_model(
        toys / "base", 1, ctx,
        lambda model: score(
            model, slices=kept, read=before, prefix=prefix_of(tokenizer.vocabulary), context=64,
            when="before", ctx=ctx,
        ),
        field="base",
    )  # fmt: skip
    assert found[0][0].bits.tolist() == plain[0][0].bits.tolist()
    assert plain[0][0].foreseen is None
    [figures, _] = agreement(kept, found, found, spelt, spelt)
    assert figures.positions == len(found[0][0].passage.ids)
    assert (figures.top1, figures.top5, figures.next_byte) == (1.0, 1.0, 0.0)
