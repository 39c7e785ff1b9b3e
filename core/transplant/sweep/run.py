"""The sweep job: open, match and read once; make and measure every candidate; rank them; keep the best.

Candidates of one method are made together, so that a list of k costs one pursuit. No model is written while
they are measured: the base is open in memory, and each candidate's rows take the place of its own. What is
kept at the end is written by the transplant job, with its report.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import statistics
from collections.abc import Sequence
from functools import partial
from typing import Any

from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import job
from core.output import check_output
from core.transplant.checkpoint import ROWS_FOLDER
from core.transplant.digits import digits_warning
from core.transplant.evaluate import read
from core.transplant.evidence.anchor_test import anchor_test, hide
from core.transplant.evidence.kept import read_trials
from core.transplant.figures import residuals
from core.transplant.graft import Graft, make_grafts
from core.transplant.inputs import Inputs, open_inputs
from core.transplant.job import SWEEP
from core.transplant.loading import foresee
from core.transplant.matching import COPIED, Matching
from core.transplant.materials import Materials
from core.transplant.methods.method import Method
from core.transplant.result import Kept
from core.transplant.run import by_frequency, matched, transplant
from core.transplant.sizes import memory_to_graft, written_bytes
from core.transplant.spelt import Candidate, spelt
from core.transplant.sweep.measurer import Measurer
from core.transplant.sweep.on_encoder import OnEncoder
from core.transplant.sweep.on_text import OnText
from core.transplant.sweep.plan import is_random, plan, told_apart
from core.transplant.sweep.preview import given
from core.transplant.sweep.request import SweepRequest
from core.transplant.sweep.result import Measure, SweepResult, SweepRow
from core.transplant.sweep.trial import Trial, Trials
from core.transplant.texts import read_slices


@job(SWEEP)
def sweep(request: SweepRequest, ctx: Context) -> SweepResult:
    """Try many methods on one pair of models. Called again with the same working folder, it goes on.

    A candidate that fails is a row with its reason.

    Raises:
        UserError: a model, the tokenizer, a text or the output folder will not do, or nothing can run.
    """
    ctx.progress(0, 1, "Opening the models")
    asked = plan(request.method, given(request))
    methods = [method for candidate in asked.candidates for method in _methods(candidate)]
    first = request.transplant(asked.candidates[0])
    inputs = open_inputs(first, methods)
    if request.keep == "best":
        out = request.out or ctx.artifact("model")
        needed = written_bytes(inputs.base, inputs.target.vocabulary.size, first.pad_to)
        replaced = request.replace or request.out is None
        check_output(out, replace=replaced, needed=needed, sources=inputs.folders)
    ctx.progress(0, 1, "Matching the vocabularies")
    matching = matched(inputs, first)
    asked = plan(request.method, given(request, anchors=len(matching.anchors)))
    slices = read_slices(request.text, request.max_bytes)
    texts, before, after = read(slices, inputs.base_tokenizer, inputs.target, ctx)
    _warn(inputs, matching, ctx)
    foresee(
        memory_to_graft(inputs.base, inputs.donor, inputs.target.vocabulary.size),
        "cpu",
        "Rebuilding the matrices",
        "Close other programs, or choose smaller models.",
        "base",
    )
    order = by_frequency(matching.targets, after, inputs.target.vocabulary.size)
    materials = Materials(inputs, matching, order, corpus=request.corpus)
    measurer: Measurer | None = None
    if inputs.base.is_causal_lm and texts:
        measurer = OnText(inputs, texts, before, after, ctx)
    elif not inputs.base.is_causal_lm:
        trials = read_trials(request.collection, request.pairs, texts)
        measurer = OnEncoder(inputs, matching, trials, ctx) if trials else None
    run = _Sweep(request, inputs, materials, measurer, first.pad_to, ctx)
    rows = run.rows(asked.candidates)
    result = SweepResult(
        base=str(inputs.base.path),
        target=str(inputs.target.path),
        donor=str(inputs.donor.path) if inputs.donor else None,
        measure=run.measure,
        before=run.before,
        bytes=measurer.bytes if measurer else {},
        vocab_size=inputs.target.vocabulary.size,
        matched=matching.count(*COPIED),
        approximated=len(matching.targets),
        anchors=len(matching.anchors),
        rows=rows,
        left_out=asked.left_out,
    )
    if request.keep == "best" and result.best is not None:
        kept = _keep(request, asked.candidates, result.best, ctx)
        result = result.model_copy(update={"out": kept})
    return result


def _keep(request: SweepRequest, candidates: Sequence[Candidate], best: SweepRow, ctx: Context) -> str:
    """Where the best was written."""
    candidate = candidates[told_apart(candidates).index(best.line)]
    ctx.emit({"keeping": best.line})
    return str(transplant(request.transplant(candidate, request.out), ctx).out)


def _methods(candidate: Candidate) -> list[Method]:
    return [candidate.method] if candidate.head is None else [candidate.method, candidate.head]


def _warn(inputs: Inputs, matching: Matching, ctx: Context) -> None:
    for sentence in matching.warnings:
        ctx.warn(sentence)
    if not matching.same and (cut_otherwise := digits_warning(inputs.base_tokenizer, inputs.target)):
        ctx.warn(cut_otherwise)


class _Sweep:
    """Makes and measures candidates; what an interrupted run has finished is not done again."""

    def __init__(
        self,
        request: SweepRequest,
        inputs: Inputs,
        materials: Materials,
        measurer: Measurer | None,
        pad_to: int,
        ctx: Context,
    ) -> None:
        self._request, self._inputs, self._materials = request, inputs, materials
        self._measurer, self._pad_to, self._ctx = measurer, pad_to, ctx
        self._trials = Trials(ctx.checkpoint(), self._digest())
        self._cosines: dict[str, float] = {}
        self._done: dict[str, list[Trial]] = {}
        self._lines: dict[str, str] = {}
        self._count = 0
        self.measure: Measure = measurer.measure if measurer else "cosine"
        self.before: dict[str, float] = {}

    def rows(self, candidates: Sequence[Candidate]) -> list[SweepRow]:
        """Of every candidate, the best first."""
        self._lines = dict(zip((c.line for c in candidates), told_apart(candidates), strict=True))
        if self._measurer is None:
            self._try_all(candidates)
        else:
            self._measurer.opened(self._trials, partial(self._try_all, candidates))
        return self._ranked(candidates)

    def _try_all(self, candidates: Sequence[Candidate]) -> None:
        self.before = self._measurer.before if self._measurer else {}
        self._ctx.emit({"candidates": len(candidates), "measure": self.measure, "before": self.before})
        groups: dict[type[Method], list[Candidate]] = {}
        for candidate in candidates:
            groups.setdefault(type(candidate.method), []).append(candidate)
        for group in groups.values():
            self._test_on_anchors([candidate for candidate in group if not self._finished(candidate)])
            for seed in range(self._ctx.seed, self._ctx.seed + self._request.seeds):
                some = [c for c in group if seed == self._ctx.seed or is_random(c)]
                self._try_group(some, seed)
            for candidate in group:
                self._tell(candidate, len(candidates))
            # The rows themselves are as large as matrices: those of one method at a time are enough.
            shutil.rmtree(self._ctx.checkpoint() / ROWS_FOLDER, ignore_errors=True)

    # One method's candidates

    def _try_group(self, group: Sequence[Candidate], seed: int) -> None:
        """Make the rows of all together; where that fails, of each by itself, to know whose fault it is."""
        left = [candidate for candidate in group if self._trials.found(candidate.line, seed) is None]
        if not left:
            return
        try:
            self._make(left, seed)
        except UserError as error:
            if len(left) == 1:
                self._trials.put(left[0].line, seed, Trial(error=error.message))
                return
            for candidate in left:
                self._try_group([candidate], seed)

    def _make(self, group: Sequence[Candidate], seed: int) -> None:
        def done(place: int, graft: Graft) -> None:
            candidate = group[place]
            try:
                trial = self._trial(candidate, graft)
            except UserError as error:
                trial = Trial(error=error.message)
            self._trials.put(candidate.line, seed, trial)

        self._ctx.check()
        make_grafts(self._materials, group, pad_to=self._pad_to, ctx=self._ctx, seed=seed, done=done)

    def _trial(self, candidate: Candidate, graft: Graft) -> Trial:
        figures = self._measurer.of(graft) if self._measurer else {}
        return Trial(
            seconds=graft.seconds,
            mean_residual=residuals(graft)[0],
            anchor_cosine=self._cosines.get(candidate.line),
            **figures,
        )

    def _test_on_anchors(self, group: Sequence[Candidate]) -> None:
        """How near the rows of hidden anchors come to the true ones: once a method, whatever the head's."""
        if not group or not len(self._materials.order):
            return
        methods = [candidate.method for candidate in group]
        try:
            hidden = hide(self._materials.task(methods[0], "input", self._ctx), methods[0])
            if hidden is None:
                return
            made = type(methods[0]).several(methods, hidden.task, self._ctx)
            for candidate, rows in zip(group, made, strict=True):
                self._cosines[candidate.line] = anchor_test(hidden, rows, self._ctx).cosine
        except UserError:
            return  # a figure that there is not; whether the candidate itself can be made is seen next

    def _finished(self, candidate: Candidate) -> bool:
        return all(self._trials.found(candidate.line, seed) for seed in self._seeds(candidate))

    def _seeds(self, candidate: Candidate) -> list[int]:
        first = self._ctx.seed
        return list(range(first, first + (self._request.seeds if is_random(candidate) else 1)))

    # Rows

    def _tell(self, candidate: Candidate, of: int) -> None:
        """What is known of a candidate that is finished."""
        row = self._row(candidate)
        self._count += 1
        figure = row.figure(self.measure)
        said = row.error or ("made" if figure is None else f"{figure:.4f} {self.measure}")
        self._ctx.log(f"{self._count} of {of}: {row.line}: {said}")
        self._ctx.emit({"row": row})

    def _row(self, candidate: Candidate) -> SweepRow:
        seeds = self._seeds(candidate)
        found = [self._trials.found(candidate.line, seed) for seed in seeds]
        trials = [trial for trial in found if trial is not None and not trial.error]
        seeds = [s for s, trial in zip(seeds, found, strict=True) if trial is not None and not trial.error]
        self._done[self._lines[candidate.line]] = trials
        error = next((trial.error for trial in found if trial is not None and trial.error), "")
        row = SweepRow(
            method=candidate.method.name,
            title=candidate.method.title,
            parameters=candidate.method.parameters(),
            head_method=None if candidate.head is None else spelt(candidate.head),
            line=self._lines[candidate.line],
            seed=self._ctx.seed,
            seeds=seeds,
            error="" if trials else error,
        )
        if not trials:
            return row
        figures: dict[str, Any] = {
            name: _mean([getattr(trial, name) for trial in trials])
            for name in ("added_copied", "added_approximated", "mean_residual", "anchor_cosine", "seconds")
        }
        slices = trials[0].bits_per_byte
        figures["bits_per_byte"] = {
            name: statistics.fmean(trial.bits_per_byte[name] for trial in trials) for name in slices
        }
        figures["kept"] = _mean_kept([trial.kept for trial in trials])
        if self._measurer is not None:
            figures["interval"] = self._measurer.over_base(trials, self._ctx.seed)
        if len(trials) > 1:
            each = [row.model_copy(update=dict(trial)).figure(self.measure) for trial in trials]
            if all(figure is not None for figure in each):
                figures["spread"] = statistics.stdev(f for f in each if f is not None)
        return row.model_copy(update=figures)

    def _ranked(self, candidates: Sequence[Candidate]) -> list[SweepRow]:
        rows = [self._row(candidate) for candidate in candidates]
        sign = 1 if self.measure == "bits per byte" else -1

        def key(row: SweepRow) -> float:
            figure = row.figure(self.measure)
            return float("inf") if figure is None else sign * figure

        rows.sort(key=key)
        made = [row for row in rows if not row.error]
        ranked = [row.model_copy(update={"rank": rank}) for rank, row in enumerate(made, 1)]
        return [self._beside(ranked[0], row) for row in ranked] + [row for row in rows if row.error]

    def _beside(self, best: SweepRow, row: SweepRow) -> SweepRow:
        if self._measurer is None or row is best:
            return row
        behind = self._measurer.apart(self._done[row.line], self._done[best.line], self._ctx.seed)
        return row.model_copy(
            update={"behind": behind, "like_best": behind is not None and behind[0] <= 0 <= behind[1]}
        )

    def _digest(self) -> str:
        """Of everything that a trial depends on beside its candidate and seed."""
        request = self._request
        files = [*request.text, *request.pairs]
        said = {
            "rows": self._materials.digest(self._ctx),
            "files": [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files],
            "collection": str(request.collection),
            "max_bytes": request.max_bytes,
            "pad_to": self._pad_to,
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _mean(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return statistics.fmean(there) if there else None


def _mean_kept(of_trials: Sequence[Sequence[Kept]]) -> list[Kept]:
    return [
        same[0].model_copy(update={"after": statistics.fmean(kept.after for kept in same)})
        for same in zip(*of_trials, strict=True)
    ]
