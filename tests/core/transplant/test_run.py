"""The transplant job through its public door: what it writes, what it measures, how it stops and goes on."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GPT2Config,
    GPTNeoXConfig,
    PhiConfig,
    PretrainedConfig,
)

from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.jobs.events import Log, Partial, Progress
from core.transplant import transplant
from core.transplant.checkpoint import Checkpoint
from core.transplant.matching import Source
from core.transplant.methods.omp import Omp
from core.transplant.pursuit import Dictionary
from core.transplant.report import REPORT, ROWS
from core.transplant.request import TransplantRequest
from core.transplant.result import TransplantResult
from tests.core.models.stories import stories_folder as stories_folder
from tests.core.transplant.toys import prose

EMBEDDING = "model.embed_tokens.weight"
HEAD = "lm_head.weight"


def graft(base: Path, target: Path, out: Path, **fields: Any) -> TransplantResult:
    fields.setdefault("method", {"name": "omp", "k": 8})
    found = transplant(base=base, target_tokenizer=target, out=out, device="cpu", **fields)
    assert isinstance(found, TransplantResult)
    return found


def opened(folder: Path) -> torch.nn.Module:
    return AutoModelForCausalLM.from_pretrained(folder, local_files_only=True)


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def digest(folder: Path) -> dict[str, str]:
    """Of every file but the record of rows, which is a zip archive and holds the time."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if file.name != ROWS
    }


# What is written


@pytest.mark.parametrize("name", ["base", "untied"])
def test_that_a_graft_onto_its_own_tokenizer_reproduces_the_logits(
    toys: Path, tmp_path: Path, text: Path, name: str
) -> None:
    found = graft(toys / name, toys / name, tmp_path / "out", text=[text])
    ids = torch.arange(0, 60)[None]
    with torch.inference_mode():
        assert torch.equal(opened(tmp_path / "out")(ids).logits, opened(toys / name)(ids).logits)
    assert found.approximated == 0
    assert found.bits_per_byte.before == found.bits_per_byte.after
    for file in ("config.json", "generation_config.json", "tokenizer.json"):
        assert json.loads((tmp_path / "out" / file).read_bytes()) == json.loads(
            (toys / name / file).read_bytes()
        )


@pytest.mark.parametrize("method", ["fvt", "mean", "omp", "random"])
@pytest.mark.parametrize("base", ["base", "untied"])
def test_that_copied_rows_keep_their_bits_and_every_row_has_one_source(
    toys: Path, tmp_path: Path, base: str, method: str
) -> None:
    out = tmp_path / "out"
    fields = {"k": 8} if method == "omp" else {}
    found = graft(toys / base, toys / "donor", out, method={"name": method, **fields})
    old, new = weights(toys / base), weights(out)
    assert old.keys() == new.keys()
    with np.load(out / ROWS) as rows:
        names = rows["source_names"].tolist()
        sources = [names[source] for source in rows["sources"]]
        copied = rows["copied"]
    ids = np.flatnonzero(copied >= 0)
    for name in {EMBEDDING, HEAD} & old.keys():
        assert torch.equal(new[name][ids], old[name][copied[ids]])
        assert new[name].shape == (found.padded_vocab_size, 32)
    for name in old.keys() - {EMBEDDING, HEAD}:
        assert torch.equal(new[name], old[name])
    assert len(sources) == found.vocab_size == 420
    assert found.padded_vocab_size == 448
    counts = Counter(sources) + Counter({"padding": 28})
    assert {name: count for name, count in found.sources.items() if count} == dict(counts)
    assert sum(found.sources.values()) == found.padded_vocab_size
    assert (
        found.matched == len(ids) == found.sources["exact"] + found.sources["special"] + found.sources["byte"]
    )
    assert found.approximated == found.sources["method"] + found.sources["fallback"]


