"""The generation job: open the models, let them write in step, keep what they thought."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from core.errors import Cancelled, UserError
from core.generation.decoding.writing import Decoding
from core.generation.generate.beginnings import Beginnings
from core.generation.generate.job import GENERATE
from core.generation.generate.kept import kept, output
from core.generation.generate.pen import Pen
from core.generation.generate.prompts import read_prompts
from core.generation.generate.request import GenerateRequest
from core.generation.generate.result import GenerationResult, same_bytes
from core.generation.generate.stream import Stream
from core.generation.language.language_model import LanguageModel
from core.generation.language.opened import open_language_model
from core.generation.language.resident import residents
from core.generation.language.threads import fitting_threads
from core.jobs.context import Context
from core.jobs.registry import job

MANY = 16
"""With more transcripts than that, alternatives are kept only in the output file."""
TURN = 0.01
"""Seconds that a model goes on before another one may: a small one writes some tokens while its weights are
in the processor's cache, and nobody sees the difference; a large one always writes a single token."""


@job(GENERATE)
def generate(request: GenerateRequest, ctx: Context) -> GenerationResult:
    """Let each model write on from each prompt; the one whose text has the fewest bytes always goes next, for
    a token or for as long as `TURN`.

    Raises:
        UserError: a model does not open, a prompt does not fit it, or it gives no numbers (NaN).
        Cancelled: with what was written until then, if anything was; there is no output file then.
    """
    prompts = read_prompts(request.prompts) if request.prompts is not None else [request.prompt]
    if len(request.forced) > len(request.models):
        raise UserError("There are more lists of first tokens than models.", field="forced")
    if request.system and not request.chat:
        ctx.warn("The system message was left out, because it stands before a chat: turn “As a chat” on.")
    out = output(request, ctx)
    ctx.progress(0, len(request.models), "Opening models")
    languages = []
    for number, path in enumerate(request.models, 1):
        languages.append(open_language_model(path, ctx, dtype=request.dtype))
        ctx.progress(number, len(request.models), "Opening models")
    decoding = Decoding(ctx, request.samplers, request.alternatives, request.max_tokens)
    all_beginnings = [
        Beginnings(language, request, prompts, place, ctx) for place, language in enumerate(languages)
    ]
    many = len(request.models) * len(prompts) * request.samples > MANY
    stream = Stream(ctx, bare=many)
    ctx.emit(
        {
            "part": "begun",
            "transcripts": list(_expected(request, all_beginnings)),
            "residents": residents(),
            "clock": decoding.began,
        }
    )
    with kept(out) as file, fitting_threads(request.models):
        pens = [
            Pen(language, place, beginnings, request, decoding, stream, prompts, file, bare=many)
            for place, (language, beginnings) in enumerate(zip(languages, all_beginnings, strict=True))
        ]
        try:
            _write(pens, request, stream, ctx, len(prompts))
        except Cancelled:
            for pen in pens:
                pen.stop()
            so_far = _result(languages, prompts, pens, None)
            raise Cancelled(so_far if any(so_far.tokens) else None) from None
    if many and request.alternatives:
        ctx.warn(f"With so many texts the alternatives of each token are kept only in {out.name}.")
    return _result(languages, prompts, pens, out)


def _result(
    languages: list[LanguageModel], prompts: list[str], pens: list[Pen], out: Path | None
) -> GenerationResult:
    transcripts = [transcript for pen in pens for transcript in pen.transcripts]
    first = [transcript.text for transcript in transcripts if transcript.prompt == transcript.sample == 0]
    return GenerationResult(
        models=[language.name for language in languages],
        prompts=prompts,
        transcripts=transcripts,
        texts=[transcript.text for transcript in transcripts],
        tokens=[[token.id for token in transcript.tokens] for transcript in transcripts],
        logprobs=[[token.logprob for token in transcript.tokens] for transcript in transcripts],
        tokens_per_second=[transcript.tokens_per_second for transcript in transcripts],
        same_bytes=same_bytes(first) if len(first) > 1 else 0,
        residents=residents(),
        out=None if out is None else str(out),
    )


def _write(pens: list[Pen], request: GenerateRequest, stream: Stream, ctx: Context, prompts: int) -> None:
    total = (request.max_bytes or 4 * (request.max_tokens or 1_000)) * len(pens) * prompts * request.samples
    live = pens
    while live:
        pen = min(live, key=lambda pen: (pen.group, pen.behind))
        group, until = pen.group, time.perf_counter() + TURN
        while True:
            pen.step()
            if stream.tell() or pen.done:
                ctx.progress(min(total, sum(pen.bytes for pen in pens)), total, "Writing")
            if pen.done or pen.group != group or time.perf_counter() >= until:
                break
        live = [pen for pen in live if not pen.done]


def _expected(
    request: GenerateRequest, all_beginnings: list[Beginnings]
) -> Iterator[dict[str, int | tuple[int, ...]]]:
    for model, beginnings in enumerate(all_beginnings):
        for prompt, plain in enumerate(beginnings.plain):
            for sample in range(request.samples):
                yield {"model": model, "prompt": prompt, "sample": sample, "prefix": plain.prefix}
