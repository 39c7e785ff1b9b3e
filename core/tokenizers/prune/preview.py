"""What can be said of a pruning before it runs."""

from __future__ import annotations

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.tokenizers.prune.request import PruneTokenizerRequest

_BYTES_A_SECOND = 2_000_000
"""Of text, encoded twice."""
_TOKENS_A_SECOND = 25_000
"""Of the vocabulary: read, looked at, written, opened again."""


def preview(request: PruneTokenizerRequest) -> Preview:
    """Never raises; reads the tokenizer's vocabulary, and of the texts their sizes."""
    looking = _Looking(request)
    for field, look in (
        ("tokenizer", looking.at_tokenizer),
        ("text", looking.at_text),
        ("out", looking.at_out),
    ):
        try:
            look()
        except UserError as error:
            looking.problems.append(Problem(field=error.field or field, message=error.message))
    return Preview(problems=looking.problems, notes=looking.notes, seconds=looking.seconds)


class _Looking:
    def __init__(self, request: PruneTokenizerRequest) -> None:
        self.problems: list[Problem] = []
        self.notes: dict[str, str] = {}
        self.seconds = 1.0
        self._request = request

    def at_tokenizer(self) -> None:
        from core.tokenizers.files import find_tokenizer
        from core.tokenizers.preview import glance
        from core.tokenizers.prune.checks import check_prunable

        file = find_tokenizer(self._request.tokenizer, field="tokenizer")
        seen = glance(file, field="tokenizer")
        self.notes["tokenizer"] = seen.note[0].upper() + seen.note[1:]
        self.seconds += seen.size / _TOKENS_A_SECOND
        check_prunable(file, seen.model)
        if self._request.keep is not None and self._request.keep >= seen.count:
            self.notes["keep"] = f"There are only {seen.count:,}: none goes that is used."

    def at_text(self) -> None:
        from core.tokenizers.corpus import foreseen

        size, self.notes["text"] = foreseen(self._request.text)
        self.seconds += size / _BYTES_A_SECOND

    def at_out(self) -> None:
        from core.output import check_output, holds_tokenizer

        if self._request.out is not None:
            check_output(
                self._request.out, replace=self._request.replace, holds=holds_tokenizer, what="tokenizer"
            )
