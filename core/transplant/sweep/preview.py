"""What can be said of a sweep before it runs, without torch: faults, what it will run, the cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.transplant.methods.mean import Mean
from core.transplant.methods.method import Method
from core.transplant.methods.omp import Omp
from core.transplant.spelt import Candidate
from core.transplant.sweep.plan import Given, is_random, plan
from core.transplant.sweep.request import SweepRequest
from core.transplant.sweep.result import LeftOut

_OF_METHODS = frozenset({"method", "head_method", "donor", "corpus", None})
"""Fields whose problems are one candidate's, and no fault of the whole sweep."""


def preview(request: SweepRequest) -> Preview:
    """Never raises. Looks at the files as a transplant's preview does, once for each candidate."""
    from core.transplant.preview import preview as of_transplant

    out = request.out if request.keep == "best" else None
    plain = of_transplant(request.transplant(Candidate(Mean()), out))
    problems = [problem for problem in plain.problems if problem.field != "method"]
    notes = dict(plain.notes)
    try:
        chosen = plan(request.method, given(request))
    except UserError as error:
        problems.append(Problem(field=error.field or "method", message=error.message))
        return Preview(problems=problems, notes=notes)
    unmeasured = request.model_copy(update={"text": [], "collection": None, "pairs": []})
    seen: list[tuple[Candidate, Preview]] = []
    refused: list[LeftOut] = list(chosen.left_out)
    for candidate in chosen.candidates:
        found = of_transplant(unmeasured.transplant(candidate))
        own = [problem for problem in found.problems if problem.field in _OF_METHODS]
        if own and not problems:
            refused.append(LeftOut(line=candidate.line, title=candidate.method.title, reason=own[0].message))
        else:
            seen.append((candidate, found))
            notes = {**found.notes, **notes}
    if not seen and refused:
        problems.append(Problem(field="method", message=f"Nothing can run: {refused[0].reason}"))
    notes["method"] = _note(seen, refused, request.seeds)
    opening = of_transplant(unmeasured.transplant(Candidate(Mean()))).seconds
    seconds = _seconds(seen, request.seeds, opening, plain.seconds)
    memory = [found.memory_bytes for _, found in seen if found.memory_bytes is not None]
    memory += [plain.memory_bytes] if plain.memory_bytes is not None else []
    return Preview(
        problems=problems,
        notes=notes,
        seconds=seconds,
        memory_bytes=max(memory, default=None),
        disk_bytes=plain.disk_bytes if request.keep == "best" else None,
    )


def given(request: SweepRequest, anchors: int | None = None) -> Given:
    """What the request's files offer the methods; where they cannot be read, nothing is held against any."""
    from core.models.folder import open_model
    from core.transplant.donor import find_donor

    try:
        donor = find_donor(request.transplant(Candidate(Omp()))) is not None
    except UserError:
        donor = False
    try:
        causal = open_model(request.base, field="base").is_causal_lm
    except UserError:
        causal = True
    return Given(donor=donor, corpus=bool(request.corpus), causal=causal, head=causal, anchors=anchors)


def _note(seen: Sequence[tuple[Candidate, Preview]], refused: Sequence[LeftOut], seeds: int) -> str:
    number = len(seen)
    said = "1 way is tried" if number == 1 else f"{number} ways are tried"
    random = sum(is_random(candidate) for candidate, _ in seen)
    if random and seeds > 1:
        said += f", {random} of them with {seeds} seeds"
    if refused:
        names = ", ".join(left.line for left in refused[:4]) + (", …" if len(refused) > 4 else "")
        said += f". Cannot run: {names} ({refused[0].line}: {refused[0].reason.rstrip('.')})"
    return f"{said}."


def _seconds(
    seen: Sequence[tuple[Candidate, Preview]], seeds: int, opening: float | None, measured: float | None
) -> float | None:
    """Opening once, measuring the base once, and each candidate's rows and measuring.

    `opening`: of a transplant that makes hardly anything and measures nothing; `measured`: of one that makes
    hardly anything and measures two models. Settings that share their work cost what the dearest does.
    """
    if opening is None or measured is None:
        return None
    once = max(0.0, measured - opening) / 2
    shared: dict[object, float] = defaultdict(float)
    runs = 0
    for number, (candidate, found) in enumerate(seen):
        times = seeds if is_random(candidate) else 1
        runs += times
        cost = times * max(0.0, (found.seconds or 0.0) - opening)
        method = type(candidate.method)
        shares = method.several.__func__ is not Method.several.__func__  # type: ignore[attr-defined]
        key = (method, candidate.head) if shares else number
        shared[key] = max(shared[key], cost) if shares else cost
    return opening + (1 + runs) * once + sum(shared.values())
