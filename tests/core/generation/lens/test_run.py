"""Looking between the layers: against transformers, known answers, and what is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from core.errors import Cancelled, UserError
from core.generation.inside.decoder import open_decoder
from core.generation.language import resident
from core.generation.language.opened import open_language_model
from core.generation.language.resident import residents, unload
from core.generation.lens.preview import preview
from core.generation.lens.reading import read
from core.generation.lens.request import MOST_TOKENS, LensRequest
from core.generation.lens.result import LensResult
from core.generation.lens.run import lens
from core.generation.lens.views import VIEWS
from core.generation.lens.views.attention import MOST_WEIGHTS, rollout
from core.generation.lens.views.smoothness import smoothness
from core.jobs.context import Context
from tests.core.generation.inside.families import FAMILIES, write_family
from tests.tiny_models import TEXT, write_text, write_tiny_model

PROMPT = "The ferryman took the lantern down"


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    yield
    unload([Path(model.path) for model in residents().models])


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("lens") / "tiny", layers=3)


@pytest.mark.parametrize("family", FAMILIES)
def test_that_the_lens_reads_every_family_as_transformers_runs_it(family: str, tmp_path: Path) -> None:
    folder = write_family(tmp_path / family, family)
    decoder = open_decoder(folder, Context(workdir=tmp_path), field="model")
    ids = [*decoder.begin, *decoder.tokenizer.encode(PROMPT).ids]
    reading = read(decoder, ids)
    model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()
    with torch.inference_mode():
        out = model(input_ids=torch.tensor([ids]), output_hidden_states=True, output_attentions=True)
        torch.testing.assert_close(
            decoder.read_off(reading.hidden[-1]), out.logits[0].float(), rtol=0, atol=1e-5
        )
        torch.testing.assert_close(
            decoder.final_norm(reading.hidden[-1]), out.hidden_states[-1][0], rtol=0, atol=1e-5
        )
    assert reading.layers == 2
    for ours, theirs in zip(reading.hidden[:-1], out.hidden_states[:-1], strict=True):
        torch.testing.assert_close(ours, theirs[0], rtol=0, atol=1e-6)
    for ours, theirs in zip(reading.attention, out.attentions, strict=True):
        torch.testing.assert_close(ours, theirs[0], rtol=0, atol=1e-6)
        torch.testing.assert_close(ours.sum(-1), torch.ones(4, len(ids)), rtol=0, atol=1e-5)


def test_that_every_view_says_what_the_model_holds(llama: Path, tmp_path: Path) -> None:
    result = lens(model=llama, prompt=PROMPT, device="cpu")
    looked, seen = result.looked, result.looked.logit_lens
    assert set(looked.views) == set(VIEWS) == {"attention", "logit lens", "norms", "smoothness"}
    assert looked.tokens[0] == "<|endoftext|>"
    assert looked.first == 1
    assert seen is not None
    assert len(seen.layers) == looked.layers + 1 == 4

    model = AutoModelForCausalLM.from_pretrained(llama).eval()
    with torch.inference_mode():
        out = model(input_ids=torch.tensor([looked.ids]), output_hidden_states=True)
        last = out.logits[0].log_softmax(-1)
        early = model.lm_head(model.model.norm(out.hidden_states[1][0])).log_softmax(-1)
    place = seen.layers[1][-1]
    best = int(last[-1].argmax())
    assert place.ids == tuple(early[-1].topk(5).indices.tolist())
    assert place.final == pytest.approx(float(early[-1, best].exp()), abs=1e-6)
    assert place.rank == int((early[-1] > early[-1, best]).sum())
    entropy = -float((early[-1].exp() * early[-1]).sum()) / math.log(2)
    assert place.entropy == pytest.approx(entropy, abs=1e-4)
    divergence = float((last[-1].exp() * (last[-1] - early[-1])).sum()) / math.log(2)
    assert place.divergence == pytest.approx(divergence, abs=1e-4)
    final = seen.layers[-1][-1]
    assert (final.rank, final.divergence, final.probabilities[0]) == (0, 0.0, final.final)
    assert seen.agreement()[-1] == 1
    assert len(seen.settled()) == len(looked.ids)
    assert seen.layers[seen.settled()[-1]][-1].ids[0] == best

    lengths = out.hidden_states[1][0].norm(dim=-1)
    assert looked.norms is not None
    assert looked.norms.largest[1] == pytest.approx(float(lengths.max()))
    assert looked.norms.where[1] == int(lengths.argmax())
    assert LensResult.model_validate_json(result.model_dump_json()) == result
    assert result.summary().startswith("tiny goes on with “")
    assert len(result.tables()) == 3


def test_that_attention_is_told_by_head_as_their_mean_and_rolled_out(llama: Path) -> None:
    result = lens(model=llama, prompt=PROMPT, device="cpu")
    looked, attention = result.looked, result.looked.attention
    assert attention is not None
    assert attention.positions == list(range(len(looked.ids)))
    model = AutoModelForCausalLM.from_pretrained(llama, attn_implementation="eager").eval()
    with torch.inference_mode():
        kept = model(input_ids=torch.tensor([looked.ids]), output_attentions=True).attentions
    position = 3
    own = kept[1][0, :, position, : position + 1]
    assert attention.row(position, 1, 0) == pytest.approx(own[0].tolist(), abs=1e-5)
    assert attention.row(position, 1) == pytest.approx(own.mean(0).tolist(), abs=2e-5)
    for row in (attention.row(position), attention.row(position, 1), attention.row(position, 2, 1)):
        assert sum(row) == pytest.approx(1, abs=1e-4)
    with pytest.raises(ValueError, match="is not in list"):
        attention.row(len(looked.ids))


def test_that_rollout_halves_each_layer_with_the_residual_stream() -> None:
    looks_back = torch.tensor([[[1.0, 0.0], [1.0, 0.0]]])
    assert rollout((looks_back,)).tolist() == [[1, 0], [0.5, 0.5]]
    assert rollout((looks_back, looks_back)).tolist() == [[1, 0], [0.75, 0.25]]


def test_that_smoothness_is_the_mean_cosine_of_neighbours() -> None:
    rows = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [-1.0, 1.0]])
    assert smoothness(rows) == pytest.approx(0.7071068, abs=1e-7)
    assert smoothness(rows[:1]) == 0


def test_that_a_reference_text_centres_and_a_second_model_stands_beside(llama: Path, tmp_path: Path) -> None:
    other = write_tiny_model(tmp_path / "other", "unigram", layers=2, seed=5)
    text = write_text(tmp_path / "reference.txt", 3_000)
    own = lens(model=llama, prompt=PROMPT, device="cpu")
    result = lens(model=llama, prompt=PROMPT, beside=other, reference=text, device="cpu")
    assert [looked.model for looked in result.models] == ["tiny", "other"]
    assert set(result.models[1].views) == {"norms", "smoothness"}
    assert result.reference == "reference.txt"
    first, alone = result.looked.smoothness, own.looked.smoothness
    assert first is not None
    assert alone is not None
    assert first.raw == alone.raw
    assert first.centred != alone.centred
    assert len(result.models[1].smoothness.raw) == 3  # type: ignore[union-attr]

    decoder = open_decoder(llama, Context(workdir=tmp_path), field="model")
    ids = decoder.tokenizer.encode(text.read_text(encoding="utf-8")).ids[:4096]
    states = [
        read(decoder, [*decoder.begin, *ids[at : at + 63]]).hidden[2][1:] for at in range(0, len(ids), 63)
    ]
    mine = torch.cat(states).mean(0)
    prompt = read(decoder, result.looked.ids).hidden[2][1:]
    assert first.centred[2] == pytest.approx(smoothness(prompt - mine), abs=1e-4)


def test_that_a_long_prompt_is_cut_with_a_word_and_few_rows_are_kept(tmp_path: Path) -> None:
    folder = write_tiny_model(tmp_path / "long", layers=2)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "max_position_embeddings": 4096}))
    result = lens(model=folder, prompt=TEXT * 12, device="cpu", top=50)
    looked = result.looked
    assert "the last 511 are looked at" in result.warnings[0]
    assert len(looked.ids) == MOST_TOKENS
    assert looked.attention is not None
    assert looked.attention.positions[-1] == MOST_TOKENS - 1
    assert 0 < len(looked.attention.positions) < MOST_TOKENS
    assert (2 * 2 + 1) * len(looked.attention.positions) * MOST_TOKENS <= MOST_WEIGHTS
    assert looked.logit_lens is not None
    assert len(looked.logit_lens.layers[0][0].ids) == 50


def test_that_what_cannot_be_looked_into_is_refused_in_a_sentence(llama: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no prompt") as empty:
        lens(model=llama, prompt=" \n", device="cpu")
    assert empty.value.field == "prompt"

    encoder = write_tiny_model(tmp_path / "encoder")
    config = json.loads((encoder / "config.json").read_text(encoding="utf-8"))
    (encoder / "config.json").write_text(json.dumps({**config, "architectures": ["BertForMaskedLM"]}))
    with pytest.raises(UserError, match="fills masks in a text, and does not go on with one") as wrong:
        lens(model=encoder, prompt=PROMPT, device="cpu")
    assert wrong.value.field == "model"
    told = preview(LensRequest(model=encoder, prompt=""))
    assert [problem.field for problem in told.problems] == ["model", "prompt"]

    told = preview(LensRequest(model=llama, prompt=PROMPT))
    assert not told.problems
    assert told.notes["model"].startswith("Llama, ")
    assert told.memory_bytes is not None


def test_that_memory_only_kept_for_later_is_asked_back_before_a_model_is_refused(
    llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(
        "core.generation.inside.decoder.free_memory", lambda device, wanted=0: asked.append(wanted) or 1000
    )
    with pytest.raises(UserError, match="takes about") as large:
        open_decoder(llama, Context(workdir=tmp_path), field="model", room=lambda folder: 7_000)
    assert large.value.field == "model"
    assert asked == [7_000]


def test_that_the_model_that_writes_is_looked_into_and_left_as_it_was(
    llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = Context(workdir=tmp_path)
    writing = open_language_model(llama, ctx, dtype="float32")
    monkeypatch.setattr(resident, "load", None)
    one, two = open_decoder(llama, ctx, field="model"), open_decoder(llama, ctx, field="model")
    assert one.module is two.module
    before = one.module.config._attn_implementation
    assert before != "eager"
    assert read(one, [0, 1, 2]).attention
    assert one.module.config._attn_implementation == before
    assert not any(part._forward_pre_hooks for part in one.module.modules())
    (_,), law, _ = writing.advance([writing.start()], [[0, 1, 2]], every=True)
    assert torch.allclose(law, read(one, [0, 1, 2]).logits, atol=1e-5)


def test_that_a_model_looked_into_stays_in_memory_within_the_budget(llama: Path, tmp_path: Path) -> None:
    open_decoder(llama, Context(workdir=tmp_path), field="model")
    assert [Path(model.path) for model in residents().models] == [llama.absolute()]
    unload([llama])
    assert not residents().models


def test_that_a_stop_is_heard_while_the_model_reads(llama: Path, tmp_path: Path) -> None:
    class Stopping(Context):
        stopped = False

        def check(self) -> None:
            if self.stopped:
                raise Cancelled

    ctx = Stopping(workdir=tmp_path)
    decoder = open_decoder(llama, ctx, field="model")
    heard = []
    layers = decoder.module.model.layers
    layers[1].mlp.register_forward_pre_hook(lambda *_: setattr(ctx, "stopped", True))
    layers[2].register_forward_pre_hook(lambda *_: heard.append(2))
    with pytest.raises(Cancelled):
        read(decoder, [0, 1, 2])
    assert not heard


def test_that_a_model_without_a_known_norm_is_refused(llama: Path, tmp_path: Path) -> None:
    decoder = open_decoder(llama, Context(workdir=tmp_path), field="model")
    decoder.module.model.ending = decoder.module.model.norm
    del decoder.module.model.norm
    with pytest.raises(UserError, match="a Llama has no norm before its head"):
        read(decoder, [0, 1, 2])


def test_that_a_head_that_does_more_than_known_is_refused(llama: Path, tmp_path: Path) -> None:
    decoder = open_decoder(llama, Context(workdir=tmp_path), field="model")
    whole = decoder.module.forward

    def doubled(**given: object) -> object:
        out = whole(**given)
        out.logits = out.logits * 2
        return out

    decoder.module.forward = doubled
    with pytest.raises(UserError, match="does more between its last layer and its logits"):
        read(decoder, [0, 1, 2])
