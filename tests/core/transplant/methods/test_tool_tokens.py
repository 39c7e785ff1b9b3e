"""Tool tokens: the head's row from the base's hidden states over the tool's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import LlamaForCausalLM

from core.errors import UserError
from core.jobs.context import Context
from core.transplant.inputs import open_inputs
from core.transplant.methods.fvt import Fvt
from core.transplant.methods.tool_tokens import ToolTokens, bare, final_states, prior, read_descriptions
from core.transplant.request import TransplantRequest
from core.transplant.rows import Task, apply
from tests.core.transplant.methods.tasks import task
from tests.core.transplant.toys import ROLES, trained, write_llama

TOOLS = [b"<add>", b"<multiply_all>", b"[look up]", b"<|translate|>"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toys") / "base"
    return write_llama(folder, trained("byte-level", 300), ROLES["byte-level"], tied=False)


def given(base: Path, tools: Sequence[bytes] = TOOLS) -> Task:
    inputs = open_inputs(TransplantRequest(base=base, target_tokenizer=base, method=Fvt()))
    model = LlamaForCausalLM.from_pretrained(base)
    return task(
        matrix="head",
        table=model.get_output_embeddings().weight.detach(),
        used=torch.arange(300),
        targets=torch.arange(300, 300 + len(tools)),
        target_bytes=list(tools),
        pieces=inputs.base_tokenizer.pieces,
        inputs=inputs,
    )


def test_that_states_become_a_unit_vector_over_the_root_of_the_width() -> None:
    states = torch.tensor([[3.0, 0.0], [1.0, 4.0]])
    assert torch.allclose(prior(states), torch.tensor([0.5, 0.5]))
    assert torch.allclose(prior(states, "max") * 2**0.5, torch.tensor([0.6, 0.8]))


def test_that_a_name_has_no_marks_around_it() -> None:
    assert [bare(tool) for tool in TOOLS] == ["add", "multiply all", "look up", "translate"]
    assert bare(b"<>") == "<>"


def test_that_the_states_are_what_the_head_is_given(base: Path) -> None:
    model = LlamaForCausalLM.from_pretrained(base)
    ids = torch.tensor([[5, 6, 7], [8, 9, 10]])
    with torch.no_grad():
        assert torch.equal(final_states(model, ids), model.model(input_ids=ids).last_hidden_state)
    assert not model.lm_head._forward_pre_hooks


def test_that_each_row_is_the_prior_of_its_own_name(base: Path, tmp_path: Path) -> None:
    some = given(base)
    rows = ToolTokens().rows(some, Context(workdir=tmp_path))
    model = LlamaForCausalLM.from_pretrained(base)
    assert rows.dense is not None
    for row, name in zip(rows.dense, ["add", "multiply all", "look up", "translate"], strict=True):
        ids = torch.tensor([some.pieces(name.encode())])
        with torch.no_grad():
            expected = prior(model.model(input_ids=ids).last_hidden_state[0])
        assert torch.allclose(row, expected, atol=1e-6)
        assert torch.isclose(row.norm(), torch.tensor(32**-0.5))


def test_that_the_input_has_the_mean_of_the_names_pieces(base: Path, tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    some = replace(given(base), matrix="input")
    values = apply(ToolTokens().rows(some, ctx), some.table, ctx)
    assert torch.allclose(values[0], some.table[some.pieces(b"add")].mean(dim=0), atol=1e-6)
    assert not ctx.warnings


def test_that_tools_of_one_name_are_told_apart(base: Path, tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    rows = ToolTokens().rows(given(base, [b"<add>", b"[add]", b"<sub>"]), ctx).dense
    alone = ToolTokens().rows(given(base, [b"<add>"]), ctx).dense
    assert rows is not None
    assert alone is not None
    assert not torch.equal(rows[0], rows[1])
    for row in rows[:2]:
        assert 0 < (row - alone[0]).norm() < 0.01 * alone[0].norm()


def test_that_descriptions_stand_for_names(base: Path, tmp_path: Path) -> None:
    told = tmp_path / "tools.jsonl"
    told.write_text(
        '{"name": "<add>", "description": "adds two numbers"}\n'
        '\n{"name": "look_up", "description": "finds a fact"}\n'
        '{"name": "translate", "description": "finds a fact"}\n',
        encoding="utf-8",
    )
    rows = ToolTokens(descriptions=told).rows(given(base), Context(workdir=tmp_path)).dense
    read = ["adds two numbers", "multiply all", "look up: finds a fact", "translate: finds a fact"]
    wanted = ToolTokens().rows(given(base, [text.encode() for text in read]), Context(workdir=tmp_path)).dense
    assert rows is not None
    assert wanted is not None
    assert torch.allclose(rows, wanted, atol=1e-6)


def test_that_descriptions_may_stand_behind_tabs(tmp_path: Path) -> None:
    (tmp_path / "tools.tsv").write_text("<add>\tadds\nlook_up\tfinds\n", encoding="utf-8")
    assert read_descriptions(tmp_path / "tools.tsv") == {"add": "adds", "look up": "finds"}


@pytest.mark.parametrize(
    "line", ["add", "add\t ", '{"name": "add"}', '{"name": 3, "description": "x"}', "{]"]
)
def test_that_a_line_without_a_description_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "tools.tsv").write_text(f"a\tb\n{line}\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"tools\.tsv, line 2: there should be a tool's name"):
        read_descriptions(tmp_path / "tools.tsv")


def test_that_a_name_without_pieces_is_not_made(base: Path, tmp_path: Path) -> None:
    some = replace(given(base), pieces=lambda data: [] if data == b"add" else [3])
    rows = ToolTokens().rows(some, Context(workdir=tmp_path))
    assert rows.made.tolist() == [False, True, True, True]
