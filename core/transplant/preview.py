"""What can be said of a transplant before it runs, without torch: faults, what was found, the cost."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.transplant.request import TransplantRequest

if TYPE_CHECKING:
    from core.models.folder import ModelFolder
    from core.tokenizers.vocabulary import Vocabulary
    from core.transplant.matching import Matching
    from core.transplant.methods.method import Method

_START = 3.0
"""Seconds to open two models and to write one, the libraries loaded."""
_SHARE = 0.5
"""Of the speed of a plain matrix product: what matching pursuit and an evaluation reach, timed for models of
5 M parameters."""
_SECONDS_A_ROW = 30e-6
"""To cut a token into pieces, or to draw it."""
_LIBRARIES = 450_000_000
"""Bytes that the process takes with the libraries loaded."""
_ACTIVATIONS = 250_000_000
"""Bytes for the logits and activations of the windows that are measured at once."""
_BYTES_A_TOKEN = 3.5


def preview(request: TransplantRequest) -> Preview:
    """Never raises. Reads headers, vocabularies and the beginnings of texts."""
    found = _Findings(request)
    seconds, memory = found.cost()
    return Preview(
        problems=found.problems,
        notes=found.notes,
        asks=found.asks(),
        seconds=seconds,
        memory_bytes=memory,
        disk_bytes=found.disk(),
    )


class _Findings:
    """Looks at one field after the other; what one needs of another that is at fault, it leaves out."""

    def __init__(self, request: TransplantRequest) -> None:
        self._request = request
        self.problems: list[Problem] = []
        self.notes: dict[str, str] = {}
        self._base: ModelFolder | None = None
        self._donor: ModelFolder | None = None
        self._base_tokens: Vocabulary | None = None
        self._target: Vocabulary | None = None
        self._matching: Matching | None = None
        self._text_bytes = 0
        for look in (self._look_at_base, self._look_at_target, self._look_at_donor, self._look_at_method):
            try:
                look()
            except UserError as error:
                self._note_problem(error, "base")
        self._look_at_texts()
        try:
            self._look_at_out()
        except UserError as error:
            self._note_problem(error, "out")

    def asks(self) -> list[str]:
        """What is measured of an encoder instead of bits per byte."""
        return ["collection", "pairs"] if self._base is not None and self._base.is_encoder else []

    def cost(self) -> tuple[float | None, int | None]:
        """Seconds and bytes of memory; None where too little is known."""
        from core.transplant.sizes import memory_to_graft

        if self._base is None or self._target is None or self._matching is None:
            return None, None
        speed = _speed()
        targets, anchors = len(self._matching.targets), len(self._matching.anchors)
        method = self._request.method
        seconds = _START + targets * _SECONDS_A_ROW
        if self._donor is not None:
            matrices = 1 if self._base.tied or self._donor.tied else 2
            operations = method.operations(targets, anchors, self._donor.hidden_size)
            seconds += matrices * operations / (speed * _SHARE)
        tokens = self._text_bytes / _BYTES_A_TOKEN
        # Windows overlap by half, there are two models, and a weight is multiplied and added.
        seconds += 8 * tokens * self._computing_weights(self._base) / (speed * _SHARE)
        memory = memory_to_graft(
            self._base,
            self._donor,
            self._target.size,
            targets=targets,
            anchors=anchors,
            methods=self._methods,
        )
        if self._text_bytes:
            memory = max(memory, 4 * self._base.parameters + _ACTIVATIONS)
        return seconds, memory + _LIBRARIES

    def disk(self) -> int | None:
        """Bytes that the model and the record of its rows will take."""
        from core.transplant.sizes import row_store, written_bytes

        if self._base is None or self._target is None:
            return None
        request = self._request
        untied = self._base.tied and (request.untie or request.head_method is not None)
        written = written_bytes(self._base, self._target.size, request.pad_to, untied=untied)
        rows = len(self._matching.targets) if self._matching else 0
        written += row_store(rows, self._base.hidden_size, self._methods)
        record = rows * 8 * int(self._request.parameters().get("k", 1)) + 8 * self._target.size
        tokenizer = self._target.path.stat().st_size
        copies = 2 if self._request.out is not None else 1
        return written + copies * record + tokenizer

    @property
    def _methods(self) -> list[Method]:
        try:
            return self._request.methods
        except UserError:
            return [self._request.method]

    # Field by field

    def _look_at_base(self) -> None:
        from core.models.folder import open_model
        from core.models.result import model_words
        from core.transplant.checks import check_base, check_methods, check_sizes

        base = open_model(self._request.base, field="base")
        self.notes["base"] = model_words(base.family, base.parameters, base.vocab_size)
        check_base(base)
        tokens = _vocabulary(self._request.base, "base")
        check_sizes(base, tokens, "base")
        self._base, self._base_tokens = base, tokens
        try:
            check_methods(base, self._request.methods, self._request.corpus)
        except UserError as error:
            self._note_problem(error, "method")

    def _look_at_target(self) -> None:
        from core.tokenizers.preview import tokenizer_note
        from core.transplant.checks import check_others, check_padding

        target = _vocabulary(self._request.target_tokenizer, "target_tokenizer")
        note = tokenizer_note(self._request.target_tokenizer, field="target_tokenizer")
        self.notes["target_tokenizer"] = note[0].upper() + note[1:]
        self._target = target
        if self._base is not None and self._base_tokens is not None:
            check_others(self._base, self._base_tokens, target)
            check_padding(self._base, self._base_tokens, target)
            self._matching = _matching(
                *map(_mark_of, (self._base_tokens, target)),
                self._base.vocab_size,
                self._request.without_space,
                self._request.without_case,
            )

    def _look_at_donor(self) -> None:
        from core.models.folder import open_model
        from core.models.result import model_words
        from core.transplant.checks import check_sizes
        from core.transplant.donor import find_donor, ids_in_donor

        if self._target is None:
            return
        place = find_donor(self._request, self._request.methods)
        if place is None:
            return
        donor = open_model(place, field="donor")
        tokens = _vocabulary(place, "donor")
        check_sizes(donor, tokens, "donor")
        if self._base_tokens is not None:
            ids_in_donor(donor, tokens, self._base_tokens, self._target)
        self._donor = donor
        if self._request.donor is None:
            self.notes["target_tokenizer"] += ". Its embeddings serve as donor"
        else:
            self.notes["donor"] = model_words(donor.family, donor.parameters, donor.vocab_size)

    def _look_at_method(self) -> None:
        matching = self._matching
        if matching is None:
            return
        made, anchors = len(matching.targets), len(matching.anchors)
        if not made:
            self.notes["method"] = "Every token of the target is one of the base's: nothing is approximated."
            return
        note = "1 new token" if made == 1 else f"{made:,} new tokens"
        if self._donor is not None:
            note += f", {anchors:,} anchors"
        self.notes["method"] = note
        for method in self._request.methods if self._donor is not None else ():
            if method.needs_donor:
                method.check(anchors)

    def _look_at_texts(self) -> None:
        from core.sizes import bytes_in_words
        from core.transplant.texts import check_text

        texts = self._request.text
        for path in texts:
            try:
                self._text_bytes += check_text(path, self._request.max_bytes)
            except UserError as error:
                self._note_problem(error, "text")
        if self._base is not None and self._base.is_encoder:
            self._text_bytes = 0
            self.notes["text"] = "Bits per byte are of causal models; of an encoder, how alike texts stay."
        elif texts:
            files = "1 file" if len(texts) == 1 else f"{len(texts)} files"
            self.notes["text"] = f"{files} · {bytes_in_words(self._text_bytes)}"
        else:
            self.notes["text"] = "Without a text, what the transplant costs is not measured."

    def _look_at_out(self) -> None:
        from core.output import check_output
        from core.transplant.checks import check_outside

        if self._request.out is None:
            return
        given = (self._request.base, self._request.target_tokenizer, self._request.donor)
        sources = [path for path in given if path is not None and path.is_dir()]
        models = (self._request.base, self._request.donor)
        check_outside(self._request.out, [path for path in models if path is not None])
        check_output(
            self._request.out, replace=self._request.replace, needed=self.disk() or 0, sources=sources
        )

    def _note_problem(self, error: UserError, field: str) -> None:
        problem = Problem(field=error.field or field, message=error.message)
        if problem not in self.problems:
            self.problems.append(problem)

    def _computing_weights(self, base: ModelFolder) -> int:
        """Those that a token is multiplied with: all but a looked-up input embedding."""
        looked_up = 0 if base.tied else base.tensors[base.input_embedding].elements
        return base.parameters - looked_up


@dataclass(frozen=True)
class _Mark:
    """A vocabulary by the file that it comes from, so that what is known of it is used again."""

    path: Path
    modified: int


def _mark_of(vocabulary: Vocabulary) -> _Mark:
    return _Mark(vocabulary.path, vocabulary.path.stat().st_mtime_ns)


def _vocabulary(path: Path, field: str) -> Vocabulary:
    from core.tokenizers.files import find_tokenizer

    file = find_tokenizer(path, field=field)
    try:
        modified = file.stat().st_mtime_ns
    except OSError:
        modified = 0
    try:
        return _read(file, modified)
    except UserError as error:
        raise UserError(error.message, field=field) from None


@lru_cache(maxsize=8)
def _read(file: Path, modified: int) -> Vocabulary:
    from core.tokenizers.vocabulary import read_vocabulary

    return read_vocabulary(file)


@lru_cache(maxsize=4)
def _matching(base: _Mark, target: _Mark, rows: int, space: bool, case: bool) -> Matching:
    from core.transplant.matching import match

    one, other = _read(base.path, base.modified), _read(target.path, target.modified)
    return match(one, other, rows, without_space=space, without_case=case)


@cache
def _speed() -> float:
    """Operations a second of float32 matrix products on this machine, from two milliseconds of them.

    They are so small that one core does each, and the quickest counts: what else the machine does just now
    should not matter.
    """
    import numpy as np

    from core.jobs.machine import usable_cores

    size = 64
    one = np.ones((size, size), dtype=np.float32)
    best = float("inf")
    for _ in range(300):
        began = time.perf_counter()
        one @ one
        best = min(best, time.perf_counter() - began)
    return 2.0 * size**3 / best * usable_cores()
