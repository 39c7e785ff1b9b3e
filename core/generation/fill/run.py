"""The filling job: open the model, fill the gap, study the cuts."""

from __future__ import annotations

import time

import numpy as np

from core.errors import Cancelled
from core.generation.byte_model import END, ByteModel
from core.generation.covers.byte_trie import ByteTrie
from core.generation.covers.opened import byte_model
from core.generation.covers.spelling import spelling_of
from core.generation.fill.continued import Continued
from core.generation.fill.cuts import Place, cut
from core.generation.fill.job import FILL
from core.generation.fill.middles import Middles, greedily
from core.generation.fill.request import FillRequest, check
from core.generation.fill.result import METHODS, Baseline, Cut, Filling, FillResult, Method, Study
from core.generation.fill.sentinels import prompt, sentinels
from core.generation.fill.study import Foretold, by_kind, foretold_after, foretold_exactly, prompt_of
from core.generation.language.language_model import LanguageModel
from core.generation.language.opened import open_language_model
from core.jobs.context import Context
from core.jobs.registry import job
from core.sizes import counted
from core.tokenizers.corpus import blocks, find_texts

_SHOWN = 20
"""Candidates, and cuts, that a result tells."""
_TAIL = 40
"""Characters of a prompt that are told of a cut."""
_OFTEN = 0.25
"""Seconds between two partial results."""
_SIDE_BY_SIDE = 16
"""Cuts."""
_MOST_TEXT = 1 << 20
"""Bytes of each text that are cut."""
PUBLISHED = (
    "arXiv 2410.09303 states about 18 % better fill-in-the-middle coding by exact byte-level probabilities. "
    "Its conditions: code models that learnt to fill gaps, and completions counted as right on a benchmark "
    "of code. The figures here are of another kind: bits per byte and greedy bytes of running text, behind "
    "random cuts between characters."
)


@job(FILL)
def fill(request: FillRequest, ctx: Context) -> FillResult:
    """Fill a gap, and study prompts that end anywhere.

    Raises:
        UserError: there is nothing to do, the model cannot do bytes, or a text is too short or too long.
        Cancelled: with the candidates that were weighed by then, if there are any; with nothing of a study.
    """
    check(request)
    ctx.progress(0, 1, "opening the model")
    language = open_language_model(request.model, ctx, dtype=request.dtype, field="model")
    exact = byte_model(language, convention=request.convention, beam=request.beam, field="model")
    calls = language.calls
    trie, _ = spelling_of(language)
    filling = study = None
    stopped = False
    try:
        if request.suffix:
            filling = _filled(request, language, exact, trie, ctx)
            ctx.check()
        if request.text:
            study = _studied(request, language, exact, trie, ctx)
    except Cancelled:
        stopped = True
        if filling is not None and request.text:
            ctx.warn("It was stopped before the study of the texts was at its end.")
    result = FillResult(
        model=language.name,
        filling=filling,
        study=study,
        texts=[filling.candidates[0].text, filling.drawn] if filling is not None else [],
        evaluations=language.calls - calls,
    )
    if stopped:
        raise Cancelled(result if filling is not None else None)
    return result


