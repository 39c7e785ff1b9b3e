"""The healing job through its public door: what it changes, what it leaves, what it measures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

from core.errors import Cancelled, UserError
from core.heal import heal
from core.heal.origin import ROWS, row_kinds
from core.heal.request import HealRequest
from core.heal.result import HealResult
from core.heal.weights import prepare
from core.jobs.context import Context, Control
from core.jobs.events import Partial, Progress
from core.models.folder import open_model
from core.transplant import transplant

EMBEDDING, HEAD = "model.embed_tokens.weight", "lm_head.weight"


def healed(request: HealRequest, work: Path, seed: int = 0) -> HealResult:
    result = heal(request, Context(seed=seed, workdir=work))
    assert isinstance(result, HealResult)
    return result


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def changed(before: Path, after: Path) -> set[str]:
    """Names of the tensors that are not the same bytes in both folders."""
    one, other = weights(before), weights(after)
    assert {name: (w.shape, w.dtype) for name, w in one.items()} == {
        name: (w.shape, w.dtype) for name, w in other.items()
    }
    return {name for name in one if not torch.equal(_bits(one[name]), _bits(other[name]))}


def _bits(weight: torch.Tensor) -> torch.Tensor:
    return weight.contiguous().view(torch.uint8)


# What is trained


@pytest.mark.parametrize(("model", "moved"), [("base", {EMBEDDING}), ("untied", {EMBEDDING, HEAD})])
def test_that_only_the_embeddings_move_and_all_else_stays_byte_for_byte(
    asked: Callable[..., HealRequest], grafts: Path, tmp_path: Path, model: str, moved: set[str]
) -> None:
    graft = grafts / f"{model}-graft"
    result = healed(asked(model=graft), tmp_path / "work")
    assert changed(graft, tmp_path / "healed") == moved
    assert result.rows == 448
    assert result.layers == 0
    assert result.trained == sum(weights(graft)[name].numel() for name in moved)
    for name in ("tokenizer.json", "tokenizer_config.json", ROWS, "transplant_report.json"):
        assert (tmp_path / "healed" / name).read_bytes() == (graft / name).read_bytes()
    assert result.after["all"] < result.before["all"]


@pytest.mark.parametrize("model", ["base", "untied"])
def test_that_of_new_rows_no_other_row_moves(
    asked: Callable[..., HealRequest], grafts: Path, tmp_path: Path, model: str
) -> None:
    graft = grafts / f"{model}-graft"
    result = healed(asked(model=graft, train="new rows"), tmp_path / "work")
    made, copied = row_kinds(open_model(graft))
    assert changed(graft, tmp_path / "healed") == ({EMBEDDING} if model == "base" else {EMBEDDING, HEAD})
    for name in changed(graft, tmp_path / "healed"):
        before, after = weights(graft)[name], weights(tmp_path / "healed")[name]
        moved = (before != after).any(dim=1).nonzero().flatten().numpy()
        assert set(moved) <= set(made)
        assert len(moved) > len(made) / 2
        assert torch.equal(_bits(before[copied]), _bits(after[copied]))
    assert result.rows == len(made)
    assert result.trained == (1 if model == "base" else 2) * len(made) * 32
    assert result.after["all"] < result.before["all"]


def test_that_rows_of_tools_are_tuned_in_the_output_alone(
    asked: Callable[..., HealRequest], grafts: Path, tmp_path: Path
) -> None:
    """TokenLearning (arXiv 2506.14248): tools' tokens are added, made from their names, and tuned."""
    target = shutil.copytree(grafts / "untied", tmp_path / "target")
    tokenizer = Tokenizer.from_file(str(target / "tokenizer.json"))
    size = tokenizer.get_vocab_size()
    tokenizer.add_tokens(["<|lantern|>", "<|bridge|>"])
    tokenizer.save(str(target / "tokenizer.json"))
    transplant(
        base=grafts / "untied",
        target_tokenizer=target / "tokenizer.json",
        method={"name": "tool-tokens"},
        out=tmp_path / "tools",
        device="cpu",
    )
    text = tmp_path / "calls.txt"
    text.write_text(
        "To see at night <|lantern|> and to cross it <|bridge|>, he said.\n" * 40, encoding="utf-8"
    )
    request = asked(
        model=tmp_path / "tools", train="new head rows", text=[text], penalty=0.01, base=grafts / "untied"
    )
    result = healed(request, tmp_path / "work")
    assert changed(tmp_path / "tools", tmp_path / "healed") == {HEAD}
    before, after = weights(tmp_path / "tools")[HEAD], weights(tmp_path / "healed")[HEAD]
    assert (before != after).any(dim=1).nonzero().flatten().tolist() == [size, size + 1]
    assert result.trained == 2 * 32
    assert result.after["all"] < result.before["all"]
    with pytest.raises(UserError, match="one matrix for input and output") as caught:
        healed(asked(train="new head rows"), tmp_path / "other")
    assert caught.value.field == "train"


