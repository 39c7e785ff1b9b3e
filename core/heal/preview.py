"""What can be said of a healing before it runs, without torch: faults, what was found, the cost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UserError
from core.heal.request import HealRequest
from core.jobs.preview import Preview, Problem

if TYPE_CHECKING:
    from core.heal.plan import HealingPlan
    from core.models.folder import ModelFolder

_START = 6.0
"""Seconds to open the models and to write one, the libraries loaded."""
_OPERATIONS_A_SECOND = 40e9
"""Of one core, timed with small networks in float32."""
_FORWARDS = 2
"""Operations for each weight and token: one multiplication, one addition."""
_BACKWARDS = 2
"""The same to lead a gradient back through a frozen weight; twice that where the weight is trained."""
_OVERLAP = 2
"""Windows overlap by half while the text is measured."""
_BYTES_A_TOKEN = 3.5
_LIBRARIES = 650_000_000
"""Bytes that the process takes with the libraries loaded."""
_LOOK = 2**20


def preview(request: HealRequest) -> Preview:
    """Never raises. Reads headers, the record of rows, and the beginnings of texts."""
    found = _Findings(request)
    model, plan = found.model, found.plan
    if model is None or plan is None:
        return Preview(problems=found.problems, notes=found.notes)
    from core.heal.sizes import disk_to_heal, memory_to_heal

    return Preview(
        problems=found.problems,
        notes=found.notes,
        seconds=_seconds(request, model, plan, found.measured_bytes, found.base),
        memory_bytes=memory_to_heal(model, request, plan) + _LIBRARIES,
        disk_bytes=disk_to_heal(model, request),
    )


class _Findings:
    """Looks at one field after the other; what one needs of another that is at fault, it leaves out."""

    def __init__(self, request: HealRequest) -> None:
        self._request = request
        self.problems: list[Problem] = []
        self.notes: dict[str, str] = {}
        self.model: ModelFolder | None = None
        self.plan: HealingPlan | None = None
        self.base: ModelFolder | None = None
        self.measured_bytes = 0
        for look in (self._look_at_model, self._look_at_base, self._look_at_rows, self._look_at_texts):
            try:
                look()
            except UserError as error:
                self._note_problem(error)
        self._look_at_out()

    def _look_at_model(self) -> None:
        from core.heal.plan import healing_plan
        from core.models.result import model_words

        model = self._opened(self._request.model, "model")
        self.notes["model"] = model_words(model.family, model.parameters, model.vocab_size)
        self.model, self.plan = model, healing_plan(self._request, model.context)
        seen = self.plan.steps * self.plan.tokens_per_step()
        self.notes["tokens"] = f"{self.plan.steps:,} steps of {self.plan.tokens_per_step():,}: {seen:,}"

    def _look_at_base(self) -> None:
        from core.heal.origin import find_base
        from core.models.result import model_words

        place = find_base(self._request.model, self._request.base)
        if place is None:
            self.notes["base"] = "Without it, there is no goal: only the curve is told."
            return
        base = self._opened(place, "base")
        words = model_words(base.family, base.parameters, base.vocab_size)
        self.notes["base"] = (
            words if self._request.base else f"{base.path.name}, named by the report: {words}"
        )
        self.base = base

    def _look_at_rows(self) -> None:
        from core.heal.origin import check_rows, row_kinds

        if self.model is None:
            return
        check_rows(self._request, self.model)
        if self._request.trains_new_rows:
            made, _ = row_kinds(self.model)
            self.notes["train"] = f"{len(made):,} of {self.model.vocab_size:,} rows"

    def _look_at_texts(self) -> None:
        from core.heal.texts import check_apart
        from core.sizes import bytes_in_words

        request = self._request
        learnt = sum(self._size(path, "text") for path in request.text)
        if request.held_out:
            check_apart(request)
            sizes = [self._size(path, "held_out") for path in request.held_out]
            self.measured_bytes = sum(min(size, request.max_bytes) for size in sizes)
            self.notes["held_out"] = bytes_in_words(self.measured_bytes)
        else:
            sizes = [path.stat().st_size if path.is_file() else 0 for path in request.text]
            kept = [min(round(size * request.held_out_share), request.max_bytes) for size in sizes]
            self.measured_bytes = sum(kept)
            learnt -= self.measured_bytes
            self.notes["held_out"] = f"The last {bytes_in_words(self.measured_bytes)} are kept back for it."
        self.notes["text"] = bytes_in_words(learnt)
        if self.plan is not None and learnt:
            times = self.plan.steps * self.plan.tokens_per_step() / (learnt / _BYTES_A_TOKEN)
            self.notes["text"] += f", gone through about {times:.1f} times"

    def _look_at_out(self) -> None:
        from core.heal.sizes import disk_to_heal
        from core.output import check_output

        if self._request.out is None or self.model is None:
            return
        try:
            check_output(
                self._request.out,
                replace=self._request.replace,
                needed=disk_to_heal(self.model, self._request),
                sources=[self.model.path, *([self.base.path] if self.base else [])],
            )
        except UserError as error:
            self._note_problem(error)

    def _opened(self, path: Path, field: str) -> ModelFolder:
        from core.heal.origin import check_model
        from core.models.folder import open_model
        from core.tokenizers.files import find_tokenizer

        model = open_model(path, field=field)
        check_model(model, field)
        find_tokenizer(path, field=field)
        return model

    def _size(self, path: Path, field: str) -> int:
        """Bytes of a text; a fault of it is noted, and the others are still looked at."""
        from core.text_files import read_text

        try:
            read_text(path, field=field, max_bytes=_LOOK)
            return path.stat().st_size
        except UserError as error:
            self._note_problem(error)
        except OSError as error:
            self.problems.append(Problem(field=field, message=f"{path} cannot be read: {error.strerror}."))
        return 0

    def _note_problem(self, error: UserError) -> None:
        self.problems.append(Problem(field=error.field, message=error.message))


def _seconds(
    request: HealRequest, model: ModelFolder, plan: HealingPlan, measured_bytes: int, base: ModelFolder | None
) -> float:
    """Training and measuring, by the operations that they need at least."""
    speed = _OPERATIONS_A_SECOND * (os.cpu_count() or 1)
    looked_up = 0 if model.tied else model.tensors[model.input_embedding].elements
    computing = model.parameters - looked_up
    trained = computing if request.trains_lora else model.tensors[model.input_embedding].elements
    a_token = (_FORWARDS + _BACKWARDS) * computing + _BACKWARDS * trained
    measured: float = _OVERLAP * _FORWARDS * measured_bytes / _BYTES_A_TOKEN
    runs = 2 if request.beside == "mean" else 1
    operations: float = runs * plan.steps * plan.tokens_per_step() * a_token
    operations += runs * (request.looks + 1) * measured * computing
    operations += measured * (base.parameters if base else 0)
    return _START + operations / speed
