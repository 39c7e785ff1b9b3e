"""What a scoring says in words: its run's title, the facts under its sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, duration, size
from app.widgets.model_signs import model_names
from app.widgets.visible_text import visible

if TYPE_CHECKING:
    from core.generation.score.request import ScoreRequest
    from core.generation.score.result import ScoreResult

LONGEST = 40
"""Characters of a text that a title quotes."""


def run_title(request: ScoreRequest) -> str:
    """``prose-bpe, prose-unigram · prose.txt``."""
    texts = [path.name for path in request.text]
    if request.prompt:
        start = visible(request.prompt[:LONGEST])
        texts.insert(0, f"“{start}{'…' if len(request.prompt) > LONGEST else ''}”")
    said = ", ".join(texts[:2]) + (f" and {len(texts) - 2} more" if len(texts) > 2 else "")
    exact = ", byte by byte" if request.exact else ""
    return f"{', '.join(model_names(request.models))} · {said or 'no text'}{exact}"


def facts(result: ScoreResult, run_id: int) -> str:
    """The line under the sentence."""
    texts = "1 text" if len(result.slices) == 1 else f"{len(result.slices)} texts"
    windows = ", ".join(dict.fromkeys(count(tokens) for tokens in result.context))
    moved = ", ".join(dict.fromkeys(count(tokens) for tokens in result.stride))
    said = [
        f"{size(max(result.bytes))} in {texts}",
        f"windows of {windows} tokens that move by {moved}",
        duration(result.seconds),
        f"run {run_id}",
    ]
    return " · ".join(said)


def quoted(text: str) -> str:
    """A passage on one line, its spaces as they are and everything else so that it shows."""
    return "".join(
        character if character == " " else " " if character in "\n\r\t" else visible(character)
        for character in text
    )
