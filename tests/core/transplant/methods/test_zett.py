"""ZeTT: trained on a toy's text or taken from a folder, for any tokenizer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional
from transformers import AutoModelForCausalLM

from core.errors import UserError
from core.folders import resources_folder
from core.hypernetwork.body import frozen
from core.hypernetwork.folder import load
from core.jobs.context import Context
from core.transplant.inputs import Inputs, open_inputs
from core.transplant.methods.fvt import Fvt
from core.transplant.methods.zett import Zett
from core.transplant.request import TransplantRequest
from core.transplant.rows import Shared, Task, apply
from tests.core.transplant.methods.tasks import task
from tests.core.transplant.toys import ROLES, prose, trained, write_llama, write_tokenizer

SIZE = 300
SMALL: dict[str, Any] = {"identity_steps": 60, "text_steps": 3, "width": 64, "layers": 1, "batch": 1}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.hypernetwork.training.IDENTITY_ROWS", 64)
    monkeypatch.setattr("core.hypernetwork.training.PIECES", 400)
    monkeypatch.setattr("core.hypernetwork.training.ROWS", 96)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toys")
    for tied in (True, False):
        name = "tied" if tied else "untied"
        write_llama(folder / name, trained("byte-level", SIZE), ROLES["byte-level"], tied=tied)
    write_tokenizer(folder / "target", trained("byte-level", SIZE + 60), ROLES["byte-level"])
    (folder / "text.txt").write_text(prose()[:6_000], encoding="utf-8")
    return folder


def opened(place: Path, base: str = "tied") -> Inputs:
    return open_inputs(TransplantRequest(base=place / base, target_tokenizer=place / "target", method=Fvt()))


def given(place: Path, base: str = "tied", **fields: Any) -> Task:
    """A task of the last 60 tokens of the target's, and ten that the base has too."""
    inputs = opened(place, base)
    entries = inputs.target.vocabulary.entries
    targets = [*range(SIZE, SIZE + 60), *range(250, 260)]
    table = load_table(inputs)
    return task(
        table=table,
        used=torch.arange(SIZE),
        targets=torch.tensor(targets),
        target_bytes=[entries[id].bytes for id in targets],  # type: ignore[union-attr]
        pieces=inputs.base_tokenizer.pieces,
        inputs=inputs,
        **({"corpus": [place / "text.txt"]} | fields),
    )


def load_table(inputs: Inputs) -> torch.Tensor:
    from core.models.tensors import read_tensor

    return read_tensor(inputs.base, inputs.base.input_embedding)


def test_that_tokens_that_the_base_has_get_their_own_rows_back(place: Path, tmp_path: Path) -> None:
    some = given(place)
    method = Zett(**(SMALL | {"identity_steps": 160, "text_steps": 0}))
    rows = method.rows(some, Context(workdir=tmp_path))
    assert rows.dense is not None
    own = apply(Fvt().rows(some, Context(workdir=tmp_path)), some.table, Context(workdir=tmp_path))
    assert functional.cosine_similarity(rows.dense[-10:], own[-10:]).mean() > 0.9
    assert rows.made.all()


def test_that_input_and_head_come_from_one_network(place: Path, tmp_path: Path) -> None:
    shared = Shared()
    some = given(place, "untied", shared=shared)
    ctx = Context(workdir=tmp_path)
    method = Zett(**SMALL)
    input = method.rows(some, ctx)
    head = method.rows(replace(some, matrix="head"), ctx)
    assert input.dense is not None
    assert head.dense is not None
    assert not torch.equal(input.dense, head.dense)
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith("hyper")] == ["hypernetwork"]


def test_that_a_tied_head_is_the_input(place: Path, tmp_path: Path) -> None:
    some = given(place)
    ctx = Context(workdir=tmp_path)
    method = Zett(**(SMALL | {"text_steps": 0, "identity_steps": 2}))
    assert torch.equal(
        method.rows(some, ctx).dense,  # type: ignore[arg-type]
        method.rows(replace(some, matrix="head"), ctx).dense,  # type: ignore[arg-type]
    )


def test_that_the_folder_of_a_run_serves_another_run(place: Path, tmp_path: Path) -> None:
    first = Zett(**SMALL).rows(given(place), Context(workdir=tmp_path / "first"))
    folder = tmp_path / "first" / "hypernetwork"
    again = Zett(hypernetwork=folder).rows(given(place, corpus=[]), Context(workdir=tmp_path / "again"))
    assert torch.allclose(first.dense, again.dense, atol=1e-5)  # type: ignore[arg-type]
    assert not (tmp_path / "again" / "hypernetwork").exists()
    assert load(folder).config.digest


