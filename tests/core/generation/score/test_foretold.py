"""Every token foretold once, with context enough, as one forward pass has it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.generation.language.opened import open_language_model
from core.generation.score.foretold import foretold, window_of
from core.generation.score.records import chosen, log_probabilities
from core.jobs.context import Context
from core.models.bits_per_byte import token_losses
from core.models.pretrained import open_pretrained
from tests.core.generation.table_model import TableModel, toy_bpe

STARTERS = Path(__file__).parents[4] / "resources" / "starter"
PROSE = (STARTERS / "texts" / "prose.txt").read_text(encoding="utf-8")


def scored(model, ids, context, stride, ctx) -> list[float]:  # type: ignore[no-untyped-def]
    found: dict[int, float] = {}
    for first, logits in foretold(model, ids, context=context, stride=stride, ctx=ctx):
        for place, value in enumerate(chosen(log_probabilities(logits), ids[first : first + len(logits)])):
            assert first + place not in found
            found[first + place] = value
    assert sorted(found) == list(range(len(ids)))
    return [found[place] for place in range(len(ids))]


@pytest.mark.parametrize("name", ["prose-bpe", "prose-unigram"])
def test_that_scores_are_those_of_one_forward_pass(name: str, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    ctx = Context(workdir=tmp_path)
    model = open_language_model(STARTERS / name, ctx)
    ids = list(model.tokenizer.encode(PROSE[1000:1300]).ids)
    plain = open_pretrained(AutoModelForCausalLM, STARTERS / name, field="models").eval()
    with torch.inference_mode():
        logits = plain(input_ids=torch.tensor([[*model.begin, *ids]])).logits[0]
    laws = torch.log_softmax(logits.float(), dim=-1)[len(model.begin) - 1 : -1]
    assert scored(model, ids, 128, 64, ctx) == pytest.approx(chosen(laws, ids), abs=1e-5)


def test_that_a_long_text_scores_as_the_rest_of_the_program_measures_it(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    ctx = Context(workdir=tmp_path)
    model = open_language_model(STARTERS / "prose-bpe", ctx)
    ids = list(model.tokenizer.encode(PROSE[:3000]).ids)
    plain = open_pretrained(AutoModelForCausalLM, STARTERS / "prose-bpe", field="models")
    losses = token_losses(plain, ids, prefix=model.begin[0], context=128, ctx=ctx)
    assert scored(model, ids, 128, 64, ctx) == pytest.approx((-losses).tolist(), abs=1e-4)


@pytest.mark.parametrize(("context", "stride"), [(4, 2), (5, 1), (6, 4), (3, 2), (30, 15)])
def test_that_each_token_is_seen_with_context_enough(tmp_path: Path, context: int, stride: int) -> None:
    """The table's law tells how many tokens were read."""
    model = TableModel(
        toy_bpe(tmp_path / "t", "ab", []), lambda ids: {0: len(ids) / 64, 1: 1 - len(ids) / 64}
    )
    model.begin = (0,)
    ids = [0, 1] * 6
    reached = 0
    for first, logits in foretold(model, ids, context=context, stride=stride, ctx=Context(workdir=tmp_path)):
        assert first == reached
        reached += len(logits)
        read = (64 * logits[:, 0].exp()).round().int().tolist()
        for place, before in enumerate(read, start=first + 1):
            assert min(place, context - stride) <= before < context
    assert reached == len(ids)


def test_that_without_a_token_before_the_text_its_first_is_not_foretold(tmp_path: Path) -> None:
    model = TableModel(toy_bpe(tmp_path / "t", "ab", []), lambda ids: {0: 0.25, 1: 0.75})
    found = foretold(model, [0, 1, 1], context=9, stride=4, ctx=Context(workdir=tmp_path))
    assert [(first, len(logits)) for first, logits in found] == [(1, 1), (2, 1)]


def test_that_logits_come_in_parts_where_a_window_has_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = TableModel(toy_bpe(tmp_path / "t", "ab", []), lambda ids: {0: 0.25, 1: 0.75})
    ctx, ids = Context(workdir=tmp_path), [0, 1, 1, 0, 1, 0, 0, 1]
    monkeypatch.setattr("core.generation.score.foretold._LOGITS_AT_ONCE", 2 * model.vocab_size)
    found = list(foretold(model, ids, context=30, stride=15, ctx=ctx))
    assert max(len(logits) for _, logits in found) == 2
    assert [place for first, logits in found for place in range(first, first + len(logits))] == [*range(1, 8)]


def test_that_a_text_of_one_token_without_one_before_it_is_foretold_nothing(tmp_path: Path) -> None:
    model = TableModel(toy_bpe(tmp_path / "t", "ab", []), lambda ids: {0: 1.0})
    assert list(foretold(model, [0], context=9, stride=4, ctx=Context(workdir=tmp_path))) == []


def test_that_a_window_is_no_longer_than_the_model_takes(tmp_path: Path) -> None:
    model = TableModel(toy_bpe(tmp_path / "t", "ab", []), lambda ids: {0: 1.0}, context=8)
    assert window_of(model, None, None) == (8, 4)
    assert window_of(model, 20, 3) == (8, 3)
    assert window_of(model, 5, 9) == (5, 4)
    model.context = None
    assert window_of(model, None, None) == (1024, 512)
