"""What can be said of an extension before it runs: faults, what there is to read, how long it takes."""

from __future__ import annotations

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.tokenizers.extend.request import ExtendTokenizerRequest

_BYTES_A_SECOND = 400_000
"""Of text: cut, learnt from, encoded twice."""
_TOKENS_A_SECOND = 100_000
"""Of the vocabulary: read, written, opened again, compared."""
_TERMS_A_SECOND = 5_000


def preview(request: ExtendTokenizerRequest) -> Preview:
    """Never raises; reads the vocabulary and the glossaries, and of the texts their sizes."""
    looking = _Looking(request)
    for field, look in (
        ("tokenizer", looking.at_tokenizer),
        ("text", looking.at_text),
        ("general", looking.at_general),
        ("terms", looking.at_terms),
        ("out", looking.at_out),
    ):
        try:
            look()
        except UserError as error:
            looking.problems.append(Problem(field=error.field or field, message=error.message))
    return Preview(problems=looking.problems, notes=looking.notes, seconds=looking.seconds)


class _Looking:
    def __init__(self, request: ExtendTokenizerRequest) -> None:
        self.problems: list[Problem] = []
        self.notes: dict[str, str] = {}
        self.seconds = 1.0
        self._request = request

    def at_tokenizer(self) -> None:
        from core.tokenizers.extend.checks import check_how
        from core.tokenizers.files import find_tokenizer
        from core.tokenizers.preview import glance

        file = find_tokenizer(self._request.tokenizer, field="tokenizer")
        seen = glance(file, field="tokenizer")
        self.notes["tokenizer"] = seen.note[0].upper() + seen.note[1:]
        self.notes["add"] = f"Numbers from {seen.size:,} on; at most {self._request.add:,} of them"
        self.seconds += seen.size / _TOKENS_A_SECOND
        check_how(self._request, seen.model)

    def at_text(self) -> None:
        size = self._size("text")
        if self._request.held_out_share:
            self.notes["text"] += f", the last {self._request.held_out_share:.0%} of each held out"
        self.seconds += size / _BYTES_A_SECOND

    def at_general(self) -> None:
        if self._request.general:
            self.seconds += self._size("general") / _BYTES_A_SECOND

    def at_terms(self) -> None:
        from core.tokenizers.extend.terms import read_terms

        if not self._request.terms:
            self.notes["terms"] = "Without a glossary, tokens are learnt from the text."
            return
        count = len(read_terms(self._request.terms))
        self.notes["terms"] = "1 term" if count == 1 else f"{count:,} terms"
        self.seconds += count / _TERMS_A_SECOND

    def at_out(self) -> None:
        from core.output import check_output, holds_tokenizer

        if self._request.out is not None:
            check_output(
                self._request.out, replace=self._request.replace, holds=holds_tokenizer, what="tokenizer"
            )

    def _size(self, field: str) -> int:
        from core.tokenizers.corpus import foreseen

        size, self.notes[field] = foreseen(getattr(self._request, field), field=field)
        return size
