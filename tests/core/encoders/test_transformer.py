"""Models of transformers as encoders, beside the model asked by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import (
    AutoModel,
    BertModel,
    Gemma3TextConfig,
    GPT2Config,
    LlamaConfig,
    LlamaModel,
    MistralConfig,
    ModernBertConfig,
    MPNetConfig,
    PreTrainedConfig,
    RobertaConfig,
    T5Config,
    T5EncoderModel,
)

from core.encoders import transformer as module
from core.encoders.opened import open_encoder
from core.encoders.recipe import Recipe
from core.encoders.request import EncoderFields
from core.encoders.transformer import open_transformer
from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from tests.core.encoders.toys import TEXTS, wordpiece, write_encoder
from tests.core.transplant.toys import ROLES, write_tokenizer
from tests.real_models import real_model

SMALL: dict[str, Any] = {
    "vocab_size": 400, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2,
    "num_attention_heads": 2, "max_position_embeddings": 70, "initializer_range": 0.5,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder") / "toy")


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A causal model, with special tokens around each text."""
    folder = write_tokenizer(tmp_path_factory.mktemp("decoder") / "llama", wordpiece(), ROLES["wordpiece"])
    config = LlamaConfig(
        vocab_size=400, hidden_size=16, intermediate_size=32, num_hidden_layers=3, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=64, initializer_range=0.5,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = LlamaModel(config)
    model.save_pretrained(folder)
    said = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    said["architectures"] = ["LlamaForCausalLM"]
    (folder / "config.json").write_text(json.dumps(said), encoding="utf-8")
    return folder


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def states(folder: Path, text: str, most_tokens: int = 32) -> tuple[torch.Tensor, ...]:
    """Of all layers, each (tokens, d)."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(most_tokens)
    model = AutoModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        out = model(input_ids=torch.tensor([tokenizer.encode(text).ids]), output_hidden_states=True)
    return tuple(layer[0] for layer in out.hidden_states)


def unit(vector: torch.Tensor) -> np.ndarray:
    return np.asarray((vector / vector.norm()).numpy())


def by_hand(folder: Path, text: str, most_tokens: int = 32) -> np.ndarray:
    return unit(states(folder, text, most_tokens)[-1].mean(dim=0))


@pytest.mark.parametrize("budget", [8, 40, 1_024])
def test_that_batches_give_what_one_text_gives(
    folder: Path, budget: int, monkeypatch: pytest.MonkeyPatch, ctx: Context
) -> None:
    monkeypatch.setattr(module, "ON_CPU", budget)
    found = open_transformer(folder, ctx).encode([*TEXTS, TEXTS[1], "", TEXTS[1]], ctx)
    assert found.dtype == np.float32
    for text, vector in zip(TEXTS, found, strict=False):
        np.testing.assert_allclose(vector, by_hand(folder, text), atol=1e-5)
    assert found[5].tolist() == found[7].tolist() == found[1].tolist()
    assert not found[6].any(), "no text, no vector"


def test_that_equal_texts_are_encoded_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, ctx: Context
) -> None:
    encoder = open_transformer(folder, ctx)
    read = 0
    forward = encoder.model.forward

    def counted(**given: torch.Tensor) -> object:
        nonlocal read
        read += given["input_ids"].shape[0]
        return forward(**given)

    monkeypatch.setattr(encoder.model, "forward", counted)
    encoder.encode([*TEXTS] * 20, ctx)
    assert read == len(TEXTS)


def test_that_the_recipes_length_counts_and_not_the_tokenizers(folder: Path, ctx: Context) -> None:
    short = open_transformer(folder, ctx, recipe=Recipe(most_tokens=6))
    np.testing.assert_allclose(short.encode(TEXTS[:1], ctx)[0], by_hand(folder, TEXTS[0], 6), atol=1e-5)
    (part,) = short.parts(TEXTS[:1], ctx)
    assert part.status.tolist() == [3], "it was cut"


def test_that_a_prompt_stands_before_each_text(folder: Path, ctx: Context) -> None:
    encoder = open_encoder(EncoderFields(model=folder, query_prompt="The bridge: "), ctx)
    asked = encoder.encode([TEXTS[1]], ctx, role="query")
    np.testing.assert_allclose(asked[0], by_hand(folder, f"The bridge: {TEXTS[1]}"), atol=1e-5)
    np.testing.assert_allclose(encoder.encode([TEXTS[1]], ctx)[0], by_hand(folder, TEXTS[1]), atol=1e-5)


def test_that_no_texts_are_no_vectors(folder: Path, ctx: Context) -> None:
    encoder = open_transformer(folder, ctx)
    assert encoder.encode([], ctx).shape == (0, 16)
    assert encoder.encode(["", " "], ctx).shape == (2, 16)


@pytest.mark.parametrize("layer", [0, 1, 2, -1])
def test_that_any_layer_is_pooled(decoder: Path, layer: int, ctx: Context) -> None:
    encoder = open_encoder(EncoderFields(model=decoder, layer=layer, pooling="mean"), ctx)
    expected = [unit(states(decoder, text)[layer].mean(dim=0)) for text in TEXTS]
    np.testing.assert_allclose(encoder.encode(TEXTS, ctx), expected, atol=1e-5)


def test_that_a_layer_that_is_not_there_is_refused(decoder: Path, ctx: Context) -> None:
    with pytest.raises(UserError, match="has 3 layers; choose one from 0"):
        open_encoder(EncoderFields(model=decoder, layer=4), ctx)


def test_that_a_decoder_gives_its_last_tokens_state(decoder: Path, ctx: Context) -> None:
    found = open_encoder(EncoderFields(model=decoder), ctx).encode(TEXTS, ctx)
    np.testing.assert_allclose(found, [unit(states(decoder, text)[-1][-1]) for text in TEXTS], atol=1e-5)


def test_that_the_first_and_the_last_layer_are_averaged(decoder: Path, ctx: Context) -> None:
    found = open_encoder(EncoderFields(model=decoder, pooling="first_last"), ctx).encode(TEXTS, ctx)
    expected = [unit((layers[1] + layers[-1]).mean(dim=0)) for layers in (states(decoder, t) for t in TEXTS)]
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("pooling", ["echo", "echo_last"])
def test_that_an_echo_pools_the_second_copy(decoder: Path, pooling: str, ctx: Context) -> None:
    text = TEXTS[3]
    fields = EncoderFields(model=decoder, pooling=pooling, query_prompt="A ship: ", most_tokens=64)  # type: ignore[arg-type]
    found = open_encoder(fields, ctx).encode([text, "lamps"], ctx, role="query")[0]
    tokenizer = Tokenizer.from_file(str(decoder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    length = len(tokenizer.encode(text, add_special_tokens=False).ids)
    last = states(decoder, f"A ship: {text} {text}", 64)[-1]
    second = last[-1 - length : -1]
    np.testing.assert_allclose(
        found, unit(second.mean(dim=0) if pooling == "echo" else second[-1]), atol=1e-5
    )


def test_that_both_copies_of_an_echo_are_cut_alike(decoder: Path, ctx: Context) -> None:
    encoder = open_encoder(EncoderFields(model=decoder, pooling="echo", most_tokens=22), ctx)
    (part,) = encoder.parts(["the ship " * 30], ctx)
    assert part.status.tolist() == [3]
    (tokens,) = encoder.token_states(["the ship " * 30], ctx)
    pooled = np.flatnonzero(tokens.weights)
    assert len(tokens.ids) <= 22
    assert tokens.offsets[pooled[0]].tolist() == [0, 3]
    assert len(pooled) >= 8, "half of the room, the special tokens and the space left out"


def test_that_attention_is_switched(decoder: Path, folder: Path, ctx: Context) -> None:
    def first_state(model: Path, attention: str, text: str) -> np.ndarray:
        fields = EncoderFields(model=model, attention=attention, pooling="cls")  # type: ignore[arg-type]
        return open_encoder(fields, ctx).encode([text], ctx)[0]

    for model, made in ((decoder, "causal"), (folder, "bidirectional")):
        for attention in ("as made", "causal", "bidirectional"):
            alike = np.allclose(
                first_state(model, attention, "the ship"),
                first_state(model, attention, "the harbour"),
                atol=1e-6,
            )
            assert alike == ((made if attention == "as made" else attention) == "causal")
        np.testing.assert_allclose(
            first_state(model, made, TEXTS[0]), first_state(model, "as made", TEXTS[0]), atol=1e-5
        )
    assert any("attention is made bidirectional" in warning for warning in ctx.warnings)


def test_that_switched_attention_does_not_see_padding(decoder: Path, ctx: Context) -> None:
    encoder = open_encoder(EncoderFields(model=decoder, attention="bidirectional", pooling="mean"), ctx)
    together = encoder.encode(TEXTS, ctx)
    alone = np.concatenate([encoder.encode([text], ctx) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("pooling", ["mean", "cls", "lasttoken", "weightedmean", "max", "mean_sqrt_len"])
def test_that_tokens_have_states_characters_and_shares(folder: Path, pooling: str, ctx: Context) -> None:
    encoder = open_encoder(EncoderFields(model=folder, pooling=pooling, query_prompt="The "), ctx)  # type: ignore[arg-type]
    tokens, nothing, *_ = encoder.token_states([TEXTS[0], "", *TEXTS], ctx, role="query")
    assert len(nothing.ids) == 0
    assert tokens.special.tolist() == [True, *[False] * (len(tokens.ids) - 2), True]
    spelt = [TEXTS[0][first:last] for first, last in tokens.offsets.tolist()]
    assert spelt[0] == spelt[-1] == ""
    assert "".join(spelt) == TEXTS[0].replace(" ", "")
    assert tokens.weights.sum() == pytest.approx(1)
    expected = states(folder, f"The {TEXTS[0]}")[-1].numpy()
    np.testing.assert_allclose(tokens.states, expected, atol=1e-5)
    if pooling != "max":
        vector = tokens.weights @ tokens.states
        found = encoder.encode([TEXTS[0]], ctx, role="query")[0]
        np.testing.assert_allclose(vector / np.linalg.norm(vector), found, atol=1e-5)


def test_that_a_model_that_does_not_mask_padding_is_refused(
    folder: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = BertModel.forward
    monkeypatch.setattr(
        BertModel,
        "forward",
        lambda self, input_ids, attention_mask=None, **rest: forward(self, input_ids, **rest),
    )
    with pytest.raises(UserError, match="it does not mask padding"):
        open_transformer(folder, ctx)


def test_that_it_can_be_stopped(folder: Path, tmp_path: Path) -> None:
    control = Control()
    ctx = Context(workdir=tmp_path, control=control)
    encoder = open_transformer(folder, ctx)
    control.cancel()
    with pytest.raises(Cancelled):
        encoder.encode(TEXTS, ctx)


def test_that_damaged_weights_and_missing_files_are_told(tmp_path: Path, ctx: Context) -> None:
    folder = write_encoder(tmp_path / "nan")
    model = BertModel.from_pretrained(folder)
    with torch.no_grad():
        model.embeddings.LayerNorm.weight.fill_(torch.nan)
    model.save_pretrained(folder)
    with pytest.raises(UserError, match="nan gives no number"):
        open_transformer(folder, ctx)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(UserError, match=r"tokenizer\.json cannot be opened"):
        open_transformer(folder, ctx)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}), encoding="utf-8")
    write_encoder(tmp_path / "whole")
    (folder / "tokenizer.json").write_bytes((tmp_path / "whole" / "tokenizer.json").read_bytes())
    with pytest.raises(UserError, match=r"is incomplete: it lacks the tensor encoder\.layer\.2"):
        open_transformer(folder, ctx)


def test_that_texts_without_numbers_are_counted(folder: Path, ctx: Context) -> None:
    encoder = open_transformer(folder, ctx)
    others = {id for text in ("A ship", "the ship") for id in encoder.tokenizer.encode(text).ids}
    only = [id for id in encoder.tokenizer.encode("lamps").ids if id not in others]
    with torch.no_grad():
        encoder.model.embeddings.word_embeddings.weight[only[0]] = torch.nan
    found = encoder.encode(["A ship", "lamps", "the ship"], ctx)
    assert np.isfinite(found).all()
    assert found.any(axis=1).tolist() == [True, False, True]
    assert ctx.warnings == ["toy gives no number (NaN) for 1 texts; they have no vector."]


def test_that_settings_that_do_nothing_are_refused(folder: Path, ctx: Context) -> None:
    with pytest.raises(UserError, match="no model for which Word vectors can be chosen"):
        open_encoder(EncoderFields(model=folder, words="idf"), ctx)


def test_that_digests_tell_settings_apart(folder: Path, decoder: Path, ctx: Context) -> None:
    def digest(model: Path, **said: object) -> str:
        return open_encoder(EncoderFields(model=model, **said), ctx).digest  # type: ignore[arg-type]

    digests = [
        digest(folder), digest(decoder), digest(folder, pooling="cls"), digest(folder, query_prompt="q "),
        digest(folder, dimensions=8), digest(folder, most_tokens=12), digest(folder, layer=1),
    ]  # fmt: skip
    assert len(set(digests)) == len(digests)
    assert digest(folder) == digests[0]


def test_that_a_real_encoder_gives_the_known_cosine(ctx: Context) -> None:
    texts = ["A man is eating food.", "A man eats something."]
    one, other = open_transformer(real_model("minilm"), ctx).encode(texts, ctx)
    assert float(one @ other) == pytest.approx(0.875, abs=5e-4)


def test_that_more_tokens_than_positions_are_refused(folder: Path, ctx: Context) -> None:
    with pytest.raises(UserError, match="toy reads at most 64 tokens; 65 are too many"):
        open_encoder(EncoderFields(model=folder, most_tokens=65), ctx)


ARCHITECTURES: dict[str, tuple[PreTrainedConfig, str]] = {
    "roberta": (RobertaConfig(**SMALL, pad_token_id=1), "bidirectional"),
    "mpnet": (MPNetConfig(**SMALL, pad_token_id=1), "bidirectional"),
    "modernbert": (
        ModernBertConfig(
            **SMALL, local_attention=8, pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1,
            sep_token_id=2,
        ),
        "bidirectional",
    ),
    "t5": (
        T5Config(vocab_size=400, d_model=16, d_ff=32, num_layers=2, num_heads=2, d_kv=8),
        "bidirectional",
    ),
    "gpt2": (GPT2Config(vocab_size=400, n_embd=16, n_layer=2, n_head=2, n_positions=70), "causal"),
    "mistral": (MistralConfig(**SMALL, num_key_value_heads=2, sliding_window=6), "causal"),
    "gemma3": (Gemma3TextConfig(**SMALL, num_key_value_heads=2, head_dim=8, sliding_window=6), "causal"),
}  # fmt: skip
"""With the attention that each is made with; some with windows."""


@pytest.mark.parity
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_that_other_kinds_of_models_are_read_as_sentence_transformers_does(
    name: str, tmp_path: Path, ctx: Context
) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules

    config, attention = ARCHITECTURES[name]
    folder = write_tokenizer(tmp_path / name, wordpiece(), {**ROLES["wordpiece"], "pad": "[UNK]"})
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = T5EncoderModel(config) if name == "t5" else AutoModel.from_config(config)
    model.save_pretrained(folder)
    parts = [modules.Transformer(str(folder), max_seq_length=64), modules.Pooling(16)]
    theirs = SentenceTransformer(modules=parts, device="cpu")
    texts = [*TEXTS, "The ship left the harbour. " * 30]
    expected = theirs.encode(texts, batch_size=1, normalize_embeddings=True)
    for asked in ("as made", attention):
        fields = EncoderFields(model=folder, pooling="mean", most_tokens=64, attention=asked)  # type: ignore[arg-type]
        found = open_encoder(fields, ctx).encode(texts, ctx)
        assert float((found * expected).sum(axis=1).min()) >= 0.99999


def test_that_a_model_too_large_for_memory_is_told_before_it_is_read(
    folder: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.encoders.weight_memory.free_memory", lambda device, wanted: 30_000)
    with pytest.raises(UserError, match=r"toy takes .* of memory, and 30.0 kB are free"):
        open_transformer(folder, ctx)


def test_that_a_cross_encoder_is_told(tmp_path: Path, ctx: Context) -> None:
    folder = write_encoder(tmp_path / "pairs")
    (folder / "modules.json").unlink()
    said = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    said["architectures"] = ["BertForSequenceClassification"]
    (folder / "config.json").write_text(json.dumps(said), encoding="utf-8")
    open_encoder(EncoderFields(model=folder), ctx)
    assert "pairs was made to judge two texts together" in ctx.warnings[0]


def test_that_a_batch_too_large_for_a_cards_memory_is_halved(
    folder: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = open_transformer(folder, ctx)
    expected = encoder.encode(TEXTS, ctx)
    forward, most = encoder.model.forward, 2

    def small(**given: torch.Tensor) -> object:
        if len(given["input_ids"]) > most:
            raise torch.OutOfMemoryError
        return forward(**given)

    monkeypatch.setattr(encoder.model, "forward", small)
    np.testing.assert_allclose(encoder.encode(TEXTS, ctx), expected, atol=1e-5)
    most = 0
    with pytest.raises(UserError, match="needs more memory than there is for a text of 31 tokens"):
        encoder.encode(TEXTS, ctx)


def test_that_what_is_no_model_is_told(tmp_path: Path, ctx: Context) -> None:
    with pytest.raises(UserError, match=r"is no model: there is no modules\.json"):
        open_encoder(EncoderFields(model=tmp_path), ctx)
    with pytest.raises(UserError, match=r"There is no .*nowhere"):
        open_encoder(EncoderFields(model=tmp_path / "nowhere"), ctx)
