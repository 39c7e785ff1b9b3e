"""What can be said of an audit before it runs."""

from __future__ import annotations

from core.audit.request import AuditRequest
from core.errors import UserError
from core.jobs.preview import Preview, Problem

_TOKENS_A_SECOND = 40_000
"""Cut again."""
_BYTES_A_SECOND = 3_000_000
"""Of text, encoded."""
_WEIGHTS_A_SECOND = 50_000_000
"""Read three times: norms, distances, neighbours."""
_BLOCK_MEMORY = 100 * 2**20


def preview(request: AuditRequest) -> Preview:
    """Never raises; reads the vocabulary, the model's header, and of the texts their sizes."""
    looking = _Looking(request)
    for field, look in (
        ("tokenizer", looking.at_tokenizer),
        ("text", looking.at_text),
        ("model", looking.at_model),
    ):
        try:
            look()
        except UserError as error:
            looking.problems.append(Problem(field=error.field or field, message=error.message))
    return Preview(
        problems=looking.problems,
        notes=looking.notes,
        seconds=looking.seconds,
        memory_bytes=_BLOCK_MEMORY,
    )


class _Looking:
    def __init__(self, request: AuditRequest) -> None:
        self.problems: list[Problem] = []
        self.notes: dict[str, str] = {}
        self.seconds = 1.0
        self._request = request
        self._size: int | None = None

    def at_tokenizer(self) -> None:
        from core.tokenizers.preview import glance

        seen = glance(self._request.tokenizer, field="tokenizer")
        self.notes["tokenizer"] = seen.note[0].upper() + seen.note[1:]
        self._size = seen.size
        self.seconds += seen.size / _TOKENS_A_SECOND

    def at_text(self) -> None:
        from core.tokenizers.corpus import foreseen

        if not self._request.text:
            self.notes["text"] = "Without a text, nothing is said of tokens that are never used."
            return
        size, self.notes["text"] = foreseen(self._request.text)
        self.seconds += size / _BYTES_A_SECOND

    def at_model(self) -> None:
        from core.audit.checks import check_rows
        from core.models.folder import open_model
        from core.models.result import model_words

        if self._request.model is None:
            self.notes["model"] = "Without a model, nothing is said of tokens that are hardly trained."
            return
        folder = open_model(self._request.model, field="model")
        self.notes["model"] = model_words(folder.family, folder.parameters, folder.vocab_size)
        self.seconds += folder.vocab_size * folder.hidden_size / _WEIGHTS_A_SECOND
        if self._size is not None:
            check_rows(folder, self._size)