def test_that_a_run_taken_up_again_trains_no_second_network(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = Context(workdir=tmp_path)
    first = Zett(**SMALL).rows(given(place), ctx)
    monkeypatch.setattr(Zett, "_train", None)
    again = Zett(**SMALL).rows(given(place), ctx)
    assert torch.allclose(first.dense, again.dense, atol=1e-5)  # type: ignore[arg-type]


def test_that_other_settings_make_another_network(place: Path, tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    few = SMALL | {"identity_steps": 2, "text_steps": 0}
    Zett(**few).rows(given(place), ctx)
    Zett(**(few | {"identity_steps": 3})).rows(given(place), ctx)
    assert (tmp_path / "hypernetwork-2" / "model.safetensors").is_file()


def test_that_the_seed_alone_decides_and_the_order_does_not(place: Path, tmp_path: Path) -> None:
    few = Zett(**(SMALL | {"identity_steps": 3, "text_steps": 2}))
    some = given(place)
    first = few.rows(some, Context(workdir=tmp_path / "a")).dense
    turned = replace(some, targets=some.targets.flip(0), target_bytes=some.target_bytes[::-1])
    again = few.rows(replace(turned, shared=Shared()), Context(workdir=tmp_path / "b")).dense
    other = few.rows(given(place, seed=5), Context(workdir=tmp_path / "c")).dense
    assert first is not None
    assert again is not None
    assert other is not None
    assert torch.allclose(first, again.flip(0), atol=1e-5)
    assert not torch.allclose(first, other, atol=1e-2)


def test_that_text_is_asked_for_unless_there_is_a_folder(place: Path, tmp_path: Path) -> None:
    assert Zett().needs_corpus
    assert not Zett(hypernetwork=tmp_path).needs_corpus
    with pytest.raises(UserError, match="A hypernetwork is trained on text: give some") as caught:
        Zett().rows(given(place, corpus=[]), Context(workdir=tmp_path))
    assert caught.value.field == "corpus"


def test_that_a_network_of_another_base_is_refused(place: Path, tmp_path: Path) -> None:
    few = Zett(**(SMALL | {"identity_steps": 1, "text_steps": 0}))
    few.rows(given(place), Context(workdir=tmp_path))
    folder = tmp_path / "hypernetwork"
    with pytest.raises(
        UserError, match="it is for one matrix for input and head, and the base has them apart"
    ):
        Zett(hypernetwork=folder).rows(given(place, "untied"), Context(workdir=tmp_path))
    write_llama(tmp_path / "wide", trained("byte-level", SIZE), ROLES["byte-level"], width=64)
    (tmp_path / "target").symlink_to(place / "target")
    (tmp_path / "text.txt").symlink_to(place / "text.txt")
    with pytest.raises(UserError, match="rows of 32 numbers, and the base's have 64"):
        Zett(hypernetwork=folder).rows(given(tmp_path, "wide"), Context(workdir=tmp_path))
    write_llama(tmp_path / "few", trained("byte-level", SIZE - 20), ROLES["byte-level"])
    with pytest.raises(UserError, match="a base of 300 tokens, and this one has 280"):
        Zett(hypernetwork=folder).rows(given(tmp_path, "few"), Context(workdir=tmp_path))


def test_that_a_folder_without_a_network_is_refused(place: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no hypernetwork") as caught:
        Zett(hypernetwork=tmp_path).rows(given(place), Context(workdir=tmp_path))
    assert caught.value.field == "method"


def test_that_an_untrained_network_is_far_worse_than_the_pieces_mean(tmp_path: Path) -> None:
    """Where every row of the vocabulary is made, not only those that the base lacks."""
    starter = resources_folder() / "starter"
    request = TransplantRequest(
        base=starter / "prose-bpe", target_tokenizer=starter / "prose-unigram", method=Fvt()
    )
    inputs = open_inputs(request)
    entries = [token for token in inputs.target.vocabulary.entries if token is not None]
    some = task(
        table=load_table(inputs),
        used=torch.arange(inputs.base.vocab_size),
        targets=torch.arange(len(entries)),
        target_bytes=[token.bytes for token in entries],
        pieces=inputs.base_tokenizer.pieces,
        inputs=inputs,
    )
    ctx = Context(workdir=tmp_path)
    ids = torch.tensor([inputs.target.encode(prose()[:1_500]).ids[:120]])
    model = AutoModelForCausalLM.from_pretrained(inputs.base.path, dtype=torch.float32)
    losses = {}
    for method in (Fvt(), Zett(identity_steps=0, text_steps=0, width=32, layers=1)):
        values = apply(method.rows(some, ctx), some.table.float(), ctx)
        with torch.no_grad(), frozen(model) as body:
            logits = body.logits(ids, values, values)
        losses[method.name] = float(functional.cross_entropy(logits[0, :-1], ids[0, 1:]))
    assert losses["zett"] > losses["fvt"] + 1