def test_that_lora_is_merged_into_the_layers_alone(
    asked: Callable[..., HealRequest], grafts: Path, tmp_path: Path
) -> None:
    graft = grafts / "untied-graft"
    result = healed(asked(model=graft, train="lora", rank=4), tmp_path / "work")
    linear = {name for name in weights(graft) if "proj" in name}
    assert changed(graft, tmp_path / "healed") == linear
    assert result.layers == len(linear) == 14
    shapes = [weights(graft)[name].shape for name in linear]
    assert result.trained == 4 * sum(sum(shape) for shape in shapes)
    assert {file.name for file in (tmp_path / "healed").iterdir()} == {file.name for file in graft.iterdir()}


def test_that_embeddings_and_lora_move_together(
    asked: Callable[..., HealRequest], grafts: Path, tmp_path: Path
) -> None:
    result = healed(asked(train="embeddings and lora", rank=2), tmp_path / "work")
    moved = changed(grafts / "base-graft", tmp_path / "healed")
    assert EMBEDDING in moved
    assert sum("proj" in name for name in moved) == result.layers == 14
    assert not any("norm" in name for name in moved)
    assert result.after["all"] < result.before["all"]


def test_that_what_is_merged_gives_what_pefts_own_layers_gave(
    asked: Callable[..., HealRequest], grafts: Path
) -> None:
    """The same change, once by peft's forward with the adapter in place and once by the merged weights."""
    graft = grafts / "base-graft"
    model = open_model(graft)
    ids = torch.arange(40)[None]
    peft_model = AutoModelForCausalLM.from_pretrained(graft, dtype=torch.float32)
    torch.manual_seed(4)
    trained = prepare(peft_model, model, asked(train="lora", rank=4, alpha=6), None)
    targets = list(trained.layers)
    reference = get_peft_model(
        AutoModelForCausalLM.from_pretrained(graft, dtype=torch.float32),
        LoraConfig(r=4, lora_alpha=6, target_modules=targets),
    )
    generator = torch.Generator().manual_seed(9)
    with torch.no_grad():
        own = dict(peft_model.named_parameters())
        for name, weight in reference.named_parameters():
            if "lora_" in name:
                weight.copy_(torch.randn(weight.shape, generator=generator) * 0.1)
                own[name.removeprefix("base_model.model.")].copy_(weight)
        expected = reference(input_ids=ids).logits
        plain = AutoModelForCausalLM.from_pretrained(graft, dtype=torch.float32)(input_ids=ids).logits
        trained.merge(model)
        found = peft_model(input_ids=ids).logits
    assert not torch.allclose(plain, expected, atol=0.1)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    assert not any("lora" in name for name, _ in peft_model.named_parameters())


# What is measured


def test_that_the_figures_are_those_of_a_transplant_of_the_same_models(
    asked: Callable[..., HealRequest], grafts: Path, held_out: Path, tmp_path: Path
) -> None:
    """The base before; the healed model as written, which a transplant onto its own tokenizer measures."""
    result = healed(
        asked(model=grafts / "untied-graft", held_out=[held_out], base=grafts / "untied"), tmp_path / "w"
    )
    graft = transplant(
        base=grafts / "untied",
        target_tokenizer=grafts / "target" / "tokenizer.json",
        method={"name": "mean"},
        text=[held_out],
        out=tmp_path / "graft",
        device="cpu",
    )
    assert result.goal == pytest.approx(graft.bits_per_byte.before, rel=1e-5)
    assert result.before == pytest.approx(graft.bits_per_byte.after, rel=1e-5)
    again = healed(
        asked(model=tmp_path / "healed", held_out=[held_out], base=grafts / "untied", out=tmp_path / "again"),
        tmp_path / "w2",
    )
    assert again.before == pytest.approx(result.after, rel=1e-6)
    assert result.curve[-1].bits_per_byte == result.after["all"]
    assert result.curve[0].bits_per_byte == result.before["all"]


