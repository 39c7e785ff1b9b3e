"""The job that finds bigram subnetworks."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import torch
from safetensors.torch import save_file

from core.errors import UserError
from core.generation.inside.decoder import open_decoder
from core.generation.subnetwork.bigrams import Bigrams
from core.generation.subnetwork.job import SUBNETWORK
from core.generation.subnetwork.learn import Lesson, learn
from core.generation.subnetwork.masks import by_matrix, masked_matrices, none_kept, random_kept, without
from core.generation.subnetwork.measured import Measuring
from core.generation.subnetwork.memory import memory_to_mask
from core.generation.subnetwork.request import SubnetworkRequest
from core.generation.subnetwork.result import MaskPoint, Subnetwork, SubnetworkResult
from core.generation.subnetwork.texts import material
from core.jobs.context import Context
from core.jobs.registry import job
from core.models.folder import ModelFolder


@job(SUBNETWORK)
def subnetwork(request: SubnetworkRequest, ctx: Context) -> SubnetworkResult:
    """Learn a mask for each penalty, and measure what it keeps. Called again, it goes on where it stood.

    Raises:
        UserError: no causal language model, too little text, or not enough memory.
    """
    if request.out is not None and request.out.is_file():
        raise UserError(f"{request.out} is a file; choose a folder to write to.", field="out")
    ctx.progress(0, 1, f"Opening {request.model.name}")
    decoder = open_decoder(
        request.model, ctx, field="model", room=lambda folder: memory_to_mask(folder, request)
    )
    found = material(decoder, request, ctx)
    ctx.progress(0, 1, "Counting bigrams")
    bigrams = Bigrams(found.pairs, decoder.folder.vocab_size, decoder.device)
    weights = masked_matrices(decoder.module, decoder.name)
    measuring = Measuring(decoder, bigrams, found.held_out, ctx)
    digest = _digest(request, decoder.folder, found.learnt, ctx)
    search = _Search(Lesson(decoder, weights, bigrams, found.learnt, request, digest), measuring, ctx)
    ctx.progress(0, 1, "Measuring the model")
    whole, empty = measuring.measure(weights), measuring.measure(without(weights, none_kept(weights)))
    ctx.emit({"whole": whole.model_dump(), "empty": empty.model_dump()})
    stream = []
    try:
        stream = measuring.stream(weights)
    except UserError as error:
        ctx.warn(error.message)
        search.looks_inside = False
    return SubnetworkResult(
        model=decoder.name,
        subnetworks=[search.find(number) for number in range(len(request.levels()))],
        whole=whole,
        empty=empty,
        stream=stream,
        entropy=measuring.entropy,
        counted=bigrams.counted,
        distinct=bigrams.distinct,
        written=found.written,
        measured_tokens=measuring.tokens,
        seen=measuring.seen,
        parameters=decoder.folder.parameters,
        out=None if request.out is None else str(request.out),
    )


class _Search:
    def __init__(self, lesson: Lesson, measuring: Measuring, ctx: Context) -> None:
        self._lesson, self._measuring, self._ctx = lesson, measuring, ctx
        self.looks_inside = True

    def find(self, number: int) -> Subnetwork:
        """The subnetwork of one penalty; known already where an earlier sitting found it."""
        request, ctx = self._lesson.request, self._ctx
        penalty = request.levels()[number]
        kept_file = ctx.checkpoint() / f"found-{penalty:g}.json"
        known = _known(kept_file, self._lesson.digest)
        if known is None or (request.out is not None and not _mask_file(request.out, penalty).is_file()):
            known = self._learnt(number)
            kept = {"digest": self._lesson.digest, "found": known.model_dump(mode="json")}
            kept_file.write_text(json.dumps(kept), encoding="utf-8")
        else:
            for point in known.curve:
                self._tell(point)
        ctx.emit({"found": known.model_dump()})
        return known

    def _learnt(self, number: int) -> Subnetwork:
        lesson, measuring, ctx = self._lesson, self._measuring, self._ctx
        penalties = lesson.request.levels()
        began = time.monotonic()
        kept, curve = learn(lesson, penalties[number], ctx, self._tell, (number, len(penalties)))
        ctx.check()
        alone = without(lesson.weights, kept)
        others = random_kept(kept, ctx.seed)
        matrices = list(by_matrix(kept))
        if lesson.request.out is not None:
            _write(_mask_file(lesson.request.out, penalties[number]), kept)
        return Subnetwork(
            penalty=penalties[number],
            kept=sum(each.kept for each in matrices),
            of=sum(each.of for each in matrices),
            measured=measuring.measure(alone),
            matrices=matrices,
            without=measuring.loss(without(lesson.weights, kept, invert=True)),
            without_random=measuring.loss(without(lesson.weights, others, invert=True)),
            stream=measuring.stream(alone) if self.looks_inside else [],
            curve=curve,
            seconds=time.monotonic() - began,
        )

    def _tell(self, point: MaskPoint) -> None:
        self._ctx.emit({"point": point.model_dump()})


def _known(file: Path, digest: str) -> Subnetwork | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return Subnetwork.model_validate(kept["found"]) if kept["digest"] == digest else None
    except (OSError, ValueError, KeyError):
        return None


def _digest(request: SubnetworkRequest, folder: ModelFolder, learnt: torch.Tensor, ctx: Context) -> str:
    """Of all that a mask follows from but its penalty."""
    parts = [
        request.model_dump_json(exclude={"out", "penalties", "checkpoint_every"}),
        str(ctx.seed),
        *(f"{file.path.name} {file.size} {file.path.stat().st_mtime_ns}" for file in folder.files),
        hashlib.sha256(learnt.numpy().tobytes()).hexdigest(),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _mask_file(folder: Path, penalty: float) -> Path:
    return folder / f"mask-{penalty:g}.safetensors"


def _write(file: Path, kept: dict[str, torch.Tensor]) -> None:
    tensors = {name: mask.to("cpu", torch.uint8).contiguous() for name, mask in kept.items()}
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_suffix(".partial")
        save_file(tensors, aside, metadata={"format": "pt", "kept": "1", "dropped": "0"})
        aside.replace(file)
    except OSError as error:
        raise UserError(
            f"{file} cannot be written: {error.strerror or error}. Choose another folder.", field="out"
        ) from None
