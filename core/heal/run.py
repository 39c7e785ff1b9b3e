"""The healing job: open, measure, train, measure, write."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import PreTrainedModel

from core.heal.card import card
from core.heal.inputs import Inputs, Lesson, make_lesson, open_inputs
from core.heal.job import HEAL
from core.heal.measure import Reading
from core.heal.plan import HealingPlan, looks_at
from core.heal.request import HealRequest
from core.heal.result import ALL, HealPoint, HealResult
from core.heal.sizes import disk_to_heal, memory_to_heal
from core.heal.weights import Trained, penalty, prepare, start_from_mean
from core.jobs.content_hash import content_hash
from core.jobs.context import Context
from core.jobs.registry import job
from core.models.folder import CONFIG, INDEX, ModelFolder, open_model
from core.models.write import write_model
from core.output import check_output, new_folder
from core.training.result import CurvePoint, Look
from core.training.trainer import Looks, Work, fit
from core.transplant.loading import foresee, with_model

CARD = "README.md"
_WEIGHT_FILES = (".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".h5", ".msgpack", ".onnx")


@dataclass(frozen=True)
class _Healed:
    """What came of one healing."""

    curve: list[HealPoint]
    before: dict[str, float]
    after: dict[str, float]
    trained: int
    rows: int
    layers: int


@job(HEAL)
def heal(request: HealRequest, ctx: Context) -> HealResult:
    """Train a transplanted model on text until its base is met, or so many tokens are through.

    Called again with the same working folder, it goes on where it stopped.

    Raises:
        UserError: a model, a text or the output folder will not do, or the loss became no number.
    """
    out = (request.out or ctx.artifact("model")).absolute()
    replace = request.replace or request.out is None
    ctx.progress(0, 1, "Opening the models")
    inputs = open_inputs(request)
    model, plan = inputs.model, inputs.plan
    check_output(out, replace=replace, needed=disk_to_heal(model, request), sources=inputs.folders)
    foresee(
        memory_to_heal(model, request, plan),
        ctx.device,
        f"Healing {model.path.name}",
        "Close other programs, or train less of it: new rows or LoRA alone, or a shorter context.",
        "train",
    )
    lesson = make_lesson(inputs, ctx)
    goal = _goal(inputs, lesson, ctx)
    digest = _digest(inputs, lesson, ctx)
    with new_folder(out, replace=replace, needed=model.weight_bytes, sources=inputs.folders) as folder:
        healed = _heal(
            inputs, lesson, "healed", digest, lambda trained: _write(folder, model, trained, ctx), ctx
        )
        beside = None
        if request.beside == "mean":
            beside = _heal(inputs, lesson, "beside", digest, lambda trained: None, ctx)
        result = HealResult(
            out=str(out),
            model=str(model.path),
            base=str(inputs.base.path) if inputs.base else None,
            train=request.train,
            settings=_settings(request, plan),
            parameters=model.parameters,
            trained=healed.trained,
            rows=healed.rows,
            layers=healed.layers,
            steps=plan.steps,
            tokens=plan.steps * plan.tokens_per_step(),
            text_tokens=len(lesson.tokens),
            text_bytes=inputs.texts.training_bytes,
            held_out_from_end=not request.held_out,
            bytes=_bytes(lesson.reading),
            before=healed.before,
            after=healed.after,
            goal=goal,
            curve=healed.curve,
            beside=beside.curve if beside else [],
        )
        (folder / CARD).write_text(card(out.name, result, request, ctx.seed), encoding="utf-8", newline="\n")
        ctx.check()
    return result


def _goal(inputs: Inputs, lesson: Lesson, ctx: Context) -> dict[str, float]:
    base, reading = inputs.base, lesson.goal
    if base is None or reading is None:
        return {}
    goal = with_model(
        base.path,
        base.parameters,
        ctx,
        lambda network: reading.rates(network, ctx, stage="Measuring the base", field="base"),
        field="base",
    )
    ctx.emit({"goal": goal})
    return goal


def _digest(inputs: Inputs, lesson: Lesson, ctx: Context) -> str:
    """SHA-256 of all that the weights and the curve follow from."""
    request = inputs.request
    hashed = content_hash(
        inputs.model.path, "model", lambda done, total: ctx.progress(done, total, "Reading the model")
    )
    parts = [
        hashed,
        inputs.plan.model_dump_json(),
        request.model_dump_json(include={"train", "rank", "alpha", "penalty", "looks"}),
        str(ctx.seed),
        *inputs.texts.training,
        *(passage for text in lesson.reading.slices for passage in text.passages),
        str(lesson.reading.context),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


# Healing


def _heal(
    inputs: Inputs,
    lesson: Lesson,
    which: Literal["healed", "beside"],
    digest: str,
    keep: Callable[[Trained], None],
    ctx: Context,
) -> _Healed:
    """Train, merge and measure; `keep` is given the weights as they will be written. ``beside``: from the
    mean of the copied rows."""

    def work(network: torch.nn.Module) -> _Healed:
        assert isinstance(network, PreTrainedModel)
        return _trained(network, inputs, lesson, which, digest, keep, ctx)

    return with_model(inputs.model.path, inputs.model.parameters, ctx, work, field="model")


def _trained(
    network: PreTrainedModel,
    inputs: Inputs,
    lesson: Lesson,
    which: Literal["healed", "beside"],
    digest: str,
    keep: Callable[[Trained], None],
    ctx: Context,
) -> _Healed:
    request, model, plan = inputs.request, inputs.model, inputs.plan
    if which == "beside":
        start_from_mean(network, model, inputs.made, inputs.copied)
    checkpoint = ctx.checkpoint() / which
    checkpoint.mkdir(exist_ok=True)

    def measure() -> dict[str, float]:
        return lesson.reading.rates(network, ctx, stage="Measuring", field="learning_rate")

    def point(step: int, rates: dict[str, float]) -> HealPoint:
        tokens = step * plan.tokens_per_step()
        size = round(tokens * inputs.texts.training_bytes / len(lesson.tokens))
        return HealPoint(tokens=tokens, bytes=size, bits_per_byte=rates[ALL])

    def tell(event: CurvePoint | Look) -> None:
        if isinstance(event, Look):
            ctx.emit({which: point(event.step, event.figures).model_dump()})

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(ctx.seed)
        trained = prepare(network, model, request, inputs.made if request.trains_new_rows else None)
        state = fit(
            network,
            Work(
                plan=plan,
                material=lesson.tokens,
                text_bytes=inputs.texts.training_bytes,
                seed=ctx.seed,
                digest=digest,
                checkpoint_every=request.checkpoint_every,
                checkpoint=checkpoint,
                penalty=penalty(trained, request.penalty),
                looks=Looks(looks_at(plan, request.looks), measure),
                tell=tell,
                field="learning_rate",
            ),
            ctx,
        )
    count, rows, layers = trained.count, trained.row_count, len(trained.layers)
    network.eval()
    trained.merge(model)
    after = measure()
    last = point(plan.steps, after)
    ctx.emit({which: last.model_dump()})
    keep(trained)
    curve = [point(look.step, look.figures) for look in state.looks]
    return _Healed([*curve, last], state.looks[0].figures, after, count, rows, layers)


# Telling


def _write(folder: Path, model: ModelFolder, trained: Trained, ctx: Context) -> None:
    """The model with its trained weights; all its other small files stay as they are, but for its card."""
    files: dict[str, bytes | Path] = {
        file.name: file
        for file in model.path.iterdir()
        if file.is_file()
        and not file.name.startswith(".")
        and not file.name.endswith((*_WEIGHT_FILES, INDEX))
        and file.name not in (CONFIG, CARD)
    }
    write_model(
        model, folder, replacements=trained.replacements(model), config=model.config, files=files, ctx=ctx
    )
    open_model(folder)  # or this is our fault, and nobody shall have it


def _settings(request: HealRequest, plan: HealingPlan) -> dict[str, Any]:
    own = {"rank", "alpha"} if request.trains_lora else set()
    own |= {"penalty"} if request.penalty else set()
    return plan.model_dump(mode="json") | request.model_dump(mode="json", include=own)


def _bytes(reading: Reading) -> dict[str, int]:
    size = {text.name: text.bytes for text in reading.slices}
    return size | {ALL: sum(size.values())}