def test_that_without_a_text_to_measure_on_the_end_is_kept_back(
    asked: Callable[..., HealRequest], text: Path, tmp_path: Path
) -> None:
    result = healed(asked(held_out_share=0.2), tmp_path / "work")
    size = text.stat().st_size
    assert result.held_out_from_end
    assert result.bytes["all"] == pytest.approx(0.2 * size, rel=0.2)
    assert result.text_bytes + result.bytes["all"] == size
    capped = healed(asked(held_out_share=0.5, max_bytes=1000, replace=True), tmp_path / "other")
    assert capped.bytes["all"] == pytest.approx(1000, rel=0.2)


def test_that_looks_are_close_at_first_and_told_as_they_come(
    asked: Callable[..., HealRequest], tmp_path: Path
) -> None:
    events: list[object] = []
    request = asked(tokens=64 * 16, looks=4)
    result = heal(request, Context(workdir=tmp_path / "work", send=events.append))
    assert [point.tokens for point in result.curve] == [0, 64, 256, 576, 1024]
    told = [event.data for event in events if isinstance(event, Partial)]
    assert [data["healed"] for data in told if "healed" in data] == [p.model_dump() for p in result.curve]
    assert told[0] == {"goal": result.goal}
    share = result.text_bytes / result.text_tokens
    assert result.curve[2].bytes == pytest.approx(256 * share, abs=1)
    stages = {event.stage for event in events if isinstance(event, Progress)}
    assert {"Encoding the text", "Measuring the base", "Training", "Measuring", "Writing the model"} <= stages


def test_that_the_base_is_found_by_the_name_in_the_report(
    asked: Callable[..., HealRequest], grafts: Path, tmp_path: Path
) -> None:
    assert healed(asked(), tmp_path / "a").base == str(grafts / "base")
    alone = shutil.copytree(grafts / "base-graft", tmp_path / "elsewhere" / "graft")
    result = healed(asked(model=alone, replace=True), tmp_path / "b")
    assert result.base is None
    assert result.goal == {}
    assert result.met is None
    assert "no goal" in result.summary()


def test_that_beside_it_the_same_is_healed_from_the_mean_of_the_copied_rows(
    asked: Callable[..., HealRequest], grafts: Path, held_out: Path, tmp_path: Path
) -> None:
    """The toy was grafted by the mean of the base's rows; here the rows are others, and the start says so."""
    result = healed(asked(beside="mean", held_out=[held_out]), tmp_path / "work")
    assert [point.tokens for point in result.beside] == [point.tokens for point in result.curve]
    graft = shutil.copytree(grafts / "base-graft", tmp_path / "mean")
    made, copied = row_kinds(open_model(graft))
    model = AutoModelForCausalLM.from_pretrained(graft)
    with torch.no_grad():
        table = model.get_input_embeddings().weight
        table[made] = table[copied].double().mean(dim=0).float()
    model.save_pretrained(graft)
    alone = healed(
        asked(model=graft, base=grafts / "base", held_out=[held_out], out=tmp_path / "alone"), tmp_path / "b"
    )
    assert [point.bits_per_byte for point in result.beside] == pytest.approx(
        [point.bits_per_byte for point in alone.curve], rel=1e-6
    )


# Going on, stopping


@pytest.mark.parametrize("train", ["embeddings", "embeddings and lora"])
def test_that_what_was_stopped_goes_on_to_the_same_model(
    asked: Callable[..., HealRequest], tmp_path: Path, train: str
) -> None:
    fields = {"train": train, "checkpoint_every": 0, "beside": "mean", "rank": 2}
    whole = healed(asked(**fields, out=tmp_path / "whole"), tmp_path / "a", seed=5)

    def stopped(which: str, tokens: int) -> None:
        control = Control()

        def press(event: object) -> None:
            if isinstance(event, Partial) and event.data.get(which, {}).get("tokens") == tokens:
                control.cancel()

        with pytest.raises(Cancelled):
            heal(
                asked(**fields, out=tmp_path / "halved"),
                Context(seed=5, workdir=tmp_path / "b", send=press, control=control),
            )
        assert not (tmp_path / "halved").exists()

    for which in ("healed", "beside"):
        stopped(which, whole.curve[1].tokens)
        stopped(which, whole.curve[2].tokens)
    torch.rand(100)  # what happens to the global generator in between changes nothing
    resumed = healed(asked(**fields, out=tmp_path / "halved"), tmp_path / "b", seed=5)
    assert changed(tmp_path / "whole", tmp_path / "halved") == set()
    assert (resumed.curve, resumed.beside, resumed.after) == (whole.curve, whole.beside, whole.after)


