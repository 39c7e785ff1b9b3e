"""The job: what comes next after a prompt, byte by byte."""

from __future__ import annotations

import math
import time

import numpy as np

from core.errors import Cancelled
from core.generation.byte_model import END, ByteModel, ByteState
from core.generation.byte_writing import Writing as ByteWriting
from core.generation.byte_writing import whole
from core.generation.bytes.foretelling import Plain, conditioned_on_tokens, likeliest_characters
from core.generation.bytes.job import BYTES
from core.generation.bytes.request import BytesRequest, prompt_bytes
from core.generation.bytes.result import BytesResult, Law, Likely, Writing, Written
from core.generation.covers.opened import byte_model, what_is_not_counted
from core.generation.decoding.draw import chance
from core.generation.language.language_model import LanguageModel
from core.generation.language.opened import open_language_model
from core.generation.language.resident import residents
from core.jobs.context import Context
from core.jobs.registry import job
from core.tokenizers.shown import shown

_EVERY = 0.05
"""Seconds between two partial results."""
_NEAR = 1e-3
"""Between logarithms of probabilities that were added in another order."""
_LIKELY = 5
"""Bytes that are kept of each law while writing."""


@job(BYTES)
def bytes_(request: BytesRequest, ctx: Context) -> BytesResult:
    """Foretell the next byte after a prompt, and write on byte by byte.

    Raises:
        UserError: a model will not do, its tokenizer would not write the prompt as it stands, or the prompt
            does not fit into its context.
        Cancelled: with what the models had said and written by then.
    """
    prompt = prompt_bytes(request)
    laws: list[Law] = []
    written: list[Writing] = []
    try:
        for number, path in enumerate(request.models):
            ctx.progress(number, len(request.models), f"Opening {path.name}")
            language = open_language_model(path, ctx, dtype=request.dtype)
            model = byte_model(language, convention=request.convention, beam=request.beam, warn=ctx.warn)
            if words := what_is_not_counted(model):
                ctx.warn(words)
            ctx.progress(number, len(request.models), f"Reading with {language.name}")
            law, state = _read(language, model, prompt, request, ctx)
            laws.append(law)
            ctx.emit({"part": "law", "model": number, "law": law})
            if request.write:
                written.append(_written(model, state, request, number, ctx))
                if written[-1].stopped == "cancelled":
                    raise Cancelled
    except Cancelled:
        raise Cancelled(_result(request, prompt, laws, written) if laws else None) from None
    return _result(request, prompt, laws, written)


def _result(request: BytesRequest, prompt: bytes, laws: list[Law], written: list[Writing]) -> BytesResult:
    return BytesResult(
        prompt=prompt.decode(errors="replace"),
        prompt_bytes=len(prompt),
        convention=request.convention,
        next_byte=laws[0].next_byte,
        log2_probability=laws[0].log2_probability,
        evaluations=laws[0].evaluations,
        models=laws,
        written=written,
        residents=residents(),
    )


def _read(
    language: LanguageModel, model: ByteModel, prompt: bytes, request: BytesRequest, ctx: Context
) -> tuple[Law, ByteState]:
    """What comes after the prompt, and where that is."""
    began = time.monotonic()
    state = model.read(model.start(), prompt, ctx)
    told = model.law(state)
    seconds, evaluations = time.monotonic() - began, model.evaluations
    chances = np.exp(told.log_probabilities)
    try:
        plain = conditioned_on_tokens(language, prompt.decode(), ctx)
    except UnicodeDecodeError:  # within a character no tokenizer can be asked
        plain = None
    if request.convention == "valid" and plain is not None:
        _check(language, state, plain, ctx)
    law = Law(
        name=language.name,
        next_byte=chances[:END].tolist(),
        end=float(chances[END]),
        log2_probability=state.log_probability / math.log(2),
        leaked=told.leaked,
        pruned=told.pruned,
        special=told.special,
        padding=language.padding_mass,
        evaluations=evaluations,
        ways=len(getattr(state, "ways", ())),
        tokens=None if plain is None else [shown(language.pieces[id] or b"") for id in plain.ids],
        canonical_log2=None if plain is None else plain.log_probability / math.log(2),
        plain=None if plain is None else plain.next_byte.tolist(),
        characters=likeliest_characters(model, state, prompt, request.characters, ctx),
        seconds=seconds,
    )
    return law, state


def _check(language: LanguageModel, state: ByteState, plain: Plain, ctx: Context) -> None:
    """Its own tokens are one of the ways to write the prompt, unless the beginning of a text may be cut in
    another way than it is within the text."""
    if state.log_probability < plain.log_probability - _NEAR:
        ctx.warn(
            f"The tokenizer of {language.name} cuts beginnings of this prompt in another way than the "
            "whole, so that its own tokens were not all followed. Let every one count (--convention all)."
        )


def _written(model: ByteModel, state: ByteState, request: BytesRequest, number: int, ctx: Context) -> Writing:
    """One model's text."""
    before, began, told = model.evaluations, time.monotonic(), time.monotonic()
    source = chance(ctx.seed, 0, 0, "bytes") if request.decoding == "sample" else None
    writing = ByteWriting(model, state, most=request.write, chance=source, ctx=ctx)
    found: list[Written] = []
    said = 0
    stopped = False
    try:
        for byte in writing:
            law = model.law(byte.before)
            likely = np.argsort(-law.log_probabilities, kind="stable")[:_LIKELY].tolist()
            chances = np.exp(law.log_probabilities)
            found.append(
                Written(
                    byte=byte.value,
                    probability=float(chances[byte.value]),
                    likely=tuple(Likely(byte=other, probability=float(chances[other])) for other in likely),
                    leaked=law.leaked,
                )
            )
            ctx.progress(len(found), request.write, f"Writing with {model.name}")
            if time.monotonic() - told >= _EVERY:
                ctx.emit({"part": "bytes", "model": number, "bytes": found[said:]})
                said, told = len(found), time.monotonic()
        ctx.emit({"part": "bytes", "model": number, "bytes": found[said:]})
    except Cancelled:
        stopped = True
        found = found[: whole(bytes(byte.byte for byte in found))]
    return Writing(
        bytes=found,
        text=bytes(byte.byte for byte in found).decode(errors="replace"),
        stopped="cancelled" if stopped else writing.stopped or "length",
        evaluations=model.evaluations - before,
        seconds=time.monotonic() - began,
    )
