"""The transplant job: open, match, make the rows, write, measure."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.jobs.context import Context
from core.jobs.registry import job
from core.models.folder import open_model
from core.output import check_output, new_folder
from core.tokenizers.open import Tokenizer
from core.tokenizers.vocabulary import Vocabulary
from core.transplant.checks import check_outside
from core.transplant.digits import digits_figures, digits_warning
from core.transplant.evaluate import (
    Read,
    Scored,
    bytes_per_token,
    prefix_of,
    read,
    score,
    windows,
)
from core.transplant.evidence.anchor_test import run_anchor_test
from core.transplant.evidence.classes import class_figures
from core.transplant.evidence.foreseen import Places, places, spelt_bytes
from core.transplant.evidence.kept import kept_figures, read_trials
from core.transplant.evidence.neighbours import neighbours_kept
from core.transplant.evidence.of_text import of_text
from core.transplant.figures import TokenCosts, norms, residuals, spelt, worst_and_best
from core.transplant.graft import Graft, make_grafts
from core.transplant.inputs import Inputs, open_inputs
from core.transplant.job import TRANSPLANT
from core.transplant.loading import foresee, memory_to_measure, with_model
from core.transplant.matching import COPIED, Matching, Source, match
from core.transplant.materials import Materials
from core.transplant.methods.method import Method
from core.transplant.report import CARD, REPORT, ROWS, write_card, write_report, write_rows
from core.transplant.request import TransplantRequest
from core.transplant.result import AnchorTest, NeighboursKept, TransplantResult
from core.transplant.sizes import memory_to_graft, written_bytes
from core.transplant.spelt import Candidate
from core.transplant.spelt import spelt as spelt_out
from core.transplant.texts import Slice, read_slices
from core.transplant.writing import write_graft

_FEW = 0.1
"""Share of matched tokens below which the two vocabularies hardly have anything in common."""


@dataclass(frozen=True)
class Texts:
    """The texts that both tokenizers can read, as either cuts them."""

    slices: list[Slice]
    before: Read
    after: Read


@dataclass(frozen=True)
class Measured:
    """The same texts with the bits of every token, by the base and by what was made of it."""

    before: list[list[Scored]]
    after: list[list[Scored]]


@job(TRANSPLANT)
def transplant(request: TransplantRequest, ctx: Context) -> TransplantResult:
    """Give a model another tokenizer. Called again with the same working folder, it goes on.

    Raises:
        UserError: a model, the tokenizer, a text or the output folder will not do.
    """
    out = request.out or ctx.artifact("model")
    replace = request.replace or request.out is None
    ctx.progress(0, 1, "Opening the models")
    inputs = open_inputs(request)
    needed = bytes_to_write(inputs, request)
    check_output(out, replace=replace, needed=needed, sources=inputs.folders)
    models = [inputs.base.path, *([inputs.donor.path] if inputs.donor else [])]
    check_outside(out, models)
    slices = read_slices(request.text, request.max_bytes)
    trials = read_trials(request.collection, request.pairs, slices if inputs.base.is_encoder else ())
    ctx.progress(0, 1, "Matching the vocabularies")
    matching = matched(inputs, request)
    ctx.emit({"vocab_size": inputs.target.vocabulary.size, **_counted(matching.sources)})
    _warn(inputs, matching, ctx)
    texts = Texts(*read(slices, inputs.base_tokenizer, inputs.target, ctx))
    _foresee(inputs, matching, request, ctx)
    order = by_frequency(matching.targets, texts.after, inputs.target.vocabulary.size)
    materials = Materials(inputs, matching, order, corpus=request.corpus)
    (graft,) = make_grafts(
        materials,
        [Candidate(request.method, request.heads_method)],
        pad_to=request.pad_to,
        ctx=ctx,
        untie=request.untie,
        norms=request.norms,
    )
    mean, histogram = residuals(graft)
    ctx.emit({"mean_residual": mean, "residuals": histogram})
    with new_folder(out, replace=replace, needed=needed, sources=inputs.folders) as folder:
        write_graft(folder, inputs, matching, graft, ctx)
        ctx.emit({"norms": norms(graft)})
        measured = None
        if texts.slices and inputs.base.is_causal_lm:
            measured = _measure(folder, inputs, texts, ctx)
        figures = _figures(inputs, materials, graft, texts, measured, ctx)
        if inputs.base.is_encoder:
            figures["kept"] = kept_figures(inputs.base.path, folder, trials, ctx)
        figures |= _hidden_anchors(request.methods, materials, graft, ctx)
        result = _result(out, request, inputs, matching, graft, figures)
        write_rows(folder / ROWS, matching, graft)
        write_report(folder / REPORT, request, inputs, graft, result, ctx.seed, ctx.warnings)
        write_card(folder / CARD, request, inputs, result, ctx.seed)
        if request.out is not None:  # so that the run can be explained when the folder is gone
            for name in (REPORT, ROWS):
                shutil.copyfile(folder / name, ctx.artifact(name))
        ctx.check()
    return result


def bytes_to_write(inputs: Inputs, request: TransplantRequest) -> int:
    """Of the weight files."""
    untied = inputs.base.tied and (request.untie or request.head_method is not None)
    return written_bytes(inputs.base, inputs.target.vocabulary.size, request.pad_to, untied=untied)


def _foresee(inputs: Inputs, matching: Matching, request: TransplantRequest, ctx: Context) -> None:
    """Raises `UserError` where the rows, or the texts, need more memory than there is: before any work."""
    needed = memory_to_graft(
        inputs.base,
        inputs.donor,
        inputs.target.vocabulary.size,
        targets=len(matching.targets),
        anchors=len(matching.anchors),
        methods=request.methods,
    )
    mend = "Close other programs, or choose smaller models."
    foresee(needed, "cpu", "Rebuilding the matrices", mend, "base")
    if request.text and inputs.base.is_causal_lm:
        foresee(
            memory_to_measure(inputs.base.parameters),
            ctx.device,
            f"Measuring {inputs.base.path.name}",
            "Close other programs, or leave out the texts and measure elsewhere.",
            "text",
        )


def matched(inputs: Inputs, request: TransplantRequest) -> Matching:
    """The two vocabularies, matched as the request says."""
    return match(
        inputs.base_tokenizer.vocabulary,
        inputs.target.vocabulary,
        base_rows=inputs.base.vocab_size,
        without_space=request.without_space,
        without_case=request.without_case,
    )


def by_frequency(targets: NDArray[np.int64], texts: Read, size: int) -> NDArray[np.int64]:
    """The targets, those that occur most often in the texts first, else by their ids."""
    counts = np.zeros(size, dtype=np.int64)
    for passages in texts:
        for passage in passages:
            np.add.at(counts, passage.ids, 1)
    return targets[np.argsort(-counts[targets], kind="stable")]


def _warn(inputs: Inputs, matching: Matching, ctx: Context) -> None:
    base, target = inputs.base_tokenizer, inputs.target
    for sentence in matching.warnings:
        ctx.warn(sentence)
    if inputs.donor_ids is not None and (unknown := int((inputs.donor_ids[matching.targets] < 0).sum())):
        ctx.warn(
            f"The donor has another tokenizer, and does not know {unknown:,} of {len(matching.targets):,} "
            "new tokens; methods that need it leave these to FVT."
        )
    if matching.same:
        return
    if matching.expands:
        _warn_of_lonely(matching, target, ctx)
        return
    if cut_otherwise := digits_warning(base, target):
        ctx.warn(cut_otherwise)
    _warn_of_lonely(matching, target, ctx)
    if base.prefix and not target.prefix and inputs.base.is_causal_lm:
        own = prefix_of(target.vocabulary)
        mend = (
            "has no such token" if own is None else f"adds none: begin prompts with {_names([own], target)}"
        )
        ctx.warn(f"The base is used to texts that begin with {_names(base.prefix, base)}; the target {mend}.")
    share = matching.count(*COPIED) / max(1, target.vocabulary.count)
    if share < _FEW:
        ctx.warn(f"Only {100 * share:.1f} % of the target's tokens are known to the base.")


def _warn_of_lonely(matching: Matching, target: Tokenizer, ctx: Context) -> None:
    if matching.lonely:
        names = ", ".join(_names([id], target) for id in matching.lonely[:5])
        more = f" and {len(matching.lonely) - 5} more" if len(matching.lonely) > 5 else ""
        ctx.warn(
            f"The base has no special token for {names}{more}: their rows say nothing until they are trained."
        )


def _names(ids: Sequence[int], tokenizer: Tokenizer) -> str:
    entries = tokenizer.vocabulary.entries
    return "".join(spelt(token) for token in (entries[id] for id in ids) if token is not None)


# Measuring


def _measure(folder: Path, inputs: Inputs, texts: Texts, ctx: Context) -> Measured:
    limit = inputs.base.context
    rates = (bytes_per_token(texts.before), bytes_per_token(texts.after))
    contexts = windows((limit, limit), rates)
    base, target = inputs.base_tokenizer.vocabulary, inputs.target.vocabulary
    skip_first = prefix_of(base) is None or prefix_of(target) is None
    asked = places(texts.before, texts.after, skip_first=skip_first)

    def measured(
        when: Literal["before", "after"], place: Path, tokens: Vocabulary, cut: Read, context: int, at: Places
    ) -> list[list[Scored]]:
        measure = partial(
            score,
            slices=texts.slices,
            read=cut,
            prefix=prefix_of(tokens),
            context=context,
            when=when,
            ctx=ctx,
            at=at,
            spelt=spelt_bytes(tokens),
        )
        return with_model(place, open_model(place).parameters, ctx, measure, field="base")

    return Measured(
        measured("before", inputs.base.path, base, texts.before, contexts[0], asked[0]),
        measured("after", folder, target, texts.after, contexts[1], asked[1]),
    )


def _figures(
    inputs: Inputs,
    materials: Materials,
    graft: Graft,
    texts: Texts,
    measured: Measured | None,
    ctx: Context,
) -> dict[str, Any]:
    """Fields of the result that tell how well it went."""
    base, target = inputs.base_tokenizer.vocabulary, inputs.target.vocabulary
    mean, histogram = residuals(graft)
    told: dict[str, Any] = {"mean_residual": mean, "residuals": histogram, "norms": norms(graft)}
    costs = None
    if measured is not None:
        told |= of_text(
            texts.slices,
            measured.before,
            measured.after,
            approximated=np.array([source in (Source.METHOD, Source.FALLBACK) for source in graft.sources]),
            spelt=(spelt_bytes(base), spelt_bytes(target)),
            seed=ctx.seed,
        )
        costs = TokenCosts(texts.slices, measured.before, measured.after, target.size)
    told["worst"], told["best"] = worst_and_best(graft, base, target, costs)
    told["classes"] = class_figures(graft, target.entries, costs)
    if not materials.matching.same:
        told["digits"] = digits_figures(inputs.base_tokenizer, inputs.target)
    return told


def _hidden_anchors(
    methods: Sequence[Method], materials: Materials, graft: Graft, ctx: Context
) -> dict[str, Any]:
    """Fields of the result on shared tokens that are hidden, and on what new tokens lie near to."""
    tests: list[AnchorTest] = []
    neighbours: list[NeighboursKept] = []
    note = ""
    for matrix, rows in graft.rows.items():
        method = methods[-1] if matrix == "head" else methods[0]
        task = materials.task(method, matrix, ctx)
        found = run_anchor_test(method, task, ctx)
        if isinstance(found, AnchorTest):
            tests.append(found)
        else:
            note = found
        if len(task) == len(rows) and (kept := neighbours_kept(task, rows, ctx)) is not None:
            neighbours.append(kept)
    return {"anchor_test": tests, "anchor_test_note": note, "neighbours": neighbours}


def _counted(sources: Sequence[Source], padded: int = 0) -> dict[str, Any]:
    """`sources`, `matched` and `approximated` of a result; rows beyond the vocabulary are padding."""
    counts = {source.value: sources.count(source) for source in Source}
    counts[Source.PADDING.value] += max(0, padded - len(sources))
    return {
        "sources": counts,
        "matched": sum(counts[source.value] for source in COPIED),
        "approximated": counts[Source.METHOD.value] + counts[Source.FALLBACK.value],
    }


def _result(
    out: Path,
    request: TransplantRequest,
    inputs: Inputs,
    matching: Matching,
    graft: Graft,
    figures: Mapping[str, Any],
) -> TransplantResult:
    head = request.heads_method
    vocabulary = inputs.target.vocabulary
    return TransplantResult(
        out=str(Path(out).absolute()),
        base=str(inputs.base.path),
        target=str(inputs.target.path),
        donor=str(inputs.donor.path) if inputs.donor else None,
        method=request.method.name,
        method_title=request.method.title,
        parameters=request.parameters(),
        vocab_size=vocabulary.size,
        padded_vocab_size=graft.padded,
        mode="same" if matching.same else "expansion" if matching.expands else "replacement",
        head_method=None if head is None else spelt_out(head),
        **_counted(graft.sources, graft.padded),
        anchors=graft.anchors["input"].kept if graft.anchors and inputs.donor else None,
        **figures,
    )
