"""What speculative decoding says in words: its run's title, the facts under its sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import duration
from core.generation.draft.result import METHOD_WORDS

if TYPE_CHECKING:
    from core.generation.draft.request import DraftRequest
    from core.generation.draft.result import DraftPiece, DraftResult

SAME = {True: "word for word what plain decoding writes", False: "not what plain decoding writes"}
STOPPED = {"end": "it ended the text", "context": "its context was full", "cancelled": "it was stopped"}


def run_title(request: DraftRequest) -> str:
    """``prose-bpe · drafted by prose-unigram``."""
    draft = f"drafted by {request.draft.name}" if request.draft is not None else "looked up in the text"
    return f"{request.model.name} · {draft}"


def facts(result: DraftResult, run_id: int) -> str:
    """The line under the sentence."""
    found = [METHOD_WORDS[result.method] if result.draft else "looked up in the text"]
    if result.shared_tokens is not None:
        found.append(f"{result.shared_tokens:,} tokens shared")
    found.append(f"{result.mean_accepted:.1f} of {result.proposals_a_round:.1f} proposals a round accepted")
    if result.same_as_plain is not None:
        found.append(SAME[result.same_as_plain])
    if result.stopped in STOPPED:
        found.append(STOPPED[result.stopped])
    return " · ".join([*found, duration(result.seconds), f"run {run_id}"])


def piece_words(piece: DraftPiece) -> str:
    """What hovering over a token says."""
    return f"round {piece.round + 1}, {'accepted' if piece.accepted else 'the target’s own'}"