def _filled(
    request: FillRequest, language: LanguageModel, exact: ByteModel, trie: ByteTrie, ctx: Context
) -> Filling:
    before = exact.read(exact.start(), request.prefix.encode(), ctx)
    after = request.suffix.encode()[: request.suffix_bytes]
    middles = Middles(exact, before, after, ctx)
    tokens = sentinels(language)
    if tokens is not None:
        ids = prompt(language, tokens, request.prefix, request.suffix, request.order)
        told = byte_model(
            language, convention=request.convention, beam=request.beam, before=ids, field="model"
        )
        begun = told.start()
        if request.order == "spm":
            begun = told.read(begun, request.prefix.encode(), ctx)
    shown = time.monotonic()
    baselines: list[Baseline] = []
    try:
        for number in range(request.candidates):
            ctx.progress(number, request.candidates, "drawing middles")
            if tokens is None:
                middles.draw(number, request.max_bytes)
            else:
                middles.draw_from(told, begun, number, request.max_bytes)
            if time.monotonic() - shown >= _OFTEN:
                ctx.emit({"part": "candidates", "candidates": middles.candidates(_SHOWN)})
                shown = time.monotonic()
        for method in METHODS:
            baselines.append(_baseline(method, request, language, exact, trie, middles, ctx))
    except Cancelled:
        if not middles.tried:
            raise
        ctx.warn(f"It was stopped when {counted(middles.tried, 'candidate')} had been weighed.")
    return Filling(
        prefix=request.prefix,
        suffix=request.suffix,
        weighed=len(after),
        sentinels=tokens.names if tokens is not None else (),
        candidates=middles.candidates(_SHOWN),
        drawn=middles.drawn(ctx.seed),
        tried=middles.tried,
        effective=middles.effective,
        baselines=tuple(baselines),
    )


def _baseline(
    method: Method,
    request: FillRequest,
    language: LanguageModel,
    exact: ByteModel,
    trie: ByteTrie,
    middles: Middles,
    ctx: Context,
) -> Baseline:
    ctx.progress(METHODS.index(method), len(METHODS), "continuing greedily")
    model: ByteModel = exact
    if method == "exact":
        state = middles.before
    else:
        model = continued = Continued(language, trie)
        (state,) = continued.after([prompt_of(method, language, request.prefix)])
    text, suffix = middles.leads(greedily(model, state, request.max_bytes, ctx))
    return Baseline(method=method, text=text, suffix=max(suffix, -1e6))


def _studied(
    request: FillRequest, language: LanguageModel, exact: ByteModel, trie: ByteTrie, ctx: Context
) -> Study:
    files = find_texts(request.text)
    texts = ["".join(blocks(file, max_bytes=_MOST_TEXT)) for file in files]
    places = cut(
        texts,
        language,
        cuts=request.cuts,
        ahead=request.ahead,
        context=request.context,
        source=np.random.Generator(np.random.Philox(ctx.seed % 2**63)),
    )
    continued = Continued(language, trie)
    found: dict[Method, list[Foretold]] = {method: [] for method in METHODS}
    told: list[Cut] = []
    for first in range(0, len(places), _SIDE_BY_SIDE):
        some = places[first : first + _SIDE_BY_SIDE]
        following = [place.following.encode()[: request.ahead] for place in some]
        for number, (place, data) in enumerate(zip(some, following, strict=True)):
            ctx.progress(first + number, len(places), "foretelling what follows cuts")
            found["exact"].append(foretold_exactly(exact, place.prompt, data, request.greedy_bytes, ctx))
        for method in METHODS[1:]:
            prompts = [prompt_of(method, language, place.prompt) for place in some]
            found[method] += foretold_after(continued, prompts, following, request.greedy_bytes, ctx)
        for number, place in enumerate(some, first):
            name = files[place.text].name
            told.append(_told(name, place, {method: found[method][number] for method in METHODS}))
        ctx.emit({"part": "cuts", "cuts": told[first:]})
    told.sort(key=lambda one: -max(abs(one.bits[method] - one.bits["exact"]) for method in METHODS))
    return Study(
        kinds=by_kind(places, found, ctx.seed),
        cuts=tuple(told[:_SHOWN]),
        ahead=request.ahead,
        greedy_bytes=request.greedy_bytes,
        context=request.context,
        published=PUBLISHED,
    )


def _told(name: str, place: Place, found: dict[Method, Foretold]) -> Cut:
    return Cut(
        text=name,
        place=place.place,
        before=place.prompt[-_TAIL:],
        after=place.following,
        kinds=place.kinds,
        token="|".join(place.token) if place.token is not None else "",
        bits={method: one.bits for method, one in found.items()},
        guess={method: _byte(one.guess) for method, one in found.items()},
    )


def _byte(value: int) -> str:
    if value == END:
        return "end of text"
    return chr(value) if value < 0x80 else f"0x{value:02X}"
