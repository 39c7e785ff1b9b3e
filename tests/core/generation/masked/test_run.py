import json
import math
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, BertConfig, BertForMaskedLM, pipeline

from core.errors import UserError
from core.generation.masked.job import MASKED
from core.generation.masked.preview import preview
from core.generation.masked.request import MaskedRequest
from core.generation.masked.run import masked
from tests.real_models import real_model
from tests.tiny_models import SENTENCES, write_tiny_model

TEXT = "the ferryman took the lantern down."


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny-bert"
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=200, special_tokens=specials, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES * 4, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    torch.manual_seed(2)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=40,
        initializer_range=0.4,
    )
    BertForMaskedLM(config).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {"mask_token": "[MASK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]"}
    content = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]", **names}
    (folder / "tokenizer_config.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_that_fillings_are_those_of_the_fill_mask_pipeline(bert: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(bert)
    fill = pipeline("fill-mask", model=BertForMaskedLM.from_pretrained(bert), tokenizer=tokenizer, top_k=7)
    for text in ("the [MASK] took the lantern down.", "the [MASK] took the [MASK] down."):
        expected = fill(text)
        expected = expected if isinstance(expected[0], list) else [expected]
        result = masked(model=bert, text=text, alternatives=7)
        assert len(result.masks) == len(expected)
        for mask, theirs in zip(result.masks, expected, strict=True):
            assert [one.id for one in mask] == [one["token"] for one in theirs]
            assert [one.probability for one in mask] == pytest.approx(
                [one["score"] for one in theirs], abs=1e-6
            )
    assert result.bits is None
    assert result.model in result.summary()


def test_that_a_mask_can_be_spelt_in_other_ways(bert: Path) -> None:
    results = [masked(model=bert, text=f"the {mask} took") for mask in ("[MASK]", "<mask>", "___", "_____")]
    assert all(result.masks == results[0].masks for result in results)
    assert results[0].text == f"the {results[0].masks[0][0].text} took"


def test_that_a_text_without_a_mask_is_scored_token_by_token(bert: Path) -> None:
    result = masked(model=bert, text=TEXT, alternatives=3)
    module = BertForMaskedLM.from_pretrained(bert).eval()
    ids = AutoTokenizer.from_pretrained(bert)(TEXT)["input_ids"]
    assert [token.id for token in result.tokens] == ids[1:-1]
    total = 0.0
    for at, token in enumerate(result.tokens, 1):
        hidden = torch.tensor([[*ids[:at], 4, *ids[at + 1 :]]])
        with torch.inference_mode():
            law = module(input_ids=hidden).logits[0, at].log_softmax(-1)
        assert token.logprob == pytest.approx(float(law[ids[at]]), abs=1e-5)
        assert [one.id for one in token.alternatives] == law.topk(3).indices.tolist()
        total -= float(law[ids[at]])
    assert result.bits == pytest.approx(total / math.log(2), abs=1e-4)
    assert result.bits_per_byte == pytest.approx(total / math.log(2) / len(TEXT))
    assert [token.start for token in result.tokens[1:]] == [token.end for token in result.tokens[:-1]]
    assert (result.tokens[0].start, result.tokens[-1].end) == (0, len(TEXT))


def test_that_a_text_too_long_is_refused_with_both_lengths(bert: Path) -> None:
    with pytest.raises(UserError, match=r"has 52 tokens, and tiny-bert takes 40 at once"):
        masked(model=bert, text="the " * 50)


def test_that_models_without_such_a_head_are_told_apart(tmp_path: Path) -> None:
    causal = write_tiny_model(tmp_path / "causal")
    with pytest.raises(UserError, match="is no masked language model, but a LlamaForCausalLM"):
        masked(model=causal, text="___")
    assert [problem.field for problem in preview(MaskedRequest(model=causal, text="___")).problems] == [
        "model"
    ]


def test_that_an_encoder_that_lost_its_head_is_named() -> None:
    with pytest.raises(UserError, match="without the head that foretells masked tokens"):
        masked(model=real_model("minilm"), text="___")


def test_that_a_tokenizer_without_a_mask_is_said(bert: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bert"
    folder.mkdir()
    for file in bert.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    content = (folder / "tokenizer.json").read_text(encoding="utf-8").replace("[MASK]", "[OTHER]")
    (folder / "tokenizer.json").write_text(content, encoding="utf-8")
    (folder / "tokenizer_config.json").unlink()
    with pytest.raises(UserError, match="names no mask token"):
        masked(model=folder, text="___")


def test_that_the_preview_tells_of_the_model(bert: Path) -> None:
    found = preview(MaskedRequest(model=bert, text="___"))
    assert found.problems == []
    assert found.notes["model"].startswith("Bert, ")
    assert MASKED.recorded