@pytest.mark.parametrize("base", ["base", "untied"])
@pytest.mark.parametrize("target", ["donor", "tied-donor"])
def test_that_rows_are_the_recorded_combinations_of_base_rows(
    toys: Path, tmp_path: Path, base: str, target: str
) -> None:
    out = tmp_path / "out"
    graft(toys / base, toys / target, out)
    old, new = weights(toys / base), weights(out)
    with np.load(out / ROWS) as rows:
        arrays = dict(rows)
    assert ("head_indices" in arrays) == (base == "untied" and target == "donor")
    for matrix, name in (("input", EMBEDDING), ("head", HEAD)):
        if name not in old:
            continue
        source = matrix if f"{matrix}_indices" in arrays else "input"
        indices, combined = arrays[f"{source}_indices"], arrays[f"{source}_weights"]
        assert (indices >= 0).all()
        expected = np.einsum("mk,mkh->mh", combined.astype(np.float64), old[name].double().numpy()[indices])
        assert np.abs(new[name][arrays["targets"]].numpy() - expected).max() < 1e-4


def test_that_padding_is_the_mean_of_the_bases_rows(toys: Path, tmp_path: Path) -> None:
    found = graft(toys / "base", toys / "donor", tmp_path / "out", pad_to=128)
    assert found.padded_vocab_size == 512
    padding = weights(tmp_path / "out")[EMBEDDING][420:]
    mean = weights(toys / "base")[EMBEDDING].mean(dim=0)
    assert torch.allclose(padding, mean.expand_as(padding), atol=1e-6)


@pytest.mark.parametrize("target", ["donor", "words"])
def test_that_the_folder_opens_and_generates(toys: Path, tmp_path: Path, target: str) -> None:
    out = tmp_path / "out"
    graft(toys / "base", toys / target, out)
    tokenizer = AutoTokenizer.from_pretrained(out, local_files_only=True)
    model = opened(out)
    inputs = tokenizer("The harbour", return_tensors="pt")
    written = model.generate(**inputs, max_new_tokens=5, do_sample=False)
    assert tokenizer.decode(inputs["input_ids"][0], skip_special_tokens=True).split() == ["The", "harbour"]
    assert written.shape[1] > inputs["input_ids"].shape[1]
    assert (out / "tokenizer.json").read_bytes() == (toys / target / "tokenizer.json").read_bytes()
    assert model.get_input_embeddings().weight is model.get_output_embeddings().weight


def test_that_an_untied_head_stays_apart(toys: Path, tmp_path: Path) -> None:
    graft(toys / "untied", toys / "donor", tmp_path / "out")
    model = opened(tmp_path / "out")
    assert model.config.tie_word_embeddings is False
    assert not torch.equal(model.get_input_embeddings().weight, model.get_output_embeddings().weight)


def test_that_the_configuration_speaks_of_the_new_vocabulary(toys: Path, tmp_path: Path) -> None:
    base = shutil.copytree(toys / "base", tmp_path / "base")
    config = json.loads((base / "config.json").read_bytes())
    config["pad_token_id"] = 5
    (base / "config.json").write_text(json.dumps(config))
    generation = {"bos_token_id": 0, "eos_token_id": [0], "suppress_tokens": [0], "temperature": 0.5}
    (base / "generation_config.json").write_text(json.dumps(generation))
    (base / "LICENSE").write_text("Take it.")
    graft(base, toys / "donor", tmp_path / "out")
    found = json.loads((tmp_path / "out" / "config.json").read_bytes())
    assert (found["vocab_size"], found["bos_token_id"], found["eos_token_id"]) == (448, 1, 2)
    assert found["pad_token_id"] is None
    assert {name: value for name, value in found.items() if value != config.get(name)}.keys() == {
        "vocab_size", "bos_token_id", "eos_token_id", "pad_token_id",
    }  # fmt: skip
    generation = json.loads((tmp_path / "out" / "generation_config.json").read_bytes())
    assert generation == {"bos_token_id": 1, "eos_token_id": [2], "suppress_tokens": [1], "temperature": 0.5}
    said = json.loads((tmp_path / "out" / "tokenizer_config.json").read_bytes())
    assert said.get("model_max_length", 64) == 64
    assert (tmp_path / "out" / "LICENSE").read_text() == "Take it."


def test_that_a_bare_tokenizer_file_will_do(toys: Path, tmp_path: Path) -> None:
    shutil.copyfile(toys / "donor" / "tokenizer.json", tmp_path / "mine.json")
    found = graft(toys / "base", tmp_path / "mine.json", tmp_path / "out", method={"name": "fvt"})
    assert found.donor is None
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out", local_files_only=True)
    assert tokenizer.eos_token == "</s>"
    assert tokenizer.model_max_length == 64
    explicit = graft(toys / "base", tmp_path / "mine.json", tmp_path / "omp", donor=toys / "donor", text=[])
    assert explicit.donor == str(toys / "donor")


