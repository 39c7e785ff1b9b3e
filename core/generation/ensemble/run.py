"""The ensemble job: open the models, write, measure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from core.errors import Cancelled, UserError
from core.generation.byte_model import ByteModel
from core.generation.byte_writing import Byte, Writing, characters
from core.generation.covers.opened import byte_model
from core.generation.decoding.draw import chance
from core.generation.ensemble.combined import Ensemble
from core.generation.ensemble.intervals import ratio
from core.generation.ensemble.job import ENSEMBLE
from core.generation.ensemble.measuring import Foretold, Pieces, bits, foretell, of_rules, owed
from core.generation.ensemble.request import EnsembleRequest, check
from core.generation.ensemble.result import Character, EnsembleResult, Measured, OfRule, Stretch
from core.generation.ensemble.rules import RULES
from core.generation.ensemble.windows import Window, windows
from core.generation.language.language_model import LanguageModel
from core.generation.language.opened import open_language_model
from core.jobs.context import Context
from core.jobs.registry import job
from core.tokenizers.corpus import blocks, find_texts

_OFTEN = 0.05
"""Seconds between two pieces of the text that is being written."""
_SPARE = 4
"""Tokens that a window leaves of a model's context."""
_MOST_LEARNT = 8_000
"""Bytes."""
_ALL = "all texts"


@job(ENSEMBLE)
def ensemble(request: EnsembleRequest, ctx: Context) -> EnsembleResult:
    """Write with several models as one, and measure them on texts, each alone and all together.

    Texts are measured in windows that move by `stride` bytes: each byte is foretold once, after at most
    `context` bytes of text and those of its own window before it. The weights of a Bayesian mixture follow
    from all bytes of a text before, whatever their windows; each text begins anew. Intervals are a bootstrap
    over windows.

    Raises:
        UserError: the models or the weights do not go with the rule, a model cannot do bytes, holds a text to
            be impossible, or takes too little of it.
        Cancelled: with what was written by then, if anything was. Nothing is given of a measurement.
    """
    given = check(request)
    languages = []
    for number, path in enumerate(request.models):
        ctx.progress(number, len(request.models), "opening models")
        languages.append(open_language_model(path, ctx, dtype=request.dtype))
    members = [byte_model(one, convention=request.convention, beam=request.beam) for one in languages]
    texts = _Texts(request, languages) if request.text else None
    weights, learnt_on = _learnt(request, members, texts, ctx) if request.fit and texts else (given, 0)
    together = Ensemble(members, request.how, weights)
    result = EnsembleResult(
        models=_names(languages),
        rule=request.how.title,
        weights=together.weights.tolist(),
        learnt_on=learnt_on,
        prompt=request.prompt,
        stride=request.stride,
        context=request.context,
    )
    if request.max_bytes:
        result = result.model_copy(update=_written(request, together, ctx))
    try:
        if result.stopped == "cancelled":
            raise Cancelled
        if texts is not None:
            result = result.model_copy(update=_measured(together, texts, ctx))
    except Cancelled:
        if not result.text:
            raise
        if texts is not None:
            ctx.warn("It was stopped before the texts were measured.")
        raise Cancelled(result.model_copy(update={"evaluations": together.evaluations})) from None
    return result.model_copy(update={"evaluations": together.evaluations})


def _names(languages: Sequence[LanguageModel]) -> list[str]:
    """Their own, told apart where two are the same."""
    names = [one.name for one in languages]
    return [
        f"{name} ({names[: number + 1].count(name)})" if names.count(name) > 1 else name
        for number, name in enumerate(names)
    ]


# Writing


def _written(request: EnsembleRequest, model: Ensemble, ctx: Context) -> dict[str, object]:
    state = model.after(request.prompt.encode(), ctx)
    writing = Writing(
        model,
        state,
        most=request.max_bytes,
        chance=chance(ctx.seed, 0, 0, "bytes") if request.decoding == "sample" else None,
        samplers=request.samplers,
        stop=request.stop,
        ctx=ctx,
    )
    record = _Record(model)
    began = told = time.monotonic()
    shown = 0
    stopped = False
    try:
        for byte in writing:
            record.add(byte)
            ctx.progress(len(writing.data), request.max_bytes, "writing")
            now = time.monotonic()
            if writing.sure > shown and (shown == 0 or now - told >= _OFTEN):
                ctx.emit({"part": "written", "characters": record.characters(shown, writing.sure)})
                shown, told = writing.sure, now
        if writing.sure > shown:
            ctx.emit({"part": "written", "characters": record.characters(shown, writing.sure)})
    except Cancelled:
        stopped = True
    seconds = time.monotonic() - began
    return {
        "text": writing.text,
        "characters": record.characters(0, writing.sure),
        "stopped": "cancelled" if stopped else writing.stopped,
        "bytes_per_second": len(writing.data) / seconds if seconds else 0.0,
    }


class _Record:
    """What is kept of each byte that was written."""

    def __init__(self, model: Ensemble) -> None:
        self._model = model
        self._data = bytearray()
        self._bits: list[float] = []
        self._weights: list[np.ndarray] = []
        self._owed: list[np.ndarray] = []

    def add(self, byte: Byte) -> None:
        shares = self._model.shares(byte.before)
        self._data.append(byte.value)
        self._bits.append(byte.bits)
        self._weights.append(shares)
        self._owed.append(owed(self._model.laws(byte.before)[:, byte.value], shares))

    def characters(self, first: int, last: int) -> list[Character]:
        """Those in bytes `first` … `last` - 1, which are whole characters."""
        return [
            Character(
                text=text,
                bits=sum(self._bits[first + begin : first + end]),
                owed=tuple(np.mean(self._owed[first + begin : first + end], axis=0).tolist()),
                weights=tuple(self._weights[first + begin].tolist()),
            )
            for begin, end, text in characters(bytes(self._data[first:last]))
        ]


