"""Grafts made by several methods at once, a method for the head, an untied head, lengths, relaxed matches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from core.errors import UserError
from core.jobs.context import Context
from core.transplant import transplant
from core.transplant.graft import Graft, make_graft, make_grafts
from core.transplant.inputs import Inputs, open_inputs
from core.transplant.matching import Matching, Source
from core.transplant.materials import Materials
from core.transplant.methods.fvt import Fvt
from core.transplant.methods.mean import Mean
from core.transplant.methods.method import Method
from core.transplant.methods.omp import Omp
from core.transplant.methods.random_normal import RandomNormal
from core.transplant.preview import preview
from core.transplant.report import ROWS
from core.transplant.request import TransplantRequest
from core.transplant.result import TransplantResult
from core.transplant.rows import Rows, Task
from core.transplant.run import matched
from core.transplant.spelt import Candidate, candidates

EMBEDDING = "model.embed_tokens.weight"
HEAD = "lm_head.weight"


def graft(base: Path, target: Path, out: Path, **fields: Any) -> TransplantResult:
    fields.setdefault("method", {"name": "fvt"})
    found = transplant(base=base, target_tokenizer=target, out=out, device="cpu", **fields)
    assert isinstance(found, TransplantResult)
    return found


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def opened(base: Path, target: Path, methods: Sequence[Method]) -> tuple[Inputs, Matching]:
    request = TransplantRequest(base=base, target_tokenizer=target)
    inputs = open_inputs(request, methods)
    return inputs, matched(inputs, request)


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    (tmp_path / "run").mkdir()
    return Context(workdir=tmp_path / "run")


# Several at once


@pytest.mark.parametrize("base", ["base", "untied"])
def test_that_grafts_made_together_are_those_made_alone(
    toys: Path, tmp_path: Path, ctx: Context, base: str
) -> None:
    line = [Candidate(Omp(k=4)), Candidate(Fvt()), Candidate(Omp(k=8)), Candidate(Omp(k=4), Mean())]
    inputs, matching = opened(toys / base, toys / "donor", [Omp()])
    order = matching.targets
    told: list[int] = []
    together = make_grafts(
        Materials(inputs, matching, order), line, pad_to=64, ctx=ctx, done=lambda place, _: told.append(place)
    )
    assert sorted(told) == [0, 1, 2, 3]
    for place, (candidate, found) in enumerate(zip(line, together, strict=True)):
        folder = tmp_path / str(place)
        folder.mkdir()
        alone = make_graft(
            inputs, matching, candidate.method, order=order, pad_to=64, ctx=Context(workdir=folder),
            head=candidate.head,
        )  # fmt: skip
        one, other = found.replacements, alone.replacements
        assert one.keys() == other.keys()
        for name, tensor in one.items():
            assert torch.allclose(tensor, other[name], atol=1e-6)
    first, second = together[0].replacements, together[3].replacements
    assert torch.equal(first[EMBEDDING], second[EMBEDDING])
    assert together[3].untied == (HEAD if base == "base" else None)
    assert together[1].anchors["input"].kept == len(matching.anchors)


def test_that_tables_are_read_once_for_all(toys: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.transplant import materials as module

    read: list[str] = []
    true = module.read_table

    def counted(*given: Any) -> Any:
        read.append(given[1])
        return true(*given)

    monkeypatch.setattr(module, "read_table", counted)
    inputs, matching = opened(toys / "untied", toys / "donor", [Omp()])
    materials = Materials(inputs, matching, matching.targets)
    for seed in (1, 2):
        make_grafts(materials, candidates("omp k=4,8", field="x"), pad_to=64, ctx=ctx, seed=seed)
    make_grafts(materials, [Candidate(Fvt())], pad_to=64, ctx=ctx)
    assert sorted(read) == [HEAD, HEAD, EMBEDDING, EMBEDDING]


def test_that_a_seed_changes_random_rows_and_no_others(toys: Path, ctx: Context) -> None:
    inputs, matching = opened(toys / "base", toys / "donor", [])
    materials = Materials(inputs, matching, matching.targets)

    def made(seed: int) -> list[torch.Tensor]:
        line = [Candidate(RandomNormal()), Candidate(Fvt())]
        grafts = make_grafts(materials, line, pad_to=64, ctx=ctx, seed=seed)
        return [graft.replacements[EMBEDDING] for graft in grafts]

    one, again, other = made(1), made(1), made(2)
    assert torch.equal(one[0], again[0])
    assert not torch.equal(one[0], other[0])
    assert torch.equal(one[1], other[1])


def test_that_rows_that_were_made_are_not_made_again(
    toys: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, matching = opened(toys / "untied", toys / "donor", [Omp()])

    def made() -> Graft:
        return make_graft(inputs, matching, Omp(k=4), order=matching.targets, pad_to=64, ctx=ctx)

    first = made()

    def never(cls: type[Method], methods: Sequence[Method], task: Task, ctx: Context) -> list[Rows]:
        raise AssertionError("made again")

    monkeypatch.setattr(Omp, "several", classmethod(never))
    for name, tensor in made().replacements.items():
        assert torch.equal(tensor, first.replacements[name])


def test_that_matrices_are_the_same_in_blocks_and_from_mapped_tables(
    toys: Path, ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.transplant import checkpoint, new_matrix, tables

    def made(folder: str, method: Method) -> dict[str, torch.Tensor]:
        (tmp_path / folder).mkdir()
        inputs, matching = opened(toys / "untied", toys / "donor", [method])
        ctx = Context(workdir=tmp_path / folder)
        found = make_graft(inputs, matching, method, order=matching.targets, pad_to=64, ctx=ctx)
        return found.replacements

    methods = [Omp(k=4), RandomNormal(), Mean()]
    whole = [made(f"whole {method.name}", method) for method in methods]
    for module in (tables, checkpoint):
        monkeypatch.setattr(module, "HELD", 0)
    monkeypatch.setattr(tables, "_BLOCK", 1000)
    monkeypatch.setattr(new_matrix, "_BLOCK", 1000)
    for method, one in zip(methods, whole, strict=True):
        other = made(f"mapped {method.name}", method)
        assert all(torch.equal(one[name], other[name]) for name in one | other)


# The head


@pytest.mark.parametrize("base", ["base", "untied"])
def test_that_the_head_takes_its_own_method(toys: Path, tmp_path: Path, base: str) -> None:
    out = tmp_path / "out"
    found = graft(toys / base, toys / "donor", out, head_method="mean")
    assert found.head_method == "mean"
    old, new = weights(toys / base), weights(out)
    head = old.get(HEAD, old[EMBEDDING])
    with np.load(out / ROWS) as rows:
        targets, copied = rows["targets"], rows["copied"]
    mean = head[:600].mean(dim=0)
    assert torch.allclose(new[HEAD][targets], mean.expand(len(targets), -1), atol=1e-6)
    ids = np.flatnonzero(copied >= 0)
    assert torch.equal(new[HEAD][ids], head[copied[ids]])
    assert not torch.allclose(new[EMBEDDING][targets], new[HEAD][targets])
    assert json.loads((out / "config.json").read_bytes())["tie_word_embeddings"] is False
    model = AutoModelForCausalLM.from_pretrained(out)
    assert torch.equal(model.get_output_embeddings().weight, new[HEAD])
    assert torch.equal(model.get_input_embeddings().weight, new[EMBEDDING])


def test_that_a_head_is_untied_on_request(toys: Path, tmp_path: Path) -> None:
    graft(toys / "base", toys / "words", tmp_path / "out", untie=True)
    new = weights(tmp_path / "out")
    assert torch.equal(new[HEAD], new[EMBEDDING])
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    assert model.get_input_embeddings().weight is not model.get_output_embeddings().weight


def test_that_an_untied_copy_of_a_tied_model_answers_the_same(toys: Path, tmp_path: Path) -> None:
    graft(toys / "base", toys / "base", tmp_path / "out", untie=True)
    ids = torch.arange(60)[None]
    with torch.inference_mode():
        one, other = (
            AutoModelForCausalLM.from_pretrained(p)(ids).logits for p in (tmp_path / "out", toys / "base")
        )
    assert torch.equal(one, other)
    assert HEAD in weights(tmp_path / "out")


def test_that_one_method_is_named_for_the_head(toys: Path) -> None:
    for line, said in (("omp k=4,8", "one method"), ("nothing", "no method called")):
        request = TransplantRequest(base=toys / "base", target_tokenizer=toys / "donor", head_method=line)
        with pytest.raises(UserError, match=said) as caught:
            open_inputs(request)
        assert caught.value.field == "head_method"
        assert [problem.field for problem in preview(request).problems] == ["head_method"]


# Lengths and matches


def test_that_new_rows_may_be_as_long_as_those_copied(toys: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    graft(toys / "base", toys / "donor", out, norms="like copied")
    old, new = weights(toys / "base")[EMBEDDING], weights(out)[EMBEDDING]
    with np.load(out / ROWS) as rows:
        targets, copied = rows["targets"], rows["copied"]
    usual = old[np.unique(copied[copied >= 0])].norm(dim=1).median()
    assert torch.allclose(new[targets].norm(dim=1), usual.expand(len(targets)), rtol=1e-5)
    ids = np.flatnonzero(copied >= 0)
    assert torch.equal(new[ids], old[copied[ids]])


def test_that_relaxed_matches_are_copied_but_no_anchors(toys: Path, tmp_path: Path) -> None:
    strict = graft(toys / "base", toys / "donor", tmp_path / "strict")
    relaxed = graft(
        toys / "base", toys / "donor", tmp_path / "relaxed", without_space=True, without_case=True
    )
    assert strict.sources["relaxed"] == 0
    assert relaxed.sources["relaxed"] > 0
    assert relaxed.sources["exact"] == strict.sources["exact"]
    assert relaxed.matched == strict.matched + relaxed.sources["relaxed"]
    inputs, _ = opened(toys / "base", toys / "donor", [])
    one, other = (
        matched(inputs, TransplantRequest(base=toys / "base", target_tokenizer=toys / "donor", **fields))
        for fields in ({}, {"without_space": True, "without_case": True})
    )
    assert np.array_equal(one.anchors, other.anchors)
    entries, base = inputs.target.vocabulary.entries, inputs.base_tokenizer.vocabulary.entries
    for id in (i for i, source in enumerate(other.sources) if source is Source.RELAXED):
        mine, theirs = entries[id], base[other.base_ids[id]]
        assert mine is not None
        assert theirs is not None
        assert mine.bytes != theirs.bytes
        assert mine.bytes.strip().lower() == theirs.bytes.strip().lower()


# What methods need


def test_that_a_method_that_learns_from_text_needs_some(
    toys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Fvt, "needs_corpus", True)
    with pytest.raises(UserError, match="learns from text") as caught:
        graft(toys / "base", toys / "donor", tmp_path / "out")
    assert caught.value.field == "corpus"
    request = TransplantRequest(base=toys / "base", target_tokenizer=toys / "donor", method=Fvt())
    assert [problem.field for problem in preview(request).problems] == ["corpus"]
