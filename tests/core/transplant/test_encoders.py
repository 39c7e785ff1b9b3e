"""Encoders and masked language models on another tokenizer: what is written, and that it answers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import (
    AutoModel,
    AutoModelForMaskedLM,
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    BertModel,
    RobertaConfig,
    RobertaModel,
)

from core.errors import UserError
from core.models.folder import open_model
from core.transplant import transplant
from core.transplant.preview import preview
from core.transplant.report import ROWS
from core.transplant.request import TransplantRequest
from core.transplant.result import TransplantResult
from tests.core.transplant.toys import ROLES, trained, wordpiece, write_llama, write_tokenizer

ROOT = Path(__file__).parents[3]
EMBEDDING = "embeddings.word_embeddings.weight"
TEXTS = ["The harbour master took the lantern.", "More of our people are at work today", "x"]


def wrapped(
    data: dict[str, Any], before: Sequence[tuple[str, int]], behind: Sequence[tuple[str, int]]
) -> Any:
    """With a post-processor that adds these tokens, as BERT's does."""
    single = [{"SpecialToken": {"id": name, "type_id": 0}} for name, _ in before]
    single += [{"Sequence": {"id": "A", "type_id": 0}}]
    single += [{"SpecialToken": {"id": name, "type_id": 0}} for name, _ in behind]
    specials = {name: {"id": name, "ids": [id], "tokens": [name]} for name, id in [*before, *behind]}
    template = {"type": "TemplateProcessing", "single": single, "pair": single, "special_tokens": specials}
    return data | {"post_processor": template}


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`bert` (embeddings only, with sentence-transformers' files), `masked` (a masked LM), and `donor`."""
    folder = tmp_path_factory.mktemp("encoders")
    words = trained("wordpiece", 400)
    vocabulary = words["model"]["vocab"]
    data = wrapped(words, [("[CLS]", vocabulary["[CLS]"])], [("[SEP]", vocabulary["[SEP]"])])
    config = BertConfig(
        vocab_size=400, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, pad_token_id=0, initializer_range=0.5,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for name, cls in (("bert", BertModel), ("masked", BertForMaskedLM)):
            write_tokenizer(folder / name, data, ROLES["wordpiece"])
            model = cls(config)
            if name == "masked":
                torch.nn.init.normal_(model.cls.predictions.bias)
            model.save_pretrained(folder / name)
    base = folder / "bert"
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(
            [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
        )
    ]
    (base / "modules.json").write_text(json.dumps(modules))
    (base / "sentence_bert_config.json").write_text('{"max_seq_length": 48, "do_lower_case": false}')
    (base / "1_Pooling").mkdir()
    (base / "1_Pooling" / "config.json").write_text('{"pooling_mode_mean_tokens": true}')
    write_llama(folder / "donor", trained("unigram", 420), ROLES["unigram"], seed=2)
    return folder


def graft(base: Path, target: Path, out: Path, **fields: Any) -> TransplantResult:
    fields.setdefault("method", {"name": "fvt"})
    found = transplant(base=base, target_tokenizer=target, out=out, device="cpu", **fields)
    assert isinstance(found, TransplantResult)
    return found


@torch.inference_mode()
def states(folder: Path) -> torch.Tensor:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    some = TEXTS if tokenizer.pad_token else TEXTS[:1]
    inputs = tokenizer(some, padding=len(some) > 1, return_tensors="pt")
    found: torch.Tensor = AutoModel.from_pretrained(folder)(**inputs).last_hidden_state
    return found


def test_that_an_encoder_gets_the_tokenizer_and_keeps_its_side_files(
    encoders: Path, tmp_path: Path, text: Path
) -> None:
    out = tmp_path / "out"
    found = graft(encoders / "bert", encoders / "donor", out, method={"name": "omp", "k": 4}, text=[text])
    assert found.bits_per_byte.after == {}
    old, new = load_file(encoders / "bert" / "model.safetensors"), load_file(out / "model.safetensors")
    assert old.keys() == new.keys()
    with np.load(out / ROWS) as rows:
        copied = rows["copied"]
    ids = np.flatnonzero(copied >= 0)
    assert torch.equal(new[EMBEDDING][ids], old[EMBEDDING][copied[ids]])
    assert all(torch.equal(old[name], new[name]) for name in old.keys() - {EMBEDDING})
    for name in ("modules.json", "sentence_bert_config.json", "1_Pooling/config.json"):
        assert (out / name).read_bytes() == (encoders / "bert" / name).read_bytes()
    assert states(out).isfinite().all()


def test_that_texts_lie_between_the_tokens_that_the_encoder_knows(encoders: Path, tmp_path: Path) -> None:
    found = graft(encoders / "bert", encoders / "donor", tmp_path / "out")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    ids = tokenizer("a harbour")["input_ids"]
    assert tokenizer.convert_ids_to_tokens([ids[0], ids[-1]]) == ["<s>", "</s>"]
    pair = tokenizer("a harbour", "a lantern")
    assert sorted(set(pair["token_type_ids"])) == [0, 1]
    old = load_file(encoders / "bert" / "model.safetensors")[EMBEDDING]
    new = load_file(tmp_path / "out" / "model.safetensors")[EMBEDDING]
    base = AutoTokenizer.from_pretrained(encoders / "bert")
    for mine, theirs in ((ids[0], "[CLS]"), (ids[-1], "[SEP]")):
        assert torch.equal(new[mine], old[base.convert_tokens_to_ids(theirs)])
    assert any("were put into its post-processor" in warning for warning in found.warnings)
    assert tokenizer.model_max_length == 64
    own = Tokenizer.from_file(str(encoders / "donor" / "tokenizer.json"))
    assert ids[1:-1] == own.encode("a harbour").ids


def test_that_a_target_that_adds_tokens_itself_is_left_as_it_is(encoders: Path, tmp_path: Path) -> None:
    data = trained("unigram", 420)
    target = write_tokenizer(tmp_path / "t", wrapped(data, [("<s>", 1)], [("</s>", 2)]), ROLES["unigram"])
    graft(encoders / "bert", target, tmp_path / "out")
    assert (tmp_path / "out" / "tokenizer.json").read_bytes() == (target / "tokenizer.json").read_bytes()


def test_that_texts_are_padded_though_the_target_names_no_token_for_it(
    encoders: Path, tmp_path: Path
) -> None:
    graft(encoders / "bert", encoders / "donor", tmp_path / "out")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    assert tokenizer.pad_token == "</s>"
    config = json.loads((tmp_path / "out" / "config.json").read_bytes())
    assert config["pad_token_id"] == tokenizer.pad_token_id
    one = tokenizer(TEXTS[:1], return_tensors="pt")
    several = tokenizer(TEXTS, padding=True, return_tensors="pt")
    model = AutoModel.from_pretrained(tmp_path / "out")
    with torch.inference_mode():
        alone, among = model(**one).last_hidden_state[0], model(**several).last_hidden_state[0]
    assert torch.allclose(among[: len(alone)], alone, atol=1e-5)


def test_that_a_masked_language_model_keeps_its_head_and_bias(encoders: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    graft(encoders / "masked", encoders / "donor", out)
    old = load_file(encoders / "masked" / "model.safetensors")
    new = load_file(out / "model.safetensors")
    with np.load(out / ROWS) as rows:
        copied = rows["copied"]
    ids = np.flatnonzero(copied >= 0)
    bias = "cls.predictions.bias"
    assert torch.equal(new[bias][ids], old[bias][copied[ids]])
    model = AutoModelForMaskedLM.from_pretrained(out)
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight
    assert model(torch.tensor([[1, 5, 2]])).logits.shape == (1, 3, 448)


def test_that_a_masked_language_models_head_is_untied(encoders: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    graft(encoders / "masked", encoders / "donor", out, head_method="mean")
    new = load_file(out / "model.safetensors")
    model = AutoModelForMaskedLM.from_pretrained(out)
    assert torch.equal(model.get_output_embeddings().weight, new["cls.predictions.decoder.weight"])
    assert not torch.equal(model.get_output_embeddings().weight, model.get_input_embeddings().weight)
    with pytest.raises(UserError, match="no output matrix") as caught:
        graft(encoders / "bert", encoders / "donor", tmp_path / "no", untie=True)
    assert caught.value.field == "untie"


@pytest.mark.parametrize("name", ["bert", "masked"])
def test_that_a_graft_onto_its_own_tokenizer_changes_nothing(
    encoders: Path, tmp_path: Path, name: str
) -> None:
    found = graft(encoders / name, encoders / name, tmp_path / "out")
    assert (found.mode, found.approximated) == ("same", 0)
    assert torch.equal(states(tmp_path / "out"), states(encoders / name))
    for file in ("tokenizer.json", "config.json"):
        assert json.loads((tmp_path / "out" / file).read_bytes()) == json.loads(
            (encoders / name / file).read_bytes()
        )


def test_that_positions_that_begin_at_the_padding_token_are_minded(encoders: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *(chr(i) for i in range(97, 123))]
    write_tokenizer(base, wordpiece(["[UNK]", *tokens]), {"pad": "<pad>"})
    config = RobertaConfig(
        vocab_size=31, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=66, pad_token_id=1,
    )  # fmt: skip
    RobertaModel(config).save_pretrained(base)
    assert open_model(base).context == 64
    with pytest.raises(UserError, match="counts positions from the number of its padding token, 1") as caught:
        graft(base, encoders / "donor", tmp_path / "out")
    assert caught.value.field == "target_tokenizer"
    request = TransplantRequest(base=base, target_tokenizer=encoders / "donor", method={"name": "fvt"})  # type: ignore[arg-type]
    assert [problem.field for problem in preview(request).problems] == ["target_tokenizer"]


def test_that_modules_outside_the_folder_are_refused(encoders: Path, tmp_path: Path) -> None:
    base = shutil.copytree(encoders / "bert", tmp_path / "base")
    (base / "modules.json").write_text('[{"idx": 0, "name": "0", "path": "../secret", "type": "x"}]')
    with pytest.raises(UserError, match="no folder beside it"):
        graft(base, encoders / "donor", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_that_a_real_sentence_encoder_answers_on_another_tokenizer(tmp_path: Path) -> None:
    base = ROOT / ".real-models" / "minilm"
    target = ROOT / "resources" / "starter" / "prose-bpe"
    if not base.is_dir():
        pytest.skip("MiniLM is not here")
    found = graft(base, target, tmp_path / "out")
    assert found.matched > 1000
    assert states(tmp_path / "out").isfinite().all()
    assert (tmp_path / "out" / "1_Pooling" / "config.json").is_file()
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    assert tokenizer.model_max_length == 512


def test_that_it_is_told_what_an_encoder_keeps(encoders: Path, tmp_path: Path, text: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    lines = [
        f'"{one}","{other}",{score}'
        for one, other, score in zip(TEXTS * 8, TEXTS[::-1] * 8, range(24), strict=True)
    ]
    pairs.write_text("\n".join(["sentence1,sentence2,score", *lines]) + "\n", encoding="utf-8")
    same = graft(encoders / "bert", encoders / "bert", tmp_path / "same", pairs=[pairs], text=[text])
    other = graft(encoders / "bert", encoders / "donor", tmp_path / "other", pairs=[pairs], text=[text])
    assert [kept.name for kept in other.kept] == [kept.name for kept in same.kept]
    assert len(other.kept) >= 2
    assert all(kept.after == pytest.approx(kept.before, abs=1e-6) for kept in same.kept)