# Measuring


class _Place(NamedTuple):
    """A window of one text."""

    text: int
    window: Window


class _Texts:
    """The texts in windows: those at the beginnings to learn from, the others to be measured on."""

    def __init__(self, request: EnsembleRequest, languages: Sequence[LanguageModel]) -> None:
        found = find_texts(request.text)
        self.names = [text.name for text in found]
        self.data = ["".join(blocks(text, max_bytes=request.text_bytes)).encode() for text in found]
        self.learnt: list[_Place] = []
        self.measured: list[_Place] = []

        def fits(text: str) -> bool:
            return all(
                one.context is None or len(one.encode(text)) + _SPARE <= one.context for one in languages
            )

        budget = _MOST_LEARNT
        for number, (text, data) in enumerate(zip(found, self.data, strict=True)):
            if not data.strip():
                raise UserError(f"{text.path} holds no text.", field="text")
            cut = list(windows(data, request.stride, request.context, fits, field="stride"))
            first = min(len(cut) - 1, round(request.fit * len(cut)))
            if request.fit:
                first = min(max(first, 1), len(cut) - 1, max(0, budget // request.stride))
            budget -= first * request.stride
            self.learnt += [_Place(number, one) for one in cut[:first]]
            self.measured += [_Place(number, one) for one in cut[first:]]


def _learnt(
    request: EnsembleRequest, members: Sequence[ByteModel], texts: _Texts, ctx: Context
) -> tuple[tuple[float, ...], int]:
    """The weights, and how many bytes they were learnt on."""
    nothing = np.zeros(len(members))
    found = [
        _foretold(members, texts, place, nothing, number, len(texts.learnt), "learning weights", ctx)
        for number, place in enumerate(texts.learnt)
    ]
    laws = np.concatenate([one.laws for one in found])
    truth = np.concatenate([one.truth for one in found])
    return request.how.learnt(laws, truth), len(truth)


def _foretold(
    members: Sequence[ByteModel],
    texts: _Texts,
    place: _Place,
    before: np.ndarray,
    number: int,
    of: int,
    stage: str,
    ctx: Context,
) -> Foretold:
    return foretell(
        members,
        texts.data[place.text],
        place.window,
        before,
        ctx,
        lambda share: ctx.progress(number + share, of, stage),
    )


def _measured(model: Ensemble, texts: _Texts, ctx: Context) -> dict[str, object]:
    places, stretches = texts.measured, []
    rows: list[tuple[np.ndarray, float, dict[str, float], int]] = []
    evidence, of = np.zeros(len(model.members)), -1
    for number, place in enumerate(places):
        if place.text != of:
            evidence, of = np.zeros(len(model.members)), place.text
        found = _foretold(model.members, texts, place, evidence, number, len(places), "measuring", ctx)
        evidence = found.after
        law = model.rule.law(found.laws, model.weights, found.evidence)
        alone = np.stack([bits(one, found.truth).sum() for one in np.moveaxis(found.laws, 1, 0)])
        together, size = float(bits(law, found.truth).sum()), len(found.truth)
        debts = owed(found.given, model.rule.shares(found.laws, model.weights, found.evidence))
        rows.append((alone, together, of_rules(found), size))
        stretch = Stretch(
            text=place.text,
            begin=place.window.begin,
            bytes=size,
            members=tuple((alone / size).tolist()),
            together=together / size,
            owed=tuple(debts.mean(axis=0).tolist()),
        )
        stretches.append(stretch)
        ctx.emit({"part": "stretch", "stretch": stretch})
    pieces = Pieces(
        np.stack([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        {kind: np.array([row[2][kind] for row in rows]) for kind in rows[0][2]},
        np.array([float(row[3]) for row in rows]),
    )
    return {"stretches": stretches, **_figures(texts, pieces, ctx.seed)}


def _figures(texts: _Texts, pieces: Pieces, seed: int) -> dict[str, object]:
    of = np.array([place.text for place in texts.measured])
    best = int(pieces.members.sum(axis=0).argmin())

    def figures(name: str, some: np.ndarray) -> Measured:
        sizes, together = pieces.bytes[some], pieces.together[some]
        return Measured(
            name=name,
            bytes=int(sizes.sum()),
            members=tuple(ratio(sums, sizes, seed) for sums in pieces.members[some].T),
            together=ratio(together, sizes, seed),
            gain=ratio(pieces.members[some, best] - together, sizes, seed),
        )

    whole = figures(_ALL if len(texts.names) > 1 else texts.names[0], np.full(len(of), True))
    each = [figures(name, of == number) for number, name in enumerate(texts.names)]
    return {
        "measured": [whole, *each] if len(each) > 1 else [whole],
        "bits_per_byte": [*(one.value for one in whole.members), whole.together.value],
        "rules": [
            OfRule(
                kind=kind,
                title=RULES[kind].title,
                bits_per_byte=ratio(sums, pieces.bytes, seed),
            )
            for kind, sums in pieces.rules.items()
        ],
    }
