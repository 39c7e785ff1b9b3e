"""The search as a job, on tiny models."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from core.errors import Cancelled, UserError
from core.generation.subnetwork.preview import preview
from core.generation.subnetwork.request import SubnetworkRequest
from core.generation.subnetwork.result import SubnetworkResult
from core.generation.subnetwork.run import subnetwork
from core.jobs.context import Context
from core.jobs.events import Partial
from tests.core.generation.inside.families import write_family
from tests.tiny_models import write_text, write_tiny_model

QUICK: dict[str, Any] = {"steps": 30, "batch": 4, "window": 16}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("subnetwork") / "tiny", layers=2)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_text(tmp_path_factory.mktemp("subnetwork") / "text.txt", 12_000)


@pytest.fixture(scope="module")
def found(model: Path, text: Path) -> SubnetworkResult:
    result: SubnetworkResult = subnetwork(model=model, text=[text], penalties=[0, 100], device="cpu", **QUICK)
    return result


def test_that_learning_brings_a_model_nearer_to_the_bigram(found: SubnetworkResult) -> None:
    free, held = found.subnetworks
    assert (free.penalty, held.penalty) == (0, 100)
    assert free.curve[-1].divergence < free.curve[0].divergence
    assert free.measured.divergence < found.whole.divergence
    assert held.kept < free.kept < free.of
    assert free.of == 2 * (4 * 16 * 16 + 3 * 16 * 32) == sum(each.of for each in free.matrices)
    assert free.kept == sum(each.kept for each in free.matrices)
    assert {each.matrix for each in free.matrices} == {
        *(f"self_attn.{name}_proj" for name in "qkvo"),
        *(f"mlp.{name}_proj" for name in ("gate", "up", "down")),
    }
    assert 0 < free.first_mlp < 1
    assert [point.layer for point in free.stream] == [0, 1, 2]
    assert free.stream[0].embedding == pytest.approx(1)
    assert found.measured_tokens > 100
    assert not found.written
    assert SubnetworkResult.model_validate_json(found.model_dump_json()) == found
    assert found.summary().startswith("What comes nearest to a bigram keeps ")
    near = free.model_copy(update={"measured": free.measured.model_copy(update={"correlation": 0.93})})
    said = found.model_copy(update={"subnetworks": [near, held]}).summary()
    assert "of the weights in the layers are enough to speak as a bigram would (r = 0.93; " in said
    assert [len(table.rows) for table in found.tables()] == [4, 2, 3]


def test_that_the_controls_are_the_model_itself_and_one_without_layers(
    found: SubnetworkResult, model: Path, text: Path
) -> None:
    from core.generation.inside.decoder import open_decoder
    from core.generation.subnetwork.texts import material

    ctx = Context(workdir=model)
    decoder = open_decoder(model, ctx, field="model")
    windows = material(decoder, SubnetworkRequest(model=model, text=[text], **QUICK), ctx).held_out
    reference = AutoModelForCausalLM.from_pretrained(model).eval()
    with torch.inference_mode():
        logits = reference(input_ids=windows).logits[:, 1:-1]
        loss = torch.nn.functional.cross_entropy(
            logits.reshape(-1, logits.shape[-1]), windows[:, 2:].reshape(-1)
        )
        assert found.whole.loss == pytest.approx(float(loss) / math.log(2), abs=1e-4)
        embedded = reference.model.norm(reference.model.embed_tokens(windows[:, 1:-1]))
        empty = reference.lm_head(embedded).reshape(-1, logits.shape[-1])
        loss = torch.nn.functional.cross_entropy(empty, windows[:, 2:].reshape(-1))
    assert found.empty.loss == pytest.approx(float(loss) / math.log(2), abs=1e-4)


def test_that_the_seed_decides_and_masks_are_written(model: Path, text: Path, tmp_path: Path) -> None:
    asked = {**QUICK, "steps": 5, "penalties": [10], "model": model, "text": [text], "device": "cpu"}
    one = subnetwork(**asked, out=tmp_path / "masks", seed=3)
    two, other = subnetwork(**asked, seed=3), subnetwork(**asked, seed=4)
    assert one.subnetworks[0].matrices == two.subnetworks[0].matrices
    assert one.subnetworks[0].curve == two.subnetworks[0].curve != other.subnetworks[0].curve
    masks = load_file(tmp_path / "masks" / "mask-10.safetensors")
    assert sum(int(mask.sum()) for mask in masks.values()) == one.subnetworks[0].kept
    assert set(torch.cat([mask.reshape(-1) for mask in masks.values()]).tolist()) <= {0, 1}
    assert one.out == str(tmp_path / "masks")
    assert two.out is None


def test_that_a_stopped_run_takes_up_what_was_found(model: Path, text: Path, tmp_path: Path) -> None:
    request = SubnetworkRequest(model=model, text=[text], penalties=[1, 50], **{**QUICK, "steps": 6})

    class Stopping(Context):
        def progress(self, done: float, total: float, stage: str) -> None:
            if stage == "Learning, penalty 50" and done >= 8:
                raise Cancelled

    events: list[Any] = []
    with pytest.raises(Cancelled):
        subnetwork(request, Stopping(workdir=tmp_path, send=events.append))
    first = next(e.data["found"] for e in events if isinstance(e, Partial) and "found" in e.data)
    again: list[Any] = []
    result = subnetwork(request, Context(workdir=tmp_path, send=again.append))
    assert result.subnetworks[0].seconds == first["seconds"]  # not searched for again
    points = [e.data["point"] for e in again if isinstance(e, Partial) and "point" in e.data]
    assert [(point["penalty"], point["step"]) for point in points] == [
        (penalty, step) for penalty in (1, 50) for step in range(1, 7)
    ]
    assert any("whole" in e.data for e in again if isinstance(e, Partial))


def test_that_a_model_without_a_text_writes_one(model: Path) -> None:
    result = subnetwork(model=model, written=5_000, penalties=[10], device="cpu", **{**QUICK, "steps": 3})
    assert result.written
    assert result.counted == 2 * 64 * 63 * 8 * (128 - 13) // 128
    again = subnetwork(model=model, written=5_000, penalties=[10], device="cpu", **{**QUICK, "steps": 3})
    assert again.subnetworks[0].measured == result.subnetworks[0].measured


@pytest.mark.parametrize("family", ["GPT2", "OPT", "GPTNeoX"])
def test_that_other_families_are_masked_as_well(family: str, text: Path, tmp_path: Path) -> None:
    folder = write_family(tmp_path / family, family)
    result = subnetwork(model=folder, text=[text], penalties=[5], device="cpu", **{**QUICK, "steps": 3})
    told = result.subnetworks[0]
    assert {each.layer for each in told.matrices} == {0, 1}
    assert any(each.is_attention for each in told.matrices)
    assert not all(each.is_attention for each in told.matrices)


def test_that_what_will_not_do_is_refused_in_a_sentence(model: Path, text: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.txt"
    short.write_text("The ferryman took the lantern down.\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"only \d+ tokens; bigrams are counted on 1,000") as few:
        subnetwork(model=model, text=[short], device="cpu")
    assert few.value.field == "text"
    with pytest.raises(UserError, match="at least 32 are measured on") as few:
        subnetwork(model=model, text=[text], held_out=short, device="cpu")
    assert few.value.field == "held_out"
    with pytest.raises(UserError, match="is a file; choose a folder"):
        subnetwork(model=model, text=[text], out=short, device="cpu")

    encoder = write_tiny_model(tmp_path / "encoder")
    config = json.loads((encoder / "config.json").read_text(encoding="utf-8"))
    (encoder / "config.json").write_text(json.dumps({**config, "architectures": ["BertForMaskedLM"]}))
    with pytest.raises(UserError, match="fills masks in a text, and does not go on with one"):
        subnetwork(model=encoder, text=[text], device="cpu")
    for wrong in ("", "-1", "1, 1", "much", "1 2 3 4 5 6 7 8 9"):
        with pytest.raises(ValidationError):
            SubnetworkRequest(model=model, penalties=wrong)
    assert SubnetworkRequest(model=model, penalties="0, 0.5 1000").levels() == [0, 0.5, 1000]
    assert SubnetworkRequest(model=model, penalties=[5, 0.1]).penalties == "5, 0.1"


def test_that_a_preview_tells_faults_and_cost(model: Path, text: Path, tmp_path: Path) -> None:
    told = preview(SubnetworkRequest(model=model, text=[text]))
    assert not told.problems
    assert told.notes["penalties"] == "A mask for each of 5,120 weights in 2 layers"
    assert told.notes["text"] == "12.0 kB"
    assert told.seconds is not None
    assert told.memory_bytes is not None
    told = preview(SubnetworkRequest(model=tmp_path / "none", text=[tmp_path / "none.txt"], out=text))
    assert [problem.field for problem in told.problems] == ["model", "text", "out"]
