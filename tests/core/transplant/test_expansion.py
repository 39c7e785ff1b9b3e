"""Further tokens for a model's own tokenizer: what was there stays, bit for bit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer

from core.errors import UserError
from core.folders import resources_folder
from core.jobs.context import Context
from core.tokenizers.extend.request import ExtendTokenizerRequest
from core.tokenizers.extend.run import extend
from core.transplant import transplant
from core.transplant.report import ROWS
from core.transplant.result import TransplantResult

EMBEDDING = "model.embed_tokens.weight"
WORDS = [" harbour master", " lantern", "zzqq"]


def extended(base: Path, folder: Path, words: list[str]) -> Path:
    """The base's tokenizer with words added."""
    folder.mkdir()
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.add_tokens(words)
    tokenizer.save(str(folder / "tokenizer.json"))
    shutil.copyfile(base / "tokenizer_config.json", folder / "tokenizer_config.json")
    return folder


def grown(base: Path, target: Path, out: Path, **fields: Any) -> TransplantResult:
    fields.setdefault("method", {"name": "fvt"})
    found = transplant(base=base, target_tokenizer=target, out=out, device="cpu", **fields)
    assert isinstance(found, TransplantResult)
    return found


@torch.inference_mode()
def logits(folder: Path, ids: list[int]) -> torch.Tensor:
    found: torch.Tensor = AutoModelForCausalLM.from_pretrained(folder)(torch.tensor([ids])).logits
    return found


@pytest.mark.parametrize(("name", "rows"), [("base", 640), ("untied", 640)])
def test_that_logits_of_old_tokens_stay_bit_for_bit(
    toys: Path, tmp_path: Path, text: Path, name: str, rows: int
) -> None:
    out = tmp_path / "out"
    target = extended(toys / name, tmp_path / "target", WORDS)
    found = grown(toys / name, target, out, text=[text])
    assert (found.mode, found.vocab_size, found.padded_vocab_size) == ("expansion", 603, rows)
    assert (found.approximated, found.matched) == (3, 600)
    ids = list(range(0, 60))
    assert torch.equal(logits(out, ids)[..., :600], logits(toys / name, ids)[..., :600])
    before, after = (json.loads((folder / "config.json").read_bytes()) for folder in (toys / name, out))
    assert after == before | {"vocab_size": rows}
    for file in ("generation_config.json", "tokenizer_config.json"):
        old = json.loads((toys / name / file).read_bytes())
        assert json.loads((out / file).read_bytes()).items() >= old.items()


def test_that_a_starters_logits_stay_bit_for_bit(tmp_path: Path) -> None:
    starter = resources_folder() / "starter" / "prose-bpe"
    if not (starter / "model.safetensors").is_file():
        pytest.skip("the starter models are not here")
    words = [f" new{number}word" for number in range(70)]
    grown(starter, extended(starter, tmp_path / "target", words), tmp_path / "out")
    tokenizer = AutoTokenizer.from_pretrained(starter)
    ids = tokenizer("The ferryman took the lantern down and went out into the rain.")["input_ids"]
    size = len(tokenizer)
    assert torch.equal(logits(tmp_path / "out", ids)[..., :size], logits(starter, ids)[..., :size])


def test_that_padding_rows_that_become_tokens_are_made_and_the_others_stay(
    toys: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    grown(toys / "untied", extended(toys / "untied", tmp_path / "target", WORDS), out)
    old, new = (load_file(folder / "model.safetensors") for folder in (toys / "untied", out))
    for name in (EMBEDDING, "lm_head.weight"):
        same = (old[name] == new[name]).all(dim=1)
        assert (~same).nonzero()[:, 0].tolist() == [600, 601, 602]
    with np.load(out / ROWS) as rows:
        pieces, weights = rows["input_indices"], rows["input_weights"]
    made = np.einsum("mk,mkh->mh", weights, old[EMBEDDING].numpy()[pieces.clip(0)])
    assert np.abs(new[EMBEDDING][600:603].numpy() - made).max() < 1e-6


def test_that_tokens_learnt_by_the_tokenizer_lab_expand_too(toys: Path, tmp_path: Path) -> None:
    domain = tmp_path / "domain.txt"
    domain.write_text("the wherryman's sculls lay athwart the thwarts\n" * 60, encoding="utf-8")
    (tmp_path / "run").mkdir()
    request = ExtendTokenizerRequest(tokenizer=toys / "base", text=[domain], add=12)
    made = extend(request, Context(workdir=tmp_path / "run"))
    found = grown(toys / "base", Path(made.out), tmp_path / "out")
    assert found.mode == "expansion"
    assert found.approximated > 0
    ids = list(range(0, 60))
    assert torch.equal(logits(tmp_path / "out", ids)[..., :600], logits(toys / "base", ids)[..., :600])


def test_that_a_donor_with_another_tokenizer_lends_what_it_knows(toys: Path, tmp_path: Path) -> None:
    known = AutoTokenizer.from_pretrained(toys / "donor").convert_ids_to_tokens(list(range(300, 420)))
    own = Tokenizer.from_file(str(toys / "base" / "tokenizer.json")).get_vocab()
    word = next(t for t in known if t.startswith("▁") and "Ġ" + t[1:] not in own and len(t) > 4)
    target = extended(toys / "base", tmp_path / "target", [" " + word[1:], "zzqq"])
    found = grown(
        toys / "base", target, tmp_path / "out", donor=toys / "donor", method={"name": "omp", "k": 4}
    )
    assert any("does not know 1 of 2 new tokens" in warning for warning in found.warnings)
    with np.load(tmp_path / "out" / ROWS) as rows:
        residual, ids = rows["input_residual"], rows["targets"]
        indices = rows["input_indices"]
    assert sorted(ids) == [600, 601]
    assert np.isnan(residual).tolist() == [id == 601 for id in ids]
    assert ((indices >= 0).sum(axis=1) > 0).all()
    ids = list(range(0, 60))
    assert torch.equal(logits(tmp_path / "out", ids)[..., :600], logits(toys / "base", ids)[..., :600])


def test_that_a_donor_that_knows_no_new_token_is_refused(toys: Path, tmp_path: Path) -> None:
    target = extended(toys / "base", tmp_path / "target", ["zzqq"])
    with pytest.raises(UserError, match="knows none of the new tokens") as caught:
        grown(toys / "base", target, tmp_path / "out", donor=toys / "donor", method={"name": "omp"})
    assert caught.value.field == "donor"
