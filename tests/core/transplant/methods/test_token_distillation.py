"""Token distillation: rows trained to act as the token's pieces do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaForCausalLM

from core.errors import UserError
from core.jobs.context import Context
from core.transplant.inputs import open_inputs
from core.transplant.methods.fvt import Fvt
from core.transplant.methods.token_distillation import TokenDistillation
from core.transplant.request import TransplantRequest
from core.transplant.rows import Rows, Task, apply
from tests.core.transplant.methods.tasks import task
from tests.core.transplant.toys import ROLES, prose, trained, write_llama, write_tokenizer

SIZE = 300


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toys")
    write_llama(folder / "base", trained("byte-level", SIZE), ROLES["byte-level"])
    write_tokenizer(folder / "target", trained("byte-level", SIZE + 40), ROLES["byte-level"])
    (folder / "text.txt").write_text(prose()[:20_000], encoding="utf-8")
    return folder


def given(place: Path, **fields: Any) -> Task:
    """The 40 tokens that the target has beyond the base's."""
    inputs = open_inputs(
        TransplantRequest(base=place / "base", target_tokenizer=place / "target", method=Fvt())
    )
    model = LlamaForCausalLM.from_pretrained(place / "base")
    targets = range(SIZE, SIZE + 40)
    return task(
        table=model.get_input_embeddings().weight.detach(),
        used=torch.arange(SIZE),
        targets=torch.tensor(targets),
        target_bytes=[inputs.target.vocabulary.entries[id].bytes for id in targets],  # type: ignore[union-attr]
        pieces=inputs.base_tokenizer.pieces,
        inputs=inputs,
        **({"corpus": [place / "text.txt"]} | fields),
    )


def fvt(some: Task, folder: Path) -> torch.Tensor:
    ctx = Context(workdir=folder)
    return apply(Fvt().rows(some, ctx), some.table, ctx)


def made(method: TokenDistillation, some: Task, folder: Path) -> torch.Tensor:
    rows: Rows = method.rows(some, Context(workdir=folder))
    assert rows.dense is not None
    return rows.dense


def test_that_a_trained_row_acts_more_like_its_pieces(place: Path, tmp_path: Path) -> None:
    """On text of another place than it was learnt from."""
    some = given(place)
    found = made(TokenDistillation(most=8, snippets=30, rounds=8), some, tmp_path)
    model = LlamaForCausalLM.from_pretrained(place / "base")
    contexts = [(b"It was said that", b" and then they went"), (b"\nMy dear ", b", he said."), (b"No", b"?")]

    def states(rows: list[torch.Tensor], count: int) -> torch.Tensor:
        with torch.no_grad():
            hidden = model(inputs_embeds=torch.stack(rows)[None], output_hidden_states=True).hidden_states
        last: torch.Tensor = hidden[-1][0, -count:]
        return last

    def far(values: torch.Tensor) -> float:
        """Summed over tokens and contexts."""
        total = 0.0
        for row in range(8):
            own = some.table[some.pieces(some.target_bytes[row])]
            for begin, end in contexts:
                before, after = some.table[some.pieces(begin)], some.table[some.pieces(end)]
                wanted = states([*before, *own, *after], len(after))
                found = states([*before, values[row], *after], len(after))
                total += float((found - wanted).square().mean())
        return total

    assert far(found) < 0.95 * far(fvt(some, tmp_path))


def test_that_only_the_first_tokens_are_trained(place: Path, tmp_path: Path) -> None:
    some = given(place)
    found = made(TokenDistillation(most=5, snippets=2, rounds=1), some, tmp_path)
    changed = (found - fvt(some, tmp_path)).abs().amax(dim=1) > 1e-6
    assert changed[:5].any()
    assert not changed[5:].any()


def test_that_the_head_has_the_mean_of_the_pieces(place: Path, tmp_path: Path) -> None:
    some = replace(given(place), matrix="head")
    rows = TokenDistillation().rows(some, Context(workdir=tmp_path))
    assert rows.indices is not None
    assert torch.equal(apply(rows, some.table, Context(workdir=tmp_path)), fvt(some, tmp_path))


def test_that_the_seed_alone_decides(place: Path, tmp_path: Path) -> None:
    method = TokenDistillation(most=4, snippets=20, rounds=1)
    first = made(method, given(place), tmp_path)
    assert torch.equal(first, made(method, given(place), tmp_path))
    assert not torch.equal(first, made(method, given(place, seed=3), tmp_path))


def test_that_tokens_that_the_text_lacks_stay_as_they_are(place: Path, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("0123 4567\n", encoding="utf-8")
    ctx = Context(workdir=tmp_path)
    rows = TokenDistillation().rows(given(place, corpus=[tmp_path / "other.txt"]), ctx)
    assert rows.dense is None
    assert any("None of the new tokens occurs" in sentence for sentence in ctx.warnings)


def test_that_text_is_asked_for(place: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="learns from text") as caught:
        TokenDistillation().rows(given(place, corpus=[]), Context(workdir=tmp_path))
    assert caught.value.field == "corpus"