def test_that_half_precision_stays_half_precision(toys: Path, tmp_path: Path) -> None:
    base = shutil.copytree(toys / "untied", tmp_path / "base")
    halves = {name: tensor.bfloat16() for name, tensor in weights(base).items()}
    save_file(halves, base / "model.safetensors", metadata={"format": "pt"})
    graft(base, toys / "donor", tmp_path / "out")
    new = weights(tmp_path / "out")
    assert {tensor.dtype for tensor in new.values()} == {torch.bfloat16}


def test_that_numbers_too_large_for_half_precision_are_refused(toys: Path, tmp_path: Path) -> None:
    graft(toys / "base", toys / "donor", tmp_path / "out")
    with np.load(tmp_path / "out" / ROWS) as rows:
        new = rows["targets"]

    def halved(config: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        for name in tensors:
            tensors[name] = tensors[name].half()

    def longer(config: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        tensors[EMBEDDING][new] *= 1e6

    base = spoilt(toys / "base", tmp_path / "base", halved)
    donor = spoilt(toys / "donor", tmp_path / "donor", longer)
    with pytest.raises(UserError, match="float16"):
        graft(base, donor, tmp_path / "halves")
    assert not (tmp_path / "halves").exists()


@pytest.mark.parametrize(
    ("config", "names", "tied"),
    [
        (GPT2Config(n_embd=32, n_layer=2, n_head=2, n_positions=64), ["transformer.wte.weight"], True),
        (
            GPTNeoXConfig(
                hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
                max_position_embeddings=64,
            ),
            ["gpt_neox.embed_in.weight", "embed_out.weight"],
            False,
        ),
        (
            PhiConfig(
                hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
                max_position_embeddings=64,
            ),
            [EMBEDDING, HEAD],
            False,
        ),
    ],
    ids=["gpt2", "gpt-neox", "phi"],
)  # fmt: skip
def test_that_other_architectures_are_rebuilt_too(
    toys: Path, tmp_path: Path, text: Path, config: PretrainedConfig, names: list[str], tied: bool
) -> None:
    base = shutil.copytree(
        toys / "base", tmp_path / "base", ignore=shutil.ignore_patterns("*.safetensors", "config.json")
    )
    config.vocab_size, config.bos_token_id, config.eos_token_id, config.pad_token_id = 600, 0, 0, None
    model = AutoModelForCausalLM.from_config(config)
    bias = model.get_output_embeddings().bias
    if bias is not None:
        torch.nn.init.normal_(bias)
    model.save_pretrained(base)
    found = graft(base, toys / "donor", tmp_path / "out", text=[text], method={"name": "fvt"})
    old, new = weights(base), weights(tmp_path / "out")
    assert {name for name in new if new[name].shape != old[name].shape} - {"lm_head.bias"} == set(names)
    with np.load(tmp_path / "out" / ROWS) as rows:
        copied, made = rows["copied"], rows["targets"]
        pieces, shares = rows["input_indices"], rows["input_weights"]
    ids = np.flatnonzero(copied >= 0)
    for name in names:
        assert torch.equal(new[name][ids], old[name][copied[ids]])
    if "lm_head.bias" in old:
        mixed = (shares * old["lm_head.bias"].numpy()[pieces] * (pieces >= 0)).sum(axis=1)
        assert torch.equal(new["lm_head.bias"][ids], old["lm_head.bias"][copied[ids]])
        assert np.abs(new["lm_head.bias"].numpy()[made] - mixed).max() < 1e-6
        assert (new["lm_head.bias"][420:] == old["lm_head.bias"].min()).all()
    reopened = opened(tmp_path / "out")
    assert (reopened.get_output_embeddings().weight is reopened.get_input_embeddings().weight) == tied
    assert np.isfinite(found.bits_per_byte.after["all"])


# What is told


def test_that_the_losses_of_copied_and_approximated_tokens_add_up(
    toys: Path, tmp_path: Path, text: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text(prose()[3000:4000], encoding="utf-8")
    found = graft(toys / "base", toys / "donor", tmp_path / "out", text=[text, other])
    assert list(found.bits_per_byte.after) == ["prose.txt", "other.txt", "all"]
    assert found.bytes["all"] == len(prose()[:1500].encode()) + len(prose()[3000:4000].encode())
    for name in found.bytes:
        mine = [part for part in found.parts if part.slice == name]
        assert [part.kind for part in mine] == ["copied", "approximated"]
        assert sum(part.bytes for part in mine) == found.bytes[name]
        assert sum(part.tokens for part in mine) == found.tokens.after[name]
        after = sum(part.bits for part in mine) / found.bytes[name]
        before = sum(part.bits_before or 0 for part in mine) / found.bytes[name]
        assert after == pytest.approx(found.bits_per_byte.after[name])
        assert before == pytest.approx(found.bits_per_byte.before[name])


def test_that_single_tokens_are_told_with_an_example(toys: Path, tmp_path: Path, text: Path) -> None:
    found = graft(toys / "base", toys / "donor", tmp_path / "out", text=[text])
    assert found.worst
    assert found.best
    assert not {token.id for token in found.worst} & {token.id for token in found.best}
    added = [token.added or 0 for token in found.worst]
    assert added == sorted(added, reverse=True)
    for token in [*found.worst, *found.best]:
        begin, end = token.example_at or (0, 0)
        assert token.text in (token.example[begin:end], f" {token.example[begin:end]}")
        assert token.example in text.read_text(encoding="utf-8")
        assert token.occurs > 0
        assert len(token.built_from) == 8
        assert 0 < (token.residual or 0) <= 1
    heaviest = [abs(atom.weight) for atom in found.worst[0].built_from]
    assert heaviest == sorted(heaviest, reverse=True)


def test_that_without_a_text_nothing_is_measured_but_rows_are_judged(toys: Path, tmp_path: Path) -> None:
    found = graft(toys / "base", toys / "donor", tmp_path / "out")
    assert found.bits_per_byte.after == {}
    assert sum(found.residuals.counts) == found.sources["method"]
    assert len(found.residuals.edges) == len(found.residuals.counts) + 1
    assert found.mean_residual is not None
    assert 0 < found.mean_residual < 1
    assert found.worst[0].residual == max(token.residual or 0 for token in found.worst)
    assert [len(found.norms.base), len(found.norms.copied), len(found.norms.approximated)] == [5, 5, 5]
    assert "copied" in found.summary()


def test_that_digits_cut_otherwise_are_told(toys: Path, tmp_path: Path) -> None:
    found = graft(toys / "base", toys / "donor", tmp_path / "out", method={"name": "mean"})
    assert any(warning.startswith("Digits: the base groups") for warning in found.warnings)


def test_that_the_report_lies_in_the_run_too_when_the_model_lies_elsewhere(
    toys: Path, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    ctx = Context(workdir=tmp_path / "run")
    request = TransplantRequest(
        base=toys / "base", target_tokenizer=toys / "donor", method=Omp(k=8), out=tmp_path / "out"
    )
    found = transplant(request, ctx)
    said = json.loads((tmp_path / "run" / REPORT).read_bytes())
    assert said == json.loads((tmp_path / "out" / REPORT).read_bytes())
    assert said["sources"] == found.sources
    assert said["anchors"]["input"]["kept"] == found.anchors
    assert (tmp_path / "run" / ROWS).read_bytes() == (tmp_path / "out" / ROWS).read_bytes()
    assert str(tmp_path) not in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def test_that_figures_are_told_as_they_come(toys: Path, tmp_path: Path, text: Path) -> None:
    told: dict[str, Any] = {}

    def hear(event: Progress | Partial | Log) -> None:
        if isinstance(event, Partial):
            for name, value in event.data.items():
                told[name] = told.get(name, {}) | value if isinstance(value, dict) else value

    request = TransplantRequest(
        base=toys / "base", target_tokenizer=toys / "donor", method=Omp(k=8), text=[text]
    )
    (tmp_path / "run").mkdir()
    found = transplant(request, Context(workdir=tmp_path / "run", send=hear))
    assert found.out == str(tmp_path / "run" / "model")
    assert told["matched"] == found.matched
    assert told["mean_residual"] == found.mean_residual
    assert told["bits_per_byte"]["after"]["prose.txt"] == found.bits_per_byte.after["prose.txt"]
    assert told["bits_per_byte"]["before"]["prose.txt"] == found.bits_per_byte.before["prose.txt"]


# Again, stopped, resumed


@pytest.mark.parametrize("method", ["omp", "random"])
def test_that_the_same_request_gives_the_same_bytes(
    toys: Path, tmp_path: Path, text: Path, method: str
) -> None:
    fields: dict[str, Any] = {"method": {"name": method} | ({"k": 8} if method == "omp" else {})}
    one = graft(toys / "untied", toys / "donor", tmp_path / "one" / "out", text=[text], seed=3, **fields)
    two = graft(toys / "untied", toys / "donor", tmp_path / "two" / "out", text=[text], seed=3, **fields)
    assert digest(tmp_path / "one" / "out") == digest(tmp_path / "two" / "out")
    told = {"exclude": {"out", "seconds", "peak_memory_bytes"}}
    assert one.model_dump(**told) == two.model_dump(**told)


def test_that_the_seed_matters_to_random_rows_alone(toys: Path, tmp_path: Path) -> None:
    for seed in (1, 2):
        for method in ("random", "fvt"):
            out = tmp_path / f"{method}{seed}"
            graft(toys / "base", toys / "donor", out, method={"name": method}, seed=seed)
    assert weights(tmp_path / "fvt1")[EMBEDDING].equal(weights(tmp_path / "fvt2")[EMBEDDING])
    assert not weights(tmp_path / "random1")[EMBEDDING].equal(weights(tmp_path / "random2")[EMBEDDING])


class Stopper:
    """Presses stop at the nth report of progress."""

    def __init__(self, at: int | None = None, stage: str | None = None) -> None:
        self.control = Control()
        self.stages: list[str] = []
        self._at, self._stage = at, stage

    def context(self, workdir: Path) -> Context:
        workdir.mkdir(parents=True, exist_ok=True)
        stopper = self

        class Watched(Context):
            def progress(self, done: float, total: float, stage: str) -> None:
                stopper.stages.append(stage)
                if len(stopper.stages) == stopper._at or stage == stopper._stage:
                    stopper.control.cancel()
                super().progress(done, total, stage)

        return Watched(workdir=workdir, control=self.control)


def request_for(toys: Path, text: Path, out: Path) -> TransplantRequest:
    return TransplantRequest(
        base=toys / "untied", target_tokenizer=toys / "donor", method=Omp(k=8), text=[text], out=out
    )


@pytest.fixture(scope="module")
def whole(toys: Path, text: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A graft that nobody stopped, and the stages it went through."""
    folder = tmp_path_factory.mktemp("whole")
    stopper = Stopper()
    transplant(request_for(toys, text, folder / "out"), stopper.context(folder / "run"))
    return folder / "out", stopper.stages


def test_that_a_stop_in_any_phase_leaves_nothing_behind(
    toys: Path, text: Path, tmp_path: Path, whole: tuple[Path, list[str]]
) -> None:
    stages = list(dict.fromkeys(whole[1]))
    assert len(stages) >= 8
    for number, stage in enumerate(stages):
        place = tmp_path / str(number)
        stopper = Stopper(stage=stage)
        with pytest.raises(Cancelled):
            transplant(request_for(toys, text, place / "out"), stopper.context(place / "run"))
        assert [file.name for file in place.iterdir()] == ["run"], stage
        assert {file.name for file in (place / "run").iterdir()} <= {"checkpoint"}, stage


class Killed(BaseException):
    """As if the process had ended here."""


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.transplant.pursuit.CHUNK", 64)


@pytest.mark.parametrize("chunk", [2, 5])
@pytest.mark.usefixtures("small_chunks")
def test_that_an_interrupted_run_goes_on_to_the_same_bytes(
    toys: Path, text: Path, tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    keep, pursue = Checkpoint.keep, Dictionary.pursue

    def dying(self: Checkpoint, matrix: str, first: int, make: Callable[[], Any]) -> Any:
        found = keep(self, matrix, first, make)
        if len(made) == chunk:
            raise Killed
        return found

    def counted(self: Dictionary, *args: Any, **words: Any) -> Any:
        made.append(1)
        return pursue(self, *args, **words)

    monkeypatch.setattr(Dictionary, "pursue", counted)
    request = request_for(toys, text, tmp_path / "out")
    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "keep", dying)
        with pytest.raises(Killed):
            transplant(request, Stopper().context(tmp_path / "run"))
    assert not (tmp_path / "out").exists()
    made.clear()
    transplant(request, Stopper().context(tmp_path / "run"))
    assert len(made) == 6 - chunk + 2, "and two for the hidden anchors"
    whole = request_for(toys, text, tmp_path / "whole")
    transplant(whole, Stopper().context(tmp_path / "other"))
    assert digest(tmp_path / "out") == digest(tmp_path / "whole")


def test_that_what_another_request_left_is_not_mixed_in(toys: Path, text: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    first = request_for(toys, text, tmp_path / "one")
    transplant(first, Stopper().context(run))
    other = first.model_copy(update={"method": Omp(k=4), "out": tmp_path / "two"})
    transplant(other, Stopper().context(run))
    transplant(other.model_copy(update={"out": tmp_path / "three"}), Stopper().context(tmp_path / "new"))
    assert digest(tmp_path / "two") == digest(tmp_path / "three")
    assert digest(tmp_path / "one") != digest(tmp_path / "two")


# A model that none of us trained


def test_that_stories_can_be_base_and_donor(
    toys: Path, tmp_path: Path, text: Path, stories_folder: Path
) -> None:
    onto = graft(stories_folder, toys / "donor", tmp_path / "a", text=[text])
    assert onto.matched > 100
    assert onto.bits_per_byte.before["all"] < 4
    assert onto.bits_per_byte.before["all"] < onto.bits_per_byte.after["all"]
    from_it = graft(toys / "base", stories_folder, tmp_path / "b", text=[text])
    assert from_it.sources["byte"] > 0
    assert from_it.mean_residual is not None
    same = graft(stories_folder, stories_folder, tmp_path / "c")
    assert same.approximated == 0
    ids = torch.tensor([[1, 403, 407, 261]])
    with torch.inference_mode():
        assert torch.equal(opened(tmp_path / "c")(ids).logits, opened(stories_folder)(ids).logits)


# Bad input


def refused(match: str, field: str | None, **fields: Any) -> None:
    with pytest.raises(UserError, match=match) as caught:
        transplant(**({"device": "cpu", "method": {"name": "omp", "k": 8}} | fields))
    assert caught.value.field == field
    assert "\n" not in caught.value.message


def test_that_models_and_tokenizers_that_will_not_do_are_refused(toys: Path, tmp_path: Path) -> None:
    good: dict[str, Any] = {
        "base": toys / "base", "target_tokenizer": toys / "donor", "out": tmp_path / "out",
    }  # fmt: skip
    refused("There is no folder", "base", **good | {"base": tmp_path / "gone"})
    refused("no model folder", "base", **good | {"base": tmp_path})
    refused("There is no", "target_tokenizer", **good | {"target_tokenizer": tmp_path / "gone"})
    refused("has no tokenizer.json", "target_tokenizer", **good | {"target_tokenizer": tmp_path})
    shutil.copyfile(toys / "donor" / "tokenizer.json", tmp_path / "tokenizer.json")
    refused("needs a donor", "donor", **good | {"target_tokenizer": tmp_path / "tokenizer.json"})
    refused("is not the target tokenizer", "donor", **good | {"donor": toys / "base"})
    refused("needs at least 1024 anchors", "method", **good | {"method": {"name": "omp", "k": 1024}})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    refused("is not empty", "out", **good | {"out": tmp_path / "full"})
    refused("Say where to write", "out", **{k: v for k, v in good.items() if k != "out"})
    assert not (tmp_path / "out").exists()


def spoilt(
    model: Path, place: Path, change: Callable[[dict[str, Any], dict[str, torch.Tensor]], None]
) -> Path:
    """A copy of a model with another config.json and other weights."""
    shutil.copytree(model, place)
    config = json.loads((place / "config.json").read_bytes())
    tensors = weights(place)
    change(config, tensors)
    (place / "config.json").write_text(json.dumps(config))
    save_file(tensors, place / "model.safetensors", metadata={"format": "pt"})
    return place


def test_that_damaged_models_are_refused(toys: Path, tmp_path: Path, text: Path) -> None:
    def broken_row(config: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        tensors[EMBEDDING][300, 7] = torch.nan

    def empty(config: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        tensors[EMBEDDING].zero_()

    def broken_body(config: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        tensors["model.norm.weight"][0] = torch.nan

    def shorter(config: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        tensors[EMBEDDING] = tensors[EMBEDDING][:500].clone()
        config["vocab_size"] = 500

    def disagreeing(config: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        config["vocab_size"] = 999

    def two_halves(config: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        config["architectures"] = ["BartForConditionalGeneration"]

    def another(config: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        tensors["model.prediction_head.weight"] = tensors[EMBEDDING].clone()

    common = {"target_tokenizer": toys / "donor", "out": tmp_path / "out", "text": [text]}
    for change, match in (
        (broken_row, r"row 300 of model.embed_tokens.weight \(the token .*\) holds what is no number"),
        (empty, "all rows of .* are zero"),
        (broken_body, r"gives no number for some tokens of the texts \(NaN\)"),
        (shorter, "has 600 tokens, but the embedding in .* only 500 rows"),
        (disagreeing, "speaks of a vocabulary of 999, but the embedding .* has 600 rows"),
        (two_halves, "only causal language models and encoders"),
        (another, "another matrix of the vocabulary, model.prediction_head.weight"),
    ):
        refused(match, "base", base=spoilt(toys / "base", tmp_path / change.__name__, change), **common)
    donor = spoilt(toys / "donor", tmp_path / "broken-donor", broken_row)
    refused("row 300", "donor", **common | {"base": toys / "base", "target_tokenizer": donor})
    (tmp_path / "bare").mkdir()
    for name in ("config.json", "model.safetensors"):
        shutil.copyfile(toys / "base" / name, tmp_path / "bare" / name)
    refused("has no tokenizer.json", "base", base=tmp_path / "bare", **common)
    refused("has no tokenizer.json", "donor", base=toys / "base", donor=tmp_path / "bare", **common)
    assert not (tmp_path / "out").exists()


def test_that_rows_of_zeros_are_told_and_no_anchors(toys: Path, tmp_path: Path) -> None:
    def zeros(config: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        tensors[EMBEDDING][300] = 0

    whole = graft(toys / "base", toys / "donor", tmp_path / "whole")
    with np.load(tmp_path / "whole" / ROWS) as rows:
        shared = rows["copied"][rows["sources"] == list(Source).index(Source.EXACT)]
    assert 300 in shared
    base = spoilt(toys / "base", tmp_path / "base", zeros)
    found = graft(base, toys / "donor", tmp_path / "out")
    assert any("rows of some tokens are zeros: 300 (" in warning for warning in found.warnings)
    assert found.anchors == (whole.anchors or 0) - 1


def test_that_texts_that_will_not_do_are_refused(toys: Path, tmp_path: Path) -> None:
    empty, latin = tmp_path / "empty.txt", tmp_path / "latin.txt"
    empty.touch()
    latin.write_bytes(b"caf\xe9")
    for path, match in ((empty, "holds no text"), (latin, "not UTF-8"), (tmp_path / "x", "There is no file")):
        refused(
            match,
            "text",
            base=toys / "base",
            target_tokenizer=toys / "donor",
            out=tmp_path / "o",
            text=[path],
        )
    assert not (tmp_path / "o").exists()


def test_that_too_little_memory_is_foreseen(
    toys: Path, tmp_path: Path, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.transplant.loading.free_memory", lambda device, wanted: 1000)
    refused(
        "GB of memory",
        "base",
        base=toys / "base",
        target_tokenizer=toys / "donor",
        out=tmp_path / "out",
        text=[text],
    )


def test_that_a_text_one_tokenizer_cannot_read_is_left_out_for_both(
    toys: Path, tmp_path: Path, text: Path
) -> None:
    strange = tmp_path / "strange.txt"
    strange.write_text("日本語のテキスト", encoding="utf-8")
    found = graft(toys / "base", toys / "donor", tmp_path / "out", text=[text, strange])
    assert list(found.bits_per_byte.before) == list(found.bits_per_byte.after) == ["prose.txt", "all"]
    assert any("24 bytes of the texts were not measured" in warning for warning in found.warnings)
