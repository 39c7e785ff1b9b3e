"""The whole way of a tool's token: added to a tokenizer from a list, given rows, read and foretold."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from core.jobs.context import Context
from core.tokenizers.extend.request import ExtendTokenizerRequest
from core.tokenizers.extend.run import extend
from core.transplant.methods.tool_tokens import ToolTokens
from core.transplant.request import TransplantRequest
from core.transplant.run import transplant
from tests.core.transplant.toys import ROLES, trained, write_llama

TOOLS = ["<multiply>", "<weather>"]
TEXT = "Seven times eight is <multiply> 56 and Paris has <weather> rain. "


def test_that_added_tool_tokens_get_rows_of_their_own(tmp_path: Path) -> None:
    base = write_llama(tmp_path / "base", trained("byte-level", 300), ROLES["byte-level"], tied=True)
    (tmp_path / "tools.txt").write_text("\n".join(TOOLS), encoding="utf-8")
    (tmp_path / "uses.txt").write_text(TEXT * 4, encoding="utf-8")
    extend(
        ExtendTokenizerRequest(
            tokenizer=base,
            text=[tmp_path / "uses.txt"],
            terms=[tmp_path / "tools.txt"],
            how="added",
            min_count=1,
            held_out_share=0,
            out=tmp_path / "extended",
        ),
        Context(workdir=tmp_path / "extend"),
    )
    result = transplant(
        TransplantRequest(
            base=base,
            target_tokenizer=tmp_path / "extended",
            method=ToolTokens(),
            untie=True,
            out=tmp_path / "out",
        ),
        Context(workdir=tmp_path / "transplant"),
    )
    assert result.approximated == 2
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    ids = [id for id in tokenizer(TEXT)["input_ids"] if id >= 300]
    assert len(ids) == 2
    assert [tokenizer.decode([id]).strip() for id in ids] == TOOLS
    before = AutoModelForCausalLM.from_pretrained(base)
    after = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    head, input = after.get_output_embeddings().weight, after.get_input_embeddings().weight
    assert torch.equal(head[:300], before.get_output_embeddings().weight)
    assert torch.allclose(head[ids].norm(dim=1), torch.full((2,), 32**-0.5), atol=1e-5)
    assert not torch.allclose(head[ids], input[ids])
    plain = tokenizer("Seven times eight", return_tensors="pt")["input_ids"]
    with torch.no_grad():
        assert torch.equal(after(plain).logits[..., :300], before(plain).logits)