def test_that_the_checkpoint_of_another_healing_is_left_alone(
    asked: Callable[..., HealRequest], grafts: Path, tmp_path: Path
) -> None:
    healed(asked(checkpoint_every=0), tmp_path / "work")
    other = {"penalty": 0.5, "out": tmp_path / "other"}
    healed(asked(**other), tmp_path / "work")
    healed(asked(**{**other, "out": tmp_path / "fresh"}), tmp_path / "elsewhere")
    assert changed(tmp_path / "other", tmp_path / "fresh") == set()
    assert changed(tmp_path / "other", tmp_path / "healed") == {EMBEDDING}


def test_that_a_penalty_keeps_rows_near_to_where_they_began(
    asked: Callable[..., HealRequest], grafts: Path, tmp_path: Path
) -> None:
    def moved(penalty: float) -> float:
        out = tmp_path / f"out-{penalty}"
        healed(asked(train="new rows", penalty=penalty, out=out), tmp_path / f"work-{penalty}")
        return float((weights(out)[EMBEDDING] - weights(grafts / "base-graft")[EMBEDDING]).norm())

    assert moved(10.0) < 0.7 * moved(0.0)


# Faults


def test_that_a_loss_that_is_no_number_ends_in_a_sentence(
    asked: Callable[..., HealRequest], tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"no longer a number|gives no number") as caught:
        healed(asked(learning_rate=1.0, train="embeddings and lora", alpha=1e30), tmp_path / "work")
    assert caught.value.field == "learning_rate"
    assert not (tmp_path / "healed").exists()


@pytest.mark.parametrize(
    ("fields", "message", "field"),
    [
        ({"train": "lora", "penalty": 0.1}, "LoRA alone trains none", "penalty"),
        ({"context": 5000, "batch": 1}, "one sequence needs", None),
        ({"model": "missing"}, "There is no folder", "model"),
        ({"base": "missing"}, "There is no folder", "base"),
        ({"held_out": ["missing.txt"]}, "There is no file missing.txt", "held_out"),
    ],
)
def test_that_bad_input_ends_in_one_sentence(
    asked: Callable[..., HealRequest],
    tmp_path: Path,
    fields: dict[str, object],
    message: str,
    field: str | None,
) -> None:
    if "context" in fields:  # the model takes 64 tokens at once, so the text must be short
        short = tmp_path / "short.txt"
        short.write_text("The lantern swung to and fro, and nobody spoke.\n" * 3, encoding="utf-8")
        fields, field = {**fields, "text": [short]}, "text"
    with pytest.raises(UserError, match=message) as caught:
        healed(asked(**fields), tmp_path / "work")
    assert caught.value.field == field
    assert not (tmp_path / "healed").exists()


def test_that_a_text_is_not_learnt_from_and_measured_on(
    asked: Callable[..., HealRequest], text: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="learnt from") as caught:
        healed(asked(held_out=[text]), tmp_path / "work")
    assert caught.value.field == "held_out"


def test_that_a_model_without_a_record_of_its_rows_is_told_so(
    asked: Callable[..., HealRequest], grafts: Path, tmp_path: Path
) -> None:
    for fields, field in (({"train": "new rows"}, "train"), ({"beside": "mean"}, "beside")):
        with pytest.raises(UserError, match=f"there is no {ROWS}") as caught:
            healed(asked(model=grafts / "base", **fields), tmp_path / "work")
        assert caught.value.field == field
    damaged = shutil.copytree(grafts / "base-graft", tmp_path / "damaged")
    (damaged / ROWS).write_bytes(b"no archive")
    with pytest.raises(UserError, match="is damaged"):
        healed(asked(model=damaged, train="new rows"), tmp_path / "work")
    np.savez(damaged / ROWS, source_names=np.array(["exact"]), sources=np.zeros(9999, dtype=np.int8))
    with pytest.raises(UserError, match="belongs to another model"):
        healed(asked(model=damaged, train="new rows"), tmp_path / "work")
    np.savez(damaged / ROWS, source_names=np.array(["exact"]), sources=np.zeros(440, dtype=np.int8))
    with pytest.raises(UserError, match="has no new rows"):
        healed(asked(model=damaged, train="new rows"), tmp_path / "work")


def test_that_too_little_memory_is_foreseen(
    asked: Callable[..., HealRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.transplant.loading.free_memory", lambda device, wanted: 10**6)
    with pytest.raises(UserError, match="Healing base-graft takes about") as caught:
        healed(asked(), tmp_path / "work")
    assert caught.value.field == "train"
